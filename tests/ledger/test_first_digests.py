"""Which digest of a tag counts: the first, and after a person's word the newest that was seen before it."""

from datetime import UTC, datetime, timedelta

import pytest
from builders import digest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ledger.first_digests import believed
from bot.ledger.merging import merge
from bot.ledger.model import Ledger

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = [NOW + timedelta(days=day) for day in range(5)]
SEEN = {digest("a"): DAYS[0], digest("b"): DAYS[2], digest("c"): DAYS[3]}
TIMES = st.sampled_from(DAYS)
DIGESTS = st.dictionaries(st.sampled_from([digest(sign) for sign in "abcd"]), TIMES)


@pytest.mark.parametrize(
    ("released", "expected"),
    [(None, "a"), (DAYS[0], "a"), (DAYS[1], "a"), (DAYS[2], "a"), (DAYS[3], "b"), (DAYS[4], "c")],
)
def test_a_release_takes_what_was_seen_before_it(released: datetime | None, expected: str) -> None:
    found = believed(SEEN, released)
    assert found
    assert (found.digest, found.at) == (digest(expected), SEEN[digest(expected)])
    assert found.released == (None if expected == "a" else released)


def test_where_nothing_was_seen_nothing_counts() -> None:
    assert believed({}, DAYS[0]) is None


@settings(deadline=None)
@given(DIGESTS, st.none() | TIMES)
def test_what_is_pushed_later_never_counts_by_itself(seen: dict[str, datetime], released: datetime | None) -> None:
    later = max([*seen.values(), released or NOW]) + timedelta(seconds=1)
    after = {digest("e"): later, **seen}
    assert not seen or believed(after, released) == believed(seen, released)


@settings(deadline=None)
@given(DIGESTS, DIGESTS, st.none() | TIMES)
def test_two_runs_at_once_agree(one: dict[str, datetime], other: dict[str, datetime], word: datetime | None) -> None:
    mine, theirs = (Ledger(digests={"x/y": {"1.0.0": seen}}) for seen in (one, other))
    both, turned = (ledger.digests["x/y"]["1.0.0"] for ledger in (merge(mine, theirs), merge(theirs, mine)))
    assert believed(both, word) == believed(turned, word)
