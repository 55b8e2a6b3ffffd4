"""Who a token is: each kind is asked its own way, once."""

from __future__ import annotations

import pytest
from doubles.forge_sides import FLEET, Connected
from doubles.github import faults
from doubles.github.answers import Answer
from doubles.github.graphql import QUERY
from doubles.github.people import actions, app, person
from doubles.github.server import GitHubDouble

from bot.errors import ForgeFailed
from bot.forge.github import GitHubForge, noreply_host
from bot.forge.github_client import connect
from bot.model.proposals import Identity
from bot.model.secret import Secret


def asked(github_double: GitHubDouble) -> list[str]:
    return [f"{entry.operation} {entry.status}" for entry in github_double.api_calls()]


def test_a_personal_token_is_told_by_one_call(github_double: GitHubDouble, connected: Connected) -> None:
    alice = person("alice")
    forge = connected(alice)
    email = f"{alice.id}+alice@users.noreply.127.0.0.1"
    assert forge.identity() == Identity(login="alice", name="alice", email=email)
    assert forge.identity() is forge.identity()
    assert asked(github_double) == ["GET /user 200"]


def test_an_installation_is_told_by_graphql(github_double: GitHubDouble, connected: Connected) -> None:
    bumper = app("bumper")
    us = connected(bumper).identity()
    assert (us.login, us.email) == ("bumper[bot]", f"{bumper.id}+bumper[bot]@users.noreply.127.0.0.1")
    assert asked(github_double) == [f"{QUERY} 200"]
    assert github_double.writes() == ()


def test_an_installation_whose_token_does_not_say_so_is_told_by_graphql_too(
    github_double: GitHubDouble, connected: Connected
) -> None:
    bumper = app("bumper")
    github_double.token(bumper)
    github_double._state.tokens["v1.of-an-older-server"] = bumper
    assert connected(token="v1.of-an-older-server").identity().login == "bumper[bot]"
    assert asked(github_double) == ["GET /user 403", f"{QUERY} 200"]


def test_a_workflows_own_token_is_shared_with_every_workflow(connected: Connected) -> None:
    us = connected(actions()).identity()
    assert us.login == "github-actions[bot]"


def test_without_graphql_an_installation_is_taken_for_a_workflow(
    github_double: GitHubDouble, connected: Connected
) -> None:
    github_double.faults.on(QUERY, faults.Fault(answer=Answer(status=403, body={"message": "no GraphQL for you"})))
    us = connected(actions()).identity()
    assert (us.login, us.email) == ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.127.0.0.1")


@pytest.mark.parametrize(
    ("server", "host"),
    [
        ("https://github.com", "users.noreply.github.com"),
        ("https://octo.ghe.com", "users.noreply.octo.ghe.com"),
        ("https://git.corp.example:8443", "users.noreply.git.corp.example"),
    ],
)
def test_commits_are_linked_by_the_servers_own_address(server: str, host: str) -> None:
    assert noreply_host(server) == host


@pytest.mark.parametrize(
    "answer",
    [
        {"data": {"viewer": None}},
        {"data": {}},
        {"data": {"viewer": {"login": "x"}}},
        {"data": {"viewer": {"login": "x", "databaseId": "seven"}}},
        [],
        "<html>",
    ],
)
def test_an_answer_that_tells_nobody_is_a_failure_in_our_words(
    github_double: GitHubDouble, connected: Connected, answer: object
) -> None:
    github_double.faults.on(QUERY, faults.Fault(answer=Answer(body=answer)))
    with pytest.raises(ForgeFailed, match="the answer is not one of GitHub's"):
        connected(app("bumper")).identity()


def test_a_token_that_is_not_valid_says_so(github_double: GitHubDouble, connected: Connected) -> None:
    with pytest.raises(ForgeFailed, match="the token is not valid") as failed:
        connected(token="ghp_made_up").identity()
    assert "pull-requests: write" in failed.value.mend
    assert asked(github_double) == ["GET /user 401"]


def test_any_other_refusal_of_the_question_ends_the_run(github_double: GitHubDouble, connected: Connected) -> None:
    gone = faults.Fault(answer=Answer(status=404, body={"message": "Not Found"}))
    github_double.faults.on("GET /user", gone)
    with pytest.raises(ForgeFailed, match="Asking who the token is: Not Found"):
        connected(person("alice")).identity()
    assert asked(github_double) == ["GET /user 404"]


def test_an_enterprise_server_is_asked_below_its_own_addresses(
    github_double: GitHubDouble, connected: Connected
) -> None:
    connected(app("bumper")).identity()
    assert [entry.target for entry in github_double.api_calls()] == ["/api/graphql"]


def test_githubs_own_api_is_asked_at_its_root() -> None:
    with GitHubDouble(api_path="") as server:
        bumper = server.token(app("bumper"))
        server.repository(FLEET, {"a": "1"})
        client = connect(server.api_url, Secret(bumper), seconds_between_writes=0, backoff=0)
        forge = GitHubForge(client, repository=FLEET, server_url=server.server_url)
        assert forge.identity().login == "bumper[bot]"
        assert forge.open_pull_requests() == ()
        assert [entry.target.partition("?")[0] for entry in server.api_calls()] == [
            "/graphql",
            f"/repos/{FLEET}/pulls",
        ]
        client.close()
        server.check()
