"""Every option of every command, once: its name, what it means, what it is when nobody says."""

from collections.abc import Mapping
from typing import NamedTuple

PREFIX = "FLUX_CHART_BOT_"
STANDARD_OUTPUT = "-"
"""The value of --json that is no file."""


class Option(NamedTuple):
    """One option; the same under its name on the command line and under its variable in the environment.

    Attributes:
        metavar: What its value is, in a word; empty for a switch.
        choices: The values it takes; empty where any text will do.
        positional: Whether it stands on the command line without its name.
    """

    name: str
    help: str
    metavar: str = ""
    default: str = ""
    choices: tuple[str, ...] = ()
    positional: bool = False

    @property
    def switch(self) -> bool:
        """Whether it takes no value: it is there or not."""
        return not self.metavar and not self.choices

    @property
    def key(self) -> str:
        """Its name in Python."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return PREFIX + self.key.upper()


_TOLD = (
    Option(
        "json",
        "write the whole plan there as JSON; - is standard output, instead of table and diff",
        "FILE",
    ),
    Option("diff", "show the edits as a unified diff"),
    Option(
        "fail-on",
        "names separated by commas: end with 3 when one of these happened, see below",
        "LIST",
    ),
    Option(
        "log-level",
        "how much the log on standard error tells; no level shows a credential (default: warning)",
        default="warning",
        choices=("error", "warning", "info", "debug"),
    ),
)
_CONFIG = Option(
    "config", "the configuration's path, from the top of the repository (default: .github/flux-chart-bot.yaml)", "FILE"
)
_REMOTE = (
    Option("remote", "the Git repository: an address or a path (default: the one that --repository names)", "URL"),
    Option("repository", "the repository on GitHub (default: GITHUB_REPOSITORY)", "OWNER/NAME"),
)

_FORGE = (
    Option(
        "forge",
        "where pull requests and statuses live; files: as Markdown and JSON in a folder, without a network "
        "(default: github)",
        default="github",
        choices=("github", "files"),
    ),
    Option("forge-folder", "the folder of --forge files (default: flux-chart-bot)", "DIR", default="flux-chart-bot"),
)
_SELECTORS = (
    Option("chart", "which chart (always needed), by the address that the report shows", "HOST/PATH/NAME"),
    Option("version", "only this version of it (default: every one)", "VERSION"),
    Option("tier", "only in this tier (default: in every one)", "NAME"),
)
_STEERS = (
    Option("reason", "why, in a sentence; the report repeats it", "TEXT"),
    Option("no-update", "only keep the word; the next update has the open pull requests follow"),
    Option("dry-run", "plan everything, write nothing"),
    _CONFIG,
    *_REMOTE,
    *_FORGE,
    *_TOLD,
)

OPTIONS: Mapping[str, tuple[Option, ...]] = {
    "scan": (
        Option("path", "the top of a checkout (default: this folder)", "FOLDER", default=".", positional=True),
        Option("base", "read no folder but the tips of the tiers' base branches, as update does"),
        Option("explain", "tell all about one place: what it is, what bounds it, why no newer version", "PATH[:LINE]"),
        _CONFIG,
        *_REMOTE,
        *_TOLD,
    ),
    "update": (
        Option("dry-run", "plan everything, write nothing"),
        _CONFIG,
        *_REMOTE,
        *_FORGE,
        *_TOLD,
    ),
    "hold": (
        *_SELECTORS,
        Option("until", "a duration, a day, or a time in UTC: 12h, 2026-12-31, 2026-12-31T18:00Z", "WHEN"),
        *_STEERS,
    ),
    "release": (*_SELECTORS, *_STEERS),
    "promote": (
        Option("to", "the production tier that takes versions over", "NAME"),
        Option("from", "the tier that runs them (default: `from` of the configuration)", "NAME"),
        Option("chart", "only this chart, by the address that the report shows (default: every one)", "HOST/PATH/NAME"),
        Option("version", "this version of --chart, whatever the tier before runs; needs --reason", "VERSION"),
        Option("reason", "why that version, in a sentence; the pull request repeats it", "TEXT"),
        Option("dry-run", "plan everything, write nothing"),
        _CONFIG,
        *_REMOTE,
        *_FORGE,
        *_TOLD,
    ),
    "check": (
        Option("into", "the branch that the commit wants into (default: by the event)", "BRANCH"),
        Option("head", "the commit whose changes are judged, by its full name (default: by the event)", "COMMIT"),
        _CONFIG,
        *_REMOTE,
        *_FORGE,
        *_TOLD,
    ),
    "demo": (
        Option("folder", "make everything in this new folder and keep it (default: one that goes away)", "DIR"),
        Option("days", "show instead how one version goes through the tiers, day by day"),
        *_TOLD[-1:],
    ),
}
