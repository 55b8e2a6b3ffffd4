"""Which row of an open promotion is about a reference, and the version that it gives it."""

from collections.abc import Iterable

from bot.model.references import ExactPin, Reference
from bot.planning.commit_trailers import ChartRow
from bot.versions.tags import read_pin
from bot.versions.version import Version, try_full


def row_of(reference: Reference, rows: Iterable[ChartRow]) -> ChartRow | None:
    """The row that moves a reference; None where none does, or rows to several versions might.

    Args:
        reference: Of production.
        rows: Of one promotion. Two releases of one chart may be in it, each with a version of its own.
    """
    if not isinstance(reference.pin, ExactPin):
        return None
    chart, paths = str(reference.source.address), {place.path for place in reference.pin.places}
    about = [row for row in rows if row.chart == chart and (not row.paths or paths & {*row.paths})]
    # Where the base moved since, none has its old version.
    about = [row for row in about if row.old == reference.pin.version.text] or about
    return about[0] if len({row.new for row in about}) == 1 else None


def version_in(row: ChartRow, reference: Reference) -> Version | None:
    """The version of a row, as a reference writes versions; None for anything else."""
    as_constraint = isinstance(reference.pin, ExactPin) and reference.pin.as_constraint
    return try_full(row.new) if as_constraint else read_pin(row.new, reference.tag_rule)
