"""Commits that GitHub makes and signs, compared and pushed as any other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from doubles.forge_sides import OURS, Connected
from doubles.github import faults
from doubles.github.answers import Answer
from doubles.github.hosted import HostedRepository
from doubles.github.people import BOT_PERMISSIONS, Identity, actions, app, person
from doubles.github.seeding import Executable
from doubles.github.server import GitHubDouble

from bot.errors import ForgeFailed
from bot.forge.github import GitHubForge
from bot.forge.github_commits import GitHubCommits
from bot.model.commits import EntryKind, FileChange, PushRejected
from bot.model.forge_reasons import ARCHIVED, COMMIT_UNSIGNED, PATH_NOT_UTF8
from bot.ports import Repository
from bot.reason import Reason
from bot.reasons import PERMISSION_MISSING
from bot.repository.git_repository import open_repository

PATH = "apps/dev/podinfo.yaml"
TREE, COMMIT, BLOB = (f"POST /repos/{{owner}}/{{repo}}/git/{kind}" for kind in ("trees", "commits", "blobs"))
MESSAGE = "chore(deps): update podinfo\n\n- podinfo\n\nFlux-Chart-Bot-Tier: dev\n"


def change(after: bytes = b"version: 6.5.4\n", path: str = PATH, kind: EntryKind = EntryKind.FILE) -> FileChange:
    return FileChange(path=path, kind=kind, before=b"", after=after)


@pytest.fixture
def repository(hosted: HostedRepository) -> Iterator[Repository]:
    """Ours, with `main` fetched."""
    with open_repository(str(hosted.memory.git.path)) as opened:
        opened.fetch(["main"])
        yield opened


def made(
    forge: GitHubForge, repository: Repository, hosted: HostedRepository, changes: Iterable[FileChange] = (change(),)
) -> str | Reason:
    parent = hosted.tip("main") or ""
    return GitHubCommits(forge, repository).commit(
        parent=parent, changes=changes, message=MESSAGE, identity=forge.identity()
    )


def asked(github_double: GitHubDouble) -> list[str]:
    return [str(entry.operation) for entry in github_double.api_calls() if "/git/" in str(entry.operation)]


@pytest.mark.parametrize("who", [actions(), app("bumper")])
def test_github_signs_it_in_the_name_of_the_bot(
    github_double: GitHubDouble,
    connected: Connected,
    hosted: HostedRepository,
    repository: Repository,
    who: Identity,
) -> None:
    forge, branches = connected(who), hosted.branches()
    sha = made(forge, repository, hosted)
    assert isinstance(sha, str)
    (commit,) = hosted.log(f"main..{sha}")
    assert sha in hosted.memory.verified
    assert (commit.author.email, commit.committer.email) == (forge.identity().email, "noreply@github.com")
    assert (commit.parents, commit.message) == ((hosted.tip("main"),), MESSAGE.rstrip("\n"))
    assert forge.remarks(()) == ()
    assert hosted.branches() == branches, "nothing is pushed"
    assert asked(github_double) == [TREE, COMMIT]


def test_it_is_the_commit_that_would_have_been_made_here(
    forge: GitHubForge, hosted: HostedRepository, repository: Repository
) -> None:
    hosted.commit("main", {"tool.yaml": Executable(b"a"), "b/latin.yaml": b"x", "crlf.yaml": b"x", "ä b.yaml": b"x"})
    parent = repository.fetch(["main"])["main"]
    changes = (
        change(),
        change(b"#!\n", "tool.yaml", EntryKind.EXECUTABLE),
        change(b"caf\xe9: 1\n", "b/latin.yaml"),
        change(b"\xef\xbb\xbfa: 1\r\n\tb\x00\r\n", "crlf.yaml"),
        change(b"", "ä b.yaml"),
    )
    there = made(forge, repository, hosted, changes)
    here = repository.commit(parent=parent, changes=changes, message=MESSAGE, identity=forge.identity())
    assert isinstance(there, str)
    assert repository.history(there, 1)[0].tree == repository.history(here, 1)[0].tree
    assert repository.differences(parent, there) == repository.differences(parent, here)


def test_it_is_pushed_by_git_under_the_same_lease(
    forge: GitHubForge, hosted: HostedRepository, repository: Repository
) -> None:
    first = made(forge, repository, hosted)
    second = made(forge, repository, hosted, [change(b"version: 6.5.5\n")])
    assert isinstance(first, str)
    assert isinstance(second, str)
    assert repository.push(OURS, first, expected=None) is None
    assert repository.push(OURS, second, expected=None) is PushRejected.STALE
    assert repository.push(OURS, second, expected=first) is None
    assert hosted.tip(OURS) == second
    assert hosted.files(OURS)[PATH] == b"version: 6.5.5\n"


def test_many_large_files_go_in_portions(
    github_double: GitHubDouble, forge: GitHubForge, hosted: HostedRepository, repository: Repository
) -> None:
    files = {f"apps/{number}.yaml": f"{number}\n" * 200_000 for number in range(6)}
    sha = made(forge, repository, hosted, [change(text.encode(), path) for path, text in files.items()])
    assert isinstance(sha, str)
    assert {path: hosted.files(sha)[path].decode() for path in files} == files
    assert asked(github_double) == [TREE, TREE, TREE, COMMIT]


def test_a_file_that_is_not_utf8_goes_as_a_blob(
    github_double: GitHubDouble, forge: GitHubForge, hosted: HostedRepository, repository: Repository
) -> None:
    sha = made(forge, repository, hosted, [change(b"caf\xe9\n")])
    assert isinstance(sha, str)
    assert hosted.files(sha)[PATH] == b"caf\xe9\n"
    assert asked(github_double) == [BLOB, TREE, COMMIT]


def test_a_path_that_is_not_utf8_cannot_be_told_to_github(
    github_double: GitHubDouble, forge: GitHubForge, hosted: HostedRepository, repository: Repository
) -> None:
    reason = made(forge, repository, hosted, [change(path="apps/\udce9.yaml")])
    assert isinstance(reason, Reason)
    assert reason.id == PATH_NOT_UTF8.id
    assert asked(github_double) == []


def test_a_persons_token_gets_no_signature_and_that_is_said_once(
    connected: Connected, hosted: HostedRepository, repository: Repository
) -> None:
    forge = connected(person("alice"))
    for after in (b"1\n", b"2\n"):
        assert isinstance(made(forge, repository, hosted, [change(after)]), str)
    assert forge.remarks(()) == (COMMIT_UNSIGNED(login="alice", problem="unsigned"),)


def test_a_bot_whose_commits_github_does_not_sign_is_told_so(
    forge: GitHubForge, hosted: HostedRepository, repository: Repository
) -> None:
    hosted.sign_nothing()
    assert isinstance(made(forge, repository, hosted), str)
    assert [reason.id for reason in forge.remarks(())] == [COMMIT_UNSIGNED.id]


def test_without_permission_it_is_named(connected: Connected, hosted: HostedRepository, repository: Repository) -> None:
    reading = actions(permissions={**BOT_PERMISSIONS, "contents": "read"})
    reason = made(connected(reading), repository, hosted)
    assert isinstance(reason, Reason)
    assert (reason.id, "`contents: write`" in reason.mend) == (PERMISSION_MISSING.id, True)


def test_an_archived_repository_is_named(forge: GitHubForge, hosted: HostedRepository, repository: Repository) -> None:
    hosted.archive()
    reason = made(forge, repository, hosted)
    assert isinstance(reason, Reason)
    assert reason.id == ARCHIVED.id


@pytest.mark.parametrize("operation", [TREE, COMMIT])
def test_a_lost_answer_is_asked_for_again(
    github_double: GitHubDouble,
    forge: GitHubForge,
    hosted: HostedRepository,
    repository: Repository,
    operation: str,
) -> None:
    github_double.faults.on(operation, faults.bad_gateway(after=True))
    assert isinstance(made(forge, repository, hosted), str)


@pytest.mark.parametrize("sha", ["1" * 40, "main", "../../x"])
def test_a_commit_that_cannot_be_had_back_is_never_pushed(
    github_double: GitHubDouble,
    forge: GitHubForge,
    hosted: HostedRepository,
    repository: Repository,
    sha: str,
) -> None:
    answer = {"sha": sha, "verification": {"verified": True, "reason": "valid"}}
    github_double.faults.on(COMMIT, faults.Fault(answer=Answer(status=201, body=answer)))
    with pytest.raises(ForgeFailed):
        made(forge, repository, hosted)
    assert hosted.branches().keys() == {"main"}


def test_an_answer_of_another_form_is_no_commit(
    github_double: GitHubDouble, forge: GitHubForge, hosted: HostedRepository, repository: Repository
) -> None:
    github_double.faults.on(COMMIT, faults.Fault(answer=Answer(status=201, body={"sha": "1" * 40})))
    with pytest.raises(ForgeFailed, match="not one of GitHub's"):
        made(forge, repository, hosted)
