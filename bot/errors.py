"""Every trouble that ends a run: what happened, the mend, and the exit code.

BotError
├── UsageError            2  the call is wrong
│   └── WriteRefused      2  a writing command on an event that must not write
├── ConfigurationError    2  the configuration file is wrong; carries every fault with file, line, column
└── RunFailed             1  the run could not do its work
    ├── RepositoryFailed  1  Git
    ├── LedgerBroken      1  what the bot remembers
    ├── MemoryBroken      1  what it remembers of people's refusals
    └── ForgeFailed       1  the forge
"""

import re
from enum import IntEnum

from msgspec import Struct

_LOGIN = re.compile(r"(:/{1,2})[^/\s]*@")  # one slash: a path that pathlib has made of an address


class ExitCode(IntEnum):
    """What the process says to its caller."""

    DONE = 0
    """Done, with updates or without, or left to another run of the bot that was faster."""
    FAILED = 1
    """The run could not do its work; running again completes it."""
    WRONG = 2
    """The configuration or the call is wrong."""
    ALARMED = 3
    """Done, and something that `fail-on` names happened."""


class BotError(Exception):
    """A trouble of the whole run. `mend` says what to do, in one sentence.

    What a person typed is quoted in many a message; a login in an address that they typed is not.
    """

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, mend: str = "") -> None:
        message = _LOGIN.sub(r"\1***@", message)
        super().__init__(message)
        self.message = message
        self.mend = mend


class UsageError(BotError):
    """The command line, or the environment that stands for it, is wrong."""

    exit_code = ExitCode.WRONG


class WriteRefused(UsageError):
    """A writing command was called where a stranger could have chosen what is written."""


class Fault(Struct, frozen=True, kw_only=True):
    """One fault of the configuration file; `line` and `column` are 1-based, 0 where the whole file or line is meant."""

    path: str
    line: int
    column: int
    message: str
    mend: str = ""

    def __str__(self) -> str:
        where = ":".join([self.path, *(str(number) for number in (self.line, self.column) if number)])
        return f"{where}: {self.message}{'. ' + self.mend if self.mend else ''}"


class ConfigurationError(BotError):
    """The configuration is wrong. All faults at once, not the first."""

    exit_code = ExitCode.WRONG

    def __init__(self, faults: tuple[Fault, ...], mend: str = "") -> None:
        super().__init__("\n".join(str(fault) for fault in faults), mend)
        self.faults = faults


class RunFailed(BotError):
    """The run could not do its work."""


class RepositoryFailed(RunFailed):
    """Git refused or failed."""


class LedgerBroken(RunFailed):
    """A file of the ledger is not as this bot writes it. Never taken for an empty one."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(
            f"the ledger's file {path!r} cannot be used: {problem}",
            "See who wrote on the branch flux-chart-bot/state/ledger, set it back to its newest commit of this bot "
            "(with the trailer Flux-Chart-Bot-State), and let a ruleset allow nobody else to write there; "
            "deleting the branch makes every wait begin anew",
        )


class MemoryBroken(RunFailed):
    """What people refused is not as this bot left it. Never taken for nothing, nor believed."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(
            f"the file {path!r} that says what people refused cannot be used: {problem}",
            "See who wrote on the branch flux-chart-bot/state/proposals, set it back to its newest commit of this bot "
            "(with the trailer Flux-Chart-Bot-State), and let a ruleset allow nobody else to write there; "
            "`release` frees what was refused; deleting the branch forgets it all",
        )


class ForgeFailed(RunFailed):
    """The forge refused or failed."""
