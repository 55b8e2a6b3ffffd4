"""How far a tier moves by itself, relative to the version in use."""

from enum import StrEnum
from typing import assert_never

from msgspec import Struct

from bot.versions.constraint import Constraint
from bot.versions.version import Version


class Reach(StrEnum):
    """The named ways to follow."""

    ANY = "any"
    """Every newer version."""
    MINOR = "minor"
    """`^<version>`: a new minor or patch release, so 0.4.2 stays in 0.4."""
    PATCH = "patch"
    """`~<version>`: a new patch release."""
    EXACT = "exact"
    """None."""


REACHES = frozenset(Reach)
Follow = Reach | Constraint


class Limit(Struct, frozen=True, kw_only=True):
    """Where one version in use may move.

    Attributes:
        current: The version in use.
        within: What bounds it, beside the rules that always hold; None for nothing.
    """

    current: Version
    within: Constraint | None

    def refusal(self, version: Version) -> str | None:
        """Why the move to a version is refused, in a few words that follow it in a list; None where it is allowed.

        Nothing moves downwards or sideways; a stable version never moves to a prerelease; a prerelease moves to a
        stable version or to a later prerelease of the same three numbers.
        """
        current = self.current
        if version.key <= current.key:
            return f"not newer than {current}"
        if version.prerelease and not current.prerelease:
            return f"a prerelease, and {current} is stable"
        if version.prerelease and version.key[:3] != current.key[:3]:
            return f"a prerelease of another version than {current}"
        if self.within is not None and not self.within.check(version):
            return f"outside {self.within.text}"
        return None


def parse_follow(text: str) -> Follow:
    """Read `any`, `minor`, `patch`, `exact` or a constraint.

    Raises:
        InvalidConstraint: Where it is neither.
    """
    return Reach(text) if text in REACHES else Constraint.parse(text)


def limit(follow: Follow, current: Version) -> Limit:
    """The limit that a way to follow sets for the version in use."""
    return Limit(current=current, within=_bound(follow, current))


def _bound(follow: Follow, current: Version) -> Constraint | None:
    match follow:
        case Constraint():
            return follow
        case Reach.ANY:
            return None
        case Reach.MINOR:
            return Constraint.caret(current)
        case Reach.PATCH:
            return Constraint.tilde(current)
        case Reach.EXACT:
            return Constraint.equal(current)
        case _:
            assert_never(follow)
