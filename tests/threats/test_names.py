"""Threats 5 and 18: branches, tags, tiers and files called so as to be taken for something else."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from doubles.command_line import CONFIGURATION, release, runner_commands
from doubles.ground import Ground

FILE = ".github/flux-chart-bot.yaml"
DEV = "flux-chart-bot/dev/all"
BOTH = {"apps/dev/podinfo.yaml", "apps/dev/redis.yaml"}
BRANCHES = CONFIGURATION.replace("    follow: minor", "    follow: minor\n    branch: develop")


def test_tags_called_like_branches_are_not_taken_for_them(ground: Ground) -> None:
    ground.fleet(configuration=BRANCHES)
    ground.commit("develop", {"README.md": "x"})
    evil = {FILE: CONFIGURATION, "apps/dev/podinfo.yaml": release("podinfo", "1.2.4")}
    hostile = ground.commit("twin", evil)
    for name in ("main", "develop", "origin/main", "heads/main", "refs/heads/main", DEV, "HEAD"):
        ground.git.update_ref(f"refs/tags/{name}", hostile)
    ground.git.delete_ref("refs/heads/twin")
    said = ground.update()
    assert said.code == 0, said
    assert set(ground.changed(DEV, "develop")) == BOTH
    assert ground.git.ref(f"refs/tags/{DEV}") == hostile
    again = ground.branches()
    assert ground.update().code == 0
    assert ground.branches() == again


def test_git_is_told_where_its_options_end_and_to_bring_no_tags(ground: Ground) -> None:
    """A recorder stands before Git on the path; what it saw of the commands that take names or addresses."""
    ground.fleet()
    seen = ground.folder / "seen"
    recorder = ground.folder / "bin/git"
    recorder.parent.mkdir()
    real = shutil.which("git")
    recorder.write_text(f"#!/bin/sh\necho \"$@\" >> '{seen}'\nexec '{real}' \"$@\"\n")
    recorder.chmod(0o755)
    assert ground.update(PATH=f"{recorder.parent}:{os.environ['PATH']}").code == 0
    commands = [line.split() for line in seen.read_text().splitlines()]
    named = [words for words in commands if words[0] in {"ls-remote", "fetch", "push", "ls-tree", "diff-tree"}]
    assert {words[0] for words in named} == {"ls-remote", "fetch", "push", "ls-tree", "diff-tree"}
    for words in named:
        assert not [word for word in words[words.index("--end-of-options") + 1 :] if word.startswith("-")]
    assert all("--no-tags" in words for words in named if words[0] == "fetch")
    assert all("--no-follow-tags" in words for words in named if words[0] == "push")


@pytest.mark.parametrize(
    "branch",
    [
        "+x:refs/heads/production",
        "--upload-pack=touch x",
        "refs/heads/main",
        "a b",
        "x..y",
        "@{-1}",
        "main^",
        "a\\nb",
        "-",
        "::error::x",
        "",
    ],
)
def test_a_base_branch_is_a_branch_or_a_fault(ground: Ground, branch: str) -> None:
    ground.fleet(configuration=CONFIGURATION.replace("    follow: minor", f'    follow: minor\n    branch: "{branch}"'))
    before = ground.branches()
    said = ground.update(GITHUB_ACTIONS="true")
    assert said.code == 2, said
    assert f"{FILE}:" in said.err
    assert ground.branches() == before
    assert not [line for line in (said.out + said.err).splitlines() if line.startswith("::error::")]


@pytest.mark.parametrize("name", ["state", "../x", "dev/x", "DEV", "dev.lock", "-dev", "dév", "dev\\n", ""])
def test_a_tiers_name_cannot_lead_elsewhere(ground: Ground, name: str) -> None:
    ground.fleet(configuration=CONFIGURATION.replace("  dev:", f'  "{name}":'))
    before = ground.branches()
    said = ground.update()
    assert (said.code, ground.branches()) == (2, before), said
    assert f"{FILE}:" in said.err


HOSTILE_PATHS = (
    "apps/dev/\n::error::x.yaml",
    "apps/dev/\x1b[31m.yaml",
    "apps/dev/\u202eevil.yaml",
    "apps/dev/<img src=x> & @everyone #1 [x](y).yaml",
    "apps/dev/<!-- flux-chart-bot v1 -->.yaml",
    "apps/dev/-rf --upload-pack=x.yaml",
    "apps/dev/a\tb.yaml",
    'apps/dev/"quoted".yaml',
    "apps/dev/back\\slash.yaml",
    "apps/dev/ ##[error]x.yaml",
    "apps/dev/\udcff\udcfe.yaml",
    "apps/dev/%0A::error::y.yaml",
    "apps/dev/:(top).yaml",
    "apps/dev/" + "d/" * 300 + "deep.yaml",
    "apps/dev/" + "n" * 250 + ".yaml",
)


@pytest.mark.parametrize("path", HOSTILE_PATHS, ids=range(len(HOSTILE_PATHS)))
def test_a_file_of_any_name_is_edited_and_only_shown(ground: Ground, path: str) -> None:
    ground.fleet({path: release("nginx", "1.2.3")})
    output, page = ground.folder / "output", ground.folder / "summary"
    for file in (output, page):
        file.touch()
    job = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(page)}
    said = ground.update("--diff", "--json", ground.folder / "plan.json", **job)
    assert said.code == 0, said
    assert ground.changed(DEV)[path] == (release("nginx", "1.3.0").encode(), "100644")
    assert runner_commands(said.out + said.err) == []
    assert "\x1b" not in said.out + said.err
    (body,) = ground.forge.glob("pull-requests/*.json")
    written = json.loads(body.read_text())["body"]
    assert written.count("<!--") == written.count("- [x] ") + 2, "a box for each chart, one to rebuild, the marker"
    for text in (written, page.read_text()):
        assert "<img" not in text
        assert "\n::" not in text
        assert "\u202e" not in text
    message = ground.git.commits(DEV)[0].message
    assert message.isascii()
    assert message.count("Flux-Chart-Bot-Tier: ") == 1
    assert {line.split("=")[0].split("<<")[0] for line in output.read_text().splitlines() if "<<" in line} == {
        "updates",
        "pull-requests",
        "plan",
        "alarms",
    }
    assert json.loads((ground.folder / "plan.json").read_text())["pull_requests"][0]["files"]
