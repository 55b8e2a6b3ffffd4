"""A branch's history to spans: what one reference ran, from when until when, as far as there is evidence.

The order of commits is certain, for each holds the name of the one before. Their dates are not: whoever makes a commit
chooses its date. So a span begins at our own first sight of a tip within it: an earlier date proves nothing, and a
later one is wrong, since the commit was there. Where we saw none, there is no evidence that it was there before now.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from msgspec import Struct

from bot.ledger.sights import Sight
from bot.model.commits import Sha
from bot.versions.version import PrecedenceKey, Version

Identity = tuple[PrecedenceKey, str] | None
"""A version by its precedence and its build metadata; None for none."""


class Moment(NamedTuple):
    """One commit of a branch, its date, and what a reference says in it; None where it runs nothing that is known.

    A digest that is written beside the version is a part of what runs.
    """

    commit: Sha
    at: datetime
    value: Version | None
    digest: str = ""


class Span(Struct, frozen=True, kw_only=True):
    """A stretch of commits in which one version ran without a break.

    Attributes:
        digest: What was written beside it; empty for nothing.
        begins: Since when that is proved; None where nothing proves it.
        ends: When it was left; None while it runs.
        commits: Where it ran, oldest first.
    """

    value: Version | None
    digest: str = ""
    begins: datetime | None
    ends: datetime | None = None
    commits: tuple[Sha, ...] = ()


def spans(moments: Iterable[Moment], seen: Mapping[Sha, datetime], now: datetime) -> tuple[Span, ...]:
    """What one reference ran, oldest first.

    Args:
        moments: Oldest first, in the order of the commits, whatever their dates.
        seen: When tips of the branch were first seen by us.
        now: The time of this run: nothing has ended after it.
    """
    stretches = [list(stretch) for _, stretch in groupby(moments, key=_what_runs)]
    found: list[Span] = []
    known_by = now
    following: datetime | None = None
    for stretch in reversed(stretches):
        # Nothing was seen after now; and what was seen was there, whatever later date it bears.
        sights = [min(seen[moment.commit], now) for moment in stretch if moment.commit in seen]
        begins = min(sights, default=None)
        if following and following > now and sights:
            # It ended by a commit whose date has not come, and so is wrong: what is known is that it ran when seen.
            following = max(sights)
        ends = min(following, known_by) if following else None
        commits = tuple(moment.commit for moment in stretch)
        value, digest = stretch[0].value, stretch[0].digest
        found.append(Span(value=value, digest=digest, begins=begins, ends=ends, commits=commits))
        following, known_by = stretch[0].at, min([*sights, known_by])
    return tuple(reversed(found))


def on_this_line(sights: Iterable[Sight], line: Iterable[Sha]) -> dict[Sha, datetime]:
    """The first sights that still prove something: after the branch last left its line of commits, or went back on it.

    Whoever pushes by force makes another past of a branch; what was seen of it before says nothing of the time in
    between. Nor does it where the branch was set back to an older commit, of all that is newer, and set forward again.

    Args:
        sights: When the branch was seen where.
        line: The commits of the branch as it is, newest first, as far as they were read. A tip that was seen before all
            of them may lie behind them.
    """
    known = tuple(sights)
    age = {sha: number for number, sha in enumerate(line)}
    first = min((sight.at for sight in known if sight.tip in age), default=None)
    left = max((sight.at for sight in known if first and sight.tip not in age and sight.at > first), default=None)
    found: dict[Sha, datetime] = {}
    oldest = 0
    # From the last sight to the first. Of two in one second the branch is taken to have gone forward.
    for at, tip in sorted(known, key=lambda sight: (sight.at, -age.get(sight.tip, 0)), reverse=True):
        if tip in age and age[tip] >= oldest and not (left and at <= left):
            found[tip], oldest = at, age[tip]
    return found


def went_back(moments: Iterable[Moment]) -> tuple[tuple[Version, Sha], ...]:
    """Every version that one reference left for a lower one, at once or by way of others, and the commit that did."""
    found: dict[Identity, tuple[Version, Sha]] = {}
    before: list[Version] = []
    last: Version | None = None
    for moment in moments:
        if moment.value is None or moment.value is last:
            continue
        last = moment.value
        left = [version for version in before if version > moment.value]
        found |= {identity_of(version): (version, moment.commit) for version in left}
        before = [version for version in before if version <= moment.value and not is_same(version, moment.value)]
        before.append(moment.value)
    return tuple(found.values())


def _what_runs(moment: Moment) -> tuple[Identity, str]:
    return identity_of(moment.value), moment.digest


def is_same(one: Version | None, other: Version | None) -> bool:
    """Whether both are one version: also by build metadata, which has no precedence and names another chart."""
    return identity_of(one) == identity_of(other)


def identity_of(value: Version | None) -> Identity:
    """What two texts of one version have in common."""
    return (value.key, value.metadata) if value else None
