"""What a run has to say, to everybody who listens: a person, a program, GitHub's runner."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.cli.no_configuration import NoConfiguration
from bot.cli.options import STANDARD_OUTPUT
from bot.errors import BotError, ConfigurationError, ExitCode, RunFailed, UsageError
from bot.model.tiers import DEFAULT_CONFIGURATION_PATH

if TYPE_CHECKING:
    import argparse

    from bot.report.run_report import RunReport
    from bot.report.runner import Runner


_STOPPED = "### flux-chart-bot: the run was stopped\n\n"


def require_writable(target: str) -> None:
    """See before a run that its plan can be written; afterwards it would be lost.

    Raises:
        UsageError: It cannot.
    """
    if target in {"", STANDARD_OUTPUT}:
        return
    try:
        problem = _unwritable(Path(target))
    except OSError as error:
        problem = error.strerror or "it cannot be reached"
    if problem:
        raise UsageError(f"the plan cannot be written to {target!r}: {problem}", "Name another file with --json")


def _unwritable(path: Path) -> str:
    if path.is_dir():
        return "it is a folder"
    if not path.parent.is_dir():
        return f"there is no folder {str(path.parent)!r}"
    return "" if os.access(path if path.exists() else path.parent, os.W_OK) else "this user may not write there"


def tell(report: "RunReport", arguments: "argparse.Namespace", runner: "Runner") -> None:
    """Tell a run that came to its end.

    Raises:
        RunFailed: The plan could not be written after all; everything else is told.
    """
    _to_person(report, arguments)
    if runner.active:
        from bot.report.annotations import annotations_of  # noqa: PLC0415 - only a runner shows it
        from bot.report.summary import summary  # noqa: PLC0415 - as above

        runner.annotate(annotations_of(report))
        runner.summary(summary(report))
        runner.outputs(report)
    if arguments.json not in {"", STANDARD_OUTPUT}:
        _write_plan(report, arguments.json)


def _to_person(report: "RunReport", arguments: "argparse.Namespace") -> None:
    from bot.report.document import document_lines  # noqa: PLC0415 - a fault of the configuration needs none of it
    from bot.report.terminal import show_diff, show_report  # noqa: PLC0415 - as above

    if arguments.json == STANDARD_OUTPUT:
        sys.stdout.writelines(document_lines(report))
        _suggest(report.suggestion, sys.stderr)
        return
    show_report(report, sys.stdout)
    if arguments.diff and report.changes:
        sys.stdout.write("\n")
        show_diff(report.changes, sys.stdout)
    _suggest(report.suggestion, sys.stdout)


def _suggest(suggestion: str, stream: TextIO) -> None:
    if suggestion:
        stream.write(f"\n{DEFAULT_CONFIGURATION_PATH} does not exist yet. This run judged by:\n\n{suggestion}")


def _write_plan(report: "RunReport", target: str) -> None:
    from bot.report.document import document_lines  # noqa: PLC0415 - as above

    try:
        with Path(target).open("w", encoding="utf-8") as file:
            file.writelines(document_lines(report))
    except OSError as error:
        mend = "All else is done as it is told above; name another file and run again"
        raise RunFailed(f"the plan could not be written to {target!r}: {error.strerror}", mend) from error


def say(error: BotError, runner: "Runner") -> int:
    """Tell what stopped a run: what happened and what to do, and on a runner the same on the line it is about."""
    from bot.report.annotations import annotation_of_trouble, annotations_of_faults  # noqa: PLC0415 - only on trouble
    from bot.report.escape import code, visible  # noqa: PLC0415 - as above

    said = [*error.message.splitlines(), *error.mend.splitlines()]
    if isinstance(error, NoConfiguration):
        said += ["", *error.suggestion.splitlines()]
    sys.stderr.writelines(f"{visible(line)}\n" for line in said)
    runner.summary("".join((_STOPPED, *(f"- {code(line)}\n" for line in said if line))))
    if isinstance(error, ConfigurationError):
        runner.annotate(annotations_of_faults(error.faults))
    elif runner.active:
        runner.annotate([annotation_of_trouble(error)])
    return int(ExitCode(error.exit_code))
