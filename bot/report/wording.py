"""The words of a pull request: what changes, why this version and not a newer one, what to check, how to undo."""

import json
from collections.abc import Iterable, Sequence

from bot.maturity.maturity_reasons import WAITS
from bot.model.proposals import Texts
from bot.model.templates import DEFAULT_TEMPLATES, Template, Templates
from bot.model.tiers import DEFAULT_CONFIGURATION_PATH, Tier
from bot.model.verdicts import Update, Verdict
from bot.planning.grouping import ALL, BEYOND, Key
from bot.planning.rows import Row
from bot.planning.tick_boxes import REBUILD, mark
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
from bot.report.commit_message import commit_message_of, filled, title_of, titled, what_of
from bot.report.escape import Markdown, code, markdown
from bot.report.lines import Line, lines_of
from bot.report.run_report import some, updates_of
from bot.report.since import behind_text

MOST_WHYS = 2
MOST_LISTED = 20


def pull_request_texts(
    tier: Tier,
    updates: Iterable[Verdict],
    templates: Templates = DEFAULT_TEMPLATES,
    *,
    key: Key = ALL,
    taken_out: Iterable[Row] = (),
) -> Texts:
    """Title, body and commit message of one pull request.

    Args:
        tier: The tier; its branch is not named, the pull request shows it.
        updates: Verdicts of this tier; those that are no updates are left out.
        templates: The team's wordings.
        key: Which of the tier's pull requests.
        taken_out: Rows that people took out of it by their boxes.
    """
    wanted = updates_of(updates)
    lines = lines_of(wanted)
    templates = titled(templates, lines)
    return Texts(
        title=title_of(templates.title, tier, lines, key),
        body=_body(templates.body_header, tier, lines, wanted, key, taken_out),
        commit_message=commit_message_of(templates.commit_title, tier, lines, key),
    )


def _body(
    header: Template,
    tier: Tier,
    lines: tuple[Line, ...],
    updates: Sequence[Verdict],
    key: Key,
    taken_out: Iterable[Row],
) -> str:
    """As many rows as fit; the rest is in the commit, which the pull request shows as well."""
    rows = [_row(line) for line in lines]
    boxes = [box_of(row_of_line(line, key), tier, ticked=True) for line in lines]
    gone = [box_of(row, tier) for row in sorted(taken_out)]
    beyond = key.about == BEYOND.name
    facts = {
        "header": _header(header, tier, lines),
        "tier": tier.name,
        "beyond": beyond,
        "shared": _shared(updates),
        "backs": _listed([_goes_back(line) for line in lines if line.update.goes_back]),
        "ups": not all(line.update.goes_back for line in lines),
        "behind": _listed([_behind(line) for line in lines if line.update.behind.majors]) if beyond else [],
        "updates": len(updates),
        "configuration": DEFAULT_CONFIGURATION_PATH,
        "majors": names_of(line for line in lines if line.update.jump == "major"),
        "suspended": sum(line.suspended for line in lines),
        "pinned": any(line.update.jump == "pin" for line in lines),
        "digests": any(line.update.digest for line in lines),
        "rebuild": Markdown(mark(REBUILD)),
        "alone": len({line.chart for line in lines}) == 1,
        "never": _never(tier, lines[0]),
        "marker": marker_of(tier, lines, key),
    }
    frame = len(page("pull_request.md.j2").render(rows=[], boxes=gone, left_out=len(rows), **facts))
    fitting = how_many_fit([f"{row}\n{box}" for row, box in zip(rows, boxes, strict=True)], LONGEST_BODY - frame)
    # A chart that moves from several versions to one has a box only.
    shown = list(dict.fromkeys(boxes[:fitting]))
    return str(
        page("pull_request.md.j2").render(
            rows=rows[:fitting], boxes=shown + gone, left_out=len(rows) - fitting, **facts
        )
    )


def _shared(updates: Iterable[Verdict]) -> list[Markdown]:
    """A line for each tier that a draft for several moves: whether it is production, and the ways that lead there."""
    ways: dict[Tier, dict[str, None]] = {}
    for verdict in updates:
        for one in verdict.decision.shared if isinstance(verdict.decision, Update) else ():
            ways.setdefault(one.tier, {}).update(dict.fromkeys(one.ways))
    return [_moves(tier, found) for tier, found in ways.items()]


def _moves(tier: Tier, ways: Iterable[str]) -> Markdown:
    production = " (production)" if tier.production else ""
    return Markdown(f"- **{tier.name}**{production}, by {some([code(way) for way in ways], MOST_PLACES)}")


def _goes_back(line: Line) -> Markdown:
    """What goes back, and why the version in use should not be."""
    why = f": {markdown(line.update.remark.sentence)}" if line.update.remark else ""
    return Markdown(f"- {code(line.name)} goes back to {code(line.update.new)}{why}.")


def _behind(line: Line) -> Markdown:
    return Markdown(f"- {code(line.name)} {code(line.update.old)} is {markdown(behind_text(line.update.behind))}.")


def _listed(said: list[Markdown]) -> list[Markdown]:
    """So many of them, each once."""
    known = list(dict.fromkeys(said))
    return [
        *known[:MOST_LISTED],
        *([Markdown(f"- and {len(known) - MOST_LISTED} more")] if known[MOST_LISTED:] else []),
    ]


def _never(tier: Tier, line: Line) -> Markdown:
    """The rule that skips one of the versions, to be pasted; JSON's quotes are YAML's too."""
    match = f"{{chart: {json.dumps(line.chart)}, tier: {tier.name}}}"
    return code(f"- {{match: {match}, set: {{skip: [{json.dumps(line.update.new)}]}}}}")


def _header(template: Template, tier: Tier, lines: tuple[Line, ...]) -> Markdown:
    """The team's own Markdown; only the values in it are foreign."""
    if template == DEFAULT_TEMPLATES.body_header and any(line.update.shared for line in lines):
        return Markdown("Newer chart versions, in values that several tiers share.")
    if template == DEFAULT_TEMPLATES.body_header and all(line.update.goes_back for line in lines):
        return Markdown(f"Lower chart versions for the tier **{markdown(tier.name)}**, whose own should not be in use.")
    return Markdown("".join(filled(template, tier, lines, what_of(lines), escaped=markdown)).strip())


def _row(line: Line) -> Markdown:
    update = line.update
    cells = (
        code(line.chart),
        Markdown(f"{code(update.old)} → {code(update.new)}"),
        markdown(update.jump),
        _why_not_newer(line),
        places_of(line),
    )
    return Markdown(f"| {' | '.join(cells)} |")


def _why_not_newer(line: Line) -> Markdown:
    if line.update.carried and line.update.carried.id == WAITS.id:
        return markdown(line.update.carried.sentence)
    if line.update.carried:
        # Not the reason itself: a registry whose answers change would have the body edited every hour.
        return Markdown("kept: the chart could not be looked up in the last run")
    by_why: dict[str, list[str]] = {}
    for one in line.update.refused:
        by_why.setdefault(one.why, []).append(one.tag)
    said = [_refused(tags, why) for why, tags in list(by_why.items())[:MOST_WHYS]]
    if left_out := sum(map(len, list(by_why.values())[MOST_WHYS:])):
        said.append(Markdown(f"and {left_out} more"))
    return Markdown("<br>".join(said))


def _refused(tags: list[str], why: str) -> Markdown:
    """The newest of those that one reason refuses, and how many there are beside it."""
    more = f" and {len(tags) - 1} more" if len(tags) > 1 else ""
    return Markdown(f"{code(tags[0])}{more} {markdown(why)}")
