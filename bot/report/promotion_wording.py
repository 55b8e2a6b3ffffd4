"""The words of a promotion: which version, by which evidence, what else changed below, what stays behind and why."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from bot.maturity.durations import moment_text
from bot.model.promotions import LowerChange, Promoted, Ran
from bot.model.proposals import Texts
from bot.model.templates import DEFAULT_TEMPLATES, Templates
from bot.model.tiers import Tier
from bot.model.verdicts import Held, Verdict
from bot.planning.commit_trailers import ChartRow, word
from bot.planning.grouping import Key, promotion_key
from bot.planning.rows import Row
from bot.planning.tick_boxes import REBUILD, mark
from bot.reasons import UNKNOWN
from bot.report.body_parts import (
    LONGEST_BODY,
    MOST_PLACES,
    box_of,
    how_many_fit,
    marker_of,
    names_of,
    page,
    places_of,
    row_of_line,
)
from bot.report.commit_message import commit_message_of, filled, promoting, title_of, titled, what_of
from bot.report.escape import Markdown, code, markdown
from bot.report.lines import Line, lines_of
from bot.report.run_report import some, updates_of

_SHORT = 10
_HEADINGS = 800
"""Characters of the sections that are not always there, and of what they say is left out."""
_MOST_BEHIND = 100
_LONGEST_SUBJECT = 100
_KEEPS = Markdown(
    "The next update leaves out what is unticked, until it is ticked again or has a newer version. "
    "Once you mark this as ready, it stays as it is."
)
_ASKS_AGAIN = Markdown(
    "The next run of `promote` leaves out what is unticked, until it is ticked again. "
    "Once you mark this as ready, it stays as it is."
)
_KEPT_CLOSED = Markdown("Its versions are not promoted again by an update; newer ones are.")
_ASKED_CLOSED = Markdown("Nothing is promoted until somebody runs `promote` again.")


def promotion_texts(
    tier: Tier,
    updates: Iterable[Verdict],
    behind: Iterable[Verdict],
    templates: Templates,
    key: Key,
    taken_out: Iterable[Row],
) -> Texts:
    """Title, body and commit message of one promotion.

    Args:
        tier: The production tier.
        updates: What is promoted.
        behind: What is not, with its reasons.
        templates: The team's wordings.
        key: Which of the tier's promotions.
        taken_out: Rows that people took out of it by their boxes.
    """
    wanted = updates_of(updates)
    lines = lines_of(wanted)
    templates = titled(promoting(templates), lines)
    return Texts(
        title=title_of(templates.title, tier, lines, key),
        body=_body(tier, lines, wanted, tuple(behind), templates, key, tuple(taken_out)),
        commit_message=commit_message_of(templates.commit_title, tier, lines, key),
    )


def _body(
    tier: Tier,
    lines: tuple[Line, ...],
    updates: Sequence[Verdict],
    behind: Sequence[Verdict],
    templates: Templates,
    key: Key,
    taken_out: Sequence[Row],
) -> str:
    """Rows first; what else changed, and what stays behind, get the room that is left."""
    stands = tier.standing_draft and key == promotion_key()
    rows = [_row(line) for line in lines]
    boxes = [box_of(row_of_line(line, key), tier, ticked=True) for line in lines]
    facts = {
        "header": _header(tier, lines, templates),
        "reason": next((promoted.reason for promoted in map(_promoted, lines) if promoted.reason), ""),
        "tier": tier.name,
        "updates": len(updates),
        "majors": names_of(line for line in lines if line.update.jump == "major"),
        "backwards": names_of(line for line in lines if line.update.goes_back),
        "suspended": sum(line.suspended for line in lines),
        "digests": any(line.update.digest for line in lines),
        "rebuild": Markdown(mark(REBUILD)),
        "keeps": _KEEPS if stands else _ASKS_AGAIN,
        "closed": _KEPT_CLOSED if stands else _ASKED_CLOSED,
        "marker": marker_of(tier, lines, key),
    }
    gone = [box_of(row, tier) for row in sorted(taken_out)]
    frame = len(_rendered(rows=[], boxes=gone, left_out=len(rows), changes=[], behind=[], **facts))
    room = LONGEST_BODY - frame - _HEADINGS
    fitting = how_many_fit([f"{row}\n{box}" for row, box in zip(rows, boxes, strict=True)], room)
    room -= sum(len(row) + len(box) + 2 for row, box in zip(rows[:fitting], boxes[:fitting], strict=True))
    shown = {
        "rows": rows[:fitting],
        "boxes": list(dict.fromkeys(boxes[:fitting])) + gone,
        "left_out": len(rows) - fitting,
    }
    changes = _cut([line for each in lines for line in _changes(each)], room // 2)
    kept_back = _cut(list(_behind(behind)), room // 2)
    return _rendered(**shown, changes=changes, behind=kept_back, **facts)


def _rendered(**facts: object) -> str:
    return str(page("promotion.md.j2").render(**facts))


def _header(tier: Tier, lines: tuple[Line, ...], templates: Templates) -> Markdown:
    """The team's own Markdown, unless it is the usual one, which is about something else."""
    if templates.body_header != DEFAULT_TEMPLATES.body_header:
        return Markdown("".join(filled(templates.body_header, tier, lines, what_of(lines), escaped=markdown)).strip())
    names = tier.pace.comes_from
    left = any(ran.until for line in lines for ran in _promoted(line).ran)
    verb = "ran" if left else "runs" if len(names) == 1 else "run"
    before = f" that {' and '.join(f'**{name}**' for name in names)} {verb}"
    by_word = any(_promoted(line).reason for line in lines)
    what = "A chart version" if by_word else f"Chart versions{before},"
    return Markdown(f"{what} for **{tier.name}**. Only a person merges this.")


def tells_of(body: str, rows: Iterable[ChartRow]) -> bool:
    """Whether a body has a line for each of these rows, and for nothing else."""
    lines = [line for line in body.splitlines() if line.startswith("| <code>")]
    told = [f"| {code(row.chart)} | {_versions(row.old, row.new)} |" for row in rows]
    return len(lines) == len(told) and all(any(line.startswith(one) for line in lines) for one in told)


def _versions(old: str, new: str) -> Markdown:
    return Markdown(f"{code(old)} → {code(new)}")


def _promoted(line: Line) -> Promoted:
    return line.update.promoted or Promoted(digest=line.update.digest)


def _row(line: Line) -> Markdown:
    update, promoted = line.update, _promoted(line)
    cells = (
        code(line.chart),
        _versions(update.old, update.new),
        code(promoted.digest),
        Markdown("<br>".join((*_evidence(promoted), *_taken_back(promoted)))),
        places_of(line),
    )
    return Markdown(f"| {' | '.join(cells)} |")


def _evidence(promoted: Promoted) -> Iterator[Markdown]:
    if promoted.digest_released:
        yield from _released(promoted, promoted.digest_released)
        return
    yield from map(_ran, promoted.ran)
    if not promoted.ran and not promoted.taken_back:
        yield Markdown("no tier before it ran this, as far as their history was read")
    if promoted.ran and not promoted.digest_written:
        since = promoted.digest_since
        kept = f"its tag is this digest since {moment_text(since)}" if since else "no digest of its tag was kept before"
        yield Markdown(kept)


def _taken_back(promoted: Promoted) -> Iterator[Markdown]:
    """A person may mean it all the same; who approves it is to know."""
    yield from (Markdown(f"**{markdown(why)}**") for why in promoted.taken_back)


def _released(promoted: Promoted, at: datetime) -> Iterator[Markdown]:
    """What ran before a tag was pushed again is no evidence of what it is now."""
    since = f"; it is this digest since {moment_text(promoted.digest_since)}" if promoted.digest_since else ""
    yield Markdown(f"its tag was pushed again{since}, and a person's release took that {moment_text(at)}")
    yield from (Markdown(f"whatever its tag was then, {_ran(one)}") for one in promoted.ran)


def _ran(ran: Ran) -> Markdown:
    """`staging has run it since 2026-05-01 09:00 UTC (0123abc)`; a time that nothing proves is said to be none."""
    commit = f" ({code(ran.commit[:_SHORT])})" if ran.commit else ""
    green = f"; success of {', '.join(map(code, ran.green))}" if ran.green else ""
    begins = ran.since or ran.dated
    if begins is None:
        return Markdown(f"{ran.tier} {'ran' if ran.until else 'runs'} it{commit}{green}")
    own = "" if ran.since else " (its commit's own date)"
    least, since = "" if ran.brought else "at least ", f"{moment_text(begins)}{own}"
    until = f" until {moment_text(ran.until)}" if ran.until else ""
    span = f"ran it {least}from {since}{until}" if until else f"has run it {least}since {since}"
    return Markdown(f"{ran.tier} {span}{commit}{green}")


def _changes(line: Line) -> Iterator[Markdown]:
    promoted = _promoted(line)
    for change in promoted.changes:
        yield _change(line, change)
    if promoted.left_out:
        yield Markdown(f"- {code(line.name)}: {promoted.left_out} more commits")
    if not promoted.whole and promoted.ran:
        yield Markdown(
            f"- {code(line.name)}: its history was not read back to {code(line.update.old)}; there may be more"
        )


def _change(line: Line, change: LowerChange) -> Markdown:
    subject = change.subject[:_LONGEST_SUBJECT]
    paths = some([code(path) for path in change.paths], MOST_PLACES)
    commit = code(change.commit[:_SHORT])
    return Markdown(f"- {code(line.name)} in {change.tier}, {commit} {code(subject)}: {paths}")


def _behind(verdicts: Iterable[Verdict]) -> Iterator[Markdown]:
    """One line for each reason of a chart: a fleet of clusters says the same many times."""
    said: dict[Markdown, list[str]] = {}
    for verdict in verdicts:
        if isinstance(verdict.decision, Held):
            chart, version = verdict.reference.source.address, verdict.decision.version
            line = Markdown(f"- {code(str(chart))} {code(version)}: {_why(verdict.decision)}")
            said.setdefault(line, []).append(f"{verdict.reference.path}:{verdict.reference.line}")
    for line, places in said.items():
        yield Markdown(f"{line} In {some([code(place) for place in places], MOST_PLACES)}")


def _why(held: Held) -> Markdown:
    if held.reason.id in UNKNOWN:
        # Not the reason itself: a registry whose answers change would have the body edited every time.
        return Markdown("the chart could not be looked up.")
    return markdown(held.reason.sentences)


def _cut(lines: list[Markdown], room: int) -> list[Markdown]:
    fitting = min(how_many_fit(lines, room), _MOST_BEHIND)
    more = len(lines) - fitting
    return [*lines[:fitting], *([Markdown(f"- and {more} more; the run's summary has all")] if more else [])]


def calls_for(tier: Tier, key: str, emptied: tuple[str, ...], rows: Iterable[Row]) -> tuple[str, ...]:
    """What opens a promotion again; nothing for a draft that updates keep.

    Who takes a row out by its box has it back by the chart's name alone.
    """
    call = f"promote --to {tier.name}{'' if tier.pace.comes_from else ' --from TIER'}"
    if key != promotion_key().text:
        charts = emptied or sorted({row.chart for row in rows})
        return tuple(f"{call} --chart {word(chart)}" for chart in charts)
    if tier.standing_draft:
        return ()
    return tuple(f"{call} --chart {word(chart)}" for chart in emptied) or (call,)
