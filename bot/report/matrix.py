"""The matrix, charts down and tiers across, as plain words: how each cell reads, whatever it is shown on."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Self, assert_never

from msgspec import Struct

from bot.maturity.maturity_reasons import WAITS
from bot.model.places import ObjectId
from bot.model.tiers import Tier
from bot.model.verdicts import Current, Held, Update, Verdict
from bot.planning.mirrors import canonical
from bot.planning.sharing import named, whole_tiers
from bot.proposal_reasons import BRINGS_OTHERS, TOUCHED, WAITING
from bot.reason import Weight
from bot.reasons import SOURCE_SUSPENDED
from bot.report.run_report import CLOSE, LEAVE, Place, RunReport, place_of
from bot.report.since import behind_text

if TYPE_CHECKING:
    from bot.model.proposals import PullRequestPlan

_PROPOSES_NOTHING = frozenset({CLOSE, LEAVE})
_Value = tuple[str, str, ObjectId]
"""A branch, a file, and the object in it."""


class Tone(IntEnum):
    """What a cell is about; rows are sorted by their loudest one. Noted is what is worth a look and no work."""

    UPDATE = 0
    HELD = 1
    NOTED = 2
    QUIET = 3


class Cell(Struct, frozen=True, kw_only=True, order=True):
    """One thing that is so in a tier; several references of a chart may differ. Foreign text, not escaped."""

    tone: Tone
    text: str
    count: int = 1

    def __str__(self) -> str:
        return f"{self.text} ({self.count} times)" if self.count > 1 else self.text


class Row(Struct, frozen=True, kw_only=True):
    """One chart: for each tier in the configuration's order what is so there, nothing where it is not used."""

    chart: str
    cells: tuple[tuple[Cell, ...], ...]

    @property
    def tone(self) -> Tone:
        """Its loudest cell."""
        return min((cell.tone for cells in self.cells for cell in cells), default=Tone.QUIET)


def matrix(report: RunReport) -> tuple[Row, ...]:
    """Every chart, what moves first, then what is held, then what is quiet, each by name. A mirrored chart is one."""
    by_chart: dict[str, list[Verdict]] = {}
    for verdict in report.verdicts:
        chart = canonical(verdict.reference.source.address, report.configuration.mirrors)
        by_chart.setdefault(str(chart), []).append(verdict)
    beside = _Beside.of(report)
    rows = [Row(chart=chart, cells=_cells(found, report.tiers, beside)) for chart, found in by_chart.items()]
    return tuple(sorted(rows, key=lambda row: (row.tone, row.chart)))


class _Beside(Struct, frozen=True):
    """What other parts of the run say about a verdict.

    Attributes:
        left: By place and version, the updates whose branch others work on: the number of its pull request, 0 for none.
        drafted: For objects that a draft moves in several tiers, that update.
        also: By place, the versions of pull requests beside that of its verdict.
    """

    left: Mapping[tuple[Place, str], int]
    drafted: Mapping[_Value, Update]
    also: Mapping[Place, Mapping[str, None]]

    @classmethod
    def of(cls, report: RunReport) -> Self:
        plans = [one.plan for one in report.outcomes]
        known = {TOUCHED.id, BRINGS_OTHERS.id}
        theirs = [one for one in plans if one.action.value == LEAVE and one.reason and one.reason.id in known]
        numbers = ((plan.existing.number if plan.existing else 0, plan.updates) for plan in theirs)
        updates = ((one, one.decision) for one in report.updates if isinstance(one.decision, Update))
        return cls(
            left={
                (place_of(one), one.decision.new): number
                for number, found in numbers
                for one in found
                if isinstance(one.decision, Update)
            },
            drafted={_value_of(one): update for one, update in updates if update.shared},
            also=_also(report, plans),
        )

    def cell_of(self, verdict: Verdict) -> Cell:
        """How one verdict reads in this run."""
        cell = cell_of(verdict)
        match verdict.decision:
            case Update(old=old, new=new) if (number := self.left.get((place_of(verdict), new))) is not None:
                what = f"#{number}" if number else "its branch"
                return Cell(tone=Tone.NOTED, text=f"{old}, {new} exists, {what} is left alone")
            case Update() if also := self.also.get(place_of(verdict)):
                return Cell(tone=cell.tone, text=f"{cell.text}, also {', '.join(also)}")
            case Current() if draft := self.drafted.get(_value_of(verdict)):
                others = [tier for tier in whole_tiers([draft]) if tier.name != verdict.tier.name]
                text = f"{cell.text}, {draft.new} is in a draft with {named(others)}"
                return Cell(tone=min(cell.tone, Tone.NOTED), text=text)
            case _:
                return cell


def _also(report: RunReport, plans: Iterable["PullRequestPlan"]) -> Mapping[Place, Mapping[str, None]]:
    """A chart may have a major in one pull request, or in a draft, and less in another."""
    told = {(place_of(one), one.decision.new) for one in report.updates if isinstance(one.decision, Update)}
    found: dict[Place, dict[str, None]] = defaultdict(dict)
    for one in (one for plan in plans if plan.action.value not in _PROPOSES_NOTHING for one in plan.updates):
        if isinstance(one.decision, Update) and (place_of(one), one.decision.new) not in told:
            found[place_of(one)][one.decision.new] = None
    return found


def _value_of(verdict: Verdict) -> _Value:
    return verdict.tier.branch or "", verdict.reference.path, verdict.reference.object


def _cells(verdicts: Iterable[Verdict], tiers: Iterable[Tier], beside: _Beside) -> tuple[tuple[Cell, ...], ...]:
    by_tier: dict[str, Counter[Cell]] = defaultdict(Counter)
    for verdict in verdicts:
        by_tier[verdict.tier.name][beside.cell_of(verdict)] += 1
    return tuple(
        tuple(Cell(tone=cell.tone, text=cell.text, count=count) for cell, count in sorted(by_tier[tier.name].items()))
        for tier in tiers
    )


def cell_of(verdict: Verdict) -> Cell:
    """How one verdict reads. A suspended object always says so and is never called current."""
    suspended = " (suspended)" if verdict.reference.suspended else ""
    match verdict.decision:
        case Update() as update:
            kept = f"{', rollback' if update.goes_back else ''}{_kept(update)}"
            draft = f", a draft for {named(whole_tiers([update]))}" if update.shared else ""
            return Cell(tone=Tone.UPDATE, text=f"{update.old} -> {update.new}{kept}{draft}{suspended}")
        case Held() as held:
            return _held(held, suspended)
        case Current() as current:
            return _current(current, suspended, stays=verdict.tier.stands_still)
        case _:
            assert_never(verdict.decision)


def _kept(update: Update) -> str:
    if update.carried is None:
        return ""
    return ", waits again" if update.carried.id == WAITS.id else ", kept"


def _held(held: Held, suspended: str) -> Cell:
    version = held.version or "no version"
    if held.reason.id == SOURCE_SUSPENDED.id:
        return Cell(tone=Tone.NOTED, text=f"{version} (suspended)")
    if held.reason.id in WAITING:
        return Cell(tone=Tone.HELD, text=f"{version}, {held.reason.sentence}{suspended}")
    if held.reason.weight is Weight.COUNTED:
        tone = Tone.NOTED if suspended else Tone.QUIET
        return Cell(tone=tone, text=f"{version} ({held.reason.words}){suspended}")
    return Cell(tone=Tone.HELD, text=f"{version}, {held.reason.words}{suspended}")


def _current(current: Current, suspended: str, *, stays: bool) -> Cell:
    runs = f" runs {current.runs}" if current.runs else ""
    runs += f", {current.newest} is beyond" if runs and current.newest else ""
    behind = f", {behind_text(current.behind)}" if current.behind.majors else ""
    if current.brings:
        return Cell(tone=Tone.NOTED, text=f"{current.version}, a merge brings {current.brings}{suspended}")
    if current.waiting:
        waits = f", {current.waiting.version} {current.waiting.words}"
        return Cell(tone=Tone.NOTED, text=f"{current.version}{waits}{behind}{suspended}")
    if current.remark:
        # How far a range is behind belongs to what it runs; else a hold would read as one of what is newer.
        said = f"{runs}{behind}, {current.remark.words}" if runs else f", {current.remark.words}{behind}"
        return Cell(tone=Tone.HELD, text=f"{current.version}{said}{suspended}")
    if current.ahead:
        return Cell(tone=Tone.NOTED, text=f"{current.version}, {current.ahead}{behind}{suspended}")
    if runs or behind or suspended:
        return Cell(tone=Tone.NOTED, text=f"{current.version}{runs}{behind}{suspended}")
    if stays and current.newest:
        return Cell(tone=Tone.NOTED, text=f"{current.version}, {current.newest} exists")
    return Cell(tone=Tone.QUIET, text="current")
