"""GitHub's runner: outputs, job summary, annotations, masks, groups. Says nothing where there is no runner.

The one home of `actions_toolkit`, which is unmaintained and untyped. It prints what it is given without escaping
foreign text, falls back to commands that GitHub has retired, and knows no job summary: all three are seen to here.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from bot.model.secret import Secret
from bot.report.escape import log_line

if TYPE_CHECKING:
    from bot.report.annotations import Annotation
    from bot.report.run_report import RunReport


class Output(StrEnum):
    """Names of the Action's outputs, the only ones that are ever written."""

    UPDATES = "updates"
    """How many references have an update."""
    PULL_REQUESTS = "pull-requests"
    """JSON: tier, action and address of each pull request."""
    PLAN = "plan"
    """JSON: the whole run, by `plan.schema.json`."""
    FINDINGS = "findings"
    """How much speaks against the versions that people changed; `check` only."""
    ALARMS = "alarms"
    """How many alarms there are."""


def outputs_of(report: "RunReport") -> dict[Output, str]:
    """Every output; values are numbers or one line of ASCII JSON."""
    # Imported here: a runner is there before the configuration is read, and a fault in that must be told at once.
    from bot.report.document import output_text, pull_requests_text  # noqa: PLC0415 - see above
    from bot.report.run_report import alarms, all_reasons, findings  # noqa: PLC0415 - see above

    return {
        Output.UPDATES: str(len(report.updates)),
        Output.PULL_REQUESTS: pull_requests_text(report),
        Output.PLAN: output_text(report),
        Output.FINDINGS: str(len(findings(report))),
        Output.ALARMS: str(len(alarms(all_reasons(report)))),
    }


class Runner:
    """Speaks to the runner through its files and its commands.

    Args:
        raw: The bare stdout that `sink.install` gave back; commands must not go through the sink.
    """

    def __init__(self, raw: TextIO) -> None:
        self._raw = raw
        self._lock = threading.Lock()
        self._active = os.environ.get("GITHUB_ACTIONS") == "true"

    @property
    def active(self) -> bool:
        """Whether a runner listens."""
        return self._active

    def outputs(self, report: "RunReport") -> None:
        """Set the step's outputs, where the runner gave a file for them."""
        # Without the file actions_toolkit prints `::set-output`, which GitHub has retired.
        if not self._has_file("GITHUB_OUTPUT"):
            return
        for name, value in outputs_of(report).items():
            self._say("set_output", name.value, value)

    def summary(self, text: str) -> None:
        """Add to the job summary, where the runner gave a file for it."""
        if self._has_file("GITHUB_STEP_SUMMARY"):
            with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8", newline="") as file:
                file.write(text)

    def annotate(self, annotations: "Iterable[Annotation]") -> None:
        """Print annotations, whose texts are safe already."""
        for one in annotations if self._active else ():
            place = {"title": "flux-chart-bot", "file": one.path, "line": one.line, "col": one.column}
            # Not `core.error` and its like: they write every property that a command knows, the empty ones as `col=`.
            self._say(
                "issue_command", one.level.value, {key: value for key, value in place.items() if value}, one.message
            )

    def mask(self, *secrets: Secret) -> None:
        """Have the runner replace these in its log from now on; outside a runner nothing is printed, ever."""
        for secret in secrets if self._active else ():
            if secret:
                self._say("set_secret", secret.reveal())

    @contextlib.contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Fold what is printed meanwhile; groups do not nest."""
        if not self._active:
            yield
            return
        self._say("start_group", log_line(title))
        try:
            yield
        finally:
            self._say("end_group")

    def _has_file(self, variable: str) -> bool:
        name = os.environ.get(variable)
        return self._active and name is not None and Path(name).is_file()

    def _say(self, function: str, *arguments: object) -> None:
        """Call `actions_toolkit.core`, which prints to whatever stdout is, with the bare one in its place."""
        # One at a time: stdout is everybody's, and those who learn a token in parallel each have it masked.
        with self._lock, contextlib.redirect_stdout(self._raw):
            _core(function)(*arguments)
            self._raw.flush()


def _core(function: str) -> Callable[..., Any]:
    # Imported here: it costs 60 ms and only a runner needs it.
    from actions_toolkit import core  # noqa: PLC0415, TID251 - see above; this is the package's one home

    found: Callable[..., Any] = getattr(core, function)
    return found
