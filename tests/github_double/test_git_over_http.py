"""Real Git against the double."""

from __future__ import annotations

import base64
import gzip
import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import requests
from doubles.github.hosted import HostedRepository
from doubles.github.people import actions, person
from doubles.github.plumbing import NO_OBJECT
from doubles.github.server import GitHubDouble

Git = Callable[..., subprocess.CompletedProcess[str]]


def basic(token: str) -> str:
    return "AUTHORIZATION: basic " + base64.b64encode(f"x-access-token:{token}".encode()).decode()


def changed_clone(git: Git, fleet: HostedRepository, tmp_path: Path, content: bytes = b"version: 6.6.0\n") -> Path:
    assert git("clone", "-q", fleet.clone_url, "work").returncode == 0
    work = tmp_path / "work"
    (work / "apps/dev/podinfo.yaml").write_bytes(content)
    assert git("commit", "-qam", "bump", cwd=work).returncode == 0
    return work


def test_a_public_repository_is_cloned_without_a_token(fleet: HostedRepository, git: Git, tmp_path: Path) -> None:
    assert git("clone", "-q", fleet.clone_url, "work").returncode == 0
    assert (tmp_path / "work/apps/dev/podinfo.yaml").read_text() == "version: 6.5.3\n"


def test_a_private_repository_asks_for_a_token_and_takes_one_that_reaches_it(
    github_double: GitHubDouble, git: Git
) -> None:
    hidden = github_double.repository("acme/hidden", {"a": "1"}, private=True)
    assert git("ls-remote", hidden.clone_url).returncode != 0
    inside = github_double.token(actions(repositories=frozenset({"acme/hidden"})))
    assert git("ls-remote", hidden.clone_url, headers=(basic(inside),)).returncode == 0
    outside = github_double.token(actions(repositories=frozenset({"acme/other"})))
    assert "not found" in git("ls-remote", hidden.clone_url, headers=(basic(outside),)).stderr


def test_a_push_changes_the_branch_and_stands_in_the_journal(
    github_double: GitHubDouble, fleet: HostedRepository, git: Git, token: str, tmp_path: Path
) -> None:
    old = fleet.tip("main")
    work = changed_clone(git, fleet, tmp_path)
    pushed = git("push", "-q", "origin", "HEAD:refs/heads/flux-chart-bot/dev/all", cwd=work, headers=(basic(token),))
    assert pushed.returncode == 0, pushed.stderr
    assert fleet.files("flux-chart-bot/dev/all")["apps/dev/podinfo.yaml"] == b"version: 6.6.0\n"
    (entry,) = github_double.writes(fleet)
    assert (entry.actor, entry.status, entry.operation) == ("github-actions[bot]", 200, "git push")
    (update,) = entry.pushes
    assert (update.ref, update.old, update.accepted) == ("refs/heads/flux-chart-bot/dev/all", NO_OBJECT, True)
    assert update.new == fleet.tip("flux-chart-bot/dev/all") != old


def test_a_push_without_a_token_is_refused_before_anything_is_written(
    github_double: GitHubDouble, fleet: HostedRepository, git: Git, tmp_path: Path
) -> None:
    work = changed_clone(git, fleet, tmp_path)
    assert git("push", "-q", "origin", "HEAD:refs/heads/x", cwd=work).returncode != 0
    assert fleet.tip("x") is None
    assert github_double.writes() == ()


def test_a_token_without_contents_write_cannot_push(
    github_double: GitHubDouble, fleet: HostedRepository, git: Git, tmp_path: Path
) -> None:
    work = changed_clone(git, fleet, tmp_path)
    reader = github_double.token(actions(permissions={"contents": "read", "statuses": "write"}))
    pushed = git("push", "-q", "origin", "HEAD:refs/heads/x", cwd=work, headers=(basic(reader),))
    assert "403" in pushed.stderr
    someone = github_double.token(person("eve", permissions={}))
    pushed = git("push", "-q", "origin", "HEAD:refs/heads/x", cwd=work, headers=(basic(someone),))
    assert "403" in pushed.stderr
    assert fleet.tip("x") is None


def test_an_unknown_token_is_refused_even_where_none_is_needed(fleet: HostedRepository, git: Git) -> None:
    assert git("ls-remote", fleet.clone_url, headers=(basic("wrong"),)).returncode != 0


def test_two_authorization_headers_are_a_bad_request(fleet: HostedRepository, git: Git, token: str) -> None:
    asked = git("ls-remote", fleet.clone_url, headers=(basic(token), basic(token)))
    assert "400" in asked.stderr


def test_an_empty_header_resets_those_that_were_configured_before(
    fleet: HostedRepository, git: Git, token: str
) -> None:
    assert git("ls-remote", fleet.clone_url, headers=(basic("left over"), "", basic(token))).returncode == 0


def test_a_large_push_arrives_in_chunks_and_is_one_write(
    github_double: GitHubDouble, fleet: HostedRepository, git: Git, token: str, tmp_path: Path
) -> None:
    noise = os.urandom(3_000_000)  # more than http.postBuffer
    work = changed_clone(git, fleet, tmp_path, noise)
    pushed = git("push", "-q", "origin", "HEAD:refs/heads/large", cwd=work, headers=(basic(token),))
    assert pushed.returncode == 0, pushed.stderr
    assert fleet.files("large")["apps/dev/podinfo.yaml"] == noise
    assert len(github_double.requests(operation="git push")) == 2
    (write,) = github_double.writes()
    assert [update.accepted for update in write.pushes] == [True]


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(fleet: HostedRepository) -> None:
    host, _, port = fleet.clone_url.removeprefix("http://").partition("/")[0].partition(":")
    body = b'{"content": "x"}'
    head = "POST /api/v3/repos/acme/fleet/git/blobs HTTP/1.1", "Host: x", "User-Agent: x", "Expect: 100-continue"
    with socket.create_connection((host, int(port)), timeout=10) as client:
        client.sendall("\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode())
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(body)
        assert client.recv(100).startswith(b"HTTP/1.1 401 ")


def test_a_gzipped_body_is_understood(fleet: HostedRepository) -> None:
    sha = fleet.tip("main")
    body = f"0032want {sha}\n0000" + "0009done\n"
    answer = requests.post(
        fleet.clone_url + "/git-upload-pack",
        data=gzip.compress(body.encode()),
        headers={"Content-Encoding": "gzip", "Content-Type": "application/x-git-upload-pack-request"},
        timeout=20,
    )
    assert answer.content.startswith(b"0008NAK\n")
    assert b"PACK" in answer.content


def test_a_lease_on_the_wrong_commit_is_refused(fleet: HostedRepository, git: Git, token: str, tmp_path: Path) -> None:
    work = changed_clone(git, fleet, tmp_path)
    other = fleet.commit("x", {"README.md": "theirs\n"})
    lease = f"--force-with-lease=refs/heads/x:{fleet.tip('main')}"
    pushed = git("push", "-q", lease, "origin", "HEAD:refs/heads/x", cwd=work, headers=(basic(token),))
    assert "stale info" in pushed.stderr
    right = f"--force-with-lease=refs/heads/x:{other}"
    assert git("push", "-q", right, "origin", "HEAD:refs/heads/x", cwd=work, headers=(basic(token),)).returncode == 0


def test_a_push_that_git_itself_refuses_is_journalled_as_not_accepted(
    github_double: GitHubDouble, fleet: HostedRepository, git: Git, token: str, tmp_path: Path
) -> None:
    work = changed_clone(git, fleet, tmp_path)
    assert git("push", "-q", "origin", ":refs/heads/main", cwd=work, headers=(basic(token),)).returncode != 0
    (entry,) = github_double.writes()
    assert [(update.ref, update.new, update.accepted) for update in entry.pushes] == [
        ("refs/heads/main", NO_OBJECT, False)
    ]


def test_a_shallow_fetch_of_one_branch_can_be_pushed_from(
    fleet: HostedRepository, git: Git, token: str, tmp_path: Path
) -> None:
    for turn in range(3):
        fleet.commit("main", {"README.md": f"{turn}\n"})
    git("init", "-q", "--bare", "own.git")
    own = tmp_path / "own.git"
    wanted = ("--depth=1", "--no-tags", "--end-of-options", fleet.clone_url, "+refs/heads/main:refs/heads/main")
    assert git("fetch", "-q", *wanted, cwd=own).returncode == 0
    tree = git("rev-parse", "main^{tree}", cwd=own).stdout.strip()
    made = git("commit-tree", tree, "-p", "main", "-m", "again", cwd=own).stdout.strip()
    pushed = git("push", "-q", fleet.clone_url, f"{made}:refs/heads/again", cwd=own, headers=(basic(token),))
    assert pushed.returncode == 0, pushed.stderr
    assert len(fleet.log("again")) == 5


def test_the_heads_of_pull_requests_cannot_be_pushed_to(
    proposed: HostedRepository, git: Git, token: str, tmp_path: Path
) -> None:
    pull = proposed.open_pull("bump")
    work = changed_clone(git, proposed, tmp_path)
    pushed = git("push", "-q", "-f", "origin", f"HEAD:{pull.own_ref}", cwd=work, headers=(basic(token),))
    assert "hidden ref" in pushed.stderr
    assert proposed.pull(1).head_sha == proposed.tip("bump")
