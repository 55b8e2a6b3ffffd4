"""Boxes: written by us, ticked by people, read back from what may be anybody's words."""

import pytest

from bot.planning.tick_boxes import REBUILD, mark, read_boxes

NAME = "0123456789ab"


def line(sign: str, name: str = NAME, words: str = "podinfo 6.5.4") -> str:
    return f"- [{sign}] {words} {mark(name)}"


@pytest.mark.parametrize(("sign", "ticked"), [("x", True), ("X", True), (" ", False)])
@pytest.mark.parametrize("name", [NAME, REBUILD])
def test_a_box_is_ticked_or_not(sign: str, ticked: bool, name: str) -> None:  # noqa: FBT001 - a table
    assert read_boxes(f"words\r\n{line(sign, name)}\r\nmore") == {name: ticked}


def test_what_a_forge_or_a_person_does_to_blanks_and_bullets_changes_nothing() -> None:
    assert read_boxes(f"  * [x] podinfo {mark(NAME)}  \n") == {NAME: True}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "- [x] podinfo",
        f"[x] podinfo {mark(NAME)}",
        f"- [y] podinfo {mark(NAME)}",
        f"- [ x] podinfo {mark(NAME)}",
        f"- [ ] {mark(NAME)} behind it",
        f"- [ ] podinfo <!-- flux-chart-bot box={NAME}",
        f"> - [ ] podinfo {mark(NAME)}",
        line(" ", "0123456789AB"),
        line(" ", "../rebuild"),
        line(" ", NAME * 2),
    ],
)
def test_what_we_did_not_write_is_no_box(body: str) -> None:
    assert read_boxes(body) == {}


def test_a_box_that_stands_twice_and_disagrees_says_nothing() -> None:
    assert read_boxes(f"{line('x')}\n{line(' ')}\n{line(' ', REBUILD)}\n{line(' ', REBUILD)}") == {REBUILD: False}


def test_a_body_of_any_length_is_read_in_no_time() -> None:
    assert read_boxes(("- [x] <!-- flux-chart-bot box=" * 100_000) + line("x")) == {}
