"""Labels, people, milestone and auto-merge on GitHub: set once, and one wrong name spoils no other."""

from __future__ import annotations

import pytest
from doubles.forge_sides import OURS, Connected
from doubles.github import faults
from doubles.github.answers import Answer
from doubles.github.faults import Fault
from doubles.github.hosted import HostedRepository
from doubles.github.people import app, person
from doubles.github.server import GitHubDouble
from msgspec.structs import replace

from bot.forge.github import GitHubForge
from bot.model.proposals import PullRequest
from bot.model.proposing import AutoMerge, Extras

REVIEWERS = "POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers"
LABELS = "POST /repos/{owner}/{repo}/issues/{issue_number}/labels"
ALL = Extras(
    labels=("charts", "dev"),
    assignees=("ann",),
    reviewers=("ann", "acme/platform"),
    milestone=7,
    auto_merge=AutoMerge.SQUASH,
)


@pytest.fixture
def forge(github_double: GitHubDouble, connected: Connected, proposed: HostedRepository) -> GitHubForge:
    """GitHub as an App sees it, in a repository where all of `ALL` exists."""
    proposed.memory.teams.add("platform")
    proposed.memory.milestones.add(7)
    github_double.token(person("ann"))
    forge = connected(app("charts"))
    forge.pause = 0
    return forge


def opened(forge: GitHubForge, *, draft: bool = False) -> int:
    made = forge.create_pull_request(head=OURS, base="main", title="t", body="b", draft=draft)
    assert isinstance(made, PullRequest)
    return made.number


def test_all_of_it_is_set(forge: GitHubForge, proposed: HostedRepository) -> None:
    number = opened(forge)
    assert forge.set_extras(number, ALL) == ()
    pull = proposed.pull(number)
    assert [label.name for label in pull.labels] == ["charts", "dev"]
    assert [who.login for who in (*pull.assignees, *pull.reviewers)] == ["ann", "ann"]
    assert (pull.teams, pull.milestone, pull.auto_merge) == (["platform"], 7, "SQUASH")


def test_each_kind_costs_a_call_and_what_is_not_asked_for_none(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository
) -> None:
    number = opened(forge)
    before = len(github_double.requests())
    forge.set_extras(number, replace(ALL, auto_merge=None))
    assert [entry.method for entry in github_double.requests()[before:]] == ["POST", "POST", "POST", "PATCH"]
    forge.set_extras(number, Extras())
    assert len(github_double.requests()) == before + 4


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (Extras(labels=("x" * 51,)), "The labels"),
        (Extras(reviewers=("nobody",)), "The reviewers"),
        (Extras(reviewers=("acme/nobody",)), "The reviewers"),
        (Extras(reviewers=("charts[bot]",)), "The reviewers"),
        (Extras(milestone=8), "The milestone"),
    ],
)
def test_a_wrong_name_is_said_and_spoils_nothing_else(
    forge: GitHubForge, proposed: HostedRepository, wrong: Extras, what: str
) -> None:
    number = opened(forge)
    (reason,) = forge.set_extras(number, replace(wrong, labels=wrong.labels, assignees=("ann",)))
    assert reason.id == "extra-refused"
    assert reason.sentence.startswith(f"{what} of pull request {number} could not be set: ")
    assert [who.login for who in proposed.pull(number).assignees] == ["ann"]


def test_a_repository_without_auto_merge_says_so(forge: GitHubForge, proposed: HostedRepository) -> None:
    proposed.memory.allows_auto_merge = False
    (reason,) = forge.set_extras(opened(forge), Extras(auto_merge=AutoMerge.MERGE))
    assert "Auto merge is not allowed for this repository" in reason.sentence
    assert "“Allow auto-merge”" in reason.mend


@pytest.mark.parametrize(
    ("route", "extras", "message", "mend"),
    [
        (
            "POST /graphql",
            Extras(auto_merge=AutoMerge.MERGE),
            "Pull request Pull request is in clean status",
            "require",
        ),
        (REVIEWERS, Extras(reviewers=("ann",)), "Review cannot be requested from pull request author.", "name others"),
    ],
)
def test_refusals_that_have_a_cure_of_their_own_tell_it(
    github_double: GitHubDouble,
    forge: GitHubForge,
    proposed: HostedRepository,
    route: str,
    extras: Extras,
    message: str,
    mend: str,
) -> None:
    graph = Answer(body={"data": {"enablePullRequestAutoMerge": None}, "errors": [{"message": message}]})
    rest = Answer(status=422, body={"message": message})
    number = opened(forge)
    github_double.faults.on(route, Fault(answer=graph if "graphql" in route else rest))
    (reason,) = forge.set_extras(number, extras)
    assert (message.rstrip(".") in reason.sentence, mend in reason.mend) == (True, True)


def test_a_pull_request_that_github_does_not_know_yet_is_asked_for_again(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository
) -> None:
    number = opened(forge)
    github_double.faults.on(LABELS, faults.unresolved_node(), times=2)
    assert forge.set_extras(number, ALL) == ()
    assert len(proposed.pull(number).labels) == 2


def test_one_that_stays_unknown_is_said(github_double: GitHubDouble, forge: GitHubForge) -> None:
    github_double.faults.on(LABELS, faults.unresolved_node(), times=None)
    (reason,) = forge.set_extras(opened(forge), Extras(labels=("charts",)))
    assert "Could not resolve to a node" in reason.sentence


def test_a_draft_is_opened_as_one(forge: GitHubForge, proposed: HostedRepository) -> None:
    assert proposed.pull(opened(forge, draft=True)).draft
