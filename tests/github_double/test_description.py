"""GitHub's description holds both sides: what a client sends, and what the double answers."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from doubles.github import rest as api
from doubles.github.answers import Answer, Json
from doubles.github.hosted import HostedRepository
from doubles.github.openapi import Operation, description
from doubles.github.server import GitHubDouble
from doubles.github.waivers import WAIVERS
from msgspec.structs import asdict

from .conftest import Rest

REPOSITORY = "/repos/acme/fleet"
PULLS = f"{REPOSITORY}/pulls"


def test_every_operation_of_the_double_is_described() -> None:
    assert set(api.HANDLERS) <= set(description().operations())


def test_every_waiver_names_a_described_operation_and_a_reason() -> None:
    for waiver in WAIVERS:
        assert waiver.operation in set(description().operations())
        assert waiver.reason


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "said"),
    [
        ("GET", PULLS, {"params": {"state": "broken"}}, 200, "query parameter state='broken'"),
        ("GET", PULLS, {"params": {"colour": "red"}}, 200, "unknown query parameter 'colour'"),
        ("GET", PULLS, {"params": {"per_page": "many"}}, 422, "query parameter per_page='many'"),
        ("GET", PULLS, {"json": {"x": 1}}, 422, "this operation takes no body"),
        ("POST", PULLS, {"json": {"title": "t", "base": "main"}}, 422, "'head' is a required property"),
        ("POST", PULLS, {"json": {"title": "t", "head": "bump", "base": "main", "x": 1}}, 201, "'x' was unexpected"),
        ("POST", PULLS, {"data": b"{"}, 400, "not JSON"),
        ("POST", PULLS, {"json": ["a"]}, 422, "is not of type 'object'"),
        ("POST", PULLS, {}, 422, "is not of type 'object'"),
        ("POST", f"{REPOSITORY}/statuses/0", {"json": {"state": "great"}}, 422, "'great' is not one of"),
        ("PATCH", f"{PULLS}/1", {"json": {"state": 1}}, 422, "1 is not of type 'string'"),
    ],
)
def test_what_a_client_sends_wrong_is_a_violation(
    github_double: GitHubDouble,
    proposed: HostedRepository,
    rest: Rest,
    method: str,
    path: str,
    options: dict[str, Any],
    status: int,
    said: str,
) -> None:
    assert rest(method, path, **options).status_code == status
    assert any(said in violation for violation in github_double.violations), github_double.violations
    with pytest.raises(AssertionError, match="the double of GitHub found"):
        github_double.check()
    github_double.take_violations()


@pytest.mark.parametrize("path", ["/graphql", f"{REPOSITORY}/deployments", "/nothing"])
def test_an_operation_nobody_knows_is_501_and_a_violation(
    github_double: GitHubDouble, fleet: HostedRepository, rest: Rest, path: str
) -> None:
    assert rest("POST", path, json={}).status_code == 501
    assert "knows no operation" in github_double.take_violations()[0]


def test_a_described_operation_that_is_not_built_is_501_and_a_violation(
    github_double: GitHubDouble, fleet: HostedRepository, rest: Rest
) -> None:
    assert rest("GET", f"{REPOSITORY}/milestones").status_code == 501
    assert github_double.take_violations() == ("the double does not do GET /repos/{owner}/{repo}/milestones",)


def test_a_defect_of_the_double_itself_is_shown_and_not_swallowed(
    github_double: GitHubDouble, fleet: HostedRepository, rest: Rest
) -> None:
    shutil.rmtree(fleet.memory.git.path / "objects")
    assert rest("GET", f"{REPOSITORY}/branches/main").status_code == 500
    assert "Traceback" in github_double.take_violations()[0]


def test_a_page_that_does_not_exist_is_a_violation(github_double: GitHubDouble, rest: Rest) -> None:
    assert rest("GET", f"{github_double.server_url}/elsewhere").status_code == 404
    assert github_double.take_violations() == ("no page GET /elsewhere",)


def operation(method: str = "GET", template: str = "/repos/{owner}/{repo}/pulls") -> Operation:
    return Operation(method=method, template=template, parameters={})


@pytest.fixture
def listed(proposed: HostedRepository, rest: Rest) -> list[Json]:
    proposed.open_pull("bump")
    shown: list[Json] = rest("GET", PULLS).json()
    return shown


def test_the_doubles_own_answers_are_judged_too(listed: list[Json]) -> None:
    assert description().response_faults(operation(), Answer(body=listed)) == []
    pull = listed[0]
    for wrong, said in (
        ({key: value for key, value in pull.items() if key != "head"}, "'head' is a required property"),
        (pull | {"number": "1"}, "'1' is not of type 'integer'"),
        (pull | {"mergeable": True}, "'mergeable' was unexpected"),
        (pull | {"closed_at": "yesterday"}, "'yesterday' is not a 'date-time'"),
        (pull | {"url": "somewhere"}, "'somewhere' is not a 'uri'"),
        (pull | {"user": pull["user"] | {"id": None}}, "None is not"),
    ):
        faults = description().response_faults(operation(), Answer(body=[wrong]))
        assert any(said in fault for fault in faults), (said, faults)


def test_a_wrong_answer_of_the_double_fails_the_test_that_met_it(
    github_double: GitHubDouble, fleet: HostedRepository, rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {"GET /repos/{owner}/{repo}": lambda _: Answer(body={"name": "fleet"})}
    monkeypatch.setattr(api, "HANDLERS", {**api.HANDLERS, **wrong})
    assert rest("GET", REPOSITORY).json() == {"name": "fleet"}
    assert any("required property" in violation for violation in github_double.take_violations())


def test_an_answer_outside_the_description_is_a_violation() -> None:
    assert description().response_faults(operation(), Answer(status=202)) != []
    assert description().response_faults(operation(), Answer(status=404, body={"message": 1})) != []
    delete = operation("DELETE", "/repos/{owner}/{repo}/git/refs/{ref}")
    assert description().response_faults(delete, Answer(status=204, body={})) != []


def test_a_waiver_covers_its_place_and_no_other(listed: list[Json]) -> None:
    pull = listed[0]
    gone = pull | {"head": pull["head"] | {"repo": None}}
    assert description().response_faults(operation(), Answer(body=[gone])) == []
    wrong = pull | {"base": pull["base"] | {"repo": None}}
    assert description().response_faults(operation(), Answer(body=[wrong])) != []


def test_the_most_literal_route_wins() -> None:
    def template(path: str) -> str:
        found = description().match("GET", path)
        assert found is not None
        return found.template

    assert template("/repos/a/b/commits/heads/x/status") == "/repos/{owner}/{repo}/commits/{ref}/status"
    assert template("/repos/a/b/commits/heads/x") == "/repos/{owner}/{repo}/commits/{ref}"
    assert template("/repos/a/b/issues/comments/1") == "/repos/{owner}/{repo}/issues/comments/{comment_id}"
    found = description().match("GET", "/repos/a/b/git/ref/heads%2Fa%20b")
    assert found is not None
    assert asdict(found)["parameters"]["ref"] == "heads/a b"


def test_addresses_in_answers_are_the_servers_own(github_double: GitHubDouble, listed: list[Json]) -> None:
    def addresses(part: object) -> list[str]:
        if isinstance(part, dict):
            return [found for value in part.values() for found in addresses(value)]
        if isinstance(part, list):
            return [found for value in part for found in addresses(value)]
        return [part] if isinstance(part, str) and part.startswith("http") else []

    found = addresses(listed)
    assert len(found) > 50
    assert all(address.startswith(github_double.server_url + "/") for address in found)


def test_the_api_may_stand_at_the_root_as_on_github_com(git: Any) -> None:
    with GitHubDouble(api_path="") as server:
        server.repository("acme/fleet", {"a": "1"})
        import requests

        shown = requests.get(f"{server.api_url}/repos/acme/fleet", timeout=20).json()
        assert shown["url"] == f"{server.server_url}/repos/acme/fleet"
        assert git("ls-remote", f"{server.server_url}/acme/fleet.git").returncode == 0
        server.check()
