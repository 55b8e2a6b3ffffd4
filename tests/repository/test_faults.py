"""A remote that refuses, breaks or never answers: an error with its mend, and no credential in it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles.forwarder import certificate, forwarding
from doubles.github.answers import Answer
from doubles.github.faults import Fault, dropped, slow, too_many_requests, unavailable
from doubles.github.hosted import HostedRepository
from doubles.github.people import actions
from doubles.github.seeding import Content
from doubles.github.server import GitHubDouble

from bot.errors import RepositoryFailed, UsageError
from bot.model.commits import EntryKind, FileChange, PushRejected
from bot.model.proposals import Identity
from bot.model.secret import Secret
from bot.repository.git_repository import HISTORY, GitRepository, open_repository
from bot.repository.surroundings import basic

BOT = Identity(login="b", name="b", email="b@example.com")
OURS = "flux-chart-bot/dev/all"
FLEET = "acme/fleet"


def commit_on(repository: GitRepository, parent: str) -> str:
    change = FileChange(path="apps/dev/podinfo.yaml", kind=EntryKind.FILE, before=b"", after=b"version: 6.5.4\n")
    return repository.commit(parent=parent, changes=[change], message="Bump", identity=BOT)


def port_of(github: GitHubDouble) -> int:
    return int(github.server_url.rpartition(":")[2])


def failed(url: str, token: Secret | None = None, *, seconds: float = 60) -> RepositoryFailed:
    with open_repository(url, token=token, seconds=seconds) as repository, pytest.raises(RepositoryFailed) as caught:
        repository.fetch([repository.heads().default])
    text = "".join(traceback.format_exception(caught.value)) + caught.value.mend
    if token:
        assert token.reveal() not in text
        assert basic(token) not in text
    return caught.value


def test_a_worthless_token_names_the_permission(
    github_double: GitHubDouble, hosted: HostedRepository, token: Secret
) -> None:
    github_double.revoke(token.reveal())
    error = failed(hosted.clone_url, token)
    assert "does not accept the login" in error.message
    assert "contents: read" in error.mend


def test_a_private_repository_without_a_token_names_the_permission(github_double: GitHubDouble) -> None:
    hosted = github_double.repository("acme/secret", {"a": "1"}, private=True)
    assert "contents: read" in failed(hosted.clone_url).mend


def test_an_absent_repository_is_said(github_double: GitHubDouble, token: Secret) -> None:
    assert "no such repository" in failed(f"{github_double.server_url}/acme/gone.git", token).message


def test_an_absent_folder_is_said(tmp_path: Path) -> None:
    assert "no such repository" in failed(str(tmp_path / "gone")).message


def test_a_push_with_a_token_that_only_reads_is_forbidden(
    github_double: GitHubDouble, hosted: HostedRepository
) -> None:
    reader = actions(permissions={"metadata": "read", "contents": "read"}, repositories=frozenset({FLEET}))
    with open_repository(hosted.clone_url, token=Secret(github_double.token(reader))) as repository:
        made = commit_on(repository, repository.fetch(["main"])["main"])
        assert repository.push(OURS, made, expected=None) is PushRejected.FORBIDDEN
    assert hosted.tip(OURS) is None


def test_a_push_to_an_archived_repository_is_not_a_missing_permission(hosted: HostedRepository, token: Secret) -> None:
    hosted.archive()
    with open_repository(hosted.clone_url, token=token) as repository:
        made = commit_on(repository, repository.fetch(["main"])["main"])
        assert repository.push(OURS, made, expected=None) is PushRejected.ARCHIVED


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("GH006: Protected branch update failed for refs/heads/x.", PushRejected.PROTECTED),
        ("GH013: Repository rule violations found for refs/heads/x.", PushRejected.PROTECTED),
        ("GH006: Protected branch update failed. Commits must have verified signatures.", PushRejected.UNSIGNED),
        ("GH013: Repository rule violations found. - Commits must have verified signatures.", PushRejected.UNSIGNED),
    ],
)
def test_a_push_against_a_rule_is_told_apart(
    hosted: HostedRepository, token: Secret, words: str, why: PushRejected
) -> None:
    hook = hosted.memory.git.path / "hooks/pre-receive"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\necho 'error: {words}' >&2\nexit 1\n")
    hook.chmod(0o755)
    with open_repository(hosted.clone_url, token=token) as repository:
        made = commit_on(repository, repository.fetch(["main"])["main"])
        assert repository.push(OURS, made, expected=None) is why


def test_a_branch_that_moves_between_question_and_push_is_stale(hosted: HostedRepository, token: Secret) -> None:
    with open_repository(hosted.clone_url, token=token) as repository:
        base = repository.fetch(["main"])["main"]
        first = commit_on(repository, base)
        repository.push(OURS, first, expected=None)
        theirs = hosted.commit("elsewhere", {"x": "1"})
        hook = hosted.memory.git.path / "hooks/pre-receive"
        hook.parent.mkdir()
        move = (
            f"git update-ref refs/heads/{OURS} {theirs}"  # after the lease was compared, before the server's own look
        )
        hook.write_text(f"#!/bin/sh\nunset GIT_QUARANTINE_PATH\n{move}\n")
        hook.chmod(0o755)
        second = commit_on(repository, first)
        assert repository.push(OURS, second, expected=first) is PushRejected.STALE
    assert hosted.tip(OURS) == theirs


def test_of_two_pushes_at_the_same_time_one_is_taken(hosted: HostedRepository, token: Secret) -> None:
    answers: dict[str, PushRejected | None] = {}
    start = threading.Barrier(2)

    def run(name: str, parent: str) -> None:
        with open_repository(hosted.clone_url, token=token) as repository:
            base = repository.fetch([parent])[parent]
            made = commit_on(repository, base)
            start.wait()
            answers[made] = repository.push(OURS, made, expected=None)

    hosted.commit("staging", {"x": "1"})
    threads = [threading.Thread(target=run, args=[name, name]) for name in ("main", "staging")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers.values(), key=str) == [None, PushRejected.STALE]
    assert answers[hosted.tip(OURS) or ""] is None


@pytest.mark.parametrize("route", ["git refs", "git fetch"])
def test_a_dropped_connection_says_run_again(
    github_double: GitHubDouble, hosted: HostedRepository, token: Secret, route: str
) -> None:
    github_double.faults.on(route, dropped(), times=None)
    assert "Run again" in failed(hosted.clone_url, token).mend


def test_an_interrupted_fetch_is_said_and_the_next_one_works(
    github_double: GitHubDouble, hosted: HostedRepository, tmp_path: Path
) -> None:
    noise: dict[str, Content] = {
        f"f{number}": bytes((number * step) % 251 for step in range(5000)) for number in range(60)
    }
    hosted.commit("main", noise)
    with forwarding(port_of(github_double), most=4000) as line:
        broken = hosted.clone_url.replace(str(port_of(github_double)), str(line.port))
        assert "connection broke" in failed(broken).message
    with open_repository(hosted.clone_url) as repository:
        assert len(repository.tree(repository.fetch(["main"])["main"]).entries()) == 61


def test_a_push_whose_answer_was_lost_is_found_done_by_the_next(
    github_double: GitHubDouble, hosted: HostedRepository, token: Secret
) -> None:
    with open_repository(hosted.clone_url, token=token) as repository:
        made = commit_on(repository, repository.fetch(["main"])["main"])
        github_double.faults.on("git push", dropped(after=True), times=None)
        with pytest.raises(RepositoryFailed):
            repository.push(OURS, made, expected=None)
        assert hosted.tip(OURS) == made
        github_double.faults.clear()
        assert repository.push(OURS, made, expected=None) is None


@pytest.mark.parametrize("fault", [unavailable(), too_many_requests(retry_after=1)])
def test_a_server_in_trouble_says_run_again(
    github_double: GitHubDouble, hosted: HostedRepository, fault: Fault
) -> None:
    github_double.faults.on("git refs", fault, times=None)
    assert "Run again" in failed(hosted.clone_url).mend


def test_a_server_that_never_answers_ends_at_the_deadline(
    github_double: GitHubDouble, hosted: HostedRepository
) -> None:
    github_double.faults.on("git refs", slow(30))
    assert "within 0.5 s" in failed(hosted.clone_url, seconds=0.5).message
    assert github_double.requests(hosted) == ()  # the server still waits: nobody waited for it
    assert not any(hosted.clone_url.encode() in arguments for arguments in _arguments_of_all())


def _arguments_of_all() -> Iterator[bytes]:
    """The arguments of every process of this machine."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            yield process.read_bytes()


def test_a_redirect_is_not_followed(github_double: GitHubDouble, hosted: HostedRepository, token: Secret) -> None:
    target = f"{github_double.server_url}/acme/elsewhere.git/info/refs?service=git-upload-pack"
    github_double.faults.on(
        "git refs", Fault(answer=Answer(status=302, headers=(("Location", target),))), repository=FLEET
    )
    error = failed(hosted.clone_url, token)
    assert "redirects" in error.message
    assert github_double.requests("acme/elsewhere") == ()


def test_an_unreachable_server_is_said() -> None:
    assert "cannot be reached" in failed("http://127.0.0.1:1/acme/fleet.git").message


def test_an_empty_repository_asks_for_a_first_commit(github_double: GitHubDouble) -> None:
    assert "first commit" in failed(github_double.repository("acme/empty").clone_url).mend


def test_a_head_that_points_nowhere_is_said(hosted: HostedRepository) -> None:
    (hosted.memory.git.path / "HEAD").write_text("ref: refs/heads/gone\n")
    assert "default branch" in failed(hosted.clone_url).message


def test_exactly_one_authorization_is_sent(
    github_double: GitHubDouble, hosted: HostedRepository, token: Secret
) -> None:
    with open_repository(hosted.clone_url, token=token) as repository:
        repository.fetch(["main"])
    assert {entry.actor for entry in github_double.requests(hosted)} == {"github-actions[bot]"}


def test_a_token_does_not_travel_in_the_clear(token: Secret) -> None:
    with pytest.raises(UsageError, match="clear"), open_repository("http://git.example.com/a/b.git", token=token):
        pytest.fail("it was opened")


def test_a_certificate_nobody_vouches_for_ends_the_run(
    github_double: GitHubDouble,
    hosted: HostedRepository,
    token: Secret,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, context = certificate(tmp_path)
    monkeypatch.setenv("GIT_SSL_NO_VERIFY", "1")
    with forwarding(port_of(github_double), tls=context) as line:
        error = failed(f"https://127.0.0.1:{line.port}/{FLEET}.git", token)
    assert "certificate" in error.message
    assert "SSL_CERT_FILE" in error.mend
    assert github_double.requests(hosted) == ()


@pytest.mark.parametrize("variable", ["GIT_SSL_CAINFO", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_machines_own_authority_is_trusted(
    github_double: GitHubDouble,
    hosted: HostedRepository,
    token: Secret,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    authority, context = certificate(tmp_path)
    for name in ("GIT_SSL_CAINFO", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(authority))
    with forwarding(port_of(github_double), tls=context) as line:
        url = f"https://127.0.0.1:{line.port}/{FLEET}.git"
        with open_repository(url, token=token) as repository:
            assert repository.fetch(["main"]) == {"main": hosted.tip("main")}


def test_the_machines_proxy_is_used(
    github_double: GitHubDouble,
    hosted: HostedRepository,
    token: Secret,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    authority, context = certificate(tmp_path, "git.fleet.test")
    monkeypatch.setenv("GIT_SSL_CAINFO", str(authority))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with forwarding(port_of(github_double), tls=context, proxy=True) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        with open_repository(f"https://git.fleet.test/{FLEET}.git", token=token) as repository:
            assert repository.fetch(["main"]) == {"main": hosted.tip("main")}
    assert set(proxy.asked) == {"git.fleet.test:443"}


def test_a_remote_over_ssh_is_reached_with_the_ssh_of_the_machine(
    hosted: HostedRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/said\nfor last; do :; done\nexec sh -c "$last"\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with open_repository(f"git@git.example.com:{hosted.memory.git.path}") as repository:
        made = commit_on(repository, repository.fetch(["main"])["main"])
        assert repository.push(OURS, made, expected=None) is None
    assert "-oBatchMode=yes" in (tmp_path / "said").read_text()


def test_a_missing_git_says_to_install_it(tmp_path: Path) -> None:
    text = """
from bot.errors import RepositoryFailed
from bot.repository.git_repository import open_repository
try:
    with open_repository("/x"): pass
except RepositoryFailed as error:
    print(error.message, "|", error.mend)
"""
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", text]
    done = subprocess.run(
        command, check=True, env={"PATH": str(tmp_path), "PYTHONPATH": root}, capture_output=True, text=True
    )
    assert done.stdout == "Git cannot be run | Install Git 2.32 or newer\n"


def test_an_old_git_says_to_install_a_newer_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "git"
    old.write_text("#!/bin/sh\necho git version 2.30.2\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(RepositoryFailed, match=r"2\.30\.2 is too old"), open_repository("/x"):
        pytest.fail("it was opened")


def test_only_a_branch_of_ours_is_fetched_with_its_history(hosted: HostedRepository) -> None:
    for number in range(14):
        hosted.commit("main", {"x": str(number)})
        hosted.commit(OURS, {"y": str(number)})
    with open_repository(hosted.clone_url) as repository:
        assert len(repository.history(repository.fetch(["main"])["main"], 50)) == 1
    with open_repository(hosted.clone_url) as repository:
        assert len(repository.history(repository.fetch(["main", OURS])[OURS], 50)) == HISTORY


def test_all_branches_come_in_one_fetch(github_double: GitHubDouble, hosted: HostedRepository) -> None:
    for name in ("staging", "production", OURS):
        hosted.commit(name, {"x": name})
    with open_repository(hosted.clone_url) as repository:
        repository.fetch(["main", "staging", "production", OURS])
    packs = list(github_double.requests(hosted, operation="git refs"))
    assert len(packs) == 1


def test_thousands_of_tiny_files_are_read_without_either_side_waiting_for_the_other(hosted: HostedRepository) -> None:
    hosted.commit("main", {f"apps/{number}": str(number) for number in range(5000)})
    with open_repository(hosted.clone_url, seconds=20) as repository:
        tree = repository.tree(repository.fetch(["main"])["main"])
        assert sum(1 for _ in tree.read(tree.entries())) == 5001
