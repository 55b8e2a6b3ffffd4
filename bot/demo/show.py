"""`demo`: the main job on embedded parts, from a sample fleet and registry to branches, pull requests and statuses."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from bot.demo.charts import SampleChart
from bot.demo.place import fleet, require_new, update
from bot.demo.registry import DemoRegistry
from bot.errors import ExitCode
from bot.report.run_report import RunReport
from bot.report.terminal import show_diff, show_report
from bot.repository.seeding import seed

_BRANCHES = ("main", "develop", "staging")
_CHARTS = {
    "podinfo": ("6.4.0", "6.5.2", "6.5.3", "6.5.4", "6.6.0", "6.7.0-rc.1", "7.0.0"),
    "redis": ("20.1.0", "20.1.1", "20.2.0", "21.0.0"),
    "cert-manager": ("v1.16.1", "v1.16.2", "v1.17.0", "v1.18.0-alpha.0"),
}


def show(folder: Path | None, stream: TextIO) -> int:
    """Run the demo.

    Args:
        folder: Where the remote and the forge's files are kept; None for a place that goes away.
        stream: Where the person reads.

    Returns:
        `ExitCode.DONE`; a second run that writes is a failure.
    """
    require_new(folder)
    with ExitStack() as parts:
        place = folder or Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="flux-chart-bot-demo-")))
        registry = parts.enter_context(DemoRegistry())
        redis = {chart: _fill(registry, chart, versions) for chart, versions in _CHARTS.items()}["redis"]
        remote = seed(place / "remote", dict.fromkeys(_BRANCHES, fleet(registry.netloc, redis["20.1.0"])))
        stream.write(f"A registry with {len(_CHARTS)} charts, and a fleet with a branch for each of three tiers.\n")
        first = update(place, remote)
        stream.write("\n=== The first run\n\n")
        show_report(first, stream)
        stream.write("\n=== What it changes\n\n")
        show_diff(first.changes, stream)
        _show_files(place / "forge", stream)
        second = update(place, remote)
        stream.write("\n=== The second run: nothing new, so nothing to write\n\n")
        show_report(second, stream)
        written = _writes(second)
        stream.write(f"\nThe first run wrote {_writes(first)} times, the second {written} times.\n")
        if folder:
            stream.write(f"Look around in {folder}: `git -C {remote} log --all --stat`\n")
        return int(ExitCode.FAILED if written else ExitCode.DONE)


def _fill(registry: DemoRegistry, chart: str, versions: tuple[str, ...]) -> dict[str, str]:
    return {version: registry.add(f"charts/{chart}", SampleChart(name=chart, version=version)) for version in versions}


def _show_files(forge: Path, stream: TextIO) -> None:
    for kind, title in (("pull-requests", "A pull request"), ("statuses", "Commit statuses")):
        for number, page in enumerate(sorted((forge / kind).glob("*.md"))):
            if kind == "pull-requests" and number:
                stream.write(f"(and {page.name})\n")
                continue
            stream.write(f"\n=== {title}: {page.name}\n\n{page.read_text(encoding='utf-8')}")


def _writes(report: RunReport) -> int:
    published = report.published
    if published is None:
        return 0
    return sum(outcome.wrote for outcome in published.outcomes) + published.statuses_set
