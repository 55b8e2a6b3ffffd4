"""Is a range wider than its tier's limits? Flux moves what a range allows by itself, past tier, rule and comment.

What Flux runs for a range is the newest version there is within it, so the tags of today hardly tell. A range is too
wide where it takes a version, published or not, that the limits refuse. Between the numbers that the constraints name,
and those at which their wildcards end, nothing changes: one version at and one behind each of them answer for all.
"""

from collections.abc import Iterable, Iterator

from bot.selection.limits import Limits
from bot.versions.constraint import Constraint
from bot.versions.patterns import Pattern
from bot.versions.tags import TaggedVersion
from bot.versions.version import Version, try_loose

Numbers = tuple[int, int, int]
"""Major, minor and patch."""


def past_limits(running: TaggedVersion, constraint: Constraint, limits: Limits, only: Pattern | None) -> str | None:
    """Why a range takes what the limits refuse, in a few words, with a version for an example; None where it does not.

    Args:
        running: What Flux runs for the range.
        constraint: The range.
        limits: What bounds the reference.
        only: The range's filter, which a version's tag must pass as well.
    """
    if objection := limits.objection(running.version):
        return f"{running.version}, which runs now, is {objection}"
    reach = limits.reach(running.version)
    for newer in _newer(running, (constraint, *limits.constraints(running.version))):
        if not constraint.check(newer) or not _passes(newer, running, only):
            continue
        if why := limits.refusal(newer, reach) or limits.haste:
            return why if limits.stays else f"{newer} is {why}"
    return None


def _newer(running: TaggedVersion, constraints: tuple[Constraint, ...]) -> Iterator[Version]:
    """Versions that answer for all that are newer: stable ones first, then prereleases, each in order."""
    bounds = {term.bound.key[:3] for one in constraints for group in one.groups for term in group.terms}
    every = witnesses({running.version.key[:3], *bounds}, (running.version.prerelease,))
    return (version for version in every if version > running.version)


def witnesses(bounds: Iterable[Numbers], prereleases: Iterable[str]) -> Iterator[Version]:
    """Versions that answer for all that constraints with these bounds tell apart, stable ones first."""
    numbers = sorted({edge for bound in bounds for edge in _edges(bound)})
    for prerelease in dict.fromkeys(("", "rc.1", *prereleases)):
        for major, minor, patch in numbers:
            version = try_loose(f"{major}.{minor}.{patch}{prerelease and '-'}{prerelease}")
            if version is not None:
                yield version


def _edges(bound: Numbers) -> Iterator[Numbers]:
    """Where a term with this bound begins or ends, whatever its operator; and what comes right behind."""
    major, minor, patch = bound
    for first, second, third in ((major, minor, patch), (major, minor + 1, 0), (major + 1, 0, 0)):
        yield first, second, third
        yield first, second, third + 1


def _passes(version: Version, like: TaggedVersion, only: Pattern | None) -> bool:
    return only is None or only.found_in(f"{'v' if like.tag.startswith('v') else ''}{version}")
