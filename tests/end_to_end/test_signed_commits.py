"""Who makes and signs the commits: a run of either way, and runs after it, read the same to everybody else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from doubles import fleet_files
from doubles.fleet import DEV, NAME, STAGING, Fleet
from doubles.github.people import app, person

CREATE_TREE, CREATE_COMMIT = (f"POST /repos/{{owner}}/{{repo}}/git/{kind}" for kind in ("trees", "commits"))
PUSH = f"git push refs/heads/{DEV}"

signs = pytest.mark.skipif(
    not shutil.which("ssh-keygen"), reason="ssh-keygen is not here: nothing is signed with a key"
)


@pytest.fixture
def fleet(branches: Fleet) -> Fleet:
    """Tiers as branches, whose commits GitHub makes for an App."""
    branches.hosted.commit("main", {fleet_files.CONFIGURATION: f"{fleet_files.BRANCHES}commit: api\n"})
    branches.act_as(app("bumper", repositories=frozenset({NAME})))
    return branches


def test_github_makes_and_signs_the_commits_and_git_pushes_them(fleet: Fleet) -> None:
    ended = fleet.update()
    assert ended.code == 0, ended
    assert fleet.writes[:4] == [CREATE_TREE, CREATE_COMMIT, PUSH, "POST /repos/{owner}/{repo}/pulls"]
    assert fleet.changed(DEV, "develop") == fleet.manifests("apps", "6.6.0", "20.2.0")
    for branch, base in ((DEV, "develop"), (STAGING, "staging")):
        (commit,) = fleet.hosted.log(f"{base}..{branch}")
        assert commit.sha in fleet.hosted.memory.verified
        assert commit.author.name == "bumper[bot]"
    assert "not sign" not in ended.out


def test_the_next_run_knows_them_as_ours_and_writes_nothing(fleet: Fleet) -> None:
    fleet.update()
    ended = fleet.update()
    assert ended.code == 0, ended
    assert fleet.writes == []
    assert "unchanged" in ended.out


def test_something_newer_is_put_in_their_place_by_one_push(fleet: Fleet) -> None:
    fleet.update()
    first = fleet.hosted.tip(DEV)
    fleet.push("podinfo", "6.7.0")
    ended = fleet.update()
    assert ended.code == 0, ended
    (pushed,) = [push for entry in fleet.requests for push in entry.pushes]
    assert (pushed.old, pushed.new) == (first, fleet.hosted.tip(DEV))
    assert fleet.changed(DEV, "develop") == fleet.manifests("apps", "6.7.0", "20.2.0")
    assert {pull.state for pull in fleet.hosted.pulls()} == {"open"}


def test_another_run_that_was_faster_keeps_what_it_pushed(fleet: Fleet) -> None:
    fleet.update()
    fleet.push("podinfo", "6.7.0")
    hook = fleet.hosted.memory.git.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    theirs = fleet.hosted.tip("main")
    hook.write_text(f"#!/bin/sh\nunset GIT_QUARANTINE_PATH\ngit update-ref refs/heads/{DEV} {theirs}\n")
    hook.chmod(0o755)
    ended = fleet.update()
    assert ended.code == 1, ended
    assert fleet.hosted.tip(DEV) == theirs


def test_a_persons_commit_on_top_is_never_pushed_over(fleet: Fleet) -> None:
    fleet.update()
    theirs = fleet.hosted.commit(DEV, {"apps/podinfo.yaml": "mine\n"}, author=person("alice"))
    fleet.push("podinfo", "6.7.0")
    fleet.update()
    assert fleet.hosted.tip(DEV) == theirs


def test_a_commit_that_github_did_not_sign_is_pushed_and_said(fleet: Fleet) -> None:
    fleet.hosted.sign_nothing()
    ended = fleet.update()
    assert ended.code == 0, ended
    assert fleet.changed(DEV, "develop")
    assert ended.out.count("GitHub did not sign the commits that it made for bumper[bot] (unsigned)") == 1


def test_to_change_the_way_changes_no_open_pull_request(branches: Fleet) -> None:
    branches.update()
    branches.hosted.commit("main", {fleet_files.CONFIGURATION: f"{fleet_files.BRANCHES}commit: api\n"})
    branches.update()
    assert [write for write in branches.writes if "git" in write] == []


@signs
def test_a_key_signs_what_is_committed_here(branches: Fleet, tmp_path: Path) -> None:
    alice = person("alice")
    branches.act_as(alice)
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    ended = branches.update(FLUX_CHART_BOT_SIGNING_KEY=key.read_text())
    assert ended.code == 0, ended
    email = f"{alice.id}+alice@users.noreply.127.0.0.1"
    (tmp_path / "allowed").write_text(f"{email} {key.with_suffix('.pub').read_text()}")
    for branch in (DEV, STAGING):
        allowed = f"gpg.ssh.allowedSignersFile={tmp_path / 'allowed'}"
        call = ("git", "-c", allowed, "--git-dir", branches.hosted.memory.git.path, "verify-commit", branch)
        done = subprocess.run(call, check=False, capture_output=True, text=True)
        assert f'Good "git" signature for {email}' in done.stderr


@signs
def test_a_key_is_masked_before_anything_else_and_shown_nowhere(branches: Fleet, tmp_path: Path) -> None:
    file = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", file], check=True)
    key = file.read_text().strip()
    ended = branches.update("--log-level", "debug", FLUX_CHART_BOT_SIGNING_KEY=key, GITHUB_ACTIONS="true")
    assert ended.code == 1, ended
    assert "could not sign a commit" in ended.out
    assert "a private key without a passphrase, whose public half the account of the token has" in ended.out
    masked = f"::add-mask::{key.replace(chr(10), '%0A')}\n"
    assert masked in ended.out
    rest = ended.err + ended.out.replace(masked, "")
    assert not any(line in rest for line in key.splitlines()[1:-1])


@signs
def test_a_key_beside_github_is_one_too_many(fleet: Fleet, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    ended = fleet.update(FLUX_CHART_BOT_SIGNING_KEY=key.read_text())
    assert ended.code == 2, ended
    assert "there is a signing key, and the configuration says `commit: api`" in ended.err
    assert fleet.writes == []


def test_no_key_is_said_before_anything_is_asked(branches: Fleet) -> None:
    ended = branches.update(FLUX_CHART_BOT_SIGNING_KEY="CANARY")
    assert ended.code == 2, ended
    assert "holds no private key" in ended.err
    assert "CANARY" not in ended.out + ended.err
    assert branches.requests == ()


def test_a_workflows_own_token_is_told_of_once_what_waits(branches: Fleet) -> None:
    branches.hosted.rule("develop", "required_status_checks", "merge_queue")
    first = branches.update()
    assert first.code == 0, first
    assert first.out.count("after a person's approval only, and checks are required on develop") == 1
    assert first.out.count("develop has a merge queue") == 1
    second = branches.update()
    assert "approval" not in second.out
    assert branches.writes == []


def test_an_archived_repository_is_named(branches: Fleet) -> None:
    branches.hosted.archive()
    ended = branches.update()
    assert ended.code == 1, ended
    assert "the repository is archived. Unarchive it, or turn the bot's workflow off" in ended.out
