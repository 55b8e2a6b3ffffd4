from __future__ import annotations

import threading

import pytest
import requests
from doubles.github import faults
from doubles.github.hosted import HostedRepository
from doubles.github.server import GitHubDouble

from .conftest import Rest
from .test_git_over_http import Git

LIST = "GET /repos/{owner}/{repo}/pulls"
CREATE = "POST /repos/{owner}/{repo}/pulls"
PULLS = "/repos/acme/fleet/pulls"
WISH = {"title": "t", "head": "bump", "base": "main"}


def test_a_fault_comes_at_the_call_it_was_planned_for(
    github_double: GitHubDouble, fleet: HostedRepository, rest: Rest
) -> None:
    github_double.faults.on(LIST, faults.bad_gateway(), nth=2)
    assert [rest("GET", PULLS).status_code for _ in range(3)] == [200, 502, 200]


def test_a_fault_may_last(github_double: GitHubDouble, fleet: HostedRepository, rest: Rest) -> None:
    github_double.faults.on(LIST, faults.unavailable(), times=None)
    assert [rest("GET", PULLS).status_code for _ in range(3)] == [503] * 3


def test_a_fault_may_concern_one_repository(github_double: GitHubDouble, fleet: HostedRepository, rest: Rest) -> None:
    github_double.repository("acme/other", {"a": "1"})
    github_double.faults.on(LIST, faults.bad_gateway(), repository="acme/other")
    assert rest("GET", PULLS).status_code == 200
    assert rest("GET", "/repos/acme/other/pulls").status_code == 502


def test_a_502_after_success_leaves_the_work_done(
    github_double: GitHubDouble, proposed: HostedRepository, rest: Rest
) -> None:
    github_double.faults.on(CREATE, faults.bad_gateway(after=True))
    assert rest("POST", PULLS, json=WISH).status_code == 502
    assert len(proposed.pulls()) == 1
    assert rest("POST", PULLS, json=WISH).status_code == 422


@pytest.mark.parametrize("after", [False, True])
def test_a_connection_drops_before_or_after_the_work(
    github_double: GitHubDouble, proposed: HostedRepository, rest: Rest, *, after: bool
) -> None:
    github_double.faults.on(CREATE, faults.dropped(after=after))
    with pytest.raises(requests.ConnectionError):
        rest("POST", PULLS, json=WISH)
    assert len(proposed.pulls()) == int(after)
    (entry,) = github_double.writes()
    assert entry.status is None


def test_limits_say_how_long_to_wait_or_do_not(
    github_double: GitHubDouble, fleet: HostedRepository, rest: Rest
) -> None:
    for fault in (
        faults.secondary_limit(),
        faults.secondary_limit(retry_after=7),
        faults.too_many_requests(),
        faults.too_many_requests(retry_after=7),
    ):
        github_double.faults.on(LIST, fault)
    answers = [rest("GET", PULLS) for _ in range(4)]
    assert [(answer.status_code, answer.headers.get("Retry-After")) for answer in answers] == [
        (403, None),
        (403, "7"),
        (429, None),
        (429, "7"),
    ]
    assert "secondary rate limit" in answers[0].json()["message"]


def test_an_answer_may_be_late(github_double: GitHubDouble, fleet: HostedRepository, rest: Rest) -> None:
    github_double.faults.on(LIST, faults.slow(30))
    with pytest.raises(requests.Timeout):
        requests.get(github_double.api_url + PULLS, timeout=0.2)
    assert rest("GET", PULLS).status_code == 200


def test_a_pull_request_may_not_be_known_everywhere_at_once(
    github_double: GitHubDouble, proposed: HostedRepository, rest: Rest
) -> None:
    proposed.open_pull("bump")
    labels = "/repos/acme/fleet/issues/1/labels"
    github_double.faults.on("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", faults.unresolved_node())
    assert "Could not resolve to a node" in rest("POST", labels, json=["x"]).text
    assert rest("POST", labels, json=["x"]).status_code == 200


@pytest.mark.parametrize(("after", "arrived"), [(False, False), (True, True)])
def test_a_push_may_fail_before_or_after_it_arrived(
    github_double: GitHubDouble,
    fleet: HostedRepository,
    git: Git,
    token: str,
    *,
    after: bool,
    arrived: bool,
) -> None:
    github_double.faults.on("git push", faults.dropped(after=after), times=None)
    git("init", "-q", "--bare", "own.git")
    fetched = git("--git-dir", "own.git", "fetch", "-q", fleet.clone_url, "main")
    assert fetched.returncode == 0
    header = f"AUTHORIZATION: basic {requests.auth._basic_auth_str('x', token).split()[1]}"
    pushed = git("--git-dir", "own.git", "push", "-q", fleet.clone_url, "FETCH_HEAD:refs/heads/x", headers=(header,))
    assert pushed.returncode != 0
    assert (fleet.tip("x") is not None) is arrived


def test_a_fault_that_never_came_is_a_violation(github_double: GitHubDouble, fleet: HostedRepository) -> None:
    github_double.faults.on(LIST, faults.bad_gateway())
    with pytest.raises(AssertionError, match="planned fault never happened"):
        github_double.check()
    github_double.faults.clear()


def test_a_route_that_does_not_exist_cannot_be_planned(github_double: GitHubDouble) -> None:
    with pytest.raises(ValueError, match="no route"):
        github_double.faults.on("GET /repos/acme/fleet", faults.bad_gateway())


def test_stopping_does_not_wait_for_a_late_answer() -> None:
    server = GitHubDouble()
    server.repository("acme/fleet", {"a": "1"})
    server.faults.on(LIST, faults.slow(600))
    caller = threading.Thread(target=lambda: requests.get(server.api_url + PULLS, timeout=60))
    caller.start()
    while not server.faults._plans[0].fired:
        pass
    server.stop()
    caller.join(timeout=20)
    assert not caller.is_alive()
