"""What `python3 bot/bootstrap.py test --benchmarks` runs: the figures of the budgets, each beside its yardstick.

Its arguments choose: `fleet`, `large`, `forms`, `start`, `prefilter`, `hostile`, `action`; none chooses all. Only
ratios within one run mean something: machines differ, and are noisy.
"""

# ruff: noqa: T201 - it talks to a person

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.bootstrapping import bare_install, our_install
from benchmarks.fleet import CONFIGURATION, Chart, charts, fill
from benchmarks.forms import write_forms
from benchmarks.hostile import TAGS_FOR_PATTERN, filtered, hostile_files, write_hostile
from benchmarks.measuring import Taken, alternate, run
from benchmarks.parts import Side, project_python, slow_line
from doubles.docker_registry import docker_registry

LATENCY = 50
NOT_FLUX = 600


def main(chosen: Sequence[str]) -> int:
    unknown = [name for name in chosen if name not in SECTIONS]
    if unknown:
        print(f"there is no {', '.join(unknown)}; choose of {', '.join(SECTIONS)}")
        return 2
    python = project_python()
    for name in chosen or SECTIONS:
        with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
            SECTIONS[name](python, Path(folder))
    return 0


def _fleet(python: Path, folder: Path) -> None:
    _compare(python, folder, charts(200), rounds=9)


def _large(python: Path, folder: Path) -> None:
    _compare(python, folder, charts(2000), rounds=3)


def _compare(python: Path, folder: Path, every: tuple[Chart, ...], *, rounds: int) -> None:
    print(f"\n{3 * len(every)} references, {len(every)} charts x {len(every[0].tags)} tags (medians of {rounds})")
    with docker_registry() as netloc, slow_line(netloc, LATENCY, folder / "requests") as slow:
        fill(netloc, every)
        direct, late = (Side.of(python, folder / at, at, every) for at in (netloc, slow))
        _against_yardstick("loopback", direct, folder, rounds)
        _against_yardstick(f"+{LATENCY} ms", late, folder, rounds)
        log = folder / "requests"
        log.write_text("", encoding="ascii")  # the line goes on at the place where it was, behind zeros
        run(late.commands["scan"], folder)
        _count_requests(log, every)


def _against_yardstick(name: str, side: Side, folder: Path, rounds: int) -> None:
    taken = alternate(side.commands, folder, rounds)
    _rows({f"{name}, {who}": one for who, one in taken.items()})
    ratio = taken["scan"].wall / taken["yardstick"].wall
    print(f"  {name}: {ratio:.2f} times the yardstick; {_decisions(side.plan)}", flush=True)


def _count_requests(log: Path, every: Sequence[Chart]) -> None:
    lines = Counter(log.read_text(encoding="ascii").strip("\0").splitlines())
    listings = [lines.pop(f"GET /v2/{chart.repository}/tags/list?n=1000 HTTP/1.1", 0) for chart in every]
    exact = "one listing a chart" if set(listings) == {1} else f"NOT one listing a chart: {Counter(listings)}"
    print(f"  requests: {sum(listings)} listings, {exact}; besides: {dict(lines)}")


def _forms(python: Path, folder: Path) -> None:
    every = charts(50)
    print("\nVersions in every form, three clusters (medians of 3)")
    with docker_registry() as netloc:
        fill(netloc, every)
        for wanted in (500, 5000):
            fleet, plan = folder / f"{wanted}", folder / f"{wanted}.json"
            count = write_forms(fleet, every, netloc, wanted)
            command: list[str | Path] = [python, "-I", "-m", "bot", "scan", fleet, "--json", plan]
            [taken] = alternate({"scan": command}, folder, 3).values()
            _row(f"{count} manifests", taken)
            print(f"    {taken.wall * 1000 / count:.2f} ms each; {_decisions(plan)}; {_reasons(plan)}")


def _start(python: Path, folder: Path) -> None:
    print("\nStart (medians of 9)")
    broken = folder / ".github" / "flux-chart-bot.yaml"
    broken.parent.mkdir()
    broken.write_text(f"{CONFIGURATION}unknown: 1\n", encoding="utf-8")
    bare: dict[str, Sequence[str | Path]] = {"an interpreter that does nothing": [python, "-I", "-c", ""]}
    _rows(alternate({**bare, "--help": [python, "-I", "-m", "bot", "--help"]}, folder, 9))
    _rows(alternate({"configuration error": [python, "-I", "-m", "bot", "scan", folder]}, folder, 9, code=2))


def _prefilter(python: Path, folder: Path) -> None:
    print(f"\n{NOT_FLUX} files in which no kind of Flux occurs, and which are no YAML: whoever parses them, says so")
    for number in range(NOT_FLUX):
        (folder / f"{number}.yaml").write_text("kind: Deployment\nspec: [" + "a: {b: c},\n" * 500, encoding="utf-8")
    plan = folder / "plan.json"
    _rows(alternate({"scan": [python, "-I", "-m", "bot", "scan", folder, "--json", plan]}, folder, 3))
    print(f"  parsed: {len(json.loads(plan.read_bytes())['passed_over'])}")


def _hostile(python: Path, folder: Path) -> None:
    print("\nHostile input, each beside one good release (one run each)")
    (good,) = charts(1)
    with docker_registry() as netloc:
        side = Side.of(python, folder / "yaml", netloc, (good,))
        fill(netloc, (good,))
        _row("nothing hostile", run(side.commands["scan"], folder))
        for name, text in hostile_files().items():
            write_hostile(side.folder / "fleet", text)
            _row(name, run(side.commands["scan"], folder))
            print(f"    {_decisions(side.plan)}; {_reasons(side.plan)}")
        fill(netloc, (good,), more=TAGS_FOR_PATTERN)
        write_hostile(side.folder / "fleet", filtered(netloc, good.repository))
        _row("a pattern that backtracks", run(side.commands["scan"], folder))
        print(f"    {_decisions(side.plan)}; {_reasons(side.plan)}")


def _action(python: Path, folder: Path) -> None:
    print("\nThe Action, cold, to its first line of work (one run to warm up, then medians of 3)")
    ours, bare = our_install(python, folder), bare_install(python, folder)
    _rows(alternate({"our bootstrap, then a scan": ours, "bare venv, pip, uv pip sync": bare}, folder, 3))


def _rows(taken: dict[str, Taken]) -> None:
    for name, one in taken.items():
        _row(name, one)


def _row(name: str, taken: Taken) -> None:
    print(
        f"  {name:34} {taken.wall * 1000:8.0f} ms wall {taken.processor * 1000:8.0f} ms processor"
        f" {taken.megabytes:6.0f} MB peak",
        flush=True,
    )


def _decisions(plan: Path) -> str:
    kinds = Counter(verdict["decision"]["kind"] for verdict in json.loads(plan.read_bytes())["verdicts"])
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))


def _reasons(plan: Path) -> str:
    told = json.loads(plan.read_bytes())
    held = [verdict["decision"].get("reason") for verdict in told["verdicts"]]
    reasons = [item["reason"] for item in told["passed_over"]] + [reason for reason in held if reason]
    return "; ".join(sorted({reason["sentence"] for reason in reasons})) or "nothing passed over"


SECTIONS: dict[str, Callable[[Path, Path], None]] = {
    "fleet": _fleet,
    "large": _large,
    "forms": _forms,
    "start": _start,
    "prefilter": _prefilter,
    "hostile": _hostile,
    "action": _action,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
