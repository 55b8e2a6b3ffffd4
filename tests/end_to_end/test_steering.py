"""People steer a fleet on GitHub: a hold, a release, and a check of what somebody else wants to merge."""

from __future__ import annotations

import json
from pathlib import Path

from doubles import fleet_files
from doubles.bot_runs import Ended
from doubles.fleet import DEV, NAME, Fleet
from doubles.github.people import actions
from doubles.github.state import PullRequest

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


def test_a_check_of_a_forks_pull_request_needs_a_token_that_reads_and_nothing_more(
    branches: Fleet, tmp_path: Path
) -> None:
    """GitHub gives such a run a token that reads: the head lies in another repository, and here below refs/pull."""
    fork = branches.hosted.fork("mallory")
    bad, late = (
        fork.commit(name, {"apps/podinfo.yaml": fleet_files.podinfo(version)}, start="develop")
        for name, version in (("bad", "6.9.9"), ("late", "6.6.0"))
    )
    pulls = [branches.hosted.open_pull(name, base="develop", source=fork) for name in ("bad", "late")]
    branches.act_as(actions(repositories=frozenset({NAME}), permissions={"contents": "read", "metadata": "read"}))
    event = tmp_path / "event.json"

    def checked(pull: PullRequest, head: str) -> Ended:
        side = {"sha": head, "ref": pull.head_branch, "repo": {"full_name": "mallory/fleet", "fork": True}}
        event.write_text(
            json.dumps({"number": pull.number, "pull_request": {"base": {"ref": "develop"}, "head": side}})
        )
        return branches.run("check", GITHUB_EVENT_NAME="pull_request", GITHUB_EVENT_PATH=str(event))

    ended = checked(pulls[0], bad)
    assert (ended.code, ended.out.splitlines()[0]) == (3, "1 version changed, 1 finding")
    assert "6.9.9 is proposed here and does not exist" in ended.out
    ended = checked(pulls[1], late)
    assert (ended.code, ended.out.splitlines()[0]) == (0, "1 version changed, nothing speaks against it")
    assert (branches.api_calls, branches.writes) == (0, [])
    ended = checked(pulls[1], "e" * 40)
    assert ended.code == 2
    assert "It may have been replaced meanwhile; run again for the newest" in ended.err


def test_a_version_that_a_person_holds_where_it_runs_is_rolled_back_in_a_pull_request(branches: Fleet) -> None:
    """At three in the morning: one dispatch, and the way back is there to be merged, digest and all."""
    settings = fleet_files.BRANCHES.replace("follow: minor", "follow: minor, rollback: propose")
    branches.hosted.commit("main", {fleet_files.CONFIGURATION: settings})
    branches.hosted.commit("develop", branches.manifests("apps", "6.6.0", "20.2.0"))
    chart = f"{branches.registry}/{branches.group}/redis"

    held = branches.run("hold", "--chart", chart, "--version", "20.2.0", "--tier", "dev")

    assert held.code == 0, held
    assert branches.open[DEV].title == "fix(deps): roll back redis to 20.1.1 in dev"
    assert branches.changed(DEV, "develop") == {"apps/redis.yaml": branches.redis("20.1.1")}
    assert branches.words("develop")["flux-chart-bot/dev"] == ("success", "1 rollback proposed")
    branches.hosted.merge(branches.open[DEV].number)
    assert branches.update().code == 0
    assert DEV not in branches.open
