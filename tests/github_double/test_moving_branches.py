"""What becomes of pull requests when branches move under them."""

from __future__ import annotations

import pytest
from doubles.github.hosted import HostedRepository
from doubles.github.people import person

from .conftest import Rest

PULL = "/repos/acme/fleet/pulls/1"


@pytest.fixture
def opened(proposed: HostedRepository) -> HostedRepository:
    proposed.open_pull("bump")
    return proposed


def test_a_push_onto_the_head_is_followed(opened: HostedRepository, rest: Rest) -> None:
    tip = opened.commit("bump", {"x": "1"}, "on top", author=person("alice"))
    shown = rest("GET", PULL).json()
    assert (shown["head"]["sha"], shown["commits"], shown["state"]) == (tip, 2, "open")
    commits = rest("GET", f"{PULL}/commits").json()
    assert [(commit["author"] or {}).get("login") for commit in commits] == ["acme", "alice"]


def test_a_rebuilt_head_is_followed(opened: HostedRepository, rest: Rest) -> None:
    base = opened.commit("main", {"README.md": "moved\n"})
    opened.commit("aside", {"apps/dev/podinfo.yaml": "version: 6.5.5\n"})
    opened.move("bump", "aside")
    shown = rest("GET", PULL).json()
    assert (shown["head"]["sha"], shown["base"]["sha"], shown["commits"]) == (opened.tip("bump"), base, 1)


def test_deleting_the_head_branch_closes(opened: HostedRepository, rest: Rest) -> None:
    head = opened.tip("bump")
    opened.delete_branch("bump", by=person("alice"))
    shown = rest("GET", PULL).json()
    assert (shown["state"], shown["merged"], shown["head"]["sha"]) == ("closed", False, head)
    assert rest("GET", "/repos/acme/fleet/issues/1").json()["closed_by"]["login"] == "alice"


def test_deleting_it_by_the_api_closes_too(opened: HostedRepository, rest: Rest) -> None:
    assert rest("DELETE", "/repos/acme/fleet/git/refs/heads/bump").status_code == 204
    assert opened.pull(1).state == "closed"


def test_a_head_moved_to_its_base_in_between_closes(opened: HostedRepository) -> None:
    opened.move("bump", "main")
    assert (opened.pull(1).state, opened.pull(1).merged_at) == ("closed", None)
    opened.commit("bump", {"x": "again"})
    assert opened.pull(1).state == "closed"


def test_a_base_that_takes_the_head_in_counts_as_merged(opened: HostedRepository, rest: Rest) -> None:
    opened.move("main", "bump", by=person("alice"))
    shown = rest("GET", PULL).json()
    assert (shown["merged"], shown["merged_by"]["login"]) == (True, "alice")


def test_deleting_the_base_closes(fleet: HostedRepository) -> None:
    fleet.commit("develop", {"x": "1"})
    fleet.commit("bump", {"y": "1"}, start="develop")
    fleet.open_pull("bump", base="develop")
    fleet.delete_branch("develop")
    assert fleet.pull(1).state == "closed"


def test_a_push_to_a_fork_moves_the_pull_request_in_its_parent(fleet: HostedRepository, rest: Rest) -> None:
    fork = fleet.fork("eve")
    fork.commit("bump", {"x": "1"})
    fleet.open_pull("bump", source=fork)
    tip = fork.commit("bump", {"x": "2"})
    assert rest("GET", PULL).json()["head"]["sha"] == tip
    assert rest("GET", f"/repos/acme/fleet/git/commits/{tip}").status_code == 200


def test_a_branch_of_the_same_name_elsewhere_moves_nothing(opened: HostedRepository) -> None:
    fork = opened.fork("eve")
    fork.delete_branch("bump")
    assert opened.pull(1).state == "open"


def test_other_branches_move_nothing(opened: HostedRepository) -> None:
    opened.commit("unrelated", {"x": "1"})
    opened.delete_branch("unrelated")
    assert opened.pull(1).state == "open"
