"""The story, top to bottom. Read-only commands are its beginning, a dry run stops before `publish`."""

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bot.errors import RunFailed
from bot.model.references import PassedOver
from bot.model.tiers import Branch, Configuration
from bot.ports import Progress, Registry
from bot.report.run_report import RunReport
from bot.steps.look_up import Answers, confirm, look_up
from bot.steps.resolve import Resolved, resolve
from bot.steps.scan import Base, Readings, scan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.ledger.model import Ledger
    from bot.model.explanations import Explained, Spot
    from bot.model.promotions import Asked
    from bot.model.proposals import Plan, Published
    from bot.selection.sharing import Timed
    from bot.steps.edit import TierEdits
    from bot.steps.find import Remote
    from bot.steps.past.branches import Past
    from bot.steps.past.recall import Recalled
    from bot.steps.promotions.open_promotions import OpenPromotion
    from bot.steps.proposals import Arranged, TierProposals
    from bot.steps.resolve import TierVerdicts


class Request(Struct, frozen=True, kw_only=True):
    """What a run is asked for, and the parts that it may use.

    Attributes:
        command: What was called, for the report.
        bases: The trees to judge.
        default: The branch of tiers that name none; empty for a work tree.
        remote: Our side of the remote; None for `scan`, which ends before the plan.
        writes: Whether the plan is carried out.
        now: The time of the run, in UTC; nothing else looks at a clock.
        past: What is known beside the tips; None for a work tree, which has no history.
    """

    command: str
    configuration: Configuration
    bases: tuple[Base, ...]
    default: Branch
    registry: Registry
    progress: Progress
    now: datetime
    remote: "Remote | None" = None
    writes: bool = False
    past: "Past | None" = None


def explain(request: Request, spot: "Spot") -> "Explained":
    """Tell the beginning of the story for one place; only its charts are asked for, nothing is written."""
    from bot.steps.explain import explain as with_reasons  # noqa: PLC0415 - neither scan nor update needs it
    from bot.steps.explain import focus  # noqa: PLC0415 - as above

    configuration, registry = request.configuration, request.registry
    readings = Readings()
    manifests = scan(request.bases, readings)
    resolved = resolve(manifests, configuration, request.default)
    focused = focus(resolved, manifests, spot)
    answers = look_up(focused, configuration, registry, request.progress)
    from bot.steps.edit import edit  # noqa: PLC0415 - as in `run`
    from bot.steps.past.recall import Recalled  # noqa: PLC0415 - as in `run`
    from bot.steps.ripen import ripen  # noqa: PLC0415 - as in `run`

    recalled = Recalled(resolved, configuration, request.now, request.past, readings)
    verdicts = ripen(focused, answers, configuration, recalled, registry, request.progress)
    edits = edit(confirm(verdicts, registry, request.progress))
    return with_reasons(edits, answers, configuration, focused, spot)


def check(request: Request, before: Base, after: Base) -> RunReport:
    """Tell the story of the versions that people change between two trees: nothing is edited, nothing is written.

    Args:
        request: As for `scan` of the base branches, which say what has soaked.
        before: Where the pull request began.
        after: Its head, with the tiers of the branch that it goes to.
    """
    from bot.steps.checks.compare import (  # noqa: PLC0415 - only check needs it
        compare,
        judging_people,
        tips_of,
        views_of,
        with_tiers_of,
    )
    from bot.steps.checks.judge import beside, judge, unfollowed_now, unjudged, unseen_now  # noqa: PLC0415 - as above
    from bot.steps.past.recall import Recalled  # noqa: PLC0415 - as in `run`
    from bot.steps.select_versions import select  # noqa: PLC0415 - as above

    configuration, registry = judging_people(request.configuration), request.registry
    readings = Readings()
    old, new = scan((before, with_tiers_of(after, configuration)), readings)
    compared = compare(old, new, configuration)
    edited, builds = compared.edited, (*unfollowed_now(compared.unfollowed), *unseen_now(compared.unseen))
    if not edited:
        verdicts = unjudged(compared.lost)
        return RunReport(command=request.command, configuration=configuration, verdicts=verdicts, passed_over=builds)
    resolved = views_of(edited, new)
    answers = look_up(resolved, configuration, registry, request.progress)
    tips = tips_of(scan(request.bases, readings), configuration)
    recalled = Recalled(tips, configuration, request.now, request.past, readings)
    ordinary = select(resolved, answers, configuration)
    judged = judge(edited, ordinary, answers, configuration, recalled, registry, request.progress)
    verdicts = (*judged, *unjudged(compared.lost))
    passed_over = (*builds, *beside(edited))
    return RunReport(command=request.command, configuration=configuration, verdicts=verdicts, passed_over=passed_over)


def promote(request: Request, asked: "Asked") -> RunReport:
    """Tell the story of what a person asks production to take over: one draft, and nothing else of any tier.

    Args:
        request: As for `run`.
        asked: The production tier, and what of it.
    """
    from bot.promotion.lifting import lifted  # noqa: PLC0415 - only this command needs it
    from bot.steps.edit import edit  # noqa: PLC0415 - as in `run`
    from bot.steps.past.recall import Recalled  # noqa: PLC0415 - as in `run`
    from bot.steps.promotions.promote import is_asked_for  # noqa: PLC0415 - as above
    from bot.steps.promotions.promote import promote as judge  # noqa: PLC0415 - as above
    from bot.steps.prove import prove_promotion  # noqa: PLC0415 - as above
    from bot.steps.pull_requests.arrange import arrange_promotion  # noqa: PLC0415 - as above
    from bot.steps.pull_requests.plan import plan  # noqa: PLC0415 - as in `run`

    configuration, registry, remote = request.configuration, request.registry, request.remote
    if remote is None:
        raise RunFailed("a promotion has nowhere to go", "Please report this as a bug")
    readings = Readings()
    resolved = resolve(scan(request.bases, readings), configuration, request.default)
    recalled = Recalled(resolved, configuration, request.now, request.past, readings)
    judged = judge(asked, resolved, configuration, recalled, registry, request.progress)
    chart = str(asked.chart or "")
    view = replace(judged.view, tier=lifted(judged.view.tier, chart))
    [edits] = edit([replace(judged, view=view)])
    arranged = arrange_promotion(prove_promotion(edits), chart, remote, configuration, request.now)
    production = Resolved(views=(view,), outside=())
    opened = _opened(request, remote, production, recalled)
    intended = plan(arranged, remote, configuration, opened)
    published = _written(request, remote, intended, recalled.learnt, awaited=True)
    report = _report(request, production, arranged.tiers)
    of_asked = tuple(one for one in report.verdicts if is_asked_for(one.reference, asked, configuration))
    return replace(report, verdicts=of_asked, plan=intended, published=published)


def run(request: Request) -> RunReport:
    """Tell the story once."""
    configuration, registry, remote = request.configuration, request.registry, request.remote
    readings = Readings()
    manifests = scan(request.bases, readings)
    resolved = resolve(manifests, configuration, request.default)
    answers = look_up(resolved, configuration, registry, request.progress)
    # Only here: what judges and edits is loaded while the registries are at work.
    from bot.steps.edit import edit  # noqa: PLC0415 - see above
    from bot.steps.past.recall import Recalled  # noqa: PLC0415 - see above
    from bot.steps.ripen import ripen  # noqa: PLC0415 - see above

    recalled = Recalled(resolved, configuration, request.now, request.past, readings)
    verdicts = ripen(resolved, answers, configuration, recalled, registry, request.progress)
    confirmed = confirm(verdicts, registry, request.progress)
    if remote is None:
        return _report(request, resolved, edit(confirmed))
    # Only here: a scan has ended, and would take a fiftieth longer if it imported what is left.
    from bot.steps.past.keep_digests import keep_digests  # noqa: PLC0415 - see above
    from bot.steps.past.still_moved import with_still_moved  # noqa: PLC0415 - see above
    from bot.steps.promotions.promote import promotable  # noqa: PLC0415 - see above
    from bot.steps.promotions.standing import drafts  # noqa: PLC0415 - see above
    from bot.steps.prove import prove  # noqa: PLC0415 - see above
    from bot.steps.pull_requests.arrange import arrange  # noqa: PLC0415 - see above
    from bot.steps.pull_requests.carry import Said, carry  # noqa: PLC0415 - see above
    from bot.steps.pull_requests.look_beyond import look_beyond  # noqa: PLC0415 - see above
    from bot.steps.pull_requests.smaller_jumps import SmallerJumps  # noqa: PLC0415 - see above
    from bot.steps.select_versions import timeless  # noqa: PLC0415 - see above
    from bot.steps.side import Sides  # noqa: PLC0415 - see above

    def judge(lifted: Resolved, by: Configuration, more: "Timed" = timeless) -> "tuple[TierVerdicts, ...]":
        return ripen(lifted, answers, by, recalled, registry, request.progress, more)

    said = Said(refused=recalled.refused, doubt=recalled.doubt)
    sides = Sides(remote.repository, configuration, readings)

    def kept(found: "Iterable[TierVerdicts]", by: Configuration) -> "tuple[TierVerdicts, ...]":
        return carry(found, remote, by, said, sides)

    beyond = look_beyond(confirmed, configuration, registry, request.progress, judge, kept)
    edits = prove(edit(kept(confirmed, configuration)))
    keep_digests(resolved, answers, recalled, registry, request.progress)
    opened = _opened(request, remote, resolved, recalled)
    promotions = drafts(resolved, configuration, recalled, remote, opened, registry, request.progress)
    recalled.keep_sights(promotable(resolved, configuration))
    smaller = SmallerJumps(
        configuration=configuration,
        remote=remote,
        registry=registry,
        progress=request.progress,
        judge=judge,
        said=said,
        sides=sides,
    )
    arranged = arrange(edits, remote, configuration, request.now, beyond, promotions, smaller, recalled.refused)
    arranged, moved = with_still_moved(arranged, recalled, registry, request.progress)
    intended = _planned(request, remote, arranged, opened, readings, answers, recalled)
    # Who called `hold` or `release` wants it followed now; what an `update` leaves to another run, nobody misses.
    published = _written(request, remote, intended, recalled.learnt, awaited=request.command != "update")
    return replace(_report(request, resolved, arranged.tiers, moved), plan=intended, published=published)


def _opened(
    request: Request, remote: "Remote", resolved: Resolved, recalled: "Recalled"
) -> "tuple[OpenPromotion, ...]":
    """The promotions that are open, with what became of their tags."""
    from bot.steps.promotions.moved_tags import with_moved_tags  # noqa: PLC0415 - as in `run`
    from bot.steps.promotions.open_promotions import open_promotions  # noqa: PLC0415 - as in `run`

    found = open_promotions(resolved, recalled, remote)
    return with_moved_tags(found, resolved, recalled, request.registry, request.progress)


def _planned(
    request: Request,
    remote: "Remote",
    arranged: "Arranged",
    opened: "tuple[OpenPromotion, ...]",
    readings: Readings,
    answers: Answers,
    recalled: "Recalled",
) -> "Plan":
    """What the run writes, with a word on each head that others work on: of what is in it, whatever is proposed."""
    from bot.steps.pull_requests.judge_head import HeadJudge  # noqa: PLC0415 - as in `run`
    from bot.steps.pull_requests.plan import plan  # noqa: PLC0415 - as in `run`
    from bot.steps.pull_requests.touched_heads import with_touched_heads  # noqa: PLC0415 - as in `run`

    heads = HeadJudge(
        bases=request.bases,
        readings=readings,
        answers=answers,
        configuration=request.configuration,
        recalled=recalled,
        remote=remote,
        registry=request.registry,
        progress=request.progress,
    )
    return with_touched_heads(plan(arranged, remote, request.configuration, opened), opened, remote, heads)


def _written(
    request: Request, remote: "Remote", intended: "Plan", learnt: "Ledger", *, awaited: bool
) -> "Published | None":
    """What is kept for the next run and then the plan, where anything is written at all."""
    if not request.writes:
        return None
    from bot.steps.past.remember import remember  # noqa: PLC0415 - as in `run`
    from bot.steps.publishing.publish import publish  # noqa: PLC0415 - as in `run`

    problems = remember(learnt, request.past, remote.us)
    return publish(intended, remote, request.configuration, problems, awaited=awaited)


def _report(
    request: Request,
    resolved: Resolved,
    tiers: "tuple[TierEdits, ...] | tuple[TierProposals, ...]",
    beside: tuple[PassedOver, ...] = (),
) -> RunReport:
    return RunReport(
        command=request.command,
        configuration=request.configuration,
        verdicts=tuple(verdict for tier in tiers for verdict in tier.verdicts),
        changes=tuple(change for tier in tiers for change in tier.changes),
        passed_over=(*(item for view in resolved.views for item in view.passed_over), *resolved.outside, *beside),
        dry_run=request.remote is not None and not request.writes,
        default=request.default,
    )
