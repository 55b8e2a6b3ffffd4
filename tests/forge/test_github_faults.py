"""When GitHub stumbles: nothing is written twice, nothing given up too early, and what fails is said in our words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from doubles.forge_sides import OURS, Connected
from doubles.github import faults
from doubles.github.answers import Answer
from doubles.github.faults import Fault
from doubles.github.hosted import HostedRepository
from doubles.github.people import actions
from doubles.github.server import GitHubDouble

from bot.errors import ForgeFailed
from bot.forge.github import GitHubForge
from bot.model.proposals import CommitStatus, PullRequest, State
from bot.reason import Reason

LIST = "GET /repos/{owner}/{repo}/pulls"
CREATE = "POST /repos/{owner}/{repo}/pulls"
EDIT = "PATCH /repos/{owner}/{repo}/pulls/{pull_number}"
COMMENT = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments"
SET_STATUS = "POST /repos/{owner}/{repo}/statuses/{sha}"
STATUSES = "GET /repos/{owner}/{repo}/commits/{ref}/statuses"
GOOD = CommitStatus(context="flux-chart-bot/dev", state=State.SUCCESS, description="up to date")

PASSING = {
    "502": faults.bad_gateway(),
    "503": faults.unavailable(),
    "403 of the secondary limit": faults.secondary_limit(),
    "403 with Retry-After": faults.secondary_limit(retry_after=0),
    "429": faults.too_many_requests(),
    "429 with Retry-After": faults.too_many_requests(retry_after=0),
    "a dropped connection": faults.dropped(),
}
DONE_ALL_THE_SAME = {
    "502": faults.bad_gateway(after=True),
    "503": faults.unavailable(after=True),
    "a dropped connection": faults.dropped(after=True),
}
passing = pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
done_all_the_same = pytest.mark.parametrize("fault", DONE_ALL_THE_SAME.values(), ids=DONE_ALL_THE_SAME.keys())


def opened(forge: GitHubForge) -> PullRequest | Reason:
    return forge.create_pull_request(head=OURS, base="main", title="t", body="b")


@passing
def test_reading_is_tried_again(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository, fault: Fault
) -> None:
    proposed.open_pull(OURS)
    github_double.faults.on(LIST, fault, times=2)
    assert len(forge.open_pull_requests()) == 1


@passing
def test_a_pull_request_is_opened_in_the_end(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository, fault: Fault
) -> None:
    github_double.faults.on(CREATE, fault, times=2)
    assert isinstance(opened(forge), PullRequest)
    assert len(proposed.pulls()) == 1


@passing
def test_a_change_is_made_in_the_end(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository, fault: Fault
) -> None:
    proposed.open_pull(OURS)
    github_double.faults.on(EDIT, fault, times=2)
    assert forge.update_pull_request(1, title="new", body="new body") is None
    assert (proposed.pull(1).title, proposed.pull(1).body) == ("new", "new body")


@passing
def test_a_status_is_set_in_the_end(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository, fault: Fault
) -> None:
    github_double.faults.on(SET_STATUS, fault, times=2)
    assert forge.set_status(proposed.tip("main") or "", GOOD) is None
    assert len(proposed.statuses("main")) == 1


@done_all_the_same
def test_what_was_opened_behind_a_lost_answer_is_found_and_not_opened_twice(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository, fault: Fault
) -> None:
    github_double.faults.on(CREATE, fault)
    answer = opened(forge)
    assert isinstance(answer, PullRequest)
    assert [pull.number for pull in proposed.pulls()] == [answer.number]


@done_all_the_same
def test_a_pull_request_is_closed_behind_a_lost_answer(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository, fault: Fault
) -> None:
    proposed.open_pull(OURS)
    github_double.faults.on(EDIT, fault)
    assert forge.close_pull_request(1, comment="Nothing is left.") is None
    assert proposed.pull(1).state == "closed"
    assert len(proposed.comments(1)) == 1


@done_all_the_same
def test_the_word_behind_a_lost_answer_is_found_and_not_said_twice(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository, fault: Fault
) -> None:
    proposed.open_pull(OURS)
    github_double.faults.on(COMMENT, fault)
    assert forge.close_pull_request(1, comment="Nothing is left.") is None
    assert proposed.pull(1).state == "closed"
    assert len(proposed.comments(1)) == 1


@passing
def test_the_word_is_said_in_the_end(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository, fault: Fault
) -> None:
    proposed.open_pull(OURS)
    github_double.faults.on(COMMENT, fault, times=2)
    assert forge.close_pull_request(1, comment="Nothing is left.") is None
    assert proposed.pull(1).state == "closed"
    assert len(proposed.comments(1)) == 1


def test_without_its_word_none_is_closed(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository
) -> None:
    proposed.open_pull(OURS)
    github_double.faults.on(COMMENT, faults.bad_gateway(), times=None)
    with pytest.raises(ForgeFailed):
        forge.close_pull_request(1, comment="Nothing is left.")
    assert proposed.pull(1).state == "open"


@pytest.mark.parametrize("route", [LIST, CREATE, EDIT, SET_STATUS, STATUSES])
@passing
def test_patience_ends(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository, route: str, fault: Fault
) -> None:
    sha = proposed.tip("main") or ""
    if route != CREATE:
        proposed.open_pull(OURS)
    github_double.faults.on(route, fault, times=None)
    attempts: dict[str, Callable[[], Any]] = {
        LIST: forge.open_pull_requests,
        CREATE: lambda: opened(forge),
        EDIT: lambda: forge.update_pull_request(1, title="t", body="b"),
        SET_STATUS: lambda: forge.set_status(sha, GOOD),
        STATUSES: lambda: forge.statuses(sha),
    }
    with pytest.raises(ForgeFailed) as failed:
        attempts[route]()
    assert len(github_double.requests(operation=route)) == 6, "once, and five more times"
    assert "127.0.0.1" not in f"{failed.value.message} {failed.value.mend}"
    assert "/repos/" not in failed.value.message


def test_a_used_up_allowance_is_not_waited_for(connected: Connected, hosted: HostedRepository) -> None:
    with pytest.raises(ForgeFailed, match="rate limit is used up"):
        connected(replace(actions(), rate_limit=0)).open_pull_requests()


def test_a_long_wait_is_cut_short(connected: Connected) -> None:
    retry = connected(backoff=1.0).client.requester._Requester__retry  # type: ignore[attr-defined] # not public
    assert retry.retry_after_max == 120
    assert retry.max_rate_limit_wait == 120


@pytest.mark.parametrize(
    "body",
    [
        "<html>Welcome to the hotel's network</html>",
        {"message": "hello"},
        [1, 2],
        [{"number": "seven"}],
        [{}],
        [None, {"number": 7, "html_url": 8}],
        7,
    ],
)
def test_an_answer_that_is_not_githubs_is_a_failure_in_our_words(
    github_double: GitHubDouble, forge: GitHubForge, body: object
) -> None:
    github_double.faults.on(LIST, Fault(answer=Answer(body=body)))
    with pytest.raises(ForgeFailed) as failed:
        forge.open_pull_requests()
    assert "hotel" not in failed.value.message


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/x",
        "http://evil.example/x",
        "https://127.0.0.1/x",
        "/relative",
        "ftp://127.0.0.1/x",
    ],
)
def test_a_redirect_to_another_host_is_not_followed(
    github_double: GitHubDouble, forge: GitHubForge, target: str
) -> None:
    answer = Answer(status=301, body={"message": "Moved Permanently"}, headers=(("Location", target),))
    github_double.faults.on(LIST, Fault(answer=answer))
    with pytest.raises(ForgeFailed):
        forge.open_pull_requests()


@pytest.mark.parametrize("target", ["https://evil.example/api/v3/x", "http://127.0.0.1:1/api/v3/x"])
def test_a_page_on_another_host_is_not_read(github_double: GitHubDouble, forge: GitHubForge, target: str) -> None:
    answer = Answer(body=[None], headers=(("Link", f'<{target}>; rel="next"'),))
    github_double.faults.on(LIST, Fault(answer=answer))
    with pytest.raises(ForgeFailed, match="another host"):
        forge.open_pull_requests()
