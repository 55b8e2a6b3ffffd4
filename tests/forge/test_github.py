"""What GitHub's side of the port has to see through: pages, forks, strangers; and how many calls it takes."""

from __future__ import annotations

from doubles.forge_sides import FLEET, OURS, THEIRS, Connected
from doubles.github.hosted import HostedRepository
from doubles.github.people import GONE, app, person
from doubles.github.server import GitHubDouble
from msgspec.structs import replace

from bot.forge.github import GitHubForge
from bot.model.proposals import CommitStatus, SaidStatus, State

GOOD = CommitStatus(context="flux-chart-bot/dev", state=State.SUCCESS, description="up to date")


def calls(github_double: GitHubDouble) -> list[str]:
    return [str(entry.operation) for entry in github_double.api_calls()]


def test_all_pages_of_open_pull_requests_are_read_and_strangers_left_out(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository
) -> None:
    proposed.open_pull(OURS)
    for number in range(101):
        proposed.move(f"feature/{number}", OURS)
        proposed.open_pull(f"feature/{number}")
    found = forge.open_pull_requests()
    assert [pull.head for pull in found] == [OURS]
    assert calls(github_double) == ["GET /repos/{owner}/{repo}/pulls"] * 2
    assert github_double.api_calls()[0].query == {"state": "open", "per_page": "100"}


def test_a_forks_pull_request_is_told_from_ours(forge: GitHubForge, proposed: HostedRepository) -> None:
    fork = proposed.fork("mallory")
    fork.commit(OURS, {"apps/dev/podinfo.yaml": "version: 666\n"})
    proposed.open_pull(OURS)
    proposed.open_pull(OURS, source=fork)
    found = {pull.author: pull.head_here for pull in forge.open_pull_requests()}
    assert found == {"acme": True, "mallory": False}


def test_a_fork_that_is_gone_still_is_none_of_ours(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository
) -> None:
    fork = proposed.fork("mallory")
    fork.commit(OURS, {"apps/dev/podinfo.yaml": "version: 666\n"})
    proposed.open_pull(OURS, source=fork)
    github_double.remove_repository("mallory/fleet")
    (pull,) = forge.open_pull_requests()
    assert not pull.head_here


def test_a_pull_request_whose_author_is_gone_keeps_nobody_from_their_work(
    forge: GitHubForge, proposed: HostedRepository
) -> None:
    proposed.move("feature/left-behind", OURS)
    proposed.open_pull("feature/left-behind", by=GONE)
    proposed.open_pull(OURS, by=GONE)
    assert [(pull.head, pull.author) for pull in forge.open_pull_requests()] == [(OURS, "")]


def test_a_forks_closed_pull_request_refuses_nothing(forge: GitHubForge, proposed: HostedRepository) -> None:
    fork = proposed.fork("mallory")
    fork.commit(OURS, {"apps/dev/podinfo.yaml": "version: 666\n"})
    proposed.close(proposed.open_pull(OURS, source=fork).number)
    assert forge.last_refused(OURS) is None


def test_a_fork_of_the_same_owner_does_not_hide_what_was_refused(
    forge: GitHubForge, proposed: HostedRepository
) -> None:
    refused = proposed.open_pull(OURS)
    proposed.close(refused.number)
    fork = proposed.fork("acme", name="sandbox")
    fork.commit(OURS, {"apps/dev/podinfo.yaml": "version: 666\n"})
    proposed.close(proposed.open_pull(OURS, source=fork).number)
    found = forge.last_refused(OURS)
    assert found is not None
    assert found.number == refused.number


def test_one_that_was_merged_was_not_refused(forge: GitHubForge, proposed: HostedRepository) -> None:
    proposed.close(proposed.open_pull(OURS).number)
    head = proposed.tip(OURS)
    proposed.merge(proposed.open_pull(OURS).number)
    assert forge.last_refused(OURS) is None
    merged = forge.last_merged(OURS)
    assert merged is not None
    assert merged.head_sha == head


def test_a_body_of_nothing_is_an_empty_text(forge: GitHubForge, proposed: HostedRepository) -> None:
    proposed.open_pull(OURS, body=None)
    assert forge.open_pull_requests()[0].body == ""


def test_opening_finds_the_one_with_its_own_base(forge: GitHubForge, proposed: HostedRepository) -> None:
    proposed.commit("staging", {"apps/dev/podinfo.yaml": "version: 6.0.0\n"})
    wanted = proposed.open_pull(OURS, base="main")
    proposed.open_pull(OURS, base="staging")
    fork = proposed.fork("mallory")
    fork.commit(OURS, {"apps/dev/podinfo.yaml": "version: 666\n"})
    proposed.open_pull(OURS, base="main", source=fork)
    answer = forge.create_pull_request(head=OURS, base="main", title="t", body="b")
    assert getattr(answer, "number", answer) == wanted.number


def test_statuses_of_others_say_nothing_of_ours(forge: GitHubForge, proposed: HostedRepository) -> None:
    sha = proposed.tip("main") or ""
    proposed.status("main", "failure", context=GOOD.context, description="ours, older", by=person("github-actions"))
    forge.set_status(sha, GOOD)
    proposed.status("main", "success", context=GOOD.context, description="all is well", by=person("mallory"))
    proposed.status("main", "success", context=GOOD.context, description="all is well", by=app("github-actions-2"))
    proposed.status("main", "success", context="ci/build", by=person("mallory"))
    assert forge.statuses(sha) == (GOOD,)


def test_everybodys_statuses_come_newest_first_with_those_who_said_them(
    forge: GitHubForge, proposed: HostedRepository
) -> None:
    sha = proposed.tip("main") or ""
    proposed.status("main", "failure", context="ci/smoke", by=person("mallory"))
    proposed.status("main", "success", context="ci/smoke", by=app("ci"))
    said = forge.all_statuses(sha)
    assert all(one.at and one.at.tzinfo for one in said)
    assert tuple(replace(one, at=None) for one in said) == (
        SaidStatus(context="ci/smoke", state=State.SUCCESS, creator="ci[bot]"),
        SaidStatus(context="ci/smoke", state=State.FAILURE, creator="mallory"),
    )


def test_our_own_statuses_under_other_contexts_are_left_out(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository
) -> None:
    forge.set_status(proposed.tip("main") or "", CommitStatus(context="ci", state=State.SUCCESS, description=""))
    assert forge.statuses(proposed.tip("main") or "") == ()


def test_our_word_is_found_below_hundreds_of_others(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository
) -> None:
    sha = proposed.tip("main") or ""
    forge.set_status(sha, GOOD)
    for number in range(150):
        proposed.status("main", "success", context=f"ci/{number}")
    assert forge.statuses(sha) == (GOOD,)


def test_a_commit_that_nobody_spoke_about_takes_one_call(
    github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository
) -> None:
    forge.identity()
    before = len(github_double.api_calls())
    assert forge.statuses(proposed.tip("main") or "") == ()
    assert calls(github_double)[before:] == ["GET /repos/{owner}/{repo}/commits/{ref}/statuses"]


def test_every_write_is_one_call(github_double: GitHubDouble, forge: GitHubForge, proposed: HostedRepository) -> None:
    forge.create_pull_request(head=OURS, base="main", title="t", body="b")
    forge.update_pull_request(1, title="t2", body="b2")
    forge.set_status(proposed.tip(OURS) or "", GOOD)
    assert calls(github_double) == [
        "POST /repos/{owner}/{repo}/pulls",
        "PATCH /repos/{owner}/{repo}/pulls/{pull_number}",
        "POST /repos/{owner}/{repo}/statuses/{sha}",
    ]


def test_closing_says_why_once_however_often_it_is_tried(forge: GitHubForge, proposed: HostedRepository) -> None:
    proposed.open_pull(OURS)
    forge.close_pull_request(1, comment="Nothing is left.")
    proposed.reopen(1)
    forge.close_pull_request(1, comment="Nothing is left.")
    (said,) = proposed.comments(1)
    assert said.body.startswith("Nothing is left.\n\n<!-- flux-chart-bot: closed")
    assert proposed.pull(1).state == "closed"


def test_links_lead_to_the_server(github_double: GitHubDouble, forge: GitHubForge) -> None:
    page = f"{github_double.server_url}/{FLEET}"
    assert forge.pull_request_url(7) == f"{page}/pull/7"
    assert forge.compare_url(base="main", head=OURS) == f"{page}/compare/main...{OURS}?expand=1"
    assert forge.compare_url(base="ä b#?", head=OURS) == f"{page}/compare/%C3%A4%20b%23%3F...{OURS}?expand=1"


def test_a_branch_without_our_prefix_is_nobody_of_ours(forge: GitHubForge, proposed: HostedRepository) -> None:
    proposed.move(THEIRS, OURS)
    proposed.open_pull(THEIRS, body="<!-- flux-chart-bot v1 tier=dev key=all -->")
    assert forge.open_pull_requests() == ()


def test_two_kinds_of_token_see_the_same(connected: Connected, proposed: HostedRepository) -> None:
    proposed.open_pull(OURS)
    assert connected(person("alice")).open_pull_requests() == connected().open_pull_requests()


def test_a_closing_word_is_edited_in_place_where_it_is_closed_again(
    forge: GitHubForge, proposed: HostedRepository
) -> None:
    number = proposed.open_pull(OURS).number
    forge.close_pull_request(number, comment="Nothing is left.")
    proposed.reopen(number)
    forge.close_pull_request(number, comment="It is elsewhere.")
    (said,) = proposed.comments(number)
    assert said.body.startswith("It is elsewhere.")


def test_what_others_wrote_under_our_mark_is_no_word_of_ours(forge: GitHubForge, proposed: HostedRepository) -> None:
    number = proposed.open_pull(OURS).number
    mark = "<!-- flux-chart-bot: closed by the bot -->"
    proposed.comment(number, f"copied: {mark}", by=person("mallory"))
    proposed.comment(number, f"copied: {mark}", by=GONE)
    assert forge.close_pull_request(number, comment="Nothing is left.") is None
    assert proposed.comments(number)[-1].body == f"Nothing is left.\n\n{mark}"
