from __future__ import annotations

from collections.abc import Mapping

import pytest
from doubles.github.hosted import HostedRepository
from doubles.github.operations.statuses import MAX_STATUSES
from doubles.github.people import person

from .conftest import Rest

COMMITS = "/repos/acme/fleet/commits"
OURS = {"state": "success", "context": "flux-chart-bot/dev", "description": "2 waiting"}


def post(rest: Rest, sha: str | None, wish: Mapping[str, object]) -> tuple[int, str]:
    answer = rest("POST", f"/repos/acme/fleet/statuses/{sha}", json=wish)
    return answer.status_code, answer.text


def test_a_status_is_set_with_its_creator(fleet: HostedRepository, rest: Rest) -> None:
    answer = rest("POST", f"/repos/acme/fleet/statuses/{fleet.tip('main')}", json=OURS)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["state"], made["context"], made["creator"]["login"]) == (
        "success",
        "flux-chart-bot/dev",
        "github-actions[bot]",
    )


def test_lists_are_newest_first_and_name_creators(fleet: HostedRepository, rest: Rest) -> None:
    tip = fleet.tip("main")
    fleet.status("main", "success", context="flux-chart-bot/dev", by=person("mallory"))
    post(rest, tip, OURS | {"state": "failure"})
    for ref in (tip, "main", "heads/main"):
        listed = rest("GET", f"{COMMITS}/{ref}/statuses").json()
        assert [(status["state"], status["creator"]["login"]) for status in listed] == [
            ("failure", "github-actions[bot]"),
            ("success", "mallory"),
        ]


def test_the_combined_status_takes_the_newest_of_each_context_and_hides_creators(
    fleet: HostedRepository, rest: Rest
) -> None:
    fleet.status("main", "failure", context="a")
    fleet.status("main", "success", context="a")
    fleet.status("main", "success", context="b")
    combined = rest("GET", f"{COMMITS}/main/status").json()
    assert (combined["state"], combined["total_count"], combined["sha"]) == ("success", 2, fleet.tip("main"))
    assert all("creator" not in status for status in combined["statuses"])


@pytest.mark.parametrize(
    ("states", "combined"),
    [
        ([], "pending"),
        (["success"], "success"),
        (["success", "pending"], "pending"),
        (["pending", "failure"], "failure"),
        (["success", "error"], "failure"),
    ],
)
def test_what_states_come_to(fleet: HostedRepository, rest: Rest, states: list[str], combined: str) -> None:
    for number, state in enumerate(states):
        assert post(rest, fleet.tip("main"), {"state": state, "context": str(number)})[0] == 201
    assert rest("GET", f"{COMMITS}/main/status").json()["state"] == combined


def test_a_description_has_140_characters_at_most(fleet: HostedRepository, rest: Rest) -> None:
    tip = fleet.tip("main")
    assert post(rest, tip, OURS | {"description": "d" * 140})[0] == 201
    status, text = post(rest, tip, OURS | {"description": "d" * 141})
    assert status == 422
    assert "description is too long (maximum is 140 characters)" in text


def test_a_target_is_a_web_address(fleet: HostedRepository, rest: Rest) -> None:
    assert post(rest, fleet.tip("main"), OURS | {"target_url": "ftp://x/"})[0] == 422
    assert post(rest, fleet.tip("main"), OURS | {"target_url": None})[0] == 201


@pytest.mark.parametrize("sha", ["main", "0" * 40, "a1b2c3d"])
def test_only_a_whole_name_of_a_commit_here_takes_one(fleet: HostedRepository, rest: Rest, sha: str) -> None:
    status, text = post(rest, sha, OURS)
    assert status == 422
    assert "No commit found for SHA" in text


def test_a_commit_takes_a_thousand_of_one_context(fleet: HostedRepository, rest: Rest) -> None:
    fleet.memory.statuses += [fleet.status("main", "success", context="flux-chart-bot/dev")] * (MAX_STATUSES - 1)
    status, text = post(rest, fleet.tip("main"), OURS)
    assert status == 422
    assert "maximum number of statuses" in text
    assert post(rest, fleet.tip("main"), OURS | {"context": "other"})[0] == 201


def test_dot_segments_lead_where_a_server_takes_them(fleet: HostedRepository, rest: Rest) -> None:
    assert post(rest, f"../../../other/repo/statuses/{fleet.tip('main')}", OURS)[0] == 404
    assert fleet.statuses("main") == []


def test_an_unknown_ref_has_no_status(fleet: HostedRepository, rest: Rest) -> None:
    for kind in ("status", "statuses"):
        answer = rest("GET", f"{COMMITS}/nowhere/{kind}")
        assert (answer.status_code, answer.json()["message"]) == (422, "No commit found for SHA: nowhere")
