"""Everything that a run found, decided and did, as the one value from which all that is told is made."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, assert_never

from msgspec import Struct

from bot.check_reasons import UNJUDGED_NOW
from bot.model.commits import FileChange
from bot.model.references import PassedOver
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Current, Held, Update, Verdict
from bot.proposal_reasons import FASTER_RUN
from bot.reason import Reason, Weight
from bot.reasons import UNKNOWN

if TYPE_CHECKING:
    from bot.model.proposals import Outcome, Plan, Published, StatusPlan


CLOSE, LEAVE = "close", "leave"
"""Of `Action`, which a scan need not load."""
Place = tuple[str, str, int]
"""A tier's name, a file and its line."""


class RunReport(Struct, frozen=True, kw_only=True):
    """One run.

    Attributes:
        command: What was called.
        verdicts: Of every tier, as they stood after editing.
        changes: The files that the updates change, tier by tier.
        passed_over: Files and objects that were not judged.
        plan: What was to be written; None for `scan`.
        published: What came of it; None where nothing was to be written.
        dry_run: The plan was made and deliberately not carried out.
        word: What a person had this run keep, in a line; else empty.
        default: The branch of tiers that name none; empty where it is not known, as in a work tree.
        suggestion: The configuration that a scan without one judged by, to be written by a person; else empty.
    """

    command: str
    configuration: Configuration
    verdicts: tuple[Verdict, ...] = ()
    changes: tuple[FileChange, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    plan: "Plan | None" = None
    published: "Published | None" = None
    dry_run: bool = False
    word: str = ""
    suggestion: str = ""
    default: str = ""

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The tiers in the configuration's order."""
        return self.configuration.tiers

    @property
    def updates(self) -> tuple[Verdict, ...]:
        """The verdicts that are updates."""
        return updates_of(self.verdicts)

    @property
    def notes(self) -> tuple[Reason, ...]:
        """What is to be said of the plan as a whole."""
        return self.plan.notes if self.plan else ()

    @property
    def statuses(self) -> "tuple[StatusPlan, ...]":
        """The statuses that were planned; where another run was faster, those of what this run wrote before."""
        planned = self.plan.statuses if self.plan else ()
        if not self.was_overtaken:
            return planned
        written = {one.plan.branch for one in self.outcomes if one.wrote and not one.problem}
        return tuple(one for one in planned if one.sha is None and one.branch in written)

    @property
    def was_overtaken(self) -> bool:
        """Whether another run was faster, so that not all that was planned is written."""
        left = (one.plan.reason for one in self.outcomes)
        return any(reason and reason.id == FASTER_RUN.id for reason in (*left, *self.remarks))

    @property
    def outcomes(self) -> "tuple[Outcome, ...]":
        """What came of each pull request that was planned; unpublished plans stand as they are."""
        if self.published is not None:
            return self.published.outcomes
        if self.plan is None:
            return ()
        from bot.model.proposals import Outcome  # noqa: PLC0415 - a scan has none, nor needs what belongs to it

        return tuple(
            Outcome(plan=plan, url=plan.existing.url if plan.existing else "") for plan in self.plan.pull_requests
        )

    @property
    def remarks(self) -> tuple[Reason, ...]:
        """What the forge has people know about what this run wrote."""
        return self.published.remarks if self.published else ()

    @property
    def problems(self) -> tuple[Reason, ...]:
        """What could not be written, or must not have been."""
        if self.published is None:
            return ()
        of_outcomes = (outcome.problem for outcome in self.published.outcomes)
        return (*(problem for problem in of_outcomes if problem), *self.published.problems)


def place_of(verdict: Verdict) -> Place:
    """Where a verdict's reference stands, for its tier."""
    return verdict.tier.name, verdict.reference.path, verdict.reference.line


def updates_of(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts that are updates."""
    return tuple(verdict for verdict in verdicts if isinstance(verdict.decision, Update))


def reason_of(verdict: Verdict) -> Reason | None:
    """Why a reference was not judged afresh, or should be looked at although it was; None for neither."""
    match verdict.decision:
        case Held(reason=reason):
            return reason
        case Update() as update:
            return update.carried or update.remark
        case Current(remark=reason):
            return reason
        case _:
            assert_never(verdict.decision)


def counted_updates(verdicts: Iterable[Verdict]) -> str:
    """`2 updates`, `1 rollback`, `2 updates and 1 rollback`: what goes back is no update to anybody."""
    back = [one.decision.goes_back for one in verdicts if isinstance(one.decision, Update)]
    return updates_said(len(back) - sum(back), sum(back))


def updates_said(up: int, back: int) -> str:
    """The same of so many."""
    said = (counted(up, "update") if up or not back else "", counted(back, "rollback") if back else "")
    return " and ".join(filter(None, said))


def findings(report: RunReport) -> tuple[Reason, ...]:
    """What speaks against the versions that people changed, each as often as it does; for `check` only."""
    if report.command != "check":
        return ()
    versions = (verdict.decision.reason for verdict in report.verdicts if isinstance(verdict.decision, Held))
    return (*versions, *(item.reason for item in report.passed_over if item.reason.id == UNJUDGED_NOW.id))


def is_unknown(verdict: Verdict) -> bool:
    """Whether the chart could not be looked up in this run."""
    reason = reason_of(verdict)
    return reason is not None and reason.id in UNKNOWN


def nothing_looked_up(verdicts: Iterable[Verdict]) -> bool:
    """Whether charts were asked for and not one answered.

    References that are held for reasons of their own need no answer and prove none.
    """
    unknown, answered = 0, 0
    for verdict in verdicts:
        if is_unknown(verdict):
            unknown += 1
        elif not isinstance(verdict.decision, Held):
            answered += 1
    return unknown > 0 and answered == 0


def charts_unknown(verdicts: Iterable[Verdict]) -> int:
    """How many distinct charts could not be looked up."""
    return len({verdict.reference.source.address for verdict in verdicts if is_unknown(verdict)})


def alarms(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The reasons for which someone must look."""
    return tuple(reason for reason in reasons if reason.weight is Weight.ALARM)


def all_reasons(report: RunReport) -> Iterator[Reason]:
    """Every reason of the run, repeated as often as it holds."""
    yield from (reason for verdict in report.verdicts if (reason := reason_of(verdict)))
    yield from (item.reason for item in report.passed_over)
    yield from (outcome.plan.reason for outcome in report.outcomes if outcome.plan.reason)
    yield from (remark for outcome in report.outcomes for remark in outcome.remarks)
    yield from report.notes
    yield from report.remarks
    yield from report.problems


def some(texts: Sequence[str], most: int) -> str:
    """`a, b, c and 2 more`."""
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return f"{', '.join(texts[:most])}{more}"


def counted(count: int, noun: str) -> str:
    """`1 update`, `2 updates`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
