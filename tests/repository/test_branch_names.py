from __future__ import annotations

import subprocess

import pytest
from doubles.github.hosted import HostedRepository
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RepositoryFailed, UsageError
from bot.model.branch_names import branch_problem
from bot.repository.git_repository import open_repository

GOOD = [
    "main",
    "release/1.x",
    "feature/äö",
    "dependabot/npm/@babel/core",
    "a.b",
    "a@b",
    "user/-x",
    "flux-chart-bot/dev/all",
]
HOSTILE = [
    "",
    "-",
    "--upload-pack=touch canary",
    "-x",
    "+x:refs/heads/production",
    "+main",
    "main:refs/heads/production",
    ":main",
    "refs/heads/main",
    "refs/tags/main",
    "main^{tree}",
    "main~1",
    "main@{1}",
    "@",
    "HEAD",
    "refs/heads/*",
    "*",
    "a*",
    "a?",
    "a[b]",
    "a b",
    "a\tb",
    "a\nb",
    "a\x00b",
    "a\x7fb",
    "a\\b",
    "a..b",
    "../main",
    ".a",
    "a/.b",
    "a.",
    "a./b.",
    "a.lock",
    "a.lock/b",
    "a//b",
    "/a",
    "a/",
    "\udcff",
]


@pytest.mark.parametrize("name", GOOD)
def test_a_good_name_has_no_problem(name: str) -> None:
    assert branch_problem(name) is None


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_has_a_problem(name: str) -> None:
    assert branch_problem(name)


@given(st.text(alphabet="ab/.-@{}~^:?*[\\+ lock", max_size=12))
def test_what_git_refuses_is_refused(name: str) -> None:
    if branch_problem(name) is None:
        done = subprocess.run(["git", "check-ref-format", "--branch", name], check=False, capture_output=True)
        assert done.returncode == 0


@pytest.mark.parametrize("name", HOSTILE)
def test_no_hostile_name_reaches_git(hosted: HostedRepository, name: str) -> None:
    with open_repository(str(hosted.memory.git.path)) as repository:
        base = repository.fetch(["main"])["main"]
        with pytest.raises(UsageError):
            repository.fetch([name])
        with pytest.raises(UsageError):
            repository.push(f"flux-chart-bot/{name}" if name and name[0] not in "-r@H" else name, base, expected=None)
    assert set(hosted.branches()) == {"main"}


@pytest.mark.parametrize("name", ["main", "HEAD", "--all", "a" * 39, "A" * 40, f"{'a' * 40}\n", f"{'a' * 40}^"])
def test_only_full_object_names_reach_git(hosted: HostedRepository, name: str) -> None:
    with open_repository(str(hosted.memory.git.path)) as repository:
        base = repository.fetch(["main"])["main"]
        calls = (
            lambda: repository.tree(name),
            lambda: repository.history(name, 1),
            lambda: repository.differences(base, name),
            lambda: repository.push("flux-chart-bot/dev/all", name, expected=None),
            lambda: repository.delete("flux-chart-bot/dev/all", expected=name),
        )
        for call in calls:
            with pytest.raises(UsageError):
                call()


def test_tags_with_the_names_of_branches_are_not_taken_for_them(hosted: HostedRepository) -> None:
    real = hosted.tip("main")
    evil = hosted.commit("evil", {"apps/dev/podinfo.yaml": "version: 0.0.1\n"})
    for tag in ("main", "origin/main", "heads/main", "refs/heads/main"):
        hosted.memory.git.update_ref(f"refs/tags/{tag}", evil)
    with open_repository(hosted.clone_url) as repository:
        assert repository.heads().tips["main"] == real
        assert repository.fetch(["main"]) == {"main": real}
        assert repository._runner.run("list tags", "for-each-ref", "refs/tags") == b""
        with pytest.raises(RepositoryFailed):
            repository.fetch(["origin/main"])


def test_branches_whose_names_could_be_misread_are_not_listed(hosted: HostedRepository) -> None:
    tip = hosted.tip("main") or ""
    for name in ("+x", "HEAD", "refs/heads/main", "@"):
        hosted.memory.git.update_ref(f"refs/heads/{name}", tip)
    with open_repository(hosted.clone_url) as repository:
        assert set(repository.heads().tips) == {"main"}
