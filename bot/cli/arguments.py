"""The arguments. The Action passes its inputs as environment variables, which are the options' defaults."""

import argparse
from collections.abc import Mapping

from bot import __version__

_PREFIX = "FLUX_CHART_BOT_"

_DESCRIPTION = """\
Moves Helm chart versions in Flux repositories, one pull request per environment tier, and nothing else.
"""

_EPILOG = """\
exit codes:
  0  done, with updates or without
  1  the run could not do its work; running again completes it
  2  the configuration or the call is wrong
  3  done, and something that --fail-on names happened

examples:
  flux-chart-bot scan                      what the files of this folder could move to
  flux-chart-bot scan --diff apps/         the same as a unified diff
  flux-chart-bot update --dry-run          everything but the writing, on the base branches
  flux-chart-bot demo                      the whole story on embedded parts; needs nothing

Every option can be given as an environment variable: --fail-on is FLUX_CHART_BOT_FAIL_ON.
The token is read from FLUX_CHART_BOT_TOKEN (or GITHUB_TOKEN) only.
"""


def parse(argv: list[str], environment: Mapping[str, str]) -> argparse.Namespace:
    """Read the command line; what it leaves out comes from the environment. Exits by itself for `--help` and faults."""
    return _parser(environment).parse_args(argv)


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="flux-chart-bot",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    given = _Given(environment)
    _log_level(parser, given)
    _scan(commands.add_parser("scan", help="read only: what could move, and why the rest does not"), given)
    _update(commands.add_parser("update", help="push branches, open pull requests, set statuses"), given)
    _demo(commands.add_parser("demo", help="the whole story on embedded parts; needs no network"))
    return parser


class _Given:
    """What the environment says about an option."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, option: str, default: str = "") -> str:
        return self._environment.get(_PREFIX + option.upper().replace("-", "_")) or default

    def flag(self, option: str) -> bool:
        return self.text(option).strip().lower() == "true"


def _log_level(parser: argparse.ArgumentParser, given: _Given) -> None:
    parser.add_argument(
        "--log-level",
        choices=("error", "warning", "info", "debug"),
        default=given.text("log-level", "warning"),
        help="how much the log tells; never a credential (default: warning)",
    )


def _scan(parser: argparse.ArgumentParser, given: _Given) -> None:
    parser.add_argument(
        "path", nargs="?", default=given.text("path", "."), help="the folder to read; default: this one"
    )
    parser.add_argument(
        "--base", action="store_true", help="read the tips of the tiers' base branches, as `update` does"
    )
    parser.add_argument("--diff", action="store_true", help="show what would change as a unified diff")
    _common(parser, given)
    _remote(parser, given)


def _update(parser: argparse.ArgumentParser, given: _Given) -> None:
    parser.add_argument(
        "--dry-run", action="store_true", default=given.flag("dry-run"), help="plan everything, write nothing"
    )
    parser.add_argument("--diff", action="store_true", help="show what changes as a unified diff")
    _common(parser, given)
    _remote(parser, given)
    parser.add_argument(
        "--forge",
        choices=("github", "files"),
        default=given.text("forge", "github"),
        help="where pull requests and statuses live; `files` needs no network (default: github)",
    )
    parser.add_argument(
        "--forge-folder",
        default=given.text("forge-folder", "flux-chart-bot"),
        metavar="DIR",
        help="folder of the files forge (default: flux-chart-bot)",
    )


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--folder", default="", metavar="DIR", help="keep what it makes there; default: a folder that goes away"
    )


def _common(parser: argparse.ArgumentParser, given: _Given) -> None:
    parser.add_argument(
        "--config",
        default=given.text("config"),
        metavar="FILE",
        help="the configuration's path in the repository (default: .github/flux-chart-bot.yaml)",
    )
    parser.add_argument(
        "--json",
        default=given.text("json"),
        metavar="FILE",
        help="write the whole plan as JSON; `-` for standard output instead of the table",
    )
    parser.add_argument(
        "--fail-on",
        default=given.text("fail-on"),
        metavar="LIST",
        help="end with exit code 3 when one of these happened (default: alarm,nothing-looked-up)",
    )


def _remote(parser: argparse.ArgumentParser, given: _Given) -> None:
    parser.add_argument(
        "--remote",
        default=given.text("remote"),
        metavar="URL",
        help="the Git repository; default: the one of GITHUB_SERVER_URL and GITHUB_REPOSITORY",
    )
    parser.add_argument(
        "--repository",
        default=given.text("repository"),
        metavar="OWNER/NAME",
        help="the repository on GitHub; default: GITHUB_REPOSITORY",
    )
