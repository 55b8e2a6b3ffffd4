"""What GitHub does to pull requests without an error: said once, from what is at hand or one call a base."""

from __future__ import annotations

import pytest
from doubles.forge_sides import OURS, Connected
from doubles.github.hosted import HostedRepository
from doubles.github.people import Identity, actions, app, person
from doubles.github.server import GitHubDouble

from bot.forge.github import GitHubForge
from bot.forge.github_client import connect
from bot.model.forge_reasons import (
    ARCHIVED,
    IS_FORK,
    MERGE_QUEUE,
    MERGES_SILENTLY,
    WAITS_FOR_APPROVAL,
    WANTS_SIGNATURES,
)
from bot.model.proposals import PullRequest
from bot.model.proposing import AutoMerge, Extras
from bot.model.secret import Secret
from bot.reason import Reason

RULES = "GET /repos/{owner}/{repo}/rules/branches/{branch}"


def asked(github_double: GitHubDouble) -> int:
    return sum(entry.operation == RULES for entry in github_double.api_calls())


def test_a_workflows_own_token_waits_for_approval(forge: GitHubForge) -> None:
    assert forge.remarks(["main"]) == (WAITS_FOR_APPROVAL(required=""),)


@pytest.mark.parametrize("who", [app("bumper"), person("alice")])
def test_no_other_token_does(connected: Connected, hosted: HostedRepository, who: Identity) -> None:
    hosted.rule("main", "required_status_checks")
    assert connected(who).remarks(["main"]) == ()


def test_required_checks_make_it_worth_more_words(forge: GitHubForge, hosted: HostedRepository) -> None:
    hosted.rule("main", "pull_request", "required_status_checks")
    hosted.rule("release/1", "required_status_checks")
    (reason,) = forge.remarks(["main", "develop", "release/1"])
    assert reason == WAITS_FOR_APPROVAL(required=", and checks are required on main, release/1")
    assert reason.sentence.endswith("run after a person's approval only, and checks are required on main, release/1")


def test_a_merge_queue_is_told(connected: Connected, hosted: HostedRepository) -> None:
    hosted.rule("release/1", "merge_queue")
    assert connected(app("bumper")).remarks(["main", "release/1"]) == (MERGE_QUEUE(base="release/1"),)


def test_each_base_costs_one_call_and_none_costs_none(github_double: GitHubDouble, forge: GitHubForge) -> None:
    assert forge.remarks(()) == ()
    assert asked(github_double) == 0
    forge.remarks(["main", "staging"])
    assert asked(github_double) == 2


def test_rules_that_cannot_be_read_are_none(connected: Connected, github_double: GitHubDouble) -> None:
    github_double.repository("acme/other", {"a": "1"}, private=True)
    forge = connected(app("bumper", permissions={}))
    forge.repository = "acme/other"
    assert forge.remarks(["main"]) == ()


def test_a_fork_is_told_from_the_answer_at_hand(github_double: GitHubDouble, proposed: HostedRepository) -> None:
    proposed.fork("bob")
    client = connect(
        github_double.api_url, Secret(github_double.token(app("bumper"))), seconds_between_writes=0, backoff=0
    )
    forge = GitHubForge(client, repository="bob/fleet", server_url=github_double.server_url)
    assert isinstance(forge.create_pull_request(head=OURS, base="main", title="t", body="b"), PullRequest)
    assert forge.remarks(()) == (IS_FORK(),)
    client.close()


def test_an_archived_repository_is_not_a_missing_permission(forge: GitHubForge, proposed: HostedRepository) -> None:
    proposed.archive()
    reason = forge.create_pull_request(head=OURS, base="main", title="t", body="b")
    assert isinstance(reason, Reason)
    assert reason.id == ARCHIVED.id


def test_a_base_that_wants_signatures_is_told_where_nothing_signs(forge: GitHubForge, hosted: HostedRepository) -> None:
    hosted.rule("main", "required_signatures")
    assert WANTS_SIGNATURES(base="main") in forge.remarks(["main"])


def test_one_that_wants_signatures_is_nothing_to_tell_where_commits_are_signed(
    connected: Connected, hosted: HostedRepository
) -> None:
    hosted.rule("main", "required_signatures")
    forge = connected(app("bumper"))
    forge.signs = True
    assert forge.remarks(["main"]) == ()


@pytest.mark.parametrize(("who", "told"), [(actions(), (MERGES_SILENTLY(),)), (app("bumper"), ())])
def test_what_a_workflows_own_token_merges_starts_no_workflow(
    connected: Connected, proposed: HostedRepository, who: Identity, told: tuple[Reason, ...]
) -> None:
    forge = connected(who)
    made = forge.create_pull_request(head=OURS, base="main", title="t", body="b")
    assert isinstance(made, PullRequest)
    assert forge.set_extras(made.number, Extras(auto_merge=AutoMerge.SQUASH)) == ()
    assert tuple(reason for reason in forge.remarks(()) if reason.id == MERGES_SILENTLY.id) == told
