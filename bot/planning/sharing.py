"""Values that several tiers share: which these are, whether a draft may move them, and under which tier it is told."""

from collections.abc import Iterable

from msgspec.structs import replace

from bot.model.references import RangePin, Reference
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import ReachedTier, Update
from bot.planning.path_patterns import path_patterns
from bot.planning.tiers import claimants, tiers_of_root, tiers_reached


def sharers(reference: Reference, tiers: Iterable[Tier]) -> tuple[ReachedTier, ...]:
    """Every tier, of these, that gets something else with a reference's version, each with the ways that lead there.

    That is a tier too that gets only the ConfigMap or the Kustomization in which the version is written, and takes
    nothing from it: who else takes what from there is not known.
    """
    known = tuple(tiers)
    found = {tier.name for tier in tiers_reached(reference, known)}
    found |= {tier.name for root in reference.defined_by for tier in tiers_of_root(root, known)}
    return tuple(
        ReachedTier(tier=tier, ways=tuple(_ways(reference, tier, known))) for tier in known if tier.name in found
    )


def may_be_drafted(reference: Reference, configuration: Configuration) -> bool:
    """Whether every place that writes it lies where drafts for several tiers are wanted.

    A range is none: to pin it is a step of each tier, and never one of production.
    """
    if isinstance(reference.pin, RangePin):
        return False
    return lies_in_shared((place.path for place in reference.pin.places), configuration)


def lies_in_shared(paths: Iterable[str], configuration: Configuration) -> bool:
    """Whether all of these paths are among those of `shared`."""
    wanted = path_patterns(configuration.shared.paths)
    return all(wanted.matches(path) for path in paths)


def home_of(reached: Iterable[Tier]) -> Tier | None:
    """The tier under which a draft is told: the first that is not production; None where all are."""
    return next((tier for tier in reached if not tier.production), None)


def whole_tiers(updates: Iterable[Update]) -> tuple[Tier, ...]:
    """The tiers that updates of one draft move; none where each is of one tier."""
    return tuple(dict.fromkeys(one.tier for update in updates for one in update.shared))


def apart(reached: Iterable[Tier]) -> tuple[Tier, ...]:
    """Tiers that share a value, none of which waits for another: it cannot run a version before the others do."""
    tiers = tuple(reached)
    names = {tier.name for tier in tiers}
    return tuple(replace(tier, pace=replace(tier.pace, comes_from=_without(tier, names))) for tier in tiers)


def _without(tier: Tier, names: set[str]) -> tuple[str, ...]:
    return tuple(name for name in tier.pace.comes_from if name not in names)


def named(tiers: Iterable[Tier]) -> str:
    """`dev, staging and live`."""
    *others, last = [tier.name for tier in tiers]
    return f"{', '.join(others)} and {last}" if others else last


def drafted_paths(updates: Iterable[Update], configuration: Configuration) -> frozenset[str]:
    """The files that drafts for several tiers may change, whosever they are: just those of their edits."""
    paths = {change.place.path for update in updates if update.shared for change in update.edits}
    return frozenset(path for path in paths if lies_in_shared((path,), configuration))


def _ways(reference: Reference, tier: Tier, tiers: tuple[Tier, ...]) -> Iterable[str]:
    found = [path for path in reference.paths if claimants(path, [tier])]
    roots = (*reference.built, *reference.defined_by)
    found += [root.applier or str(root) for root in roots if tier in tiers_of_root(root, tiers)]
    return dict.fromkeys(found)
