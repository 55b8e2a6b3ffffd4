"""prove: the edits of every tier leave what all other tiers get as it is, built anew with Kustomize's and Flux's rules.

Drafts for several tiers are proved apart: they may change the objects that they list, and nothing else of others.
"""

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from bot.model.tiers import Tier
from bot.model.verdicts import Current, Update, Verdict
from bot.planning.tiers import neighbours
from bot.reason import Reason
from bot.reasons import REACHES_PRODUCTION, REACHES_TIER
from bot.steps.build import BuiltTree, Changed
from bot.steps.edit import TierEdits, edit
from bot.steps.edit_file import hold
from bot.steps.resolve import TierVerdicts

_MOST_NAMED = 3


def prove(edits: Iterable[TierEdits]) -> tuple[TierEdits, ...]:
    """Hold every edit of a tier that would change an object of another one; there is none, as far as we know."""
    return tuple(_proved(tier) for tier in edits)


def _proved(tier: TierEdits) -> TierEdits:
    view = tier.view
    others = [other for other in neighbours(view.tier, view.base.tiers) if other.name != view.tier.name]
    if not tier.changes or not others or view.built is None:
        return tier
    if not any(map(_is_drafted, tier.verdicts)):
        changed = view.built.changed_by(tier.changes, others)
        return _held(tier, changed) if changed else tier
    return _with_drafts(tier, view.built, others)


def _with_drafts(tier: TierEdits, built: BuiltTree, others: Collection[Tier]) -> TierEdits:
    drafts = _edited(tier, drafted=True)
    own = _edited(tier, drafted=False)
    changed = built.changed_by(own.changes, others)
    if changed:
        return _held(tier, changed)
    unlisted = tuple(
        one for one in built.changed_by(drafts.changes, others) if not any(_lists(v, one) for v in drafts.updates)
    )
    if not unlisted:
        return tier
    reason = _reason(unlisted)
    verdicts = (hold(one, reason) if _is_drafted(one) else one for one in tier.verdicts)
    return replace(tier, changes=own.changes, verdicts=tuple(verdicts))


def prove_promotion(tier: TierEdits) -> TierEdits:
    """Hold a promotion that would change an object of any tier which it does not list."""
    built = tier.view.built
    if not tier.changes or built is None:
        return tier
    everyone = neighbours(tier.view.tier, tier.view.base.tiers)
    unlisted = tuple(
        one for one in built.changed_by(tier.changes, everyone) if not any(_lists(v, one) for v in tier.updates)
    )
    return _held(tier, unlisted) if unlisted else tier


def _is_drafted(verdict: Verdict) -> bool:
    return isinstance(verdict.decision, Update) and bool(verdict.decision.shared)


def _edited(tier: TierEdits, *, drafted: bool) -> TierEdits:
    """The edits of the drafts alone, or of all others."""
    verdicts = tuple(_unless(one, stays=_is_drafted(one) is not drafted) for one in tier.verdicts)
    (edited,) = edit([TierVerdicts(view=tier.view, verdicts=verdicts)])
    return edited


def _unless(verdict: Verdict, *, stays: bool) -> Verdict:
    if not stays or not isinstance(verdict.decision, Update):
        return verdict
    return replace(verdict, decision=Current(version=verdict.decision.old))


def _lists(verdict: Verdict, changed: Changed) -> bool:
    """Whether an update says that it changes an object: of tiers, root and file that it names, or where it edits."""
    update, reference, origin = verdict.decision, verdict.reference, changed.origin
    if not isinstance(update, Update) or origin is None:
        return False
    moved = {one.tier.name for one in update.shared} or {verdict.tier.name}
    if not {tier.name for tier in changed.tiers} <= moved:
        return False
    edited = {(change.place.path, change.place.document) for change in update.edits}
    builds = changed.by in reference.built and origin.path in {reference.path, *reference.also_in}
    return builds or (origin.path, origin.document) in edited


def _held(tier: TierEdits, changed: tuple[Changed, ...]) -> TierEdits:
    reason = _reason(changed)
    return replace(tier, changes=(), verdicts=tuple(hold(verdict, reason) for verdict in tier.verdicts))


def _reason(changed: tuple[Changed, ...]) -> Reason:
    """Production's objects alone where any of them is: that is what somebody must read."""
    of_production = [one for one in changed if any(tier.production for tier in one.tiers)]
    names = ", ".join(list(dict.fromkeys(map(str, of_production or changed)))[:_MOST_NAMED])
    if of_production:
        return REACHES_PRODUCTION(objects=names)
    tiers = dict.fromkeys(tier.name for one in changed for tier in one.tiers)
    return REACHES_TIER(tiers=", ".join(tiers), objects=names)
