"""The one funnel: arguments in, exit code out, every expected trouble said with its mend."""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.arguments import parse
from bot.errors import BotError, ConfigurationError, ExitCode

if TYPE_CHECKING:
    import argparse

    from bot.report.run_report import RunReport
    from bot.report.runner import Runner

INTERRUPTED = 130
"""As a shell says it: 128 and the number of SIGINT."""


def main(argv: Sequence[str]) -> int:
    """Run one command.

    Returns:
        An `ExitCode`, or 130 after an interrupt.
    """
    arguments = parse(list(argv), os.environ)
    # Below the parsing, so that --help loads nothing.
    from bot.report.runner import Runner  # noqa: PLC0415 - see above
    from bot.report.sink import install  # noqa: PLC0415 - see above

    runner = Runner(install())
    logging.basicConfig(
        level=getattr(logging, arguments.log_level.upper()), format="%(levelname)s %(name)s: %(message)s"
    )
    try:
        code = _command(arguments, os.environ, runner)
    except BotError as error:
        code = _say(error, runner)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; running again completes what was begun\n")
        code = INTERRUPTED
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _command(arguments: "argparse.Namespace", environment: Mapping[str, str], runner: "Runner") -> int:
    if arguments.command == "demo":
        from bot.demo.show import show  # noqa: PLC0415 - only the demo needs it

        return show(Path(arguments.folder) if arguments.folder else None, sys.stdout)
    from bot.cli.commands import Commands  # noqa: PLC0415 - --help and the demo need none of it
    from bot.report.exit_code import parse_fail_on  # noqa: PLC0415 - as above
    from bot.report.terminal import progress_on  # noqa: PLC0415 - as above

    fail_on = parse_fail_on(arguments.fail_on)
    commands = Commands(environment, mask=runner.mask, progress=progress_on(sys.stderr))
    report = commands.update(arguments) if arguments.command == "update" else commands.scan(arguments)
    _tell(report, arguments, runner)
    from bot.report.exit_code import exit_code  # noqa: PLC0415 - as above

    return exit_code(report, fail_on)


def _tell(report: "RunReport", arguments: "argparse.Namespace", runner: "Runner") -> None:
    """The report for everybody: a person, a machine, GitHub's runner."""
    from bot.report.annotations import annotations_of  # noqa: PLC0415 - as above
    from bot.report.document import document_text  # noqa: PLC0415 - as above
    from bot.report.terminal import show_diff, show_report  # noqa: PLC0415 - as above

    if arguments.json == "-":
        sys.stdout.write(document_text(report))
    else:
        show_report(report, sys.stdout)
        if arguments.diff:
            show_diff(report.changes, sys.stdout)
        if report.suggestion:
            sys.stdout.write(f"\nThere is no configuration yet. It could begin so:\n\n{report.suggestion}")
    if arguments.json not in {"", "-"}:
        Path(arguments.json).write_text(document_text(report), encoding="utf-8")
    if runner.active:
        from bot.report.summary import summary  # noqa: PLC0415 - only a runner shows it

        runner.annotate(annotations_of(report))
        runner.summary(summary(report))
        runner.outputs(report)


def _say(error: BotError, runner: "Runner") -> int:
    """An expected trouble: what happened and what to do, and on a runner the same on the line it is about."""
    from bot.report.annotations import annotation_of_trouble, annotations_of_faults  # noqa: PLC0415 - only on trouble
    from bot.report.escape import visible  # noqa: PLC0415 - as above

    for line in filter(None, [*error.message.splitlines(), *error.mend.splitlines()]):
        sys.stderr.write(f"{visible(line)}\n")
    if isinstance(error, ConfigurationError):
        runner.annotate(annotations_of_faults(error.faults))
    elif runner.active:
        runner.annotate([annotation_of_trouble(error)])
    return int(ExitCode(error.exit_code))
