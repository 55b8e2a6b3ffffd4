"""A tag that was found to be another chart than it was is told in every run, until a person says that it may be that.

Threat: who pushes a tag again is found out once, when somebody asks for its version; and the tiers run it from then on.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from bot.model.charts import ChartAddress
from bot.model.references import ExactPin, PassedOver, Reference
from bot.model.verdicts import Current, Verdict
from bot.ports import Progress, Registry
from bot.promotion.pairing import digest_written, exact_version
from bot.promotion.witnesses import pushed_again
from bot.reason import Reason, Weight
from bot.report.run_report import reason_of
from bot.steps.look_up import Asked
from bot.steps.past.recall import Recalled
from bot.steps.proposals import Arranged, TierProposals
from bot.steps.resolve import TierView
from bot.versions.tags import tag_of

_Told = Mapping[Reference, Reason]
_Below = tuple[str, ChartAddress]


def with_still_moved(
    arranged: Arranged, recalled: Recalled, registry: Registry, progress: Progress
) -> tuple[Arranged, tuple[PassedOver, ...]]:
    """With the alarm at each reference that runs such a tag or would take it over, and where else.

    One HEAD for each tag that the ledger knows to be another one, and that this run did not ask about; where that does
    not answer, it is as it was. Elsewhere nothing is asked.

    Args:
        arranged: What becomes of each tier.
        recalled: Knows what tags were, and are told that a person accepts them.
        registry: Is asked.
        progress: Of these questions.
    """
    suspects = {asked: None for tier in arranged.tiers for _, asked, _ in _moved(tier.view, recalled)}
    new = [(source, tag) for source, tag in suspects if not recalled.first_digests.is_fresh(source.address, tag)]
    answers = registry.digests(new, progress) if new else {}
    recalled.first_digests.told((asked, found) for asked, found in answers.items() if isinstance(found, str))
    tiers: list[TierProposals] = []
    beside: list[PassedOver] = []
    for tier in arranged.tiers:
        told = {reference: reason for reference, _, reason in _moved(tier.view, recalled)}
        elsewhere = tuple(_elsewhere(tier.verdicts, told))
        view = replace(tier.view, passed_over=(*tier.view.passed_over, *elsewhere))
        tiers.append(replace(tier, view=view, verdicts=tuple(_with(one, told) for one in tier.verdicts)))
        beside += elsewhere
    return replace(arranged, tiers=tuple(tiers)), tuple(beside)


def _moved(view: TierView, recalled: Recalled) -> Iterator[tuple[Reference, Asked, Reason]]:
    """Every tag that a reference runs, or would take over, and that was another chart when it was first seen to run."""
    kept = recalled.first_digests
    changed = kept.changed()
    below: dict[_Below, tuple[Reference, ...]] = {}
    for reference in view.references if changed else ():
        for one in (*_running([reference]), *_ahead(view, reference, recalled, below)):
            address = one.source.address
            for tag in _tags(one, recalled) if str(address) in changed else ():
                seen, latest = kept.of(address, tag, reference, view.tier), kept.latest(address, tag)
                if latest and (why := pushed_again(tag, address, latest.digest, seen)):
                    yield reference, (one.source, tag), why


def _running(references: Iterable[Reference]) -> Iterator[Reference]:
    """Those that run what their tag is: where a digest is written, Flux runs that."""
    yield from (one for one in references if not (one.suspended or one.unlisted or digest_written(one)))


def _ahead(
    view: TierView, reference: Reference, recalled: Recalled, below: dict[_Below, tuple[Reference, ...]]
) -> Iterator[Reference]:
    """What runs a version that this one does not have yet, in a tier that it takes its versions from.

    `below` keeps what was found: hundreds of releases may use one chart.
    """
    current, branches = exact_version(reference), recalled.branches
    for name in view.tier.pace.comes_from if current else ():
        at = name, branches.chart(reference)
        if at not in below:
            alike = {(one.source, one.tag_rule, exact_version(one)): one for one in _running(branches.users(*at))}
            below[at] = tuple(alike.values())
        for one in below[at]:
            version = exact_version(one)
            if version and current and version > current:
                yield one


def _tags(reference: Reference, recalled: Recalled) -> Iterator[str]:
    """What Flux takes for it; where a constraint is written, any that was seen to be its version."""
    pin, version = reference.pin, exact_version(reference)
    if isinstance(pin, ExactPin) and version:
        if pin.as_constraint:
            yield from recalled.first_digests.tags(reference.source.address, version)
        else:
            yield tag_of(pin.version.text, reference.tag_rule)


def _with(verdict: Verdict, told: _Told) -> Verdict:
    reason = told.get(verdict.reference)
    if reason is None or not isinstance(verdict.decision, Current) or _alarms(verdict):
        return verdict
    return replace(verdict, decision=replace(verdict.decision, remark=reason))


def _elsewhere(verdicts: Iterable[Verdict], told: _Told) -> Iterator[PassedOver]:
    """The alarm beside what has another word already: an update that waits, or is open."""
    for one in verdicts:
        if one.reference in told and not isinstance(one.decision, Current) and not _alarms(one):
            yield one.reference.passed_over(told[one.reference])


def _alarms(verdict: Verdict) -> bool:
    reason = reason_of(verdict)
    return reason is not None and reason.weight is Weight.ALARM
