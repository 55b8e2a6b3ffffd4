"""prove: the edits of every tier leave what production gets as it is, built anew with Kustomize's and Flux's rules."""

from collections.abc import Iterable
from dataclasses import replace

from bot.planning.tiers import neighbours
from bot.reason import Reason
from bot.reasons import REACHES_PRODUCTION
from bot.steps.edit import TierEdits
from bot.steps.edit_file import hold

_MOST_NAMED = 3


def prove(edits: Iterable[TierEdits]) -> tuple[TierEdits, ...]:
    """Hold every edit of a tier that would change an object of production; there is none, as far as we know."""
    return tuple(_proved(tier) for tier in edits)


def _proved(tier: TierEdits) -> TierEdits:
    view = tier.view
    production = [other for other in neighbours(view.tier, view.base.tiers) if other.production]
    if not tier.changes or not production or view.built is None:
        return tier
    changed = view.built.changed_by(tier.changes, production)
    return _held(tier, changed) if changed else tier


def _held(tier: TierEdits, changed: tuple[str, ...]) -> TierEdits:
    reason: Reason = REACHES_PRODUCTION(objects=", ".join(changed[:_MOST_NAMED]))
    return replace(tier, changes=(), verdicts=tuple(hold(verdict, reason) for verdict in tier.verdicts))
