"""`check`, as a workflow calls it, on real Git."""

import json
import subprocess
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
from doubles.command_line import CONFIGURATION, Bot, release, runner_commands
from msgspec.structs import replace

from bot.cli.proposal import proposal_of
from bot.cli.settings import Job
from bot.errors import UsageError


def git(remote: Path, *arguments: str, **variables: str) -> str:
    identity = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    call = ["git", "-C", str(remote), *arguments]
    return subprocess.run(call, capture_output=True, text=True, check=True, env=identity | variables).stdout.strip()


def commit(remote: Path, folder: Path, files: dict[str, str], *, on: str, to: str) -> str:
    """A commit on top of a branch, put on a ref; its name."""
    index = {"GIT_INDEX_FILE": str(folder / f"index-{to.replace('/', '-')}")}
    git(remote, "read-tree", on, **index)
    for path, text in files.items():
        (folder / "text").write_text(text)
        blob = git(remote, "hash-object", "-w", str(folder / "text"))
        git(remote, "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", **index)
    tree = git(remote, "write-tree", **index)
    made = git(remote, "commit-tree", tree, "-p", on, "-m", "change")
    git(remote, "update-ref", to, made)
    return made


@pytest.fixture
def event(tmp_path: Path) -> Any:
    """Makes the variables of a job on a pull request."""

    def make(head: str, into: str = "main") -> dict[str, str]:
        path = tmp_path / "event.json"
        pull = {"number": 7, "base": {"ref": into, "sha": "0" * 40}, "head": {"sha": head, "ref": "x"}}
        path.write_text(json.dumps({"pull_request": pull}))
        return {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(path), "GITHUB_REPOSITORY": "acme/fleet"}

    return make


def test_a_forks_head_is_judged_by_its_name_against_where_it_began(
    bot: Bot, remote: Path, tmp_path: Path, event: Any
) -> None:
    began = git(remote, "rev-parse", "main")
    production = "apps/production/nginx.yaml"
    bad = commit(remote, tmp_path, {production: release("nginx", "1.2.9")}, on=began, to="refs/pull/7/head")
    commit(remote, tmp_path, {"apps/dev/redis.yaml": release("redis", "1.2.4")}, on="main", to="refs/heads/main")

    told = bot("check", "--remote", remote, GITHUB_ACTIONS="true", **event(bad))

    assert (told.code, told.lines[0]) == (3, "1 version changed, 1 finding")
    assert "1.2.9 is proposed here and does not exist" in told.out
    assert runner_commands(told.out) == ["error"]
    assert f"file={production},line=8" in told.out

    good = commit(remote, tmp_path, {production: release("nginx", "1.3.0")}, on=began, to="refs/pull/8/head")
    told = bot("check", "--remote", remote, **event(good))
    assert (told.code, told.lines) == (
        0,
        ["1 version changed, nothing speaks against it", "", "1 of 1 chart is as the rules say"],
    )


def test_it_may_be_called_by_hand_and_tells_a_plan(bot: Bot, remote: Path, tmp_path: Path) -> None:
    head = commit(
        remote, tmp_path, {"apps/dev/redis.yaml": release("redis", "0.1.0")}, on="main", to="refs/heads/feature"
    )
    told = bot("check", "--remote", remote, "--into", "main", "--head", head, "--json", "-")
    assert (told.code, told.plan["command"], told.decisions()) == (3, "check", {"redis": "tag-missing"})
    assert bot("check", "--remote", remote, "--into", "main", "--head", head, "--fail-on", "never").code == 0


def test_a_branch_or_commit_that_is_not_there_is_said(bot: Bot, remote: Path) -> None:
    told = bot("check", "--remote", remote, "--into", "gone", "--head", "a" * 40)
    assert (told.code, told.err.splitlines()[0]) == (2, "there is no branch 'gone'")
    told = bot("check", "--remote", remote, "--into", "main", "--head", "a" * 40)
    assert (told.code, f"the repository does not have the commit {'a' * 40}"[:40] in told.err) == (2, True)


def test_a_history_of_its_own_is_compared_with_the_tip(bot: Bot, remote: Path, tmp_path: Path) -> None:
    tree = git(remote, "rev-parse", "main^{tree}")
    head = git(remote, "commit-tree", tree, "-m", "alone")
    git(remote, "update-ref", "refs/heads/alone", head)
    told = bot("check", "--remote", remote, "--into", "main", "--head", head)
    assert (told.code, told.lines[0]) == (0, "no version of a tier is changed")
    assert "is compared with the tip of main" in told.out


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"pull_request": {"base": {"ref": "main"}, "head": {"sha": "b" * 40}}}, ("main", "b" * 40)),
        ({"merge_group": {"base_ref": "refs/heads/main", "head_sha": "c" * 40}}, ("main", "c" * 40)),
    ],
)
def test_the_event_says_what_wants_where(payload: dict[str, Any], expected: tuple[str, str]) -> None:
    found = proposal_of(_call(), _job(payload))
    assert (found.into, found.head) == expected
    assert proposal_of(_call(into="x"), _job(payload)).into == "x"


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"pull_request": None},
        {"pull_request": {"base": [], "head": {"sha": "b" * 40}}},
        {"pull_request": {"base": {"ref": "main"}, "head": {"sha": 7}}},
        {"pull_request": {"base": {"ref": "main"}, "head": {"sha": "main"}}},
        {"pull_request": {"base": {"ref": "--upload-pack=x"}, "head": {"sha": "b" * 40}}},
        {"merge_group": {"base_ref": "refs/heads/a..b", "head_sha": "c" * 40}},
    ],
)
def test_an_event_that_says_something_else_is_refused(payload: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        proposal_of(_call(), _job(payload))


def test_the_rules_are_those_of_the_default_branch(bot: Bot, remote: Path, tmp_path: Path) -> None:
    files = {
        ".github/flux-chart-bot.yaml": CONFIGURATION.replace("minor", "any").replace("production: true", "follow: any"),
        "apps/dev/redis.yaml": release("redis", "0.1.0"),
    }
    head = commit(remote, tmp_path, files, on="main", to="refs/heads/feature")
    assert bot("check", "--remote", remote, "--into", "main", "--head", head).code == 3


def _call(into: str = "", head: str = "") -> Namespace:
    return Namespace(into=into, head=head)


def _job(payload: dict[str, Any]) -> Job:
    return replace(Job.from_environment({}), payload=payload)
