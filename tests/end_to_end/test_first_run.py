"""The first run on real parts: the right branches, the right bytes, pull requests and statuses, and nothing besides."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from doubles import fleet_files
from doubles.fleet import DEV, STAGING, Fleet
from doubles.helm import HELM, pushed_by_helm

PUSH, OPEN = "git push refs/heads/", "POST /repos/{owner}/{repo}/pulls"
STATUS = "POST /repos/{owner}/{repo}/statuses/{sha}"


def test_tiers_as_branches(branches: Fleet) -> None:
    before = branches.hosted.branches()
    ended = branches.update()
    assert ended.code == 0, ended
    assert set(branches.hosted.branches()) == {*before, DEV, STAGING}
    assert {name: branches.hosted.tip(name) for name in before} == before, "no branch of others moved"
    assert branches.changed(DEV, "develop") == branches.manifests("apps", "6.6.0", "20.2.0")
    assert branches.changed(STAGING, "staging") == branches.manifests("apps", "6.5.4", "20.1.1")
    assert {name: pull.base_branch for name, pull in branches.open.items()} == {DEV: "develop", STAGING: "staging"}


def test_tiers_as_folders(folders: Fleet) -> None:
    before = folders.hosted.branches()
    ended = folders.update()
    assert ended.code == 0, ended
    assert set(folders.hosted.branches()) == {*before, DEV, STAGING}
    assert folders.hosted.tip("main") == before["main"]
    assert folders.changed(DEV, "main") == folders.manifests("apps/dev", "6.6.0", "20.2.0")
    assert folders.changed(STAGING, "main") == folders.manifests("apps/staging", "6.5.4", "20.1.1")
    assert {pull.base_branch for pull in folders.open.values()} == {"main"}


def test_each_branch_is_one_commit_of_ours_on_its_base(branches: Fleet) -> None:
    branches.update()
    for branch, base in ((DEV, "develop"), (STAGING, "staging")):
        (commit,) = branches.hosted.log(f"{base}..{branch}")
        assert commit.parents == (branches.hosted.tip(base),)
        assert commit.committer.email == "41898282+github-actions[bot]@users.noreply.127.0.0.1"
    charts = f"{branches.registry}/{branches.group}".replace(":", ":")
    message = branches.hosted.log(DEV)[0].message
    assert re.sub(r"sha256:[0-9a-f]{64}", "sha256:D", message) == (
        "chore(deps): update 2 charts in dev\n\n"
        f"- {charts}/podinfo 6.5.3 -> 6.6.0\n- {charts}/redis 20.1.0 -> 20.2.0\n\n"
        "Flux-Chart-Bot-Tier: dev\n"
        f"Flux-Chart-Bot-Chart: {charts}/podinfo 6.5.3 6.6.0 - apps/podinfo.yaml\n"
        f"Flux-Chart-Bot-Chart: {charts}/redis 20.1.0 20.2.0 sha256:D apps/redis.yaml\n"
        "Flux-Chart-Bot-Key: all\n"
        "Flux-Chart-Bot-Base: develop\n"
        f"Flux-Chart-Bot-Base-Commit: {branches.hosted.tip('develop')}"
    )


def test_a_pull_request_says_what_changes_and_why_nothing_newer(branches: Fleet) -> None:
    branches.update()
    pull = branches.open[STAGING]
    body = (pull.body or "").replace("&#58;", ":").replace("&#126;", "~")
    assert pull.title == "chore(deps): update 2 charts in staging"
    for words in (
        "the tier **staging** may move to",
        "<code>6.5.3</code> → <code>6.5.4</code>",
        "<code>20.1.0</code> → <code>20.1.1</code>",
        "<code>7.0.0</code> and 1 more outside ~6.5.3",
        "<code>apps/podinfo.yaml:12</code>",
        "changes 2 versions, with the digests beside them",
        "close this pull request",
        "git revert -m 1 MERGE",
    ):
        assert words in body
    assert "production" not in body


def test_one_chart_is_named_in_the_title(branches: Fleet) -> None:
    branches.hosted.commit("develop", {"apps/redis.yaml": None})
    branches.update()
    assert branches.open[DEV].title == "chore(deps): update podinfo to 6.6.0 in dev"


def test_statuses_stand_on_base_tips_and_our_own_heads_alone(branches: Fleet) -> None:
    theirs = branches.hosted.commit("feature/x", {"a": "1"})
    branches.hosted.open_pull("feature/x")
    branches.update()
    assert branches.words("develop") == {"flux-chart-bot/dev": ("success", "2 updates proposed")}
    assert branches.words("staging") == {"flux-chart-bot/staging": ("success", "2 updates proposed")}
    assert branches.words("main") == {"flux-chart-bot/production": ("success", "stands still; 2 newer versions exist")}
    assert branches.words(DEV) == {"flux-chart-bot/dev": ("success", "2 updates")}
    assert branches.words(STAGING) == {"flux-chart-bot/staging": ("success", "2 updates")}
    assert branches.words(theirs) == {}
    (status,) = branches.hosted.statuses(DEV)
    assert status.target_url == f"{branches.github.server_url}/acme/fleet/actions/runs/4711"


def test_three_tiers_of_one_branch_have_three_contexts_on_it(folders: Fleet) -> None:
    folders.update()
    assert set(folders.words("main")) == {f"flux-chart-bot/{tier}" for tier in ("dev", "staging", "production")}


def test_nothing_is_written_but_what_is_told_here(branches: Fleet) -> None:
    branches.update()
    assert branches.writes == [f"{PUSH}{DEV}", OPEN, f"{PUSH}{STAGING}", OPEN, *[STATUS] * 5]
    new = [push for entry in branches.requests for push in entry.pushes]
    assert {push.old for push in new} == {"0" * 40}


def test_a_dry_run_writes_nothing_and_shows_the_same(branches: Fleet) -> None:
    dry = branches.update("--dry-run", "--diff")
    assert dry.code == 0, dry
    assert branches.writes == []
    assert "would be opened" in dry.out
    assert "+      version:   '6.6.0'   # quotes, blanks and this comment stay" in dry.out
    assert branches.open == {}


def test_scan_of_the_base_branches_needs_no_api(branches: Fleet) -> None:
    ended = branches.run("scan", "--base")
    assert ended.code == 0, ended
    assert "6.5.3 -> 6.6.0" in ended.out
    assert branches.api_calls == 0
    assert branches.writes == []


def test_only_the_default_branchs_configuration_counts(branches: Fleet) -> None:
    hostile = fleet_files.BRANCHES.replace("follow: minor", "follow: any").replace(
        "branch: main, production: true", "branch: main, production: false, follow: any"
    )
    for branch in ("develop", "staging", "flux-chart-bot/dev/evil"):
        branches.hosted.commit(branch, {fleet_files.CONFIGURATION: hostile})
    ended = branches.update()
    assert ended.code == 0, ended
    assert branches.changed(DEV, "develop") == branches.manifests("apps", "6.6.0", "20.2.0")
    assert set(branches.open) == {DEV, STAGING}


def test_without_a_configuration_one_is_suggested_and_nothing_is_written(branches: Fleet) -> None:
    branches.hosted.commit("main", {fleet_files.CONFIGURATION: None})
    ended = branches.update()
    assert ended.code == 2
    assert f"there is no configuration {fleet_files.CONFIGURATION}" in ended.err
    assert "tiers:" in ended.err
    assert branches.writes == []


def test_a_job_is_given_summary_outputs_and_annotations(branches: Fleet, tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for path in files.values():
        path.touch()
    ended = branches.update(GITHUB_ACTIONS="true", **{name: str(path) for name, path in files.items()})
    assert ended.code == 0, ended
    outputs = files["GITHUB_OUTPUT"].read_text()
    assert "updates" in outputs
    assert f"{branches.github.server_url}/acme/fleet/pull/1" in outputs
    summary = files["GITHUB_STEP_SUMMARY"].read_text()
    assert "| Chart | dev | staging | production |" in summary
    assert "[chore(deps): update 2 charts in dev]" in summary.replace("&#40;", "(").replace("&#41;", ")").replace(
        "&#58;", ":"
    )


@pytest.mark.real
def test_charts_that_a_real_helm_pushed_are_moved_alike(branches: Fleet, tmp_path: Path) -> None:
    if not (program := shutil.which("helm")):
        pytest.skip(f"helm is not on PATH: {HELM}")
    pushed_by_helm(program, f"{branches.registry}/{branches.group}", tmp_path, "web", "1.0.0", "1.0.1+build.7", "1.1.0")
    branches.hosted.commit("develop", {"apps/web.yaml": fleet_files.podinfo("1.0.0", chart="web")})
    branches.hosted.commit("staging", {"apps/web.yaml": fleet_files.podinfo("1.0.0", chart="web")})
    ended = branches.update()
    assert ended.code == 0, ended
    assert branches.changed(DEV, "develop")["apps/web.yaml"] == fleet_files.podinfo("1.1.0", chart="web")
    assert branches.changed(STAGING, "staging")["apps/web.yaml"] == fleet_files.podinfo("1.0.1+build.7", chart="web")
