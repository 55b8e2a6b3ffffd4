"""ripen: select, with what time says. It is asked for only where a version would else be taken: often nothing is."""

from collections.abc import Iterable, Iterator

from bot.ledger.model import ChartSights, Ledger
from bot.maturity.gates import Gate, WaitGate
from bot.model.charts import ManifestFacts, TagList
from bot.model.proposing import Beyond
from bot.model.references import ExactPin, Reference
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Current
from bot.ports import Progress, Registry
from bot.reason import Reason
from bot.selection.considered import offer_for
from bot.selection.limits import Limits, limits_of
from bot.selection.sharing import Timed
from bot.selection.suspended import only_reported
from bot.steps.look_up import Answers, Asked
from bot.steps.past.ages import unknown_ages, with_ages
from bot.steps.past.left_before import behind_lower, with_what_was_left
from bot.steps.past.moving import Moving, moving
from bot.steps.past.recall import Recalled
from bot.steps.past.same_bytes import same_bytes
from bot.steps.resolve import Resolved, TierVerdicts
from bot.steps.select_versions import Known, select, timeless
from bot.versions.tags import read_pin

_ROUNDS = 8
"""After so many, ages that are still unknown begin with this run: that many newer versions were too young already."""


def ripen(
    resolved: Resolved,
    answers: Answers,
    configuration: Configuration,
    recalled: Recalled,
    registry: Registry,
    progress: Progress,
    more: Timed = timeless,
) -> tuple[TierVerdicts, ...]:
    """Judge every reference; where that takes a version whose age or past is not known, ask, and judge again.

    Args:
        resolved: What is judged.
        answers: Of the registries.
        configuration: How far it may move.
        recalled: What is known of time; grows.
        registry: Asked for ages.
        progress: Of these questions.
        more: What else bounds a reference, for this once.
    """

    def timed(reference: Reference, limits: Limits) -> tuple[Gate, ...]:
        return (*recalled.timed(reference, limits), *more(reference, limits))

    recalled.learn(_sights(resolved, answers, configuration, recalled))
    known: Known = {}
    for _ in range(_ROUNDS):
        judged = select(resolved, answers, configuration, timed, known)
        would_move = tuple(moving(one for tier in judged for one in tier.verdicts))
        newer = (one for one in would_move if not one.back)
        undated = dict.fromkeys(_undated(newer, configuration, recalled))
        _learn_ages(undated, recalled, registry, progress)
        # What is kept back last: that it was taken back is to be told, whatever else speaks against it.
        if not (recalled.look_back(would_move) or undated or _look_behind(judged, recalled)):
            break
    else:
        recalled.asks = False
        judged = select(resolved, answers, configuration, timed, known)
    _learn_ages(dict.fromkeys(unknown_ages(judged, recalled)), recalled, registry, progress)
    confirmed = same_bytes(with_ages(judged, recalled), recalled, registry, progress)
    return recalled.with_merges(with_what_was_left(confirmed, recalled))


def _look_behind(judged: tuple[TierVerdicts, ...], recalled: Recalled) -> bool:
    behind = recalled.look_for_returns(behind_lower(judged, recalled))
    with_past = (tier for tier in judged if recalled.branches.has_past(tier.view.tier.name))
    return recalled.look_behind(_kept_back(with_past)) or behind


def _kept_back(judged: Iterable[TierVerdicts]) -> Iterator[tuple[Reference, Tier]]:
    """What has a version that it may take, and does not take now."""
    for verdict in (one for tier in judged for one in tier.verdicts):
        if isinstance(verdict.decision, Current) and any(one.in_time for one in verdict.decision.refused):
            yield verdict.reference, verdict.tier


def _sights(resolved: Resolved, answers: Answers, configuration: Configuration, recalled: Recalled) -> Ledger:
    """Every version that is seen for the first time, newer than what is in use, of charts whose age matters.

    So it does where they have to wait, and where a draft says since when a tier is behind.
    """
    found: dict[str, dict[str, None]] = {}
    for view in resolved.views:
        for reference in view.references:
            limits = limits_of(reference, view.tier, configuration)
            if isinstance(limits, Reason) or not (_waits(limits) or view.tier.proposing.beyond is Beyond.DRAFT):
                continue
            if not only_reported(reference, configuration):
                tags = found.setdefault(str(reference.source.address), {})
                tags |= dict.fromkeys(_newer(reference, answers))
    charts: dict[str, ChartSights] = {}
    for address, tags in found.items():
        known = recalled.known.charts.get(address)
        new = {tag: recalled.now for tag in tags if known is None or tag not in known.first_seen}
        if new:
            charts[address] = ChartSights(since=known.since if known else recalled.now, first_seen=new)
    return Ledger(charts=charts)


def _waits(limits: Limits) -> bool:
    return bool(limits.pace.wait) and not limits.stays


def _newer(reference: Reference, answers: Answers) -> Iterator[str]:
    tags = answers.tags[reference.source]
    offer = offer_for(reference, tags) if isinstance(tags, TagList) else None
    if offer is None:
        return
    pin = reference.pin
    current = read_pin(pin.version.text, reference.tag_rule) if isinstance(pin, ExactPin) else None
    yield from (seen.tag for seen in offer.newest_first if current is None or seen.version > current)


def _undated(would_move: Iterable[Moving], configuration: Configuration, recalled: Recalled) -> Iterator[Asked]:
    for one in would_move:
        limits = limits_of(one.reference, one.tier, configuration)
        gates = () if isinstance(limits, Reason) else recalled.timed(one.reference, limits)
        if any(isinstance(gate, WaitGate) and gate.is_undated(one.tag) for gate in gates):
            yield one.reference.source, one.tag


def _learn_ages(undated: Iterable[Asked], recalled: Recalled, registry: Registry, progress: Progress) -> None:
    """One GET for each version that would be taken. One that does not answer is as old as its sight, in this run."""
    wanted = tuple(undated)
    for (source, tag), facts in (registry.manifests(wanted, progress) if wanted else {}).items():
        address = str(source.address)
        if not isinstance(facts, ManifestFacts):
            recalled.silent.add((address, tag))
            continue
        since = recalled.sights(source.address).since
        sights = ChartSights(since=since, created={tag: facts.created})
        recalled.learn(Ledger(charts={address: sights}))
