"""prove: the edits of every tier leave what all other tiers get as it is, built anew with Kustomize's and Flux's rules.

Drafts for several tiers are proved apart: they may change the objects that they list, and nothing else of others.
"""

from collections.abc import Callable, Collection, Iterable

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
_MOST_BUILDS = 32
"""To find one of 600 updates takes 20."""
_Wrong = Callable[[TierEdits], tuple[Changed, ...]]
"""What edits would change that they must not."""


def prove(edits: Iterable[TierEdits]) -> tuple[TierEdits, ...]:
    """Hold every edit of a tier that would change an object of another one; the others go on."""
    return tuple(_proved(tier) for tier in edits)


def _proved(tier: TierEdits) -> TierEdits:
    view = tier.view
    others = [other for other in neighbours(view.tier, view.base.tiers) if other.name != view.tier.name]
    built = view.built
    if not tier.changes or not others or built is None:
        return tier

    def changed(edits: TierEdits) -> tuple[Changed, ...]:
        return built.changed_by(edits.changes, others)

    if not any(map(_is_drafted, tier.verdicts)):
        return _settled(tier, changed)
    own, drafts = _edited(tier, drafted=False), _edited(tier, drafted=True)
    settled = _settled(own, changed), _settled(drafts, lambda edits: _unlisted(edits, built, others))
    if settled == (own, drafts):
        return tier
    pairs = zip(tier.verdicts, settled[0].verdicts, settled[1].verdicts, strict=True)
    return _anew(tier, (draft if _is_drafted(one) else mine for one, mine, draft in pairs))


def prove_promotion(tier: TierEdits) -> TierEdits:
    """Hold a promotion that would change an object of any tier which it does not list."""
    built = tier.view.built
    if not tier.changes or built is None:
        return tier
    everyone = neighbours(tier.view.tier, tier.view.base.tiers)
    return _settled(tier, lambda edits: _unlisted(edits, built, everyone))


def _unlisted(edits: TierEdits, built: BuiltTree, tiers: Collection[Tier]) -> tuple[Changed, ...]:
    changed = built.changed_by(edits.changes, tiers)
    return tuple(one for one in changed if not any(_lists(each, one) for each in edits.updates))


def _settled(tier: TierEdits, wrong: _Wrong) -> TierEdits:
    """Hold the updates that change what they must not; all of them where it is not told which do."""
    changed = wrong(tier)
    if not changed:
        return tier
    held = _culprits(tier, wrong)
    left = _anew(tier, (hold(one, held[at]) if at in held else one for at, one in enumerate(tier.verdicts)))
    return _held(tier, changed) if not held or wrong(left) else left


def _culprits(tier: TierEdits, wrong: _Wrong) -> dict[int, Reason]:
    """The places of the updates that are wrong without the others, found by halves; the last halves stay whole."""
    found: dict[int, Reason] = {}
    groups = [[at for at, one in enumerate(tier.verdicts) if isinstance(one.decision, Update)]]
    for _ in range(_MOST_BUILDS):
        if not groups:
            return found
        group, *groups = groups
        alone = (_unless(one, stays=at not in group) for at, one in enumerate(tier.verdicts))
        changed = wrong(_anew(tier, alone))
        if changed and len(group) > 1:
            groups += [group[: len(group) // 2], group[len(group) // 2 :]]
        elif changed:
            found[group[0]] = _reason(changed)
    whole = _reason(wrong(tier))
    return found | {at: whole for group in groups for at in group}


def _anew(tier: TierEdits, verdicts: Iterable[Verdict]) -> TierEdits:
    """The edits of these verdicts alone."""
    (edited,) = edit([TierVerdicts(view=tier.view, verdicts=tuple(verdicts))])
    return edited


def _is_drafted(verdict: Verdict) -> bool:
    return isinstance(verdict.decision, Update) and bool(verdict.decision.shared)


def _edited(tier: TierEdits, *, drafted: bool) -> TierEdits:
    """The edits of the drafts alone, or of all others."""
    return _anew(tier, (_unless(one, stays=_is_drafted(one) is not drafted) for one in tier.verdicts))


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
