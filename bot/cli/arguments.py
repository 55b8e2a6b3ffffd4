"""From the command line and the environment to one value an option. The Action passes its inputs by the environment."""

import argparse
from collections.abc import Mapping
from functools import partial
from typing import Any, NoReturn

from bot import __version__
from bot.cli.explanations import COMMANDS, EPILOG, MAIN_EPILOG, PURPOSE
from bot.cli.options import OPTIONS, Option
from bot.errors import UsageError

_USUAL_WIDTH = 80
_TRUTH = {"true": True, "false": False}


def parse(argv: list[str], environment: Mapping[str, str]) -> argparse.Namespace:
    """Read the command line; what it leaves out comes from the environment, then from the option's default.

    Exits by itself for `--help` and `--version`.

    Returns:
        `command`, and the value of each of its options: a text, or a truth value for a switch.

    Raises:
        UsageError: There is no such command or option, or it does not take this value.
    """
    arguments = _parser(argv).parse_args(argv)
    for option in OPTIONS[arguments.command]:
        if getattr(arguments, option.key) is None:
            setattr(arguments, option.key, _from(environment, option))
    return arguments


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Leave the telling to the one place for it."""
        raise UsageError(message, f"`{self.prog} --help` shows what it takes")


class _MainParser(_Parser):
    def error(self, message: str) -> NoReturn:
        """As above; what a command does not take is told by the parser above it."""
        raise UsageError(message, f"`{self.prog} --help` shows the commands, and with a command what that takes")


def _parser(argv: list[str]) -> argparse.ArgumentParser:
    """Only a command that is named gets its options: all of them take longer than to read fifty files."""
    style: Any = argparse.RawDescriptionHelpFormatter
    if not {"-h", "--help"} & {*argv}:
        # Options are tried on a formatter, and to find out how wide a terminal is loads what unpacks archives.
        style = partial(style, width=_USUAL_WIDTH)
    parser = _MainParser(prog="flux-chart-bot", description=PURPOSE, epilog=MAIN_EPILOG, formatter_class=style)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=_Parser, prog=parser.prog
    )
    for name, about in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=about.line,
            description=f"{about.line[0].upper()}{about.line[1:]}.\n\n{about.more}",
            epilog=EPILOG[name],
            formatter_class=style,
            allow_abbrev=False,
        )
        for option in OPTIONS[name] if name in argv else ():
            _add(command, option)
    return parser


def _add(command: argparse.ArgumentParser, option: Option) -> None:
    """An option without a default: what is not said must be told apart from what is."""
    if option.positional:
        command.add_argument(option.key, nargs="?", metavar=option.metavar, help=option.help)
    elif option.switch:
        command.add_argument(f"--{option.name}", action="store_true", default=None, help=option.help)
    else:
        choices, metavar = option.choices or None, option.metavar or None
        command.add_argument(f"--{option.name}", choices=choices, metavar=metavar, help=option.help)


def _from(environment: Mapping[str, str], option: Option) -> str | bool:
    given = environment.get(option.variable, "").strip()
    if option.switch:
        if given.lower() not in {"", *_TRUTH}:
            raise _not_taken(option, given, tuple(_TRUTH))
        return _TRUTH.get(given.lower(), False)
    if given and option.choices and given not in option.choices:
        raise _not_taken(option, given, option.choices)
    return given or option.default


def _not_taken(option: Option, given: str, taken: tuple[str, ...]) -> UsageError:
    return UsageError(
        f"{option.variable}, which stands for --{option.name}, is {given!r}",
        f"Write {' or '.join((', '.join(taken[:-1]), taken[-1]))}; empty means the default",
    )
