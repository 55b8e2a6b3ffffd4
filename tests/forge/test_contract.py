"""What every Forge does: GitHub for two kinds of caller, the folder of files, and the one in memory."""

from __future__ import annotations

from doubles.forge_sides import OURS, Side
from msgspec.structs import replace

from bot.model.proposals import CommitStatus, PullRequest, SaidStatus, State
from bot.ports import Forge

DEV = CommitStatus(
    context="flux-chart-bot/dev", state=State.SUCCESS, description="1 update proposed", target_url="https://x.example/1"
)
SHA = "1" * 40


def opened(side: Side, head: str = OURS, *, title: str = "chore(dev): update podinfo") -> PullRequest:
    side.people.branch(head)
    made = side.forge.create_pull_request(head=head, base="main", title=title, body="why\n\nmore")
    assert isinstance(made, PullRequest), made
    return made


def only(forge: Forge) -> PullRequest:
    (pull,) = forge.open_pull_requests()
    return pull


def test_a_pull_request_is_found_again_as_it_was_opened(side: Side) -> None:
    made = opened(side)
    assert only(side.forge) == made
    assert (made.head, made.base, made.head_here, made.title, made.body) == (
        OURS,
        "main",
        True,
        "chore(dev): update podinfo",
        "why\n\nmore",
    )
    assert made.author == side.forge.identity().login
    assert made.url == side.forge.pull_request_url(made.number)


def test_each_branch_has_its_own(side: Side) -> None:
    made = {opened(side), opened(side, "flux-chart-bot/staging/all")}
    assert set(side.forge.open_pull_requests()) == made
    assert len({pull.number for pull in made}) == 2


def test_opening_what_is_open_gives_that_one(side: Side) -> None:
    made = opened(side)
    again = side.forge.create_pull_request(head=OURS, base="main", title="other words", body="")
    assert isinstance(again, PullRequest)
    assert again.number == made.number
    assert len(side.forge.open_pull_requests()) == 1


def test_title_and_body_change(side: Side) -> None:
    made = opened(side)
    assert side.forge.update_pull_request(made.number, title="new", body="new body") is None
    changed = only(side.forge)
    assert (changed.number, changed.title, changed.body) == (made.number, "new", "new body")


def test_one_that_the_bot_closes_is_no_longer_open(side: Side) -> None:
    made = opened(side)
    assert side.forge.close_pull_request(made.number, comment="Nothing is left.") is None
    assert side.forge.open_pull_requests() == ()


def test_after_a_close_the_next_has_a_new_number(side: Side) -> None:
    first = opened(side)
    side.people.close(first.number)
    assert opened(side).number != first.number


def test_one_that_a_person_closed_is_remembered(side: Side) -> None:
    made = opened(side)
    assert side.forge.last_refused(OURS) is None
    side.people.close(made.number)
    assert side.forge.open_pull_requests() == ()
    closed = side.forge.last_refused(OURS)
    assert closed is not None
    assert (closed.number, closed.head, closed.base, closed.title) == (made.number, OURS, "main", made.title)


def test_one_that_was_asked_about_is_not_told_again(side: Side) -> None:
    made = opened(side)
    side.people.close(made.number)
    assert side.forge.last_refused(OURS, after=made.number) is None
    assert side.forge.last_refused(OURS, after=made.number - 1) is not None


def test_one_that_we_closed_was_refused_by_nobody(side: Side) -> None:
    side.forge.close_pull_request(opened(side).number, comment="done")
    assert side.forge.last_refused(OURS) is None


def test_one_that_a_person_closed_meanwhile_stays_closed_by_them(side: Side) -> None:
    made = opened(side)
    side.people.close(made.number)
    assert side.forge.close_pull_request(made.number, comment="done") is None
    assert side.forge.last_refused(OURS) is not None


def test_of_two_closed_ones_the_newer_counts(side: Side) -> None:
    for title in ("first", "second"):
        side.people.close(opened(side, title=title).number)
    closed = side.forge.last_refused(OURS)
    assert closed is not None
    assert closed.title == "second"


def test_one_that_was_closed_or_is_open_was_not_merged(side: Side) -> None:
    made = opened(side)
    assert side.forge.last_merged(OURS) is None
    side.people.close(made.number)
    assert side.forge.last_merged(OURS) is None


def test_one_that_a_person_merged_is_open_no_longer_and_was_refused_by_nobody(side: Side) -> None:
    head = side.people.merge(opened(side).number)
    assert side.forge.open_pull_requests() == ()
    assert side.forge.last_refused(OURS) is None
    merged = side.forge.last_merged(OURS)
    assert merged is not None
    assert (merged.number, merged.head_sha) == (1, head)


def test_a_closed_one_of_another_branch_says_nothing(side: Side) -> None:
    side.people.close(opened(side, "flux-chart-bot/staging/all").number)
    assert side.forge.last_refused(OURS) is None


def test_a_status_reads_as_it_was_set(side: Side) -> None:
    sha = side.people.branch(OURS)
    assert side.forge.statuses(sha) == ()
    assert side.forge.set_status(sha, DEV) is None
    assert side.forge.statuses(sha) == (DEV,)


def test_each_context_says_its_newest_word(side: Side) -> None:
    sha = side.people.branch(OURS)
    staging = CommitStatus(context="flux-chart-bot/staging", state=State.ERROR, description="nothing looked up")
    newer = CommitStatus(context=DEV.context, state=State.FAILURE, description="a tag was moved")
    for status in (DEV, staging, newer):
        assert side.forge.set_status(sha, status) is None
    assert set(side.forge.statuses(sha)) == {staging, newer}


def test_our_own_statuses_are_among_everybodys_newest_first(side: Side) -> None:
    sha = side.people.branch(OURS)
    assert side.forge.all_statuses(sha) == ()
    side.forge.set_status(sha, DEV)
    us = side.forge.identity().login
    [said] = side.forge.all_statuses(sha)
    assert replace(said, at=None) == SaidStatus(context=DEV.context, state=State.SUCCESS, creator=us)


def test_a_link_compares_the_two_branches(side: Side) -> None:
    assert f"main...{OURS}" in side.forge.compare_url(base="main", head=OURS)
