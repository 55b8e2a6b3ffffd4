"""What the bodies of all kinds of pull requests have in common: boxes, the marker, templates, and what fits."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from bot.model.tiers import Tier
from bot.planning.grouping import Key
from bot.planning.rows import Row
from bot.planning.tick_boxes import mark
from bot.report.escape import Markdown, code, markdown
from bot.report.lines import Line
from bot.report.run_report import some

LONGEST_BODY = 60_000
"""Characters; GitHub takes 65,536, and counts some of them twice."""
MOST_PLACES = 5


def how_many_fit(rows: Sequence[str], room: int) -> int:
    """How many rows, each with its line break, fit into so many characters."""
    for count, row in enumerate(rows):
        room -= len(row) + 1
        if room < 0:
            return count
    return len(rows)


def row_of_line(line: Line, key: Key) -> Row:
    """The row by which a line of a pull request is taken out or refused."""
    return Row(chart=line.chart, version=line.update.new, shared=key.shared)


def box_of(row: Row, tier: Tier, *, ticked: bool = False) -> Markdown:
    """A box by which people take a row out, or put it back."""
    words = f"{code(row.chart)} {code(row.version)}"
    return Markdown(f"- [{'x' if ticked else ' '}] {words} {mark(row.name(tier.name))}")


def places_of(line: Line) -> Markdown:
    """Where a line's versions stand, a few of them."""
    shown = [code(place) for place in line.places[:MOST_PLACES]]
    if len(line.places) > MOST_PLACES:
        shown.append(Markdown(f"and {len(line.places) - MOST_PLACES} more"))
    return Markdown("<br>".join(shown))


def names_of(lines: Iterable[Line]) -> Markdown:
    """Names of charts in a sentence, a few of them."""
    return Markdown(some([code(name) for name in dict.fromkeys(line.name for line in lines)], MOST_PLACES))


def marker_of(tier: Tier, lines: tuple[Line, ...], key: Key) -> Markdown:
    """A hint for people and tools, never proof: anyone can write it. Hexadecimal digits cannot end a comment."""
    wanted = "\n".join(f"{line.chart} {line.update.new} {line.update.digest}" for line in lines)
    digest = hashlib.sha256(wanted.encode(errors="backslashreplace")).hexdigest()[:16]
    return Markdown(f"<!-- flux-chart-bot v1 tier={tier.name} key={key.text} versions={digest} -->")


@cache
def page(name: str) -> Any:
    """A template of this package; every value in it is escaped for Markdown."""
    # Imported here: only a run that has something to propose pays for it.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - see above

    environment = Environment(
        loader=PackageLoader("bot.report"),
        undefined=StrictUndefined,
        finalize=_escaped,
        autoescape=False,  # noqa: S701 - HTML's escape is the wrong one; `finalize` escapes for Markdown
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)


def _escaped(value: object) -> object:
    """What every expression of a template goes through."""
    return value if isinstance(value, Markdown | int) else markdown(str(value))
