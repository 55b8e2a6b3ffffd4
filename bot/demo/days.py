"""`demo --days`: one version on its way through three tiers, day by day, on a clock of its own."""

import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from msgspec import Struct, field

from bot.demo.charts import SampleChart
from bot.demo.place import fleet, promote, require_new, update
from bot.demo.registry import DemoRegistry
from bot.errors import ExitCode
from bot.model.tiers import DEFAULT_CONFIGURATION_PATH
from bot.report.run_report import RunReport
from bot.report.terminal import show_report
from bot.repository.seeding import edit, merge, seed

_BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""A Monday morning."""
_CONFIGURATION = b"""\
tiers:
  dev:
    paths: ["apps/dev/**"]
    branch: develop
    follow: minor
  staging:
    paths: ["apps/staging/**"]
    branch: staging
    follow: patch
    from: dev
    soak: 3d
  production:
    production: true
    paths: ["apps/production/**"]
    branch: main
    from: staging
    soak: 3d
"""
_STAGING = "apps/staging/podinfo.yaml"
_OLD, _NEW = "6.5.3", "6.5.4"


def show_days(folder: Path | None, stream: TextIO) -> int:
    """Run it.

    Args:
        folder: Where the remote and the forge's files are kept; None for a place that goes away.
        stream: Where the person reads.

    Returns:
        `ExitCode.DONE`; a last run that writes anything but statuses is a failure.
    """
    require_new(folder)
    with ExitStack() as parts:
        place = folder or Path(parts.enter_context(TemporaryDirectory(prefix="flux-chart-bot-demo-")))
        registry = parts.enter_context(DemoRegistry())
        _release(registry, _OLD)
        files = {path: data for path, data in fleet(registry.netloc).items() if "podinfo" in path}
        files[DEFAULT_CONFIGURATION_PATH] = _CONFIGURATION
        remote = seed(place / "remote", dict.fromkeys(("main", "develop", "staging"), files))
        stream.write("One chart in three tiers. dev takes what is released, staging what dev ran for three days.\n")
        stream.write("Production takes nothing by itself: a person asks for what staging ran for three days.\n")
        left = _walk(_Days(place=place, remote=remote, stream=stream), registry, files[_STAGING])
        if folder:
            stream.write(f"Look around in {folder}: `git -C {remote} log --all --graph`\n")
        return int(ExitCode.FAILED if left else ExitCode.DONE)


class _Days(Struct, kw_only=True):
    """The clock, and what happens at its times."""

    place: Path
    remote: Path
    stream: TextIO
    now: datetime = field(default=_BEGIN)

    def at(self, day: int, hour: int, what: str) -> None:
        """Let time pass, and say what happens then."""
        self.now = _BEGIN + timedelta(days=day - 1, hours=hour - _BEGIN.hour)
        self.stream.write(f"\n=== Day {day}, {self.now:%A %d %B, %H:%M}: {what}\n\n")

    def run(self) -> RunReport:
        """The hourly run of this hour, and its table."""
        report = update(self.place, self.remote, lambda: self.now)
        show_report(report, self.stream)
        return report

    def promote(self) -> RunReport:
        """A person asks for production, and the table that they get."""
        report = promote(self.place, self.remote, lambda: self.now)
        show_report(report, self.stream)
        return report

    def merge(self, tier: str, base: str, key: str = "all") -> None:
        """A person merges the open pull request of a tier."""
        head = f"flux-chart-bot/{tier}/{key}"
        merge(self.remote, head=head, base=base, at=self.now)
        for page in (self.place / "forge/pull-requests").glob("*.json"):
            record = json.loads(page.read_text(encoding="utf-8"))
            if record["head"] == head:
                page.write_text(json.dumps({**record, "state": "merged"}), encoding="utf-8")

    def show_newest(self) -> None:
        """The pull request that was opened last."""
        page = max((self.place / "forge/pull-requests").glob("*.md"))
        self.stream.write(f"\n--- {page.name}\n\n{page.read_text(encoding='utf-8')}")


def _walk(days: _Days, registry: DemoRegistry, staging: bytes) -> bool:
    """The way of one version; whether the last run found anything left to propose."""
    days.at(1, 9, "all is current")
    days.run()
    days.at(2, 9, f"podinfo {_NEW} is released, and proposed in dev")
    _release(registry, _NEW)
    days.run()
    days.at(2, 15, "a person merges it; in dev it soaks")
    days.merge("dev", "develop")
    days.run()
    days.at(4, 9, "it still soaks")
    days.run()
    days.at(5, 15, "three days are over: it is proposed in staging")
    days.run()
    days.show_newest()
    days.at(5, 17, "a person merges that; in staging it soaks")
    days.merge("staging", "staging")
    days.run()
    _promote(days, staging)
    report = days.run()
    return bool(report.plan and report.plan.pull_requests)


def _promote(days: _Days, staging: bytes) -> None:
    """The last chapter: by a person's hand, when it has soaked in staging too."""
    days.at(6, 9, "somebody changes a value in staging; somebody asks for production, too early")
    changed = staging.replace(_OLD.encode(), _NEW.encode()).replace(b"replicaCount: 2", b"replicaCount: 3")
    edit(days.remote, "staging", {_STAGING: changed}, at=days.now)
    days.promote()
    days.at(8, 18, "three days are over: `promote --to production` opens a draft")
    days.promote()
    days.show_newest()
    days.at(8, 19, "a person marks it ready and merges it, and all is current again")
    days.merge("production", "main", "promotion")


def _release(registry: DemoRegistry, version: str) -> None:
    registry.add("charts/podinfo", SampleChart(name="podinfo", version=version))
