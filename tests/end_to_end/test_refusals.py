"""What a run may not do is said with its mend, and what it could do is done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from doubles.fleet import DEV, NAME, STAGING, Fleet
from doubles.github.people import BOT_PERMISSIONS, Level, actions

SETTING = "Allow GitHub Actions to create and approve pull requests"


def without(*names: str) -> dict[str, Level]:
    return {name: level for name, level in BOT_PERMISSIONS.items() if name not in names}


def test_where_opening_is_forbidden_the_branch_stays_with_a_link(branches: Fleet) -> None:
    branches.hosted.forbid_actions_pulls()
    ended = branches.update()
    assert ended.code == 1, ended
    assert branches.open == {}
    assert branches.changed(DEV, "develop") == branches.manifests("apps", "6.6.0", "20.2.0")
    assert SETTING in ended.out
    assert f"{branches.github.server_url}/{NAME}/compare/develop...{DEV}?expand=1" in ended.out
    assert branches.words(branches.hosted.tip(DEV) or "") == {}, "not a head of a pull request"


def test_one_opened_by_hand_from_that_link_is_kept_up_to_date(branches: Fleet) -> None:
    branches.hosted.forbid_actions_pulls()
    branches.update()
    branches.hosted.open_pull(DEV, base="develop", title="by hand")
    branches.push("podinfo", "6.7.0")
    branches.update()
    assert branches.open[DEV].title == "by hand"
    assert branches.changed(DEV, "develop") == branches.manifests("apps", "6.7.0", "20.2.0")


def test_a_second_forbidden_run_pushes_nothing_anew(branches: Fleet) -> None:
    branches.hosted.forbid_actions_pulls()
    branches.update()
    ended = branches.update()
    assert ended.code == 1, ended
    assert not [write for write in branches.writes if "git push" in write]


@pytest.mark.parametrize(
    ("lacking", "named", "written"),
    [
        (("contents",), "contents: write", {}),
        (("pull_requests", "issues"), "pull-requests: write", {DEV, STAGING}),
        (("statuses",), "statuses: write", {DEV, STAGING}),
    ],
)
def test_a_missing_permission_is_named(
    branches: Fleet, lacking: tuple[str, ...], named: str, written: set[str]
) -> None:
    branches.act_as(actions(permissions=without(*lacking), repositories=frozenset({NAME})))
    ended = branches.update()
    assert ended.code == 1, ended
    assert f"`{named}`" in ended.out
    assert {name for name in branches.hosted.branches() if name.startswith("flux-chart-bot/")} == set(written)


def test_a_token_that_may_only_read_writes_nothing_and_says_so(branches: Fleet) -> None:
    reading: dict[str, Level] = dict.fromkeys(BOT_PERMISSIONS, "read")
    branches.act_as(actions(permissions=reading, repositories=frozenset({NAME})))
    before = branches.hosted.branches()
    ended = branches.update()
    assert ended.code == 1, ended
    assert "`contents: write`" in ended.out
    assert branches.hosted.branches() == before
    assert branches.open == {}


def test_a_completed_permission_completes_the_work(branches: Fleet) -> None:
    branches.act_as(actions(permissions=without("pull_requests", "issues"), repositories=frozenset({NAME})))
    assert branches.update().code == 1
    branches.act_as(actions(repositories=frozenset({NAME})))
    ended = branches.update()
    assert ended.code == 0, ended
    assert set(branches.open) == {DEV, STAGING}
    assert branches.words(DEV) == {"flux-chart-bot/dev": ("success", "2 updates")}


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target", "pull_request_review", "merge_group"])
def test_on_events_of_pull_requests_nothing_is_even_asked(branches: Fleet, event: str) -> None:
    ended = branches.update(GITHUB_EVENT_NAME=event)
    assert ended.code == 2, ended
    assert "`scan`" in ended.err
    assert event in ended.err
    assert branches.requests == ()


@pytest.mark.parametrize(
    "run",
    [
        {"event": "push", "head_repository": {"full_name": "mallory/fleet"}},
        {"event": "pull_request", "head_repository": {"full_name": NAME}},
        {"event": "push", "head_repository": None},
        None,
    ],
)
def test_after_a_workflow_of_a_fork_nothing_is_even_asked(branches: Fleet, tmp_path: Path, run: object) -> None:
    (tmp_path / "event.json").write_text(json.dumps({"workflow_run": run}))
    ended = branches.update(GITHUB_EVENT_NAME="workflow_run", GITHUB_EVENT_PATH=str(tmp_path / "event.json"))
    assert ended.code == 2, ended
    assert "`scan`" in ended.err
    assert branches.requests == ()


def test_after_a_workflow_of_our_own_the_bot_runs(branches: Fleet, tmp_path: Path) -> None:
    run = {"event": "push", "head_repository": {"full_name": NAME}}
    (tmp_path / "event.json").write_text(json.dumps({"workflow_run": run}))
    ended = branches.update(GITHUB_EVENT_NAME="workflow_run", GITHUB_EVENT_PATH=str(tmp_path / "event.json"))
    assert ended.code == 0, ended


def test_without_a_token_the_call_is_wrong(branches: Fleet) -> None:
    ended = branches.update(FLUX_CHART_BOT_TOKEN="")
    assert ended.code == 2, ended
    assert "FLUX_CHART_BOT_TOKEN" in ended.err
    assert branches.writes == []


def test_a_forge_that_breaks_down_says_how_far_it_came(branches: Fleet) -> None:
    from doubles.github import faults

    branches.github.faults.on("POST /repos/{owner}/{repo}/pulls", faults.bad_gateway(), nth=2, times=None)
    ended = branches.update()
    branches.github.faults.clear()
    assert ended.code == 1, ended
    assert set(branches.open) == {DEV}
    assert "Running again completes the work" in ended.out
    ended = branches.update()
    assert ended.code == 0, ended
    assert set(branches.open) == {DEV, STAGING}
