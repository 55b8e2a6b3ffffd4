"""How far back a version in use may go, by how far its tier follows: the mirror of `bot.versions.follow`."""

from typing import assert_never

from bot.versions.constraint import Constraint
from bot.versions.follow import Follow, Reach
from bot.versions.version import Version


def refusal_to_return(follow: Follow, current: Version, version: Version) -> str | None:
    """Why going back to a version is refused, in a few words that follow it in a list; None where it is allowed.

    A stable version never goes back to a prerelease, a prerelease to a stable version or to an earlier prerelease of
    the same three numbers. What a constraint allows, its writer means; the named ways stay as near as they do upwards,
    and `any` goes no further than to the next lower major.
    """
    if version.key >= current.key:
        return f"not lower than {current}"
    if version.prerelease and not current.prerelease:
        return f"a prerelease, and {current} is stable"
    if version.prerelease and version.key[:3] != current.key[:3]:
        return f"a prerelease of another version than {current}"
    if isinstance(follow, Constraint):
        return None if follow.check(version) else f"outside {follow}"
    return None if _is_near(follow, current, version) else f"further back than `{follow}` allows"


def _is_near(reach: Reach, current: Version, version: Version) -> bool:
    match reach:
        case Reach.ANY:
            return version.major >= current.major - 1
        case Reach.MINOR:
            return _alike(current, version, 1 if current.major else 2 if current.minor else 3)
        case Reach.PATCH:
            return _alike(current, version, 2)
        case Reach.EXACT:
            return False
        case _:
            assert_never(reach)


def _alike(one: Version, other: Version, numbers: int) -> bool:
    """Whether so many of the numbers agree: those that `^` and `~` keep."""
    return one.key[:numbers] == other.key[:numbers]
