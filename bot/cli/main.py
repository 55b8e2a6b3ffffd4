"""The one funnel: arguments in, exit code out, every expected trouble said with its mend."""

import logging
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.arguments import parse
from bot.cli.options import STANDARD_OUTPUT
from bot.errors import BotError, ExitCode, UsageError

if TYPE_CHECKING:
    import argparse

    from bot.report.runner import Runner

INTERRUPTED = 130
"""As a shell says it: 128 and the number of SIGINT."""


def main(argv: Sequence[str]) -> int:
    """Run one command.

    Returns:
        An `ExitCode`, or 130 after an interrupt.
    """
    _leave_no_core()
    try:
        arguments = parse(list(argv), os.environ)
    except UsageError as error:
        return _flushed(_said(error, _runner()))
    runner = _runner(commands_aside=getattr(arguments, "json", "") == STANDARD_OUTPUT)
    logging.basicConfig(
        level=getattr(logging, arguments.log_level.upper()), format="%(levelname)s %(name)s: %(message)s"
    )
    try:
        code = _command(arguments, os.environ, runner)
    except BotError as error:
        code = _said(error, runner)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; running again completes what was begun\n")
        code = INTERRUPTED
    return _flushed(code)


def _leave_no_core() -> None:
    """A core file of ours, or of a Git that we started, would hold the token."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))


def _runner(*, commands_aside: bool = False) -> "Runner":
    """From here on nothing foreign reaches standard output or error but through the sink."""
    # Below the parsing, so that --help loads nothing.
    from bot.report.runner import Runner  # noqa: PLC0415 - see above
    from bot.report.sink import install  # noqa: PLC0415 - see above

    return Runner(install(commands_aside=commands_aside))


def _command(arguments: "argparse.Namespace", environment: Mapping[str, str], runner: "Runner") -> int:
    if arguments.command == "demo":
        from bot.demo.days import show_days  # noqa: PLC0415 - only the demo needs it
        from bot.demo.show import show  # noqa: PLC0415 - as above

        folder = Path(arguments.folder) if arguments.folder else None
        return show_days(folder, sys.stdout) if arguments.days else show(folder, sys.stdout)
    from bot.cli.commands import Commands  # noqa: PLC0415 - --help and the demo need none of it
    from bot.cli.parts import Parts  # noqa: PLC0415 - as above
    from bot.cli.telling import require_writable, tell  # noqa: PLC0415 - as above
    from bot.report.exit_code import exit_code, parse_fail_on  # noqa: PLC0415 - as above
    from bot.report.terminal import progress_on  # noqa: PLC0415 - as above

    fail_on = parse_fail_on(arguments.fail_on)
    require_writable(arguments.json)
    commands = Commands(environment, parts=Parts(environment, runner.mask), progress=progress_on(sys.stderr))
    if arguments.command == "scan" and arguments.explain:
        from bot.report.explaining import show_explained  # noqa: PLC0415 - as above

        show_explained(commands.explain(arguments), sys.stdout)
        return ExitCode.DONE
    report = commands.named[arguments.command](arguments)
    tell(report, arguments, runner)
    return exit_code(report, fail_on)


def _said(error: BotError, runner: "Runner") -> int:
    from bot.cli.telling import say  # noqa: PLC0415 - only on trouble

    return say(error, runner)


def _flushed(code: int) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    return code
