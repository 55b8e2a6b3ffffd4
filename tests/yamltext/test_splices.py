"""Splices change the bytes they name."""

import pytest

from bot.yamltext.splices import Splice, apply


def test_splices_are_applied_to_the_places_they_were_planned_for() -> None:
    splices = [Splice(start=5, end=6, replacement=b"!"), Splice(start=0, end=1, replacement=b"JJ")]
    assert apply(b"hello, you", [*splices, Splice(start=10, end=10, replacement=b".")]) == b"JJello! you."


def test_no_splices_change_nothing() -> None:
    assert apply(b"\xff\x00", []) == b"\xff\x00"


def test_neighbours_that_touch_do_not_overlap() -> None:
    splices = [Splice(start=1, end=2, replacement=b"-"), Splice(start=2, end=3, replacement=b"+")]
    assert apply(b"abcd", splices) == b"a-+d"


@pytest.mark.parametrize(
    ("first", "second"), [((1, 3), (2, 4)), ((1, 3), (1, 3)), ((1, 1), (1, 1)), ((1, 1), (1, 3)), ((0, 9), (1, 2))]
)
def test_overlapping_splices_are_an_error(first: tuple[int, int], second: tuple[int, int]) -> None:
    splices = [Splice(start=start, end=end, replacement=b"x") for start, end in (first, second)]
    with pytest.raises(ValueError, match="overlaps"):
        apply(b"0123456789", splices)


def test_a_splice_beyond_the_end_is_an_error() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply(b"ab", [Splice(start=1, end=3, replacement=b"")])


@pytest.mark.parametrize(("start", "end"), [(2, 1), (-1, 1)])
def test_a_span_runs_forwards(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no span"):
        Splice(start=start, end=end, replacement=b"")
