"""The words of a pull request: what changes, why this version and not a newer one, what to check, how to undo."""

import hashlib
from collections.abc import Iterable
from functools import cache
from typing import Any

from bot.model.proposals import Texts
from bot.model.tiers import DEFAULT_CONFIGURATION_PATH, Tier
from bot.model.verdicts import Verdict
from bot.planning.grouping import ALL, BEYOND, Key
from bot.planning.rows import Row
from bot.planning.tick_boxes import REBUILD, mark
from bot.report.commit_message import commit_message_of, title_of
from bot.report.escape import Markdown, code, markdown
from bot.report.lines import Line, lines_of
from bot.report.run_report import updates_of

LONGEST_BODY = 60_000
"""Characters; GitHub takes 65,536, and counts some of them twice."""
MOST_PLACES = 5
MOST_REFUSED = 2


def pull_request_texts(tier: Tier, updates: Iterable[Verdict], key: Key = ALL, taken_out: Iterable[Row] = ()) -> Texts:
    """Title, body and commit message of one pull request.

    Args:
        tier: The tier; its branch is not named, the pull request shows it.
        updates: Verdicts of this tier; those that are no updates are left out.
        key: Which of the tier's pull requests.
        taken_out: Rows that people took out of it by their boxes.
    """
    wanted = updates_of(updates)
    lines = lines_of(wanted)
    return Texts(
        title=title_of(tier, lines, key),
        body=_body(tier, lines, len(wanted), key, taken_out),
        commit_message=commit_message_of(tier, lines, len(wanted), key),
    )


def _body(tier: Tier, lines: tuple[Line, ...], updates: int, key: Key, taken_out: Iterable[Row]) -> str:
    """As many rows as fit; the rest is in the commit, which the pull request shows as well."""
    rows = [_row(line) for line in lines]
    boxes = [_box(_row_of(line), tier, ticked=True) for line in lines]
    gone = [_box(row, tier) for row in sorted(taken_out)]
    facts = {
        "tier": tier.name,
        "beyond": key.about == BEYOND.name,
        "updates": updates,
        "configuration": DEFAULT_CONFIGURATION_PATH,
        "majors": _names(line for line in lines if line.update.jump == "major"),
        "suspended": sum(line.suspended for line in lines),
        "pinned": any(line.update.jump == "pin" for line in lines),
        "digests": any(line.update.digest for line in lines),
        "rebuild": Markdown(mark(REBUILD)),
        "marker": _marker(tier, lines, key),
    }
    frame = len(_template().render(rows=[], boxes=gone, left_out=len(rows), **facts))
    fitting = _fitting([f"{row}\n{box}" for row, box in zip(rows, boxes, strict=True)], LONGEST_BODY - frame)
    # A chart that moves from several versions to one has a box only.
    shown = list(dict.fromkeys(boxes[:fitting]))
    return str(_template().render(rows=rows[:fitting], boxes=shown + gone, left_out=len(rows) - fitting, **facts))


def _fitting(rows: list[str], room: int) -> int:
    """How many rows, each with its line break, fit into so many characters."""
    for count, row in enumerate(rows):
        room -= len(row) + 1
        if room < 0:
            return count
    return len(rows)


def _row(line: Line) -> Markdown:
    update = line.update
    cells = (
        code(line.chart),
        Markdown(f"{code(update.old)} → {code(update.new)}"),
        markdown(update.jump),
        _why_not_newer(line),
        _where(line),
    )
    return Markdown(f"| {' | '.join(cells)} |")


def _row_of(line: Line) -> Row:
    return Row(chart=line.chart, version=line.update.new)


def _box(row: Row, tier: Tier, *, ticked: bool = False) -> Markdown:
    """A box by which people take a row out, or put it back."""
    words = f"{code(row.chart)} {code(row.version)}"
    return Markdown(f"- [{'x' if ticked else ' '}] {words} {mark(row.name(tier.name))}")


def _why_not_newer(line: Line) -> Markdown:
    if line.update.carried:
        # Not the reason itself: a registry whose answers change would have the body edited every hour.
        return Markdown("kept: the chart could not be looked up in the last run")
    refused = line.update.refused
    said = [Markdown(f"{code(one.tag)} {markdown(one.why)}") for one in refused[:MOST_REFUSED]]
    if len(refused) > MOST_REFUSED:
        said.append(Markdown(f"and {len(refused) - MOST_REFUSED} more"))
    return Markdown("<br>".join(said))


def _where(line: Line) -> Markdown:
    shown = [code(place) for place in line.places[:MOST_PLACES]]
    if len(line.places) > MOST_PLACES:
        shown.append(Markdown(f"and {len(line.places) - MOST_PLACES} more"))
    return Markdown("<br>".join(shown))


def _names(lines: Iterable[Line]) -> Markdown:
    """Names of charts in a sentence, a few of them."""
    names = list(dict.fromkeys(line.name for line in lines))
    more = f" and {len(names) - MOST_PLACES} more" if len(names) > MOST_PLACES else ""
    return Markdown(", ".join(map(code, names[:MOST_PLACES])) + more)


def _marker(tier: Tier, lines: tuple[Line, ...], key: Key) -> Markdown:
    """A hint for people and tools, never proof: anyone can write it. Hexadecimal digits cannot end a comment."""
    wanted = "\n".join(f"{line.chart} {line.update.new} {line.update.digest}" for line in lines)
    digest = hashlib.sha256(wanted.encode(errors="backslashreplace")).hexdigest()[:16]
    return Markdown(f"<!-- flux-chart-bot v1 tier={tier.name} key={key.text} versions={digest} -->")


@cache
def _template() -> Any:
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
    return environment.get_template("pull_request.md.j2")


def _escaped(value: object) -> object:
    """What every expression of a template goes through."""
    return value if isinstance(value, Markdown | int) else markdown(str(value))
