"""Which tier a path belongs to: a tier is a set of paths on a branch."""

from collections.abc import Iterable
from typing import Protocol

from bot.model.references import BuiltBy, Reference
from bot.model.tiers import Branch, Configuration, Tier
from bot.planning.path_patterns import PathPatterns, path_patterns


class Reached(Protocol):
    """Something that files say."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that say it."""

    @property
    def built(self) -> tuple[BuiltBy, ...]:
        """The roots that build it."""


def branch_of_tier(tier: Tier, default: Branch) -> Branch:
    """The base of a tier's pull requests."""
    return tier.branch or default


def tiers_on(configuration: Configuration, branch: Branch, default: Branch) -> tuple[Tier, ...]:
    """The tiers that live on a branch, in the configuration's order."""
    return tuple(tier for tier in configuration.tiers if branch_of_tier(tier, default) == branch)


def claimants(path: str, tiers: Iterable[Tier]) -> tuple[Tier, ...]:
    """The tiers, of these, whose patterns cover a path."""
    return tuple(tier for tier in tiers if path_patterns(tier.paths).matches(path))


def tiers_reached(reached: Reached, tiers: Iterable[Tier]) -> tuple[Tier, ...]:
    """The tiers, of these, that something belongs to: by the files that say it, and by what is built of them."""
    known, paths = tuple(tiers), reached.paths
    built = {tier.name for root in reached.built for tier in tiers_of_root(root, known)}
    return tuple(tier for tier in known if tier.name in built or any(map(path_patterns(tier.paths).matches, paths)))


def tiers_of_root(root: BuiltBy, tiers: Iterable[Tier]) -> tuple[Tier, ...]:
    """The tiers, of these, of the folder that a root builds and of the Kustomization that applies it.

    Those of its cluster's folder where neither tells.
    """
    tiers = tuple(tiers)
    own = (*claimants(_kustomization_in(root.folder), tiers), *(claimants(root.applier, tiers) if root.applier else ()))
    return own or claimants(_kustomization_in(root.cluster), tiers)


def surely_runs(reference: Reference, tier: Tier) -> bool:
    """Whether one of a tier's references runs there, and not only for others that build the same file."""
    if reference.suspended or reference.unlisted or reference.unsure:
        return False
    resting = reference.stopped | reference.doubted
    own = roots_in(reference, tier) if resting else ()
    return not own or not resting.issuperset(own)


def roots_in(reference: Reference, tier: Tier) -> tuple[BuiltBy, ...]:
    """Those of the roots that build a reference which are the tier's own."""
    return tuple(root for root in reference.built if tiers_of_root(root, (tier,)))


def neighbours(tier: Tier, tiers: Iterable[Tier]) -> tuple[Tier, ...]:
    """The tiers of a tier's branch, itself included.

    In a work tree, taken as every tier's branch, tiers of other branches may own the same paths, and share nothing.
    """
    return tuple(other for other in tiers if other.branch == tier.branch)


def _kustomization_in(folder: str) -> str:
    """A file that stands for a folder."""
    return f"{folder}/kustomization.yaml" if folder else "kustomization.yaml"


def production_paths(configuration: Configuration, branch: Branch, default: Branch) -> PathPatterns:
    """The paths of every production tier on a branch: no commit of ours may change one."""
    guarded = [tier for tier in tiers_on(configuration, branch, default) if tier.production]
    return PathPatterns(tuple(pattern for tier in guarded for pattern in tier.paths))
