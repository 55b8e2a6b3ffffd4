"""ages: since when the versions exist that a reference is behind of, as far as the ledger or a manifest tells."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from bot.ledger.model import ChartSights
from bot.model.proposing import Beyond
from bot.model.verdicts import Behind, Current, Proof, Since, Update, Verdict
from bot.steps.look_up import Asked
from bot.steps.past.recall import Recalled
from bot.steps.resolve import TierVerdicts


def unknown_ages(judged: Iterable[TierVerdicts], recalled: Recalled) -> Iterator[Asked]:
    """The versions of which only their manifests can say when they were made, for tiers that want drafts of them.

    Each is asked for once in its life: the ledger keeps the answer.
    """
    for tier in judged:
        for verdict in tier.verdicts if tier.view.tier.proposing.beyond is Beyond.DRAFT else ():
            behind, address = _behind(verdict), verdict.reference.source.address
            sights = recalled.sights(address)
            was_there = behind.first in sights.first_seen and sights.first_seen[behind.first] <= sights.since
            if was_there and behind.first not in sights.created and (str(address), behind.first) not in recalled.silent:
                yield verdict.reference.source, behind.first


def with_ages(judged: Iterable[TierVerdicts], recalled: Recalled) -> tuple[TierVerdicts, ...]:
    """The same verdicts, each with the age of what it is behind of."""
    return tuple(
        replace(tier, verdicts=tuple(_with_age(verdict, recalled) for verdict in tier.verdicts)) for tier in judged
    )


def _with_age(verdict: Verdict, recalled: Recalled) -> Verdict:
    behind, decision = _behind(verdict), verdict.decision
    if not behind.majors or not isinstance(decision, Update | Current):
        return verdict
    since = _since(recalled.sights(verdict.reference.source.address), behind.first)
    return replace(verdict, decision=replace(decision, behind=replace(behind, since=since))) if since else verdict


def _behind(verdict: Verdict) -> Behind:
    decision = verdict.decision
    return decision.behind if isinstance(decision, Update | Current) else Behind()


def _since(sights: ChartSights, tag: str) -> Since | None:
    first = sights.first_seen.get(tag)
    if first is None:
        return None
    if first > sights.since:
        return Since(first, Proof.SEEN)
    created = sights.created.get(tag)
    return Since(created, Proof.PUBLISHER) if created and created < first else Since(first, Proof.EARLIER)
