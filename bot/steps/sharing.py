"""What becomes of an update whose value several tiers share: held under each, or one draft for all of them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.model.references import Reference
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Decision, Held, ReachedTier, Update, Verdict
from bot.planning.sharing import home_of, may_be_drafted, named, sharers
from bot.planning.tiers import claimants, neighbours, tiers_reached
from bot.proposal_reasons import IN_SHARED_DRAFT, WAITING
from bot.reasons import SHARED, UNSURE_OF_PRODUCTION
from bot.steps.resolve import TierView

if TYPE_CHECKING:
    from bot.steps.proposals import TierProposals

_MOST_WAYS = 3


def for_one_tier(decision: Decision, reference: Reference, view: TierView, configuration: Configuration) -> Decision:
    """Hold what would move another tier with this one, production above all; or mark it for the draft that may."""
    if not isinstance(decision, Update):
        return decision
    reached = sharers(reference, neighbours(view.tier, view.base.tiers))
    if {one.tier.name for one in reached} <= {view.tier.name}:
        return _unless_unsure(decision, reference, view)
    if decision.goes_back and decision.remark:
        # A draft for several tiers may move production, which never goes back by us.
        return Held(version=decision.old, reason=decision.remark)
    if may_be_drafted(reference, configuration):
        return _drafted(decision, reference, view, reached)
    others = (one.tier.name for one in reached if one.tier.name != view.tier.name)
    reason = SHARED(version=decision.new, tiers=", ".join(others), ways=", ".join(_ways(reference)[:_MOST_WAYS]))
    return Held(version=decision.old, reason=reason)


def with_fates(tiers: "Iterable[TierProposals]") -> "tuple[TierProposals, ...]":
    """What other tiers say of a draft for several: where the tier that tells of it proposes none, why it does not."""
    known = tuple(tiers)
    fates = {
        (tier.view.base.branch, one.reference.path, one.reference.object): one.decision.reason
        for tier in known
        for one in tier.verdicts
        if isinstance(one.decision, Held) and one.decision.reason.id in WAITING - {IN_SHARED_DRAFT.id}
    }

    def told(verdict: Verdict, branch: str) -> Verdict:
        held, place = verdict.decision, (branch, verdict.reference.path, verdict.reference.object)
        if not isinstance(held, Held) or held.reason.id != IN_SHARED_DRAFT.id or place not in fates:
            return verdict
        return replace(verdict, decision=replace(held, reason=fates[place]))

    return tuple(
        replace(tier, verdicts=tuple(told(one, tier.view.base.branch) for one in tier.verdicts)) for tier in known
    )


def drafted_for(reference: Reference, view: TierView, configuration: Configuration) -> tuple[Tier, ...]:
    """The tiers that a draft may move at once with a reference; none where it is one tier's, or no draft's."""
    if not configuration.shared.paths or not may_be_drafted(reference, configuration):
        return ()
    reached = tiers_reached(reference, neighbours(view.tier, view.base.tiers))
    return reached if len(reached) > 1 else ()


def _drafted(update: Update, reference: Reference, view: TierView, reached: tuple[ReachedTier, ...]) -> Decision:
    tiers = tuple(one.tier for one in reached)
    home = home_of(tiers_reached(reference, neighbours(view.tier, view.base.tiers)))
    if home is not None and home.name == view.tier.name:
        return _unless_unsure(replace(update, shared=reached), reference, view)
    reason = IN_SHARED_DRAFT(version=update.new, tiers=named(tiers), tier=home.name if home else tiers[0].name)
    return Held(version=update.old, reason=reason)


def _unless_unsure(decision: Update, reference: Reference, view: TierView) -> Decision:
    """Hold what is in no tier's paths while it is not known what production takes."""
    if view.built is None or all(claimants(place.path, [view.tier]) for place in reference.pin.places):
        return decision
    production = [tier for tier in neighbours(view.tier, view.base.tiers) if tier.production]
    broken = view.built.broken(production)
    if broken is None:
        return decision
    root, trouble = broken
    reason = UNSURE_OF_PRODUCTION(folder=root.folder or "the top folder", problem=trouble.sentence)
    return Held(version=decision.old, reason=reason)


def _ways(reference: Reference) -> list[str]:
    """By which files and roots a version reaches tiers."""
    roots = (root.applier or str(root) for root in (*reference.built, *reference.defined_by))
    return list(dict.fromkeys((*roots, *reference.also_in, *reference.consumer_paths)))
