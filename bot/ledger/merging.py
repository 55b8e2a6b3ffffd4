"""Two ledgers to one. Any order, any number of times: the result is the same, so that two runs at once lose nothing."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from bot.ledger.model import ChartSights, Ledger, Return, Returns, TagDigests, Word
from bot.model.commits import Sha

MOST_TIPS = 2000
"""Of one branch: as many as commits are read of a history, and no tip is seen twice."""
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def merge(one: Ledger, other: Ledger) -> Ledger:
    """Everything that either knows; the earliest sight of a thing wins, and the latest word of a person."""
    return Ledger(
        charts=_union(one.charts, other.charts, merge_sights),
        branches=_union(one.branches, other.branches, lambda mine, theirs: _union(mine, theirs, min)),
        seen_again=_union(one.seen_again, other.seen_again, lambda mine, theirs: _union(mine, theirs, frozenset.union)),
        words=_union(one.words, other.words, _word),
        rolled_back=_union(one.rolled_back, other.rolled_back, _tier),
        digests=_union(one.digests, other.digests, _digests),
    )


def without_old_tips(ledger: Ledger) -> Ledger:
    """The newest tips of each branch: one further back lies behind all commits that are read of a history."""
    return replace(
        ledger,
        branches={branch: _newest(seen) for branch, seen in ledger.branches.items()},
        seen_again={branch: _newest_again(seen) for branch, seen in ledger.seen_again.items()},
    )


def _newest(seen: Mapping[Sha, datetime]) -> Mapping[Sha, datetime]:
    kept = sorted(seen, key=lambda sha: (seen[sha], sha))[-MOST_TIPS:]
    return seen if len(kept) == len(seen) else {sha: seen[sha] for sha in kept}


def _newest_again(seen: Mapping[Sha, frozenset[datetime]]) -> Mapping[Sha, frozenset[datetime]]:
    kept = sorted((at, sha) for sha, times in seen.items() for at in times)[-MOST_TIPS:]
    found: dict[Sha, frozenset[datetime]] = {}
    for at, sha in kept:
        found[sha] = found.get(sha, frozenset()) | {at}
    return found


def _tier(one: Mapping[str, Returns], other: Mapping[str, Returns]) -> dict[str, Returns]:
    return _union(one, other, merge_returns)


def _digests(one: TagDigests, other: TagDigests) -> TagDigests:
    return _union(one, other, lambda mine, theirs: _union(mine, theirs, frozenset.union))


def merge_returns(one: Returns, other: Returns) -> Returns:
    """Two memories of what one tier went back from of one chart."""
    return _union(one, other, lambda mine, theirs: _union(mine, theirs, _return))


def _return(one: Return, other: Return) -> Return:
    return Return(at=min(one.at, other.at), who=one.who | other.who)


def merge_sights(one: ChartSights, other: ChartSights) -> ChartSights:
    """Two memories of one chart."""
    return ChartSights(
        since=min(one.since, other.since),
        first_seen=_union(one.first_seen, other.first_seen, min),
        created=_union(one.created, other.created, _created),
    )


def _created(one: datetime | None, other: datetime | None) -> datetime | None:
    """A manifest does not change its word unless its tag was moved; then the later word is the safe one."""
    return None if one is None or other is None else max(one, other)


def _word(one: Word, other: Word) -> Word:
    """Said in the same second, a hold is stronger than a release."""
    last = max(one, other, key=lambda word: (word.at, word.held, word.until is None, word.until or word.at, word.why))
    return replace(last, accepts=max(filter(None, (one.accepts, other.accepts)), default=None))


def _union(
    one: Mapping[_Key, _Value], other: Mapping[_Key, _Value], both: Callable[[_Value, _Value], _Value]
) -> dict[_Key, _Value]:
    found = dict(one)
    for key, value in other.items():
        found[key] = both(found[key], value) if key in found else value
    return found
