"""Which row of an open promotion is about a reference, and the version that it gives it.

A row names its releases, each by object and file. It is for what has that name and still has the version before; where
the base moved that on, or into another file, the row follows it. A row of an older commit, or of a very long one, may
name only files: then it is for what still has that version there. Only where that is gone is it followed, and only to
what alone can be meant: nobody asked for other releases.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec.structs import replace

from bot.model.places import ObjectId
from bot.model.references import ExactPin, Reference
from bot.planning.commit_trailers import ChartRow, RowObject
from bot.promotion.promotion_reasons import LOST_ROW
from bot.reason import Reason
from bot.versions.tags import read_pin
from bot.versions.version import Version, try_full

_MOST_PATHS = 5
_Written = Mapping[Reference, str]
"""The references of one chart, with the version that each writes."""


def rows_of(references: Iterable[Reference], rows: Iterable[ChartRow]) -> dict[Reference, ChartRow]:
    """The row that moves each reference; without those that none does, or rows to several versions might.

    Args:
        references: Of production, on its base as it is now.
        rows: Of one promotion. Two releases of one chart may be in it, each with a version of its own.
    """
    known = tuple(rows)
    written = _by_chart(references, known)
    claims: dict[Reference, list[ChartRow]] = {}
    for row in known:
        for one, text in written[row.chart].items():
            if text == row.old and _is_in(row, one):
                claims.setdefault(one, []).append(row)
    claimed = frozenset(claims)
    for row in known:
        followed = _followed_objects if row.objects else _followed_files
        for one in followed(row, written[row.chart], claimed):
            claims.setdefault(one, []).append(row)
    return {one: found[0] for one, found in claims.items() if len({row.new for row in found}) == 1}


def lost_rows(references: Iterable[Reference], rows: Iterable[ChartRow]) -> tuple[ChartRow, ...]:
    """The rows that no reference can be told to be meant by, and that the base does not have either.

    Of a row that names its releases, those alone for which that is so.
    """
    known, all_of_them = tuple(rows), tuple(references)
    kept, written = rows_of(all_of_them, known), _by_chart(all_of_them, known)
    found = (_lost(row, [one for one, each in kept.items() if each == row], written[row.chart]) for row in known)
    return tuple(row for row in found if row)


def could_be(row: ChartRow, references: Iterable[Reference]) -> Iterator[Reference]:
    """What a row may be about: of its chart the releases that it names, wherever they are now; else all of them."""
    for one in references:
        if str(one.source.address) == row.chart and (not row.objects or any(_is_of(each, one) for each in row.objects)):
            yield one


def why_lost(row: ChartRow) -> Reason:
    """What is said of such a row."""
    named = [f"{one.path} ({one.object})" for one in row.objects] or row.paths
    return LOST_ROW(chart=row.chart, version=row.new, old=row.old, paths=", ".join(named[:_MOST_PATHS]) or "its files")


def version_in(row: ChartRow, reference: Reference) -> Version | None:
    """The version of a row, as a reference writes versions; None for anything else."""
    return _read(row.new, reference)


def _read(text: str, reference: Reference) -> Version | None:
    as_constraint = isinstance(reference.pin, ExactPin) and reference.pin.as_constraint
    return try_full(text) if as_constraint else read_pin(text, reference.tag_rule)


def _by_chart(references: Iterable[Reference], rows: Iterable[ChartRow]) -> dict[str, dict[Reference, str]]:
    found: dict[str, dict[Reference, str]] = {row.chart: {} for row in rows}
    for one in references if found else ():
        chart = str(one.source.address)
        if chart in found and isinstance(one.pin, ExactPin):
            found[chart][one] = one.pin.version.text
    return found


def _is_in(row: ChartRow, reference: Reference) -> bool:
    """Whether a reference is one of a row's releases, in the file that the row says."""
    if row.objects:
        return any(_stands_at(one, reference) for one in row.objects)
    return _is_written_in(row.paths, reference)


def _is_written_in(paths: tuple[str, ...], reference: Reference) -> bool:
    """Whether a reference is written in one of these files; in any where none is listed."""
    return not paths or any(place.path in paths for place in reference.pin.places)


def _stands_at(named: RowObject, reference: Reference) -> bool:
    return named.path == reference.path and _is_of(named, reference)


def _is_of(named: RowObject, reference: Reference) -> bool:
    return any(_alike(named.object, one) for one in (reference.object, *reference.beside))


def _alike(one: ObjectId, other: ObjectId) -> bool:
    """Whether two names are one object's: a namespace that only one of them says is no difference."""
    if (one.kind, one.name) != (other.kind, other.name):
        return False
    return one.namespace == other.namespace or not (one.namespace and other.namespace)


def _followed_objects(row: ChartRow, written: _Written, claimed: frozenset[Reference]) -> Iterator[Reference]:
    """What the releases that a row names are where they no longer have its old version, or no longer stand there."""
    gone: list[RowObject] = []
    for named in row.objects:
        here = [one for one in written if _stands_at(named, one)]
        if len(here) == 1 and here[0] not in claimed and _went_on(row, here[0], written[here[0]]):
            yield here[0]
        gone += [] if here else [named]
    for named in gone:
        moved = [one for one in written if written[one] == row.old and one not in claimed and _is_of(named, one)]
        if len({one.path for one in moved}) == sum(_alike(named.object, one.object) for one in gone):
            # Clusters may each have one of that name.
            yield from moved


def _followed_files(row: ChartRow, written: _Written, claimed: frozenset[Reference]) -> Iterator[Reference]:
    """What a row is for where its files no longer have its old version, or no longer the chart."""
    gone = 0
    for path in row.paths or ("",):
        here = [one for one in written if _is_written_in((path,) if path else (), one)]
        if any(written[one] == row.old for one in here):
            continue
        free = [one for one in here if one not in claimed]
        if len(free) == 1 and _went_on(row, free[0], written[free[0]]):
            yield free[0]
        gone += bool(path) and not here
    moved = [one for one in written if written[one] == row.old and one not in claimed and not _is_in(row, one)]
    if gone and len({one.path for one in moved}) == gone:
        # The base has it in another file.
        yield from moved


def _went_on(row: ChartRow, reference: Reference, text: str) -> bool:
    """Whether the base moved it on; what is lower is another release, or one that somebody took back."""
    old, now = _read(row.old, reference), _read(text, reference)
    return old is not None and now is not None and now > old


def _lost(row: ChartRow, kept: Collection[Reference], written: _Written) -> ChartRow | None:
    """What of a row nothing is kept for, and the base does not have; None where there is nothing like that."""
    if not row.objects:
        here = [text for one, text in written.items() if _is_in(row, one)]
        return None if kept or row.new in (here or written.values()) else row
    there = {*kept, *(one for one, text in written.items() if text == row.new)}
    lost = tuple(named for named in row.objects if not any(_is_now(named, one, row) for one in there))
    return replace(row, objects=lost) if lost else None


def _is_now(named: RowObject, reference: Reference, row: ChartRow) -> bool:
    """Whether a reference is one of a row's releases, where that stood or elsewhere; there it is none of the others."""
    if _is_in(row, reference):
        return _stands_at(named, reference)
    return _is_of(named, reference)
