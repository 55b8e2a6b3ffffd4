"""People steer a fleet on GitHub: a hold, a release, and a check of what somebody else wants to merge."""

from __future__ import annotations

import json
from pathlib import Path

from doubles import fleet_files
from doubles.fleet import DEV, Fleet

LEDGER = "flux-chart-bot/state/ledger"


def test_a_hold_and_a_release_are_followed_at_once_by_the_same_pull_request(branches: Fleet) -> None:
    assert branches.update().code == 0
    number = branches.open[DEV]
    chart = f"{branches.registry}/{branches.group}/podinfo"

    held = branches.run("hold", "--chart", chart, "--tier", "dev", "--reason", "@ann says: it loses data")

    assert held.code == 0, held
    assert branches.open[DEV] == number
    assert branches.changed(DEV, "develop").keys() == {"apps/redis.yaml"}
    assert b"it loses data" in branches.hosted.files(LEDGER)["holds.json"]
    assert branches.run("release", "--chart", chart).code == 0
    assert branches.changed(DEV, "develop").keys() == {"apps/redis.yaml", "apps/podinfo.yaml"}
    assert branches.update().code == 0
    assert branches.writes == []


def test_a_check_reads_by_git_alone(branches: Fleet, tmp_path: Path) -> None:
    head = branches.hosted.commit("feature", {"apps/podinfo.yaml": fleet_files.podinfo("6.9.9")}, start="main")
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"base": {"ref": "main"}, "head": {"sha": head}}}))

    ended = branches.run("check", GITHUB_EVENT_NAME="pull_request", GITHUB_EVENT_PATH=str(event))

    assert ended.code == 3, ended
    assert ended.out.startswith("1 version changed, 1 finding\n")
    assert branches.api_calls == 0
    assert branches.writes == []
