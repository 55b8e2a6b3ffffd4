"""Whole processes, measured from outside."""

import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

HERE = Path(__file__).parent


class Taken(Struct, frozen=True, kw_only=True):
    """What one run took: seconds on the wall, seconds of processor, megabytes at the peak."""

    code: int
    wall: float
    processor: float
    megabytes: float
    said: str


def run(command: Sequence[str | Path], folder: Path, *, code: int = 0) -> Taken:
    """Run a program once; any other exit code than `code` ends the benchmark."""
    output = folder / "output"
    launched = [sys.executable, "-I", "-S", str(HERE / "launcher.py"), str(output), *map(str, command)]
    told = subprocess.run(launched, check=True, capture_output=True, text=True).stdout.split()
    said = output.read_text(encoding="utf-8", errors="replace")
    if int(told[0]) != code:
        sys.exit(f"{' '.join(map(str, command))} ended with {told[0]}, not {code}:\n{said}")
    return Taken(
        code=int(told[0]), wall=float(told[1]), processor=float(told[2]), megabytes=int(told[3]) / 1024, said=said
    )


def alternate(
    commands: Mapping[str, Sequence[str | Path]], folder: Path, rounds: int, *, code: int = 0
) -> dict[str, Taken]:
    """Run each once to warm up, then all in turn, so many times: the medians. A noisy machine is noisy for all."""
    for command in commands.values():
        run(command, folder, code=code)
    taken: dict[str, list[Taken]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            taken[name].append(run(command, folder, code=code))
    return {name: _median(runs) for name, runs in taken.items()}


def _median(runs: Sequence[Taken]) -> Taken:
    return Taken(
        code=runs[0].code,
        wall=statistics.median(run.wall for run in runs),
        processor=statistics.median(run.processor for run in runs),
        megabytes=max(run.megabytes for run in runs),
        said=runs[-1].said,
    )
