"""The bot as a command: in this process without its waits, or as the process that users start."""

from __future__ import annotations

import functools
import io
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from msgspec import Struct

from bot.cli.main import main
from bot.forge.github_client import connect
from bot.registry.adapter import OciRegistry
from bot.registry.limits import Limits

ROOT = Path(__file__).parents[2]
_AT_ONCE = Limits(first_wait_seconds=0.001, attempts=2)


class Ended(Struct, frozen=True, kw_only=True):
    """How a run ended: its exit code and all that it said."""

    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit code {self.code}\n{self.out}{self.err}"


def run_here(arguments: tuple[str, ...], environment: Mapping[str, str]) -> Ended:
    """The whole command line, with the waits for GitHub's and registries' sake left out."""
    out, err = io.StringIO(), io.StringIO()
    with ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ, environment, clear=True))
        stack.enter_context(mock.patch.object(sys, "excepthook", sys.excepthook))
        hasty = functools.partial(connect, seconds_between_writes=0, backoff=0)
        stack.enter_context(mock.patch("bot.forge.github_client.connect", hasty))
        stack.enter_context(
            mock.patch("bot.registry.adapter.OciRegistry", functools.partial(OciRegistry, limits=_AT_ONCE))
        )
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        code = main(arguments)
    return Ended(code=code, out=out.getvalue(), err=err.getvalue())


def installed(folder: Path) -> Path:
    """A Python in which the bot is installed as its bootstrap does it: found by a `.pth`, whatever the folder."""
    venv.create(folder, with_pip=False)
    packages = next(folder.glob("lib/python*/site-packages"))
    (packages / "flux-chart-bot.pth").write_text(f"{ROOT}\n{sysconfig.get_path('purelib')}\n")
    return folder / "bin" / "python"


def run_as_users_do(python: Path, arguments: tuple[str, ...], environment: Mapping[str, str], *, folder: Path) -> Ended:
    """`python -I -m bot` as a process of its own."""
    done = subprocess.run(
        [python, "-I", "-m", "bot", *arguments],
        cwd=folder,
        env=dict(environment),
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Ended(code=done.returncode, out=done.stdout, err=done.stderr)
