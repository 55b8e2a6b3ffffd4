"""The job summary: the matrix, the pull requests, then what was not updated and why."""

from collections.abc import Iterable, Iterator
from urllib.parse import quote, urlsplit

from bot.model.proposals import Outcome
from bot.model.tiers import DEFAULT_CONFIGURATION_PATH
from bot.reason import Reason, Weight
from bot.report.becoming import is_left_over, what_became
from bot.report.escape import Markdown, code, markdown, prose, visible
from bot.report.headline import headline
from bot.report.matrix import Row, matrix
from bot.report.run_report import RunReport, counted, some
from bot.report.told_reasons import Told, told_reasons

LONGEST = 900 * 1024
"""Bytes; a larger summary than 1 MiB is dropped whole, with an error
(https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands)."""
MOST_SPOTS = 3
_REASONS_OF = {"check": "#### What is to be said of them", "promote": "#### Not promoted, and why"}
_LONGEST_SECTION = 250 * 1024
_RESERVE = 1024


def summary(report: RunReport) -> str:
    """Markdown for `GITHUB_STEP_SUMMARY`, cut on row boundaries, with a word on what is left out.

    What needs a person is placed last and gets its room first; the matrix of a large fleet takes what remains.
    """
    head = f"### flux-chart-bot: {markdown(headline(report))}\n"
    pull_requests = _cut(_pull_request_lines(report), _LONGEST_SECTION)
    reasons = _cut(_reason_lines(report), _LONGEST_SECTION)
    suggestion = _cut(_suggestion_lines(report.suggestion), _LONGEST_SECTION)
    tail = (pull_requests, reasons, suggestion)
    used = sum(len(part.encode()) for part in (head, *tail))
    parts = (head, _cut(_matrix_lines(report), LONGEST - used - _RESERVE), *tail)
    return "\n".join(part for part in parts if part)


def _cut(lines: Iterable[str], room: int) -> str:
    """As many lines as fit into so many bytes, and how many did not."""
    taken: list[str] = []
    left_out = 0
    for line in lines:
        room -= len(line.encode()) + 1
        if room >= 0:
            taken.append(line)
        else:
            left_out += 1
    if left_out:
        taken.append(
            f"\n{counted(left_out, 'more line')} left out here: the summary has a limit. The JSON plan has all."
        )
    return "\n".join((*taken, "")) if taken else ""


def _matrix_lines(report: RunReport) -> Iterator[str]:
    rows = matrix(report)
    if not rows:
        yield from () if report.word or report.command == "check" else ("No chart of a tier was found.",)
        return
    tiers = [tier.name for tier in report.tiers]
    yield f"| Chart | {' | '.join(tiers)} |"
    yield f"| --- |{' --- |' * len(tiers)}"
    yield from map(_row, rows)


def _row(row: Row) -> str:
    cells = ("<br>".join(markdown(str(cell)) for cell in cells) for cells in row.cells)
    return f"| {code(row.chart)} | {' | '.join(cells)} |"


def _pull_request_lines(report: RunReport) -> Iterator[str]:
    outcomes = report.outcomes
    if not outcomes and not report.remarks:
        return
    yield "#### Pull requests"
    yield ""
    for outcome in outcomes:
        yield f"- **{outcome.plan.tier.name}**: {_pull_request(report, outcome)}"
    yield from (f"- {_said(remark)}" for remark in report.remarks)


def _pull_request(report: RunReport, outcome: Outcome) -> str:
    plan = outcome.plan
    name = markdown(plan.texts.title) if plan.texts else code(plan.branch)
    draft = " (draft)" if (plan.existing.draft if plan.existing else plan.draft) else ""
    where = (
        f"branch {code(plan.branch)}"
        if is_left_over(plan)
        else f"{_link(name, outcome.url)}{draft} into {code(plan.base)}"
    )
    said = f"{where}: {prose(what_became(report, outcome))}"
    if reason := outcome.problem or plan.reason:
        said += f". {_said(reason)}"
    elif outcome.remarks:
        said += "."
    said += "".join(f" {_said(remark)}" for remark in outcome.remarks)
    if outcome.open_by_hand:
        said += f" {_link(Markdown('Open it by hand'), outcome.open_by_hand)}."
    return said


def _link(text: Markdown, url: str) -> Markdown:
    """A link to the forge, whose address is https, or the forge of files' own path as it reads."""
    if urlsplit(url).scheme not in {"https", "http"}:
        return Markdown(f"{text} ({code(url)})") if url else text
    return Markdown(f"[{text}]({quote(url, safe=':/?=&%.~-_', errors='replace')})")


def _reason_lines(report: RunReport) -> Iterator[str]:
    told = told_reasons(report)
    listed = [one for one in told if one.reason.weight is not Weight.COUNTED]
    ordinary = [one for one in told if one.reason.weight is Weight.COUNTED]
    if listed:
        yield _REASONS_OF.get(report.command, "#### Not updated, and why")
        yield ""
        yield from map(_listed, listed)
    if ordinary:
        yield ""
        yield "#### Ordinary, and only counted"
        yield ""
        yield from (
            f"- {len(one.spots)} x {code(one.reason.id)}: {_said(one.reason)}{_where(one, 2)}" for one in ordinary
        )


def _suggestion_lines(suggestion: str) -> Iterator[str]:
    """As a block of code by its indent: a fence could be closed from within."""
    if suggestion:
        yield f"#### {DEFAULT_CONFIGURATION_PATH} does not exist yet; this run judged by"
        yield ""
        yield from (f"    {visible(line)}" for line in suggestion.splitlines())


def _listed(told: Told) -> str:
    mark = "**Alarm** " if told.reason.weight is Weight.ALARM else ""
    return f"- {mark}{_said(told.reason)}{_where(told)}"


def _where(told: Told, most: int = MOST_SPOTS) -> str:
    spots = [code(str(spot)) for spot in told.spots if str(spot)]
    return f" In {some(spots, most)}" if spots else ""


def _said(reason: Reason) -> str:
    return prose(reason.sentences)
