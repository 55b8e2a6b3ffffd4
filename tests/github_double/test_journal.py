from __future__ import annotations

import subprocess
import sys

from doubles.github import faults
from doubles.github.hosted import HostedRepository
from doubles.github.people import actions, person
from doubles.github.seeding import Content, Executable, Gitlink, Symlink
from doubles.github.server import GitHubDouble

from .conftest import FIRST, Rest
from .test_git_over_http import Git

PULLS = "/repos/acme/fleet/pulls"
WISH = {"title": "t", "head": "bump", "base": "main"}


def test_reads_are_no_writes_and_refused_writes_are(
    github_double: GitHubDouble, proposed: HostedRepository, rest: Rest, git: Git
) -> None:
    rest("GET", PULLS, params={"state": "all"})
    git("ls-remote", proposed.clone_url)
    assert github_double.writes() == ()
    rest("POST", PULLS, json=WISH | {"head": "nowhere"})
    rest("POST", PULLS, json=WISH)
    assert [(entry.operation, entry.status, entry.actor) for entry in github_double.writes(proposed)] == [
        ("POST /repos/{owner}/{repo}/pulls", 422, "github-actions[bot]"),
        ("POST /repos/{owner}/{repo}/pulls", 201, "github-actions[bot]"),
    ]
    (first, *_) = github_double.requests(proposed)
    assert (first.target, first.query, first.body) == (f"/api/v3{PULLS}?state=all", {"state": "all"}, None)
    assert github_double.writes()[1].body == WISH


def test_the_journal_tells_repositories_and_operations_apart(
    github_double: GitHubDouble, fleet: HostedRepository, rest: Rest, git: Git
) -> None:
    other = github_double.repository("acme/other", {"a": "1"})
    rest("GET", "/repos/ACME/Fleet")
    rest("GET", "/repos/acme/other")
    git("ls-remote", other.clone_url)
    assert len(github_double.requests(fleet)) == 1
    assert [entry.is_git for entry in github_double.requests(other)] == [False, True, True]
    assert len(github_double.api_calls(other)) == 1
    assert len(github_double.requests(operation="GET /repos/{owner}/{repo}")) == 2
    assert len(github_double.requests(operation="git refs")) == 1


def test_a_push_that_meets_a_fault_stands_there_as_asked_for(
    github_double: GitHubDouble, fleet: HostedRepository, rest: Rest
) -> None:
    line = f"{'0' * 40} {fleet.tip('main')} refs/heads/x\0 report-status"
    github_double.faults.on("git push", faults.unavailable())
    body = f"{len(line) + 4:04x}{line}0000".encode()
    assert rest("POST", f"{fleet.clone_url}/git-receive-pack", data=body).status_code == 503
    (write,) = github_double.writes(fleet)
    assert [(update.ref, update.accepted) for update in write.pushes] == [("refs/heads/x", False)]


def test_what_people_do_stands_in_no_journal(github_double: GitHubDouble, proposed: HostedRepository) -> None:
    proposed.open_pull("bump")
    proposed.merge(1)
    assert github_double.requests() == ()


def test_a_reset_forgets_everything(github_double: GitHubDouble, fleet: HostedRepository, rest: Rest) -> None:
    rest("GET", "/repos/acme/fleet")
    github_double.reset()
    assert github_double.requests() == ()
    assert rest("GET", "/repos/acme/fleet").status_code == 401
    assert rest("GET", "/repos/acme/fleet", token=None).status_code == 404
    assert github_double.repository("acme/fleet", FIRST).files("main").keys() == FIRST.keys()


def test_another_process_reaches_it(github_double: GitHubDouble, fleet: HostedRepository) -> None:
    program = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).status)"
    address = github_double.api_url + "/repos/acme/fleet"
    done = subprocess.run([sys.executable, "-I", "-c", program, address], capture_output=True, text=True, check=True)
    assert done.stdout == "200\n"


def test_a_repository_is_filled_and_read_back_byte_for_byte(fleet: HostedRepository) -> None:
    odd: dict[str, Content] = {
        'a "b"\\\n': b"\x00\xff\r\n",
        "empty": b"",
        "d/x": Executable(b"#!/bin/sh\n"),
        "l": Symlink("../d"),
    }
    fleet.commit("odd", {**odd, "s": Gitlink("1" * 40), "README.md": None}, "a message\n\nwith a body", date=86400)
    assert fleet.files("odd") == {
        'a "b"\\\n': b"\x00\xff\r\n",
        "apps/dev/podinfo.yaml": b"version: 6.5.3\n",
        "d/x": b"#!/bin/sh\n",
        "empty": b"",
        "l": b"../d",
    }
    modes = {path: entry.mode for path, entry in fleet.tree("odd").items()}
    assert (modes["d/x"], modes["l"], modes["s"], modes["empty"]) == ("100755", "120000", "160000", "100644")
    newest = fleet.log("odd")[0]
    assert (newest.message, newest.author.date) == ("a message\n\nwith a body", "1970-01-02T00:00:00Z")


def test_a_branch_begins_where_it_is_told(fleet: HostedRepository) -> None:
    first = fleet.tip("main")
    fleet.commit("main", {"x": "1"})
    fleet.commit("old", {"y": "1"}, start=first, author=person("alice"))
    assert set(fleet.files("old")) == {*FIRST, "y"}
    assert fleet.log("old")[0].author.name == "alice"
    assert fleet.branches() == {"main": fleet.tip("main"), "old": fleet.tip("old")}


def test_many_files_are_one_commit(github_double: GitHubDouble) -> None:
    files = {f"apps/{number}/release.yaml": f"number: {number}\n" for number in range(2000)}
    large = github_double.repository("acme/large", files)
    assert len(large.log("main")) == 1
    assert large.files("main")["apps/1999/release.yaml"] == b"number: 1999\n"


def test_the_workflows_identity_is_the_known_one() -> None:
    assert actions().noreply == "41898282+github-actions[bot]@users.noreply.github.com"
