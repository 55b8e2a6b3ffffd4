"""The programs that are measured, and those they are measured against."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.fleet import Chart, write_fleet
from benchmarks.measuring import HERE
from msgspec import Struct

from bot.bootstrap import environment_for, make


def project_python() -> Path:
    """The interpreter of the environment that people get; made where there is none."""
    environment = environment_for("requirements.txt", os.environ)
    make(environment, os.environ)
    return environment.python


@contextlib.contextmanager
def slow_line(netloc: str, milliseconds: int, log: Path) -> Iterator[str]:
    """A line to the registry on which a round trip takes so long; its requests are kept in `log`."""
    port = netloc.rpartition(":")[2]
    command = [sys.executable, "-I", str(HERE / "slow_line.py"), port, str(milliseconds), str(log)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        process.stdout.close()


class Side(Struct, frozen=True, kw_only=True):
    """One fleet at one address of the registry, and who looks at it."""

    python: Path
    folder: Path
    netloc: str

    @classmethod
    def of(cls, python: Path, folder: Path, netloc: str, charts: tuple[Chart, ...]) -> "Side":
        """Write the fleet, and the list of its charts for the yardstick."""
        write_fleet(folder / "fleet", charts, netloc)
        (folder / "charts").write_text("\n".join(chart.repository for chart in charts), encoding="utf-8")
        return cls(python=python, folder=folder, netloc=netloc)

    @property
    def plan(self) -> Path:
        """What the bot found."""
        return self.folder / "plan.json"

    @property
    def commands(self) -> dict[str, list[str | Path]]:
        """The bot and the yardstick."""
        fleet = self.folder / "fleet"
        return {
            "scan": [self.python, "-I", "-m", "bot", "scan", fleet, "--json", self.plan],
            "yardstick": [
                self.python,
                "-I",
                HERE / "yardstick.py",
                fleet,
                self.netloc,
                self.folder / "charts",
            ],
        }
