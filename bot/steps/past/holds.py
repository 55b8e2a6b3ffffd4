"""What a person holds of what is open: known without a registry, and without a look into the past."""

from collections.abc import Callable, Iterable

from bot.maturity.gates import HoldGate, ReturnGate
from bot.model.references import Reference
from bot.model.tiers import Tier
from bot.planning.rows import Row
from bot.planning.tiers import neighbours, tiers_reached
from bot.selection.excluded import RuleGate
from bot.steps.resolve import TierView
from bot.versions.tags import read_pin, tag_of

Gates = Callable[[Reference, Tier], Iterable[HoldGate | ReturnGate | RuleGate]]
"""What is said against versions of a reference in a tier."""


def nobody(_reference: Reference, _tier: Tier) -> tuple[HoldGate, ...]:
    """Nothing is held."""
    return ()


def why_held(rows: Iterable[Row], view: TierView, gates: Gates) -> dict[Row, str]:
    """Those of these rows that somebody does not want, with why in words.

    Args:
        rows: What a branch of ours changes.
        view: Its tier, on the base: what several tiers share is held by a word about any of them.
        gates: What is said of a reference.
    """
    wanted: dict[str, list[Row]] = {}
    for row in sorted(rows):
        wanted.setdefault(row.chart, []).append(row)
    found: dict[Row, str] = {}
    for reference in view.references if wanted else ():
        for row in wanted.get(str(reference.source.address), ()):
            if row not in found and (why := _why(row.version, reference, view, gates)):
                found[row] = why
    return found


def _why(text: str, reference: Reference, view: TierView, gates: Gates) -> str:
    version, tag = read_pin(text, reference.tag_rule), tag_of(text, reference.tag_rule)
    reached = tiers_reached(reference, neighbours(view.tier, view.base.tiers))
    tiers = {tier.name: tier for tier in (view.tier, *reached)}
    said = (gate for tier in tiers.values() for gate in gates(reference, tier))
    return next((found.why for gate in said if (found := gate.objection(tag, version))), "")
