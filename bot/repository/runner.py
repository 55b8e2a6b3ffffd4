"""Runs Git: our environment, a deadline for every command, a process group that ends with it."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from msgspec import Struct

from bot.errors import RepositoryFailed
from bot.repository import failures, surroundings

if TYPE_CHECKING:
    from git.cmd import Git  # noqa: TID251 - this package is the home of GitPython

_OLDEST = (2, 32)
"""The first Git that obeys GIT_CONFIG_GLOBAL; before it, the user's configuration would be read."""
_INSTALL = "Install Git 2.32 or newer"


class Finished(Struct, frozen=True, kw_only=True):
    """A command that ended: its exit status and what it wrote."""

    status: int
    output: bytes
    errors: str


class GitRunner:
    """Runs Git commands in one isolated repository."""

    def __init__(self, folder: Path, variables: Mapping[str, str], *, seconds: float, secrets: tuple[str, ...]) -> None:
        """Prepare to run.

        Args:
            folder: Working directory of every command.
            variables: The environment of every command, beside the few inherited ones.
            seconds: Deadline of one command.
            secrets: Texts that no message may show.

        Raises:
            RepositoryFailed: Git is missing or too old.
        """
        self.seconds = seconds
        self._secrets = secrets
        self._variables = dict(variables)
        self._git = _gitpython(folder, self._variables)
        self._require_version()

    def run(
        self, action: str, *arguments: str, stdin: bytes = b"", variables: Mapping[str, str] | None = None
    ) -> bytes:
        """Run `git <arguments>` to its end and return its output.

        Raises:
            RepositoryFailed: It failed or passed its deadline; `action` completes "Git could not …".
        """
        finished = self.attempt(action, *arguments, stdin=stdin, variables=variables)
        if finished.status:
            raise self.failure(action, finished.errors)
        return finished.output

    def attempt(
        self,
        action: str,
        *arguments: str,
        stdin: bytes = b"",
        variables: Mapping[str, str] | None = None,
        program: str = "git",
    ) -> Finished:
        """Run `git <arguments>`, or a program that Git itself runs, to its end, however it ends.

        Raises:
            RepositoryFailed: It passed its deadline.
        """
        with self.started(*arguments, variables=variables, program=program) as process:
            try:
                output, errors = process.communicate(stdin, timeout=self.seconds)
            except subprocess.TimeoutExpired:
                raise failures.too_slow(action, self.seconds) from None
        return Finished(status=process.returncode, output=output, errors=errors.decode(errors="replace"))

    @contextlib.contextmanager
    def started(
        self, *arguments: str, variables: Mapping[str, str] | None = None, program: str = "git"
    ) -> Iterator["subprocess.Popen[bytes]"]:
        """Start `git <arguments>`; it and all that it started are killed when the block is left."""
        ours = self._variables | dict(variables or {})
        interrupt: Any = self._git.execute(
            # GitPython only adds to the inherited environment, so env(1) takes away; names alone are in its arguments.
            ["env", *(f"--unset={name}" for name in surroundings.unset(os.environ, ours)), program, *arguments],
            istream=subprocess.PIPE,
            as_process=True,
            env=ours,
            shell=False,
            start_new_session=True,
        )
        process: subprocess.Popen[bytes] = interrupt.proc
        try:
            yield process
        finally:
            _end(process)

    def failure(self, action: str, errors: str) -> RepositoryFailed:
        """The error for what Git wrote, without our secrets."""
        return failures.failure(action, errors, self._secrets)

    def _require_version(self) -> None:
        words = self.run("say its version", "version").decode(errors="replace").split()
        found = words[2] if len(words) > 2 else "none"  # noqa: PLR2004 - "git version 2.39.5"
        numbers = tuple(int(part) for part in found.split(".")[:2] if part.isdigit())
        if numbers < _OLDEST:
            raise RepositoryFailed(f"Git {found} is too old", _INSTALL)


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and all that it started, unless it ended by itself."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _end(process: "subprocess.Popen[bytes]") -> None:
    kill_group(process)
    pipes: tuple[IO[bytes] | None, ...] = (process.stdin, process.stdout, process.stderr)
    for pipe in pipes:
        with contextlib.suppress(BrokenPipeError):  # what was not yet written is of no use any more
            if pipe is not None:
                pipe.close()
    process.wait()


def _gitpython(folder: Path, variables: Mapping[str, str]) -> "Git":
    # Its import runs `git version` with the environment as it is, tokens and tracing included: it sees ours instead. It
    # happens once, before any thread of ours could miss a variable.
    inherited = dict(os.environ)
    if "git" not in sys.modules:
        for name in surroundings.unset(inherited, variables):
            del os.environ[name]
        os.environ.update(variables)
    try:
        from git.cmd import Git  # noqa: PLC0415, TID251 - a heavy import, in its home
    except ImportError as error:
        raise RepositoryFailed("Git cannot be run", _INSTALL) from error
    finally:
        if dict(os.environ) != inherited:
            os.environ.clear()
            os.environ.update(inherited)
    return Git(folder)
