"""The lines of a pull request: all updates of one chart from one version to another are one line."""

from collections.abc import Iterable

from msgspec import Struct

from bot.model.references import Reference
from bot.model.verdicts import Update, Verdict
from bot.planning.commit_trailers import RowObject


class Line(Struct, frozen=True, kw_only=True):
    """One chart that moves from one version to another in some places.

    Attributes:
        chart: Canonical address without `oci://`.
        name: The address's last part, as people call the chart.
        update: The first of the updates; the others differ in their places only.
        places: `file:line` of each value that changes, in order.
        paths: The files of these, in order.
        objects: The objects that hold the version, each with the file in which that is written.
        suspended: How many of the objects are suspended.
    """

    chart: str
    name: str
    update: Update
    places: tuple[str, ...]
    paths: tuple[str, ...]
    objects: tuple[RowObject, ...]
    suspended: int


def lines_of(verdicts: Iterable[Verdict]) -> tuple[Line, ...]:
    """The updates among the verdicts as lines: what goes back first, then by chart and version."""
    alike: dict[tuple[str, ...], list[tuple[Verdict, Update]]] = {}
    for verdict in verdicts:
        if isinstance(verdict.decision, Update):
            update = verdict.decision
            carried = update.carried.id if update.carried else ""
            chart, place = str(verdict.reference.source.address), "1" if update.goes_back else "2"
            key = (place, chart, update.old, update.new, update.digest, carried)
            alike.setdefault(key, []).append((verdict, update))
    return tuple(_line(key[1], alike[key]) for key in sorted(alike))


def _line(chart: str, alike: list[tuple[Verdict, Update]]) -> Line:
    return Line(
        chart=chart,
        name=chart.rpartition("/")[2],
        update=alike[0][1],
        places=tuple(dict.fromkeys(place for verdict, update in alike for place in _places(verdict, update))),
        paths=tuple(dict.fromkeys(path for verdict, update in alike for path in _paths(verdict, update))),
        objects=tuple(dict.fromkeys(_object(verdict.reference) for verdict, _ in alike)),
        suspended=sum(verdict.reference.suspended for verdict, _ in alike),
    )


def _object(reference: Reference) -> RowObject:
    return RowObject(object=reference.object, path=reference.path)


def _places(verdict: Verdict, update: Update) -> tuple[str, ...]:
    places = tuple(str(edit.place) for edit in update.edits)
    return places or (f"{verdict.reference.path}:{verdict.reference.line}",)


def _paths(verdict: Verdict, update: Update) -> tuple[str, ...]:
    return tuple(edit.place.path for edit in update.edits) or (verdict.reference.path,)
