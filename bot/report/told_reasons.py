"""What was not updated and why: one line a reason, alike ones counted, the worst first.

What is said about a pull request stands beside it and is not repeated here.
"""

from collections.abc import Iterator

from msgspec import Struct

from bot.model.verdicts import Held, Update, Verdict
from bot.reason import Reason, Weight
from bot.report.run_report import RunReport, reason_of

_LOUDNESS = {weight: index for index, weight in enumerate(Weight)}


class Spot(Struct, frozen=True, kw_only=True):
    """Where a reason holds: a file and its line (0: the file as a whole), or nowhere for the run's own reasons."""

    path: str = ""
    line: int = 0
    what: str = ""

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where} ({self.what})" if where and self.what else where or self.what


class Told(Struct, frozen=True, kw_only=True):
    """One reason and every place where it holds, in order."""

    reason: Reason
    spots: tuple[Spot, ...]


def told_reasons(report: RunReport) -> tuple[Told, ...]:
    """Every reason once, the loudest first, then by id and sentence."""
    spots: dict[Reason, set[Spot]] = {}
    for reason, spot in _all(report):
        spots.setdefault(reason, set()).add(spot)
    told = [
        Told(reason=reason, spots=tuple(sorted(found, key=lambda spot: (spot.path, spot.line, spot.what))))
        for reason, found in spots.items()
    ]
    return tuple(sorted(told, key=lambda one: (_LOUDNESS[one.reason.weight], one.reason.id, one.reason.sentence)))


def _all(report: RunReport) -> Iterator[tuple[Reason, Spot]]:
    for problem in report.published.problems if report.published else ():
        yield problem, Spot()
    for note in report.notes:
        yield note, Spot()
    for verdict in report.verdicts:
        if reason := reason_of(verdict):
            yield reason, _spot(verdict)
        if isinstance(verdict.decision, Update):
            yield from ((reason, _spot(verdict)) for reason in verdict.decision.instead)
        if isinstance(verdict.decision, Held) and verdict.decision.let_go:
            yield verdict.decision.let_go, _spot(verdict)
    for item in report.passed_over:
        yield item.reason, Spot(path=item.path, line=item.line, what=str(item.object or ""))


def _spot(verdict: Verdict) -> Spot:
    reference = verdict.reference
    return Spot(path=reference.path, line=reference.line, what=reference.named)
