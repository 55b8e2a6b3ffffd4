"""Annotations on the file and line of each problem: the worst first, and no more than a runner keeps."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.errors import BotError, Fault
from bot.reason import Weight
from bot.report.escape import log_line

if TYPE_CHECKING:
    from bot.report.run_report import RunReport

MOST_A_LEVEL = 10
"""Kept of each level and step; the runner drops the rest unsaid
(https://github.com/actions/runner/blob/main/src/Runner.Worker/ExecutionContext.cs)."""
LONGEST = 4_096
"""Characters of a message that the runner keeps."""


class Level(StrEnum):
    """How an annotation is shown."""

    ERROR = "error"
    WARNING = "warning"


_LEVELS = {Weight.ALARM: Level.ERROR, Weight.WARNING: Level.WARNING}


class Annotation(Struct, frozen=True, kw_only=True):
    """One annotation, its text safe for a log.

    Attributes:
        path: The file in the repository; empty for the run as a whole.
        line: 1-based; 0 for the file as a whole.
    """

    level: Level
    message: str
    path: str = ""
    line: int = 0
    column: int = 0


def annotations_of(report: "RunReport") -> tuple[Annotation, ...]:
    """What of a run deserves one: alarms as errors, warnings as warnings, one a reason, at its first place."""
    return _kept(_of_reasons(report))


def annotations_of_faults(faults: Iterable[Fault]) -> tuple[Annotation, ...]:
    """Every fault of the configuration at its line and column."""
    return _kept(
        _annotation(
            Level.ERROR,
            _with_mend(fault.message, fault.mend),
            path=fault.path,
            line=fault.line,
            column=fault.column,
        )
        for fault in faults
    )


def annotation_of_trouble(error: BotError) -> Annotation:
    """The run as a whole came to nothing; why, and the mend."""
    return _annotation(Level.ERROR, _with_mend(error.message, error.mend))


def _of_reasons(report: "RunReport") -> Iterator[Annotation]:
    # Imported here: a fault of the configuration is annotated too, and needs none of a run's nouns.
    from bot.report.run_report import counted, findings  # noqa: PLC0415 - see above
    from bot.report.told_reasons import told_reasons  # noqa: PLC0415 - see above

    for outcome in report.outcomes:
        if outcome.problem:
            yield _annotation(Level.ERROR, f"{outcome.plan.tier.name}: {outcome.problem}")
        if outcome.plan.reason and (level := _LEVELS.get(outcome.plan.reason.weight)):
            yield _annotation(level, f"{outcome.plan.tier.name}: {outcome.plan.reason}")
    for remark in report.remarks:
        if level := _LEVELS.get(remark.weight):
            yield _annotation(level, str(remark))
    against = frozenset(findings(report))
    for told in told_reasons(report):
        if level := Level.ERROR if told.reason in against else _LEVELS.get(told.reason.weight):
            spot, *others = told.spots
            more = f" ({counted(len(others), 'more place')}, see the summary)" if others else ""
            yield _annotation(level, f"{told.reason}{more}", path=spot.path, line=spot.line)


def _with_mend(message: str, mend: str) -> str:
    return f"{message}. {mend}" if mend else message


def _annotation(level: Level, message: str, *, path: str = "", line: int = 0, column: int = 0) -> Annotation:
    text = log_line(message)
    if len(text) > LONGEST:
        text = f"{text[: LONGEST - 1]}…"
    return Annotation(level=level, message=text, path=log_line(path), line=line, column=column)


def _kept(annotations: Iterable[Annotation]) -> tuple[Annotation, ...]:
    """Errors before warnings; where there are too many of a level, the last one says how many and where they are."""
    found = tuple(annotations)
    kept: list[Annotation] = []
    for level in Level:
        alike = [one for one in found if one.level is level]
        if len(alike) > MOST_A_LEVEL:
            left_out = len(alike) - MOST_A_LEVEL + 1
            pointer = Annotation(level=level, message=f"{left_out} more of these are in the job's summary and log")
            alike = [*alike[: MOST_A_LEVEL - 1], pointer]
        kept += alike
    return tuple(kept)
