"""Which digest of a tag counts: the first, and after a person's word the one that was seen last before it."""

from datetime import UTC, datetime, timedelta

import pytest
from builders import digest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ledger.first_digests import FirstDigest, believed
from bot.ledger.merging import merge
from bot.ledger.model import Ledger

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = [NOW + timedelta(days=day) for day in range(5)]
TIMES = st.sampled_from(DAYS)
DIGESTS = st.dictionaries(
    st.sampled_from([digest(sign) for sign in "abcd"]), st.frozensets(TIMES, min_size=1, max_size=3)
)


def seen(signs: str) -> dict[str, frozenset[datetime]]:
    """What a tag was seen to become on each day; a dot where nothing was."""
    return {
        digest(sign): frozenset(DAYS[day] for day, one in enumerate(signs) if one == sign) for sign in {*signs} - {"."}
    }


@pytest.mark.parametrize(
    ("signs", "accepted", "expected"),
    [
        pytest.param("a.bc.", None, "a", id="the first"),
        pytest.param("a.bc.", DAYS[0], "a", id="nothing was seen before the word"),
        pytest.param("a.b..", DAYS[2], "a", id="what is seen as it is said is seen after it"),
        pytest.param("a.b..", DAYS[3], "b", id="what was told before the word"),
        pytest.param("aba..", DAYS[3], "a", id="what it became again"),
        pytest.param("ab.a.", DAYS[2], "a", id="gone when it was next seen"),
        pytest.param("ab.c.", DAYS[2], "a", id="a third one when it was next seen"),
        pytest.param("ab.ba", DAYS[2], "b", id="still there when it was next seen"),
        pytest.param("ab.ac", DAYS[4], "a", id="a later word"),
    ],
)
def test_a_release_takes_what_was_seen_last_before_it_if_it_still_was_that(
    signs: str, accepted: datetime | None, expected: str
) -> None:
    found = believed(seen(signs), accepted)
    assert found
    assert found.digest == digest(expected)
    assert found.released == (None if found.at == DAYS[0] else accepted)


def test_where_nothing_was_seen_nothing_counts() -> None:
    assert believed({}, DAYS[0]) is None


@settings(deadline=None)
@given(DIGESTS, st.none() | TIMES)
def test_what_is_pushed_later_never_counts_by_itself(
    found: dict[str, frozenset[datetime]], accepted: datetime | None
) -> None:
    later = max([*(at for times in found.values() for at in times), accepted or NOW]) + timedelta(seconds=1)
    after = {**found, digest("e"): frozenset({later})}
    assert not found or believed(after, accepted) != FirstDigest(digest=digest("e"), at=later)


@settings(deadline=None)
@given(DIGESTS, DIGESTS, st.none() | TIMES)
def test_two_runs_at_once_agree(
    one: dict[str, frozenset[datetime]], other: dict[str, frozenset[datetime]], word: datetime | None
) -> None:
    mine, theirs = (Ledger(digests={"x/y": {"1.0.0": found}}) for found in (one, other))
    both, turned = (ledger.digests["x/y"]["1.0.0"] for ledger in (merge(mine, theirs), merge(theirs, mine)))
    assert believed(both, word) == believed(turned, word)
