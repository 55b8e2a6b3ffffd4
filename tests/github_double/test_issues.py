"""Comments, labels, assignees, reviewers: the issue side of a pull request."""

from __future__ import annotations

import pytest
from doubles.github.hosted import HostedRepository
from doubles.github.people import person
from doubles.github.server import GitHubDouble

from .conftest import Rest

ISSUE = "/repos/acme/fleet/issues/1"


@pytest.fixture
def opened(proposed: HostedRepository) -> HostedRepository:
    proposed.open_pull("bump")
    return proposed


def test_comments_are_kept_in_order_with_their_authors(opened: HostedRepository, rest: Rest) -> None:
    opened.comment(1, "first", by=person("alice"))
    assert rest("POST", f"{ISSUE}/comments", json={"body": "second"}).status_code == 201
    listed = rest("GET", f"{ISSUE}/comments").json()
    assert [(comment["body"], comment["user"]["login"]) for comment in listed] == [
        ("first", "alice"),
        ("second", "github-actions[bot]"),
    ]
    assert rest("GET", "/repos/acme/fleet/pulls/1").json()["comments"] == 2


def test_a_comment_is_read_changed_and_removed(opened: HostedRepository, rest: Rest) -> None:
    path = f"/repos/acme/fleet/issues/comments/{opened.comment(1, 'x').id}"
    assert rest("PATCH", path, json={"body": "y"}).json()["body"] == "y"
    assert rest("GET", path).json()["body"] == "y"
    assert rest("DELETE", path).status_code == 204
    assert rest("GET", path).status_code == 404


@pytest.mark.parametrize("body", ["", "  ", "b" * 65537])
def test_a_comment_is_neither_empty_nor_too_long(opened: HostedRepository, rest: Rest, body: str) -> None:
    assert rest("POST", f"{ISSUE}/comments", json={"body": body}).status_code == 422
    assert opened.comments(1) == []


def test_a_comment_on_nothing_is_not_found(fleet: HostedRepository, rest: Rest) -> None:
    assert rest("POST", f"{ISSUE}/comments", json={"body": "x"}).status_code == 404


def test_labels_are_made_on_the_way(opened: HostedRepository, rest: Rest) -> None:
    made = rest("POST", "/repos/acme/fleet/labels", json={"name": "helm", "color": "00ff00", "description": "charts"})
    assert made.status_code == 201
    assert rest("POST", "/repos/acme/fleet/labels", json={"name": "HELM"}).status_code == 422
    both = rest("POST", f"{ISSUE}/labels", json={"labels": ["Helm", "dev"]}).json()
    assert [(label["name"], label["color"]) for label in both] == [("helm", "00ff00"), ("dev", "ededed")]
    (shown,) = rest("GET", "/repos/acme/fleet/pulls").json()
    assert [label["name"] for label in shown["labels"]] == ["helm", "dev"]
    assert [label["name"] for label in rest("GET", "/repos/acme/fleet/labels").json()] == ["helm", "dev"]


def test_a_bare_array_of_labels_is_taken_as_github_takes_it(opened: HostedRepository, rest: Rest) -> None:
    assert len(rest("POST", f"{ISSUE}/labels", json=["a", "b"]).json()) == 2
    assert [label["name"] for label in rest("PUT", f"{ISSUE}/labels", json=["c"]).json()] == ["c"]
    assert rest("DELETE", f"{ISSUE}/labels").status_code == 204
    assert rest("GET", f"{ISSUE}/labels").json() == []


def test_a_label_has_50_characters_at_most(opened: HostedRepository, rest: Rest) -> None:
    assert rest("POST", f"{ISSUE}/labels", json=["l" * 51]).status_code == 422
    assert rest("POST", f"{ISSUE}/labels", json=["l" * 50]).status_code == 200


def test_unknown_assignees_are_left_out_in_silence(
    github_double: GitHubDouble, opened: HostedRepository, rest: Rest
) -> None:
    github_double.token(person("alice"))
    shown = rest("POST", f"{ISSUE}/assignees", json={"assignees": [{"login": "alice"}, "nobody"]})
    assert shown.status_code == 201
    assert [who["login"] for who in shown.json()["assignees"]] == ["alice"]


def test_reviewers_are_others_who_are_known(github_double: GitHubDouble, opened: HostedRepository, rest: Rest) -> None:
    github_double.token(person("alice"))
    path = "/repos/acme/fleet/pulls/1/requested_reviewers"
    assert "author" in rest("POST", path, json={"reviewers": ["acme"]}).json()["message"]
    assert "collaborator" in rest("POST", path, json={"reviewers": ["nobody"]}).json()["message"]
    assert rest("POST", path, json={"team_reviewers": ["platform"]}).status_code == 422
    shown = rest("POST", path, json={"reviewers": ["alice"]}).json()
    assert [who["login"] for who in shown["requested_reviewers"]] == ["alice"]


def test_an_issue_changes_what_the_pull_request_shows(opened: HostedRepository, rest: Rest) -> None:
    assert (
        rest("PATCH", ISSUE, json={"state": "closed", "state_reason": None, "labels": ["done"]}).json()["state"]
        == "closed"
    )
    assert (opened.pull(1).state, [label.name for label in opened.pull(1).labels]) == ("closed", ["done"])
