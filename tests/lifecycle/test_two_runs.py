"""Two runs at once: one wins by its lease, the other ends cleanly, and nobody's commit is lost."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from doubles.github.people import person
from doubles.github.server import GitHubDouble
from doubles.hosted_story import HostedStory
from doubles.meanwhile import meanwhile
from doubles.rich_run import about_to_begin, left_behind, open_twice

from bot.errors import ExitCode
from bot.model.commits import BOT_BRANCHES
from bot.model.proposals import Action, Plan, Published
from bot.planning.memory import MEMORY_BRANCH, MEMORY_FILE, MEMORY_STATE
from bot.report.exit_code import DEFAULT_FAIL_ON, exit_code
from bot.report.run_report import RunReport
from bot.steps.own_state import message_of
from bot.steps.publishing.publish import publish

ANN = person("ann")
STAGING = "flux-chart-bot/staging/all"
FILE = "apps/dev/a.yaml"


@pytest.fixture(scope="module")
def alone() -> str:
    """What one run leaves behind that has the remote to itself."""
    with GitHubDouble() as github:
        story = about_to_begin(github)
        story.run()
        return left_behind(story)


def other_run(story: HostedStory) -> None:
    """A whole run with an end of its own, whose commits are of other seconds than any before and after it."""
    next_second()
    report_of(story, story.published())
    next_second()


def next_second() -> None:
    """Two runs that make one commit in one second make the same: neither loses."""
    time.sleep(1.01 - time.time() % 1)


def report_of(story: HostedStory, published: Published, planned: Plan | None = None) -> RunReport:
    """What is told of a run that ended with 0 and claims nothing that it did not write."""
    report = RunReport(command="update", configuration=story.configuration, plan=planned, published=published)
    assert exit_code(report, DEFAULT_FAIL_ON) is ExitCode.DONE, report.problems
    claimed = [one.plan for one in report.outcomes if not one.wrote]
    assert {one.action for one in claimed} <= {Action.KEEP, Action.LEAVE}, claimed
    return report


def overtaken(
    story: HostedStory, write: str, number: int, happens: Callable[[], object], *, awaited: bool = False
) -> tuple[Plan, Published]:
    """A run to whose remote something happens just before one of its writes."""
    fired: list[object] = []
    with story.remote() as (remote, planned):
        watched = meanwhile(remote, write, number, lambda: fired.append(happens()))
        published = publish(planned, watched, story.configuration, awaited=awaited)
    assert fired, "the run has such a write"
    return planned, published


@pytest.mark.parametrize(
    ("write", "number", "branch"),
    [
        ("push", 1, "state/proposals"),
        ("push", 2, "dev/a-"),
        pytest.param("push", 3, "dev/b-", marks=pytest.mark.long),
        ("push", 4, "staging/all"),
        ("create_pull_request", 1, "dev/b-"),
        pytest.param("set_extras", 1, "dev/b-", marks=pytest.mark.long),
        ("update_pull_request", 1, "dev/b-"),
        pytest.param("create_pull_request", 2, "staging/all", marks=pytest.mark.long),
        ("close_pull_request", 1, "staging/all"),
        ("delete", 1, "staging/all"),
        pytest.param("update_pull_request", 3, "", marks=pytest.mark.long),
        pytest.param("set_status", 1, "", marks=pytest.mark.long),
    ],
)
def test_of_two_runs_at_once_the_slower_one_ends_cleanly_wherever_it_loses(
    github_double: GitHubDouble, alone: str, write: str, number: int, branch: str
) -> None:
    """The other one does all its work in between; where no lease is lost, both write the same."""
    story = about_to_begin(github_double)
    planned, published = overtaken(story, write, number, lambda: other_run(story))
    report = report_of(story, published, planned)
    reasons = {one.plan.reason.sentence for one in published.outcomes if one.plan.reason}
    assert len(reasons) == report.was_overtaken == bool(branch)
    assert all(f"moved {BOT_BRANCHES}{branch}" in reason for reason in reasons)
    assert not open_twice(story)
    story.run()
    assert left_behind(story) == alone
    assert story.run() == []


@pytest.mark.parametrize("anew", [True, False], ids=["nothing there yet", "much there already"])
def test_a_run_that_comes_late_writes_nothing_and_ends_cleanly(
    github_double: GitHubDouble,
    anew: bool,  # noqa: FBT001 - a table
) -> None:
    """The other does all its work between this one's plan and its writes."""
    story = about_to_begin(github_double)
    if anew:
        for name in [name for name in story.hosted.branches() if name.startswith(BOT_BRANCHES)]:
            story.hosted.delete_branch(name)
        story.hosted.memory.pulls.clear()
    with story.remote() as (remote, planned):
        other_run(story)
        before = story.state()
        published = publish(planned, remote, story.configuration)
    report = report_of(story, published, planned)
    assert report.was_overtaken
    assert (report.statuses, published.statuses_set) == ((), 0)
    assert story.state() == before
    assert story.run() == []


def test_a_run_of_a_person_who_waits_for_it_says_that_it_lost(github_double: GitHubDouble) -> None:
    story = about_to_begin(github_double)
    _, published = overtaken(story, "push", 2, lambda: other_run(story), awaited=True)
    report = RunReport(command="promote", configuration=story.configuration, published=published)
    assert exit_code(report, DEFAULT_FAIL_ON) is ExitCode.FAILED
    assert "push-rejected" in {problem.id for problem in report.problems}


def test_our_memory_is_ours_whoever_has_the_token(github_double: GitHubDouble) -> None:
    """A person's dispatch may use another token than the schedule: of two such runs at once the slower one lost."""
    story = about_to_begin(github_double)
    word = message_of("Forget what people refused, at a person's word", MEMORY_STATE)
    planned, published = overtaken(
        story, "push", 1, lambda: story.hosted.commit(MEMORY_BRANCH, {MEMORY_FILE: "{}\n"}, word, author=ANN)
    )
    assert report_of(story, published, planned).was_overtaken


def anns_branch(story: HostedStory) -> None:
    with story.remote() as (_, planned):
        [name] = [one.branch for one in planned.pull_requests if "/a-" in one.branch]
    story.hosted.commit(name, {FILE: "# ann's\n"}, author=ANN)


def merged_and_deleted(story: HostedStory) -> None:
    story.hosted.merge(2, by=ANN)
    story.hosted.delete_branch(STAGING, by=ANN)


def closed_and_deleted(story: HostedStory) -> None:
    story.hosted.close(2, by=ANN)
    story.hosted.delete_branch(STAGING, by=ANN)


PERSONS: dict[str, tuple[str, int, Callable[[HostedStory], object]]] = {
    "their words in our memory": (
        "push",
        1,
        lambda story: story.hosted.commit(MEMORY_BRANCH, {MEMORY_FILE: "{}\n"}, author=ANN),
    ),
    "a branch of their own under our name": ("push", 2, anns_branch),
    "a commit on an open one": (
        "push",
        4,
        lambda story: story.hosted.commit(STAGING, {FILE: "# ann's\n"}, author=ANN),
    ),
    "their merge of an open one, and its branch deleted": (
        "push",
        4,
        merged_and_deleted,
    ),
    "their closing of an open one, and its branch deleted": (
        "push",
        4,
        closed_and_deleted,
    ),
    "a commit on one that is closed": (
        "delete",
        1,
        lambda story: story.hosted.commit("flux-chart-bot/dev/all", {FILE: "# ann's\n"}, author=ANN),
    ),
}


@pytest.mark.parametrize("name", PERSONS)
def test_what_a_person_moved_meanwhile_is_kept_and_is_a_problem(github_double: GitHubDouble, name: str) -> None:
    story = about_to_begin(github_double)
    write, number, happens = PERSONS[name]
    _, published = overtaken(story, write, number, lambda: happens(story))
    report = RunReport(command="update", configuration=story.configuration, published=published)
    assert exit_code(report, DEFAULT_FAIL_ON) is ExitCode.FAILED
    assert "push-rejected" in {problem.id for problem in report.problems}
    assert not report.was_overtaken


def test_two_runs_in_one_second_write_the_same_and_both_end_cleanly(github_double: GitHubDouble, alone: str) -> None:
    story = about_to_begin(github_double)
    planned, published = overtaken(story, "push", 1, story.run)
    report_of(story, published, planned)
    assert not open_twice(story)
    story.run()
    assert left_behind(story) == alone


def test_what_another_run_closed_needs_no_second_word_and_is_no_problem(github_double: GitHubDouble) -> None:
    story = about_to_begin(github_double)
    overtaken(story, "close_pull_request", 1, lambda: other_run(story))
    assert len(story.hosted.comments(1)) == 1
