"""The one way out for text: nothing foreign reaches a log as a command, whoever writes it, exceptions included.

A runner reads commands from stdout and stderr both. So both are wrapped, and only `runner` keeps a way around.
"""

import io
import os
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TextIO

from bot.report.escape import log_line


class Sink(io.TextIOBase):
    """A text stream that hands on whole lines, each escaped.

    A line that is still open waits: a command could be written in two halves.
    """

    def __init__(self, raw: TextIO) -> None:
        super().__init__()
        self._raw = raw
        self._open = ""

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed declares a plain attribute
        """That of the stream behind it."""
        return self._raw.encoding

    def writable(self) -> bool:
        """Always."""
        return True

    def isatty(self) -> bool:
        """A sink stands where there is no terminal."""
        return False

    def fileno(self) -> int:
        """For those who must have one; what they write there is not escaped."""
        return self._raw.fileno()

    def close(self) -> None:
        """Nothing: the stream behind it is not ours, and is gone before a sink that nobody holds any more.

        Python closes every stream that it forgets, and since 3.13 says so loudly where that fails.
        """

    def write(self, text: str) -> int:
        """Take text; hand on the lines that it completes."""
        *whole, self._open = (self._open + text).split("\n")
        with self._heard():
            self._raw.writelines(f"{log_line(line)}\n" for line in whole)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:  # type: ignore[override]  # typeshed takes it for one of bytes
        """Take texts; a report has a thousand lines, and each by itself takes four times as long."""
        self.write("".join(lines))

    def flush(self) -> None:
        """Hand on an open line as one of its own: whatever comes later must not complete it to a command."""
        with self._heard():
            if self._open:
                self._raw.write(f"{log_line(self._open)}\n")
                self._open = ""
            self._raw.flush()

    @contextmanager
    def _heard(self) -> Iterator[None]:
        """Go on in silence once the reader is gone (`| head`): what the run does, it does to its end."""
        try:
            yield
        except BrokenPipeError:
            # What Python still holds for the pipe must go somewhere:
            # https://docs.python.org/3/library/signal.html#note-on-sigpipe
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._raw.fileno())
            os.close(nowhere)


def install(*, commands_aside: bool = False) -> TextIO:
    """Put sinks in the place of stdout and stderr where they are no terminals, and take over uncaught exceptions.

    Args:
        commands_aside: A program reads stdout, so that commands go to stderr; a runner reads them from both.

    Returns:
        The bare stream for commands, for `runner.Runner` alone.
    """
    raw = sys.stderr if commands_aside else sys.stdout
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if not sys.stdout.isatty():
        sys.stdout = Sink(sys.stdout)
    if not sys.stderr.isatty():
        sys.stderr = Sink(sys.stderr)
    sys.excepthook = report_uncaught
    return raw


def report_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say an exception that nobody expected, line by line through the escape, on a terminal too."""
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write("interrupted; running again completes what was begun\n")
        return
    for line in "".join(traceback.format_exception(kind, error, trace)).split("\n"):
        sys.stderr.write(f"{log_line(line)}\n")
    sys.stderr.write("This is a bug of flux-chart-bot; please report the lines above.\n")
