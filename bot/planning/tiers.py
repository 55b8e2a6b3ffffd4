"""Which tier a path belongs to: a tier is a set of paths on a branch."""

from collections.abc import Iterable
from functools import lru_cache

from bot.model.tiers import Branch, Configuration, Tier
from bot.planning.path_patterns import PathPatterns


def branch_of_tier(tier: Tier, default: Branch) -> Branch:
    """The base of a tier's pull requests."""
    return tier.branch or default


def tiers_on(configuration: Configuration, branch: Branch, default: Branch) -> tuple[Tier, ...]:
    """The tiers that live on a branch, in the configuration's order."""
    return tuple(tier for tier in configuration.tiers if branch_of_tier(tier, default) == branch)


def claimants(path: str, tiers: Iterable[Tier]) -> tuple[Tier, ...]:
    """The tiers, of these, whose patterns cover a path."""
    return tuple(tier for tier in tiers if _patterns(tier.paths).matches(path))


def also_served(paths: Iterable[str], tier: Tier, tiers: Iterable[Tier]) -> tuple[Tier, ...]:
    """The other tiers of a tier's branch that any of these paths belongs to.

    In a work tree, taken as every tier's branch, tiers of other branches may own the same paths, and share nothing.
    """
    others = [other for other in tiers if other is not tier and other.branch == tier.branch]
    return tuple(other for other in others if any(claimants(path, [other]) for path in paths))


def production_paths(configuration: Configuration, branch: Branch, default: Branch) -> PathPatterns:
    """The paths of every production tier on a branch: no commit of ours may change one."""
    guarded = [tier for tier in tiers_on(configuration, branch, default) if tier.production]
    return PathPatterns(tuple(pattern for tier in guarded for pattern in tier.paths))


@lru_cache(maxsize=256)
def _patterns(patterns: tuple[str, ...]) -> PathPatterns:
    return PathPatterns(patterns)
