"""A version on its way from dev to staging over days, with real Git, a real registry and the double of GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from doubles import fleet_files
from doubles.fleet import DEV, STAGING, Fleet

LEDGER = "flux-chart-bot/state/ledger"
START = datetime(2026, 3, 1, tzinfo=UTC)
CONFIGURATION = """\
tiers:
  dev: {paths: ["apps/**"], branch: develop, follow: minor}
  staging: {paths: ["apps/**"], branch: staging, follow: minor, from: dev, soak: 3d}
  production: {paths: ["apps/**"], branch: main, production: true}
"""
On = Callable[[float], None]


@pytest.fixture
def on(branches: Fleet) -> On:
    """Runs `update` on a day after the start."""
    branches.hosted.commit("main", {fleet_files.CONFIGURATION: CONFIGURATION})

    def run(day: float) -> None:
        with mock.patch("bot.cli.commands.now", return_value=START + timedelta(days=day)):
            ended = branches.update()
        assert ended.code == 0, ended

    return run


def merge_dev(fleet: Fleet, day: float) -> None:
    """A person merges dev's pull request."""
    changed = fleet.changed(DEV, "develop")
    fleet.hosted.commit("develop", changed, "Merge", date=int((START + timedelta(days=day)).timestamp()))


def test_staging_follows_dev_after_its_soak(branches: Fleet, on: On) -> None:
    on(0)
    assert set(branches.open) == {DEV}
    assert branches.hosted.tip(LEDGER) is None

    merge_dev(branches, 1)
    on(1)
    assert branches.open.keys() <= {DEV}
    assert branches.words("staging")["flux-chart-bot/staging"] == ("success", "2 waiting")
    kept = branches.hosted.files(LEDGER)
    assert sorted(path.partition("/")[0] for path in kept) == ["branches", "digests"]
    assert json.loads(kept["branches/develop.json"])["seen"] == {branches.hosted.tip("develop"): "2026-03-02T00:00:00Z"}

    on(3.9)
    assert STAGING not in branches.open
    on(4)
    assert branches.changed(STAGING, "staging") == branches.manifests("apps", "6.6.0", "20.2.0")


def test_while_it_soaks_hourly_runs_write_nothing_and_ask_no_more(branches: Fleet, on: On) -> None:
    on(0)
    merge_dev(branches, 1)
    on(1)
    on(1.05)
    calls = branches.api_calls
    assert branches.writes == []
    assert calls <= 3 + 3 + len(branches.open)


def test_unrelated_commits_in_between_do_not_matter(branches: Fleet, on: On) -> None:
    on(0)
    merge_dev(branches, 1)
    on(1)
    for number in range(60):
        branches.hosted.commit("develop", {"docs.md": str(number)}, date=int(START.timestamp()) + number)
    on(4)
    assert branches.changed(STAGING, "staging") == branches.manifests("apps", "6.6.0", "20.2.0")
    on(4)
    assert branches.changed(STAGING, "staging") == branches.manifests("apps", "6.6.0", "20.2.0")
