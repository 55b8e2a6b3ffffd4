"""Who may do what, and what GitHub says to those who may not."""

from __future__ import annotations

import dataclasses
import http.client

import pytest
import requests
from doubles.github.hosted import HostedRepository
from doubles.github.people import Identity, actions, app, person
from doubles.github.server import GitHubDouble

from .conftest import Rest

PULLS = "/repos/acme/fleet/pulls"
WISH = {"title": "t", "head": "bump", "base": "main"}


def test_a_person_is_known_by_their_token(github_double: GitHubDouble, rest: Rest) -> None:
    shown = rest("GET", "/user", token=github_double.token(person("alice")))
    assert (shown.status_code, shown.json()["login"], shown.json()["type"]) == (200, "alice", "User")


@pytest.mark.parametrize("who", [actions(), app("fleet-bot")])
def test_an_installation_has_no_user(github_double: GitHubDouble, rest: Rest, who: Identity) -> None:
    refused = rest("GET", "/user", token=github_double.token(who))
    assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by integration")


def test_an_apps_bot_is_found_by_its_login(github_double: GitHubDouble, rest: Rest) -> None:
    bot = app("fleet-bot")
    github_double.token(bot)
    assert rest("GET", "/users/fleet-bot%5Bbot%5D").json()["id"] == bot.id
    assert rest("GET", "/users/nobody").status_code == 404


def test_a_missing_permission_is_named_in_a_header(
    github_double: GitHubDouble, proposed: HostedRepository, rest: Rest
) -> None:
    reader = github_double.token(actions(permissions={"contents": "read", "pull_requests": "read"}))
    refused = rest("POST", PULLS, json=WISH, token=reader)
    assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by integration")
    assert refused.headers["X-Accepted-GitHub-Permissions"] == "pull_requests=write"
    user = github_double.token(person("alice", permissions={}))
    refused = rest("POST", PULLS, json=WISH, token=user)
    assert refused.json()["message"] == "Resource not accessible by personal access token"
    assert proposed.pulls() == ()


@pytest.mark.parametrize(
    ("method", "path", "body", "needed"),
    [
        ("POST", "/repos/acme/fleet/statuses/{tip}", {"state": "success"}, "statuses"),
        ("POST", "/repos/acme/fleet/issues/1/comments", {"body": "x"}, "issues"),
        ("POST", "/repos/acme/fleet/issues/1/comments", {"body": "x"}, "pull_requests"),
        ("PATCH", f"{PULLS}/1", {"title": "x"}, "pull_requests"),
        ("POST", "/repos/acme/fleet/git/refs", {"ref": "refs/heads/n", "sha": "{tip}"}, "contents"),
        ("DELETE", "/repos/acme/fleet/git/refs/heads/bump", None, "contents"),
    ],
)
def test_each_write_needs_its_own_permission(
    github_double: GitHubDouble,
    proposed: HostedRepository,
    rest: Rest,
    method: str,
    path: str,
    body: dict[str, str] | None,
    needed: str,
) -> None:
    proposed.open_pull("bump")
    tip = proposed.tip("main") or ""
    filled = {key: value.replace("{tip}", tip) for key, value in body.items()} if body else None
    path = path.replace("{tip}", tip)
    without = github_double.token(actions(permissions={needed: "read"}))
    assert rest(method, path, json=filled, token=without).status_code == 403
    holder = github_double.token(actions(permissions={needed: "write"}))
    assert rest(method, path, json=filled, token=holder).status_code < 300


def test_a_token_for_another_repository_reads_here_but_writes_nothing(
    github_double: GitHubDouble, proposed: HostedRepository, rest: Rest
) -> None:
    foreign = github_double.token(actions(repositories=frozenset({"acme/other"})))
    assert rest("GET", PULLS, token=foreign).status_code == 200
    assert rest("POST", PULLS, json=WISH, token=foreign).status_code == 403


def test_what_is_private_does_not_exist_for_others(github_double: GitHubDouble, rest: Rest) -> None:
    github_double.repository("acme/hidden", {"a": "1"}, private=True)
    foreign = github_double.token(actions(repositories=frozenset({"acme/other"})))
    member = github_double.token(actions(repositories=frozenset({"acme/hidden"}), permissions={"metadata": "read"}))
    for who in (None, foreign):
        assert rest("GET", "/repos/acme/hidden", token=who).status_code == 404
    assert rest("GET", "/repos/acme/hidden", token=member).status_code == 200
    assert rest("GET", "/repos/acme/hidden/pulls", token=member).status_code == 403


def test_without_a_token_one_reads_what_is_public(proposed: HostedRepository, rest: Rest) -> None:
    assert rest("GET", PULLS, token=None).status_code == 200
    assert rest("POST", PULLS, json=WISH, token=None).status_code == 401
    assert rest("GET", "/user", token=None).status_code == 401


def test_a_wrong_or_revoked_token_is_refused_everywhere(
    github_double: GitHubDouble, fleet: HostedRepository, rest: Rest, token: str
) -> None:
    assert rest("GET", "/repos/acme/fleet", token="wrong").json()["message"] == "Bad credentials"
    github_double.revoke(token)
    assert rest("GET", "/repos/acme/fleet").status_code == 401


@pytest.mark.parametrize("scheme", ["token", "Bearer", "basic"])
def test_a_token_comes_in_three_forms(
    github_double: GitHubDouble, fleet: HostedRepository, scheme: str, token: str
) -> None:
    sent = requests.auth._basic_auth_str("x-access-token", token) if scheme == "basic" else f"{scheme} {token}"
    answer = requests.get(github_double.api_url + "/repos/acme/fleet", headers={"Authorization": sent}, timeout=20)
    assert answer.json()["permissions"]["push"] is True


def test_a_client_must_name_itself(github_double: GitHubDouble, fleet: HostedRepository) -> None:
    connection = http.client.HTTPConnection(github_double.server_url.removeprefix("http://"), timeout=20)
    connection.request("GET", "/api/v3/repos/acme/fleet")
    assert connection.getresponse().status == 403
    connection.close()


def test_an_hour_holds_so_many_requests_and_says_so(
    github_double: GitHubDouble, fleet: HostedRepository, rest: Rest
) -> None:
    poor = github_double.token(dataclasses.replace(actions(), rate_limit=2))
    first = rest("GET", "/repos/acme/fleet", token=poor)
    assert (first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]) == ("2", "1")
    assert rest("GET", "/rate_limit", token=poor).json()["rate"]["remaining"] == 1
    assert rest("GET", "/repos/acme/fleet", token=poor).status_code == 200
    spent = rest("GET", "/repos/acme/fleet", token=poor)
    assert (spent.status_code, spent.headers["X-RateLimit-Remaining"]) == (403, "0")
    assert "API rate limit exceeded" in spent.json()["message"]


def test_the_setting_for_workflows_is_told_to_administrators(
    github_double: GitHubDouble, fleet: HostedRepository, rest: Rest
) -> None:
    fleet.forbid_actions_pulls()
    admin = github_double.token(person("acme", permissions={"administration": "write"}))
    shown = rest("GET", "/repos/acme/fleet/actions/permissions/workflow", token=admin).json()
    assert shown["can_approve_pull_request_reviews"] is False
    assert rest("GET", "/repos/acme/fleet/actions/permissions/workflow").status_code == 403
    assert rest("GET", "/repos/acme/fleet/actions/permissions/workflow", token=None).status_code == 401
