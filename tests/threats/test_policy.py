"""Threat 1: what is written is decided by the default branch's tip, whatever ref or event the run is told."""

from __future__ import annotations

import json

import pytest
from doubles.command_line import CONFIGURATION
from doubles.github.seeding import Gitlink, Symlink
from doubles.ground import Ground

FILE = ".github/flux-chart-bot.yaml"
DEV = "flux-chart-bot/dev/all"
BOTH = {"apps/dev/podinfo.yaml", "apps/dev/redis.yaml"}
BRANCHES = CONFIGURATION.replace("    follow: minor", "    follow: minor\n    branch: develop")
HOSTILE = """\
tiers:
  dev: {paths: ["apps/production/**"], follow: any, production: false}
registries: {private-hosts: ["169.254.169.254", "10.0.0.1"]}
"""
REFS = ("refs/heads/main", "refs/heads/develop", "refs/pull/1/merge", "refs/tags/v1")
FOREIGN = {
    "pull_request": {"pull_request": {"head": {"repo": {"full_name": "mallory/fleet"}}}},
    "pull_request_target": {"pull_request": {"head": {"repo": {"full_name": "mallory/fleet"}}}},
    "workflow_run": {"workflow_run": {"event": "push", "head_repository": {"full_name": "mallory/fleet"}}},
}


@pytest.mark.parametrize("ref", REFS)
@pytest.mark.parametrize("event", FOREIGN)
@pytest.mark.parametrize("option", ["", "--dry-run"])
def test_on_a_strangers_event_update_does_nothing(ground: Ground, event: str, ref: str, option: str) -> None:
    ground.fleet(configuration=HOSTILE)
    before = ground.branches()
    (ground.folder / "event.json").write_text(json.dumps(FOREIGN[event]))
    job = {"GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": str(ground.folder / "event.json"), "GITHUB_REF": ref}
    said = ground.update(*filter(None, [option]), GITHUB_REPOSITORY="acme/fleet", **job)
    assert said.code == 2, said
    assert "`scan`" in said.err
    assert ground.branches() == before
    assert not ground.forge.exists()
    assert ground.registry.journal == []


@pytest.mark.parametrize("ref", REFS)
@pytest.mark.parametrize("event", ["push", "workflow_dispatch", "issue_comment"])
def test_the_configuration_of_the_ref_that_runs_counts_for_nothing(ground: Ground, event: str, ref: str) -> None:
    ground.fleet(configuration=BRANCHES)
    tip = ground.commit("develop", {FILE: HOSTILE})
    ground.git.update_ref("refs/pull/1/merge", tip)
    ground.git.update_ref("refs/tags/v1", tip)
    job = {"GITHUB_EVENT_NAME": event, "GITHUB_REF": ref, "GITHUB_SHA": tip, "GITHUB_REF_NAME": ref[5:]}
    said = ground.update(**job)
    assert said.code == 0, said
    assert set(ground.changed(DEV, "develop")) == BOTH
    assert set(ground.branches()) == {"main", "develop", DEV}


@pytest.mark.parametrize(
    "content",
    [Symlink("../evil.yaml"), Symlink("/etc/passwd"), Symlink(FILE), Gitlink("1" * 40), None],
    ids=["link", "absolute link", "loop", "submodule", "nothing"],
)
def test_a_configuration_that_is_no_file_is_none(ground: Ground, content: Symlink | Gitlink | None) -> None:
    ground.fleet({FILE: content, "evil.yaml": HOSTILE})
    before = ground.branches()
    said = ground.update()
    assert said.code == 2, said
    assert FILE in said.err
    assert ground.branches() == before
    assert not ground.forge.exists()


@pytest.mark.parametrize("path", ["/etc/passwd", "../evil.yaml", "apps/../../evil.yaml", "\n::error::x", "-"])
def test_a_configuration_lies_within_the_repository(ground: Ground, path: str) -> None:
    ground.fleet()
    (ground.folder / "evil.yaml").write_text(HOSTILE)
    before = ground.branches()
    said = ground.update("--config", path) if path != "-" else ground.update("--config=-")
    assert (said.code, ground.branches()) == (2, before), said
