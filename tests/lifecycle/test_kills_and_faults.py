"""A run that is killed, answered with faults, or overtaken: the next one ends where an unbroken one would have."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from doubles.github import faults
from doubles.github.faults import Fault
from doubles.github.journal import Entry
from doubles.github.server import GitHubDouble
from doubles.hosted_story import HostedStory
from doubles.rich_run import about_to_begin, argument, left_behind, open_twice

TESTS = Path(__file__).parents[1]
CREATE = "POST /repos/{owner}/{repo}/pulls"
WRITES = 23
"""Of the whole run, statuses included."""


@pytest.fixture(scope="module")
def unbroken() -> str:
    """What an unbroken run leaves behind."""
    with GitHubDouble() as github:
        story = about_to_begin(github)
        story.run()
        assert sum(entry.write for entry in story.requests) == WRITES, story.writes
        assert story.run() == []
        return left_behind(story)


def killed_after(story: HostedStory, number: int) -> None:
    """Run in a process of its own, and kill that once its write of this number is done, before it hears of it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "doubles.rich_run", argument(story.side())],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS), *sys.path])},
    )
    seen = [0]

    def count(_entry: Entry) -> None:
        seen[0] += 1
        if seen[0] == number:
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=30)

    story.github.after_write = count
    try:
        process.wait(timeout=120)
    finally:
        story.github.after_write = None
        process.kill()
    assert (seen[0], process.returncode) == (number, -signal.SIGKILL)


def killed_and_completed(github: GitHubDouble, number: int) -> str:
    """What a killed run and the next one leave behind together; a third one has nothing to do."""
    story = about_to_begin(github)
    killed_after(story, number)
    story.run()
    assert not open_twice(story)
    left = left_behind(story)
    assert story.run() == []
    return left


@pytest.mark.parametrize("number", [1, 3, 7])
def test_a_run_that_is_killed_after_a_write_is_completed(
    github_double: GitHubDouble, unbroken: str, number: int
) -> None:
    assert killed_and_completed(github_double, number) == unbroken


@pytest.mark.long
@pytest.mark.parametrize("number", range(1, WRITES + 1))
def test_a_run_that_is_killed_after_any_write_is_completed(
    github_double: GitHubDouble, unbroken: str, number: int
) -> None:
    assert killed_and_completed(github_double, number) == unbroken


ROUTES = (
    "git refs",
    "git fetch",
    "git push",
    "POST /graphql",
    "GET /repos/{owner}/{repo}/pulls",
    CREATE,
    "PATCH /repos/{owner}/{repo}/pulls/{pull_number}",
    "POST /repos/{owner}/{repo}/issues/{issue_number}/labels",
    "POST /repos/{owner}/{repo}/issues/{issue_number}/assignees",
    "POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers",
    "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
    "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
    "GET /repos/{owner}/{repo}/commits/{ref}/statuses",
    "POST /repos/{owner}/{repo}/statuses/{sha}",
)
FAULTS: dict[str, Fault] = {
    "502": faults.bad_gateway(),
    "502 after success": faults.bad_gateway(after=True),
    "403 of the secondary limit": faults.secondary_limit(),
    "429": faults.too_many_requests(),
    "429 with Retry-After": faults.too_many_requests(retry_after=0),
    "a dropped connection": faults.dropped(),
    "a dropped connection after success": faults.dropped(after=True),
    "a slow answer": faults.slow(0.2),
}


def survived(github: GitHubDouble, route: str, fault: Fault, times: int | None = 1) -> str:
    """What is left behind by one run with the fault, which ends well or with one clear error, and another without."""
    story = about_to_begin(github)
    github.faults.on(route, fault, times=times)
    trouble = story.trouble()
    assert "\n" not in trouble
    assert not open_twice(story)
    assert github.faults.unfired() == []
    github.faults.clear()
    story.run()
    left = left_behind(story)
    assert story.run() == []
    return left


ONE_EACH = [(route, list(FAULTS)[index % len(FAULTS)]) for index, route in enumerate(ROUTES)]


@pytest.mark.parametrize(("route", "name"), ONE_EACH)
def test_a_fault_of_one_answer_is_survived(github_double: GitHubDouble, unbroken: str, route: str, name: str) -> None:
    """Another kind of fault for each call; the long suite has all of them for each."""
    assert survived(github_double, route, FAULTS[name]) == unbroken


@pytest.mark.long
@pytest.mark.parametrize("times", [1, None], ids=["once", "for ever"])
@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("route", ROUTES)
def test_every_fault_of_every_call_is_survived_or_said(
    github_double: GitHubDouble, unbroken: str, route: str, name: str, times: int | None
) -> None:
    assert survived(github_double, route, FAULTS[name], times) == unbroken


@pytest.mark.parametrize("lag", [1, 2])
def test_a_pull_request_that_lists_do_not_show_yet_is_not_opened_twice(
    github_double: GitHubDouble, unbroken: str, lag: int
) -> None:
    story = about_to_begin(github_double)

    def hide(entry: Entry) -> None:
        if entry.operation == CREATE:
            story.hosted.memory.list_lag = lag

    github_double.faults.on(CREATE, faults.bad_gateway(after=True), nth=2)
    github_double.after_write = hide
    assert "\n" not in story.trouble()
    github_double.after_write = None
    story.trouble()
    assert not open_twice(story)
    story.hosted.memory.list_lag = 0
    story.run()
    assert left_behind(story) == unbroken
