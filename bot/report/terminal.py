"""The run for a person: a table and colours on a terminal, plain lines in a log or a pipe."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TextIO

from bot.model.commits import FileChange
from bot.ports import Progress
from bot.reason import Weight
from bot.report.diff import diff_lines
from bot.report.escape import visible
from bot.report.headline import headline
from bot.report.matrix import Row, Tone, matrix
from bot.report.run_report import RunReport, counted, some
from bot.report.told_reasons import Told, told_reasons

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from bot.model.proposals import Outcome

MOST_SPOTS = 3
_COUNTED = "answers from registries"
_STYLES = {Tone.UPDATE: "green", Tone.HELD: "yellow", Tone.NOTED: "", Tone.QUIET: "dim"}
_DIFF_STYLES = {"+++": "bold", "---": "bold", "diff": "bold", "+": "green", "-": "red", "@": "cyan"}


def show_report(report: RunReport, stream: TextIO) -> None:
    """Write the matrix, the pull requests and the reasons."""
    if stream.isatty():
        _show_rich(report, _console(stream))
    else:
        stream.writelines(f"{line}\n" for line in plain_lines(report))


def show_diff(changes: Iterable[FileChange], stream: TextIO) -> None:
    """Write the changed files as a unified diff, coloured on a terminal."""
    if not stream.isatty():
        stream.writelines(f"{line}\n" for line in diff_lines(changes))
        return
    console = _console(stream)
    for line in diff_lines(changes):
        style = next((style for start, style in _DIFF_STYLES.items() if line.startswith(start)), "")
        console.print(_text(line, style), soft_wrap=True)


def progress_on(stream: TextIO) -> Progress:
    """Say how far a long step is: one line that counts up on a terminal; in a log the first step says its end."""
    told = False

    def on_terminal(done: int, of: int, lost: int) -> None:
        end = "\n" if done >= of else ""
        stream.write(f"\r{done - lost} of {of} {_COUNTED}{end}")
        stream.flush()

    def in_log(done: int, of: int, lost: int) -> None:
        nonlocal told
        # The later ones are short, and a line of each would be most of a quiet run's log.
        if done >= of > 0 and not told:
            told = True
            stream.write(f"{done - lost} of {of} {_COUNTED}\n")

    return on_terminal if stream.isatty() else in_log


def plain_lines(report: RunReport) -> Iterator[str]:
    """The report without colours: what moves and what is held, chart by chart; what is quiet is counted."""
    yield visible(headline(report))
    rows = matrix(report)
    if rows:
        yield ""
    for row in rows:
        if row.tone is not Tone.QUIET:
            yield from _plain_row(row, report)
    if quiet := sum(row.tone is Tone.QUIET for row in rows):
        said = "as the rules say" if report.command == "check" else "nothing to do"
        verb = ("is", "are") if report.command == "check" else ("has", "have")
        yield f"{quiet} of {counted(len(rows), 'chart')} {verb[quiet > 1]} {said}"
    yield from _closing(report)


def _plain_row(row: Row, report: RunReport) -> Iterator[str]:
    for tier, cells in zip(report.tiers, row.cells, strict=True):
        for cell in cells:
            yield visible(f"{tier.name}: {row.chart} {cell}")


def _closing(report: RunReport) -> Iterator[str]:
    """Pull requests and what is to be known of them, reasons, what is only counted; a blank line before each."""
    told = told_reasons(report)
    sections = (
        [_pull_request(report, outcome) for outcome in report.outcomes],
        [remark.sentences for remark in report.remarks],
        [_told(one) for one in told if one.reason.weight is not Weight.COUNTED],
        [f"{len(one.spots)} x {_told(one, 2)}" for one in told if one.reason.weight is Weight.COUNTED],
    )
    for section in filter(None, sections):
        yield ""
        yield from map(visible, section)


def _pull_request(report: RunReport, outcome: "Outcome") -> str:
    from bot.report.becoming import is_left_over, what_became  # noqa: PLC0415 - a scan has no pull request

    plan = outcome.plan
    if is_left_over(plan):
        problem = f". {outcome.problem.sentences}" if outcome.problem else ""
        return f"branch {plan.branch} for {plan.tier.name} {what_became(report, outcome)}{problem}"
    existing = plan.existing
    title = plan.texts.title if plan.texts else existing.title if existing else ""
    named = f' "{title}"' if title else ""
    draft = "draft " if (existing.draft if existing else plan.draft) else ""
    words = f"{draft}pull request for {plan.tier.name} into {plan.base}{named}"
    # Where it has no address yet, its branch tells it from others of one title.
    words += f" {what_became(report, outcome)}: {outcome.url or plan.branch}"
    if reason := outcome.problem or plan.reason:
        words += f". {reason.sentences}"
    if outcome.open_by_hand:
        words += f" Open it by hand: {outcome.open_by_hand}"
    return words


def _told(told: Told, most: int = MOST_SPOTS) -> str:
    mark = "ALARM: " if told.reason.weight is Weight.ALARM else ""
    spots = [str(spot) for spot in told.spots if str(spot)]
    where = f" In {some(spots, most)}" if spots else ""
    return f"{mark}{told.reason.sentences}{where}"


def _show_rich(report: RunReport, console: "Console") -> None:
    # Imported here: only a terminal pays for it.
    from rich.table import Column, Table  # noqa: PLC0415 - see above

    console.print(_text(headline(report), "bold"))
    table = Table(Column("chart", overflow="fold"), *(tier.name for tier in report.tiers))
    for row in matrix(report):
        cells = (_text("\n").join(_text(str(cell), _STYLES[cell.tone]) for cell in cells) for cells in row.cells)
        table.add_row(_text(row.chart), *cells)
    if table.row_count:
        console.print(table)
    for line in _closing(report):
        console.print(_text(line), soft_wrap=True)


def _console(stream: TextIO) -> "Console":
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it

    return Console(file=stream, highlight=False)


def _text(text: str, style: str = "") -> "Text":
    """Text that rich reads no markup in, and that holds nothing a terminal would act on."""
    from rich.text import Text  # noqa: PLC0415 - only a terminal pays for it

    return Text(text if text == "\n" else visible(text), style=style)
