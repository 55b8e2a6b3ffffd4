"""What a tier still runs although one that it takes its versions from went back from it: said, and left to people."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from bot.maturity.gates import NotYet
from bot.maturity.maturity_reasons import ROLLED_BACK
from bot.model.references import Reference
from bot.model.tiers import Tier
from bot.model.verdicts import Current, Verdict
from bot.selection.withdrawn_reasons import IN_USE_TAKEN_BACK
from bot.steps.past.recall import Recalled
from bot.steps.past.states import version_of
from bot.steps.resolve import TierVerdicts
from bot.versions.version import Version


def with_what_was_left(judged: Iterable[TierVerdicts], recalled: Recalled) -> tuple[TierVerdicts, ...]:
    """Say so of what moves nowhere, but where something else is to be looked at."""
    return tuple(
        replace(tier, verdicts=tuple(_told(one, recalled) for one in tier.verdicts))
        if _concerns(tier.view.tier)
        else tier
        for tier in judged
    )


def behind_lower(judged: Iterable[TierVerdicts], recalled: Recalled) -> Iterator[tuple[Reference, Tier]]:
    """What is behind a tier that runs a lower version: it may have gone back. Nothing is read where none does."""
    branches = recalled.branches
    for verdict in (one for tier in judged for one in tier.verdicts if _concerns(tier.view.tier)):
        version, chart = version_of(verdict.reference), branches.chart(verdict.reference)
        before = (each for name in verdict.tier.pace.comes_from for each in branches.users(name, chart))
        if version and any((other := version_of(each)) and other < version for each in before):
            yield verdict.reference, verdict.tier


def _concerns(tier: Tier) -> bool:
    """What moves by merges says already that the next one brings a lower version."""
    return bool(tier.pace.comes_from) and not tier.pace.by_merge


def _told(verdict: Verdict, recalled: Recalled) -> Verdict:
    current, version = verdict.decision, version_of(verdict.reference)
    if not isinstance(current, Current) or version is None:
        return verdict
    if current.waiting or (current.remark and current.remark.id != ROLLED_BACK.id):
        return verdict
    found = next(_left(verdict, version, recalled), None)
    if found is None:
        return verdict
    tier, why = found
    return replace(
        verdict, decision=replace(current, remark=IN_USE_TAKEN_BACK(version=version, tier=tier, why=why.why))
    )


def _left(verdict: Verdict, version: Version, recalled: Recalled) -> Iterator[tuple[str, NotYet]]:
    for gate in recalled.returned(verdict.reference, verdict.tier):
        found = gate.objection("", version)
        if found and gate.tier in verdict.tier.pace.comes_from:
            yield gate.tier, found
