"""A base branch that is reset: what it dropped must not come back with an open pull request."""

import pytest
from builders import PODINFO, configuration, pace, tier
from doubles.story import Story, release
from msgspec.structs import replace

from bot.model.proposals import Action, State
from bot.planning.grouping import branch_of
from bot.report.run_report import RunReport
from bot.report.told_reasons import told_reasons

DEV, LIVE = "apps/dev/a.yaml", "apps/live/a.yaml"
BY_WORD = {"chart": PODINFO, "version": "1.2.4", "reason": "it mends #12"}
MISTAKE = {LIVE: release("2.0.0")}


def fleet() -> Story:
    told = Story(configuration(tier("dev", "minor"), tier("live", "exact", production=True)))
    told.push(PODINFO, "1.2.3", "1.2.4", "2.0.0")
    return told.write({DEV: release("1.2.3"), LIVE: release("1.2.3")})


def reset(*, touched: bool = False) -> tuple[Story, str]:
    """Dev's pull request was opened on a mistake in production, and somebody takes that back by force."""
    told = fleet()
    good = told.remote.branches["main"]
    told.write(MISTAKE).run()
    if touched:
        told.remote.commit(branch_of(tier("dev")), {"note.txt": "mine"})
    told.remote.branches["main"] = good
    return told, good


def promoted() -> tuple[Story, str, str]:
    """The same with a promotion that somebody asked for; its branch."""
    told = fleet()
    settings = told.configuration.tiers
    live = replace(settings[1], pace=pace(comes_from=["dev"], soak="3d"))
    told.configuration = configuration(replace(settings[0], name="dev"), live)
    good = told.remote.branches["main"]
    told.write({"apps/live/z.yaml": release("2.0.0", name="z")})
    told.promote(**BY_WORD)
    told.remote.branches["main"] = good
    [pull] = told.forge.pulls.values()
    return told, good, pull.head


def statuses(told: Story, branch: str) -> list[State]:
    return [one.state for one in told.forge.set_by_us.get(told.remote.branches[branch], [])]


def brought(told: Story, branch: str, base: str) -> set[str]:
    """The files that a merge of a branch would change."""
    below = told.remote.merge_base(told.remote.branches["main"], told.remote.branches[branch])
    assert below == base
    return {one.path for one in told.remote.differences(below, told.remote.branches[branch])}


def said(report: RunReport) -> list[str]:
    left = [one.plan.reason for one in report.outcomes]
    told = [one.reason for one in told_reasons(report)]
    return [one.sentence for one in (*left, *told) if one and one.id == "brings-others"]


def test_what_stood_on_the_bases_former_tip_is_built_anew_in_one_push() -> None:
    told, good = reset()
    report = told.run()

    assert [one.plan.action for one in report.outcomes] == [Action.UPDATE]
    assert [branch for branch, _ in told.repository.pushes] == [branch_of(tier("dev"))]
    assert brought(told, branch_of(tier("dev")), good) == {DEV}
    assert statuses(told, branch_of(tier("dev"))) == [State.SUCCESS]
    assert said(report) == []


def test_it_is_closed_where_nothing_is_left_of_it() -> None:
    told, _ = reset()
    told.write({DEV: release("1.2.4")}).run()

    assert told.forge.pulls == {}
    assert branch_of(tier("dev")) not in told.remote.branches


def test_nobodys_commit_on_top_is_lost_and_no_version_goes_on_top_of_it() -> None:
    told, _ = reset(touched=True)
    head = told.remote.branches[branch_of(tier("dev"))]
    report = told.push(PODINFO, "1.2.5").run()

    assert told.remote.branches[branch_of(tier("dev"))] == head
    assert statuses(told, branch_of(tier("dev"))) == [State.FAILURE]
    assert said(report) == ["flux-chart-bot/dev/all has a commit beneath the bot's own that main does not have"]


def test_others_commits_on_top_of_a_base_that_only_moved_on_are_no_alarm() -> None:
    told = fleet()
    told.run()
    told.remote.commit(branch_of(tier("dev")), {"note.txt": "mine"})
    report = told.write({"README.md": "x"}).run()

    assert [one.plan.reason and one.plan.reason.id for one in report.outcomes] == ["moves-on-top"]
    assert said(report) == []


def test_what_was_built_on_no_tip_of_the_base_is_left_and_fails() -> None:
    """Somebody moved our commit onto work of theirs: it says what it was made from, and that is not there."""
    told = fleet()
    told.run()
    name = branch_of(tier("dev"))
    ours = told.remote.commits[told.remote.branches[name]]
    theirs = told.remote.commit("theirs", {"mine.txt": "x"})
    told.remote.delete("theirs")
    files = {**ours.files, "mine.txt": told.remote.commits[theirs].files["mine.txt"]}
    told.remote.branches[name] = head = told.remote.store(replace(ours, files=files, parents=(theirs,)))
    report = told.run()

    assert told.remote.branches[name] == head
    assert statuses(told, name) == [State.FAILURE]
    assert len(said(report)) == 1


def test_a_draft_that_was_asked_for_is_built_anew() -> None:
    told, good, branch = promoted()
    report = told.run()

    assert brought(told, branch, good) == {LIVE}
    assert statuses(told, branch) == [State.SUCCESS]
    assert said(report) == []


@pytest.mark.parametrize("change", ["marked ready", "touched"])
def test_a_promotion_that_is_left_alone_fails_and_it_is_said_once(change: str) -> None:
    told, _, branch = promoted()
    if change == "touched":
        told.remote.commit(branch, {"note.txt": "mine"})
    [pull] = told.forge.pulls.values()
    told.forge.pulls[pull.number] = replace(pull, draft=change == "touched")
    head = told.remote.branches[branch]
    reports = [told.run(), told.promote(**BY_WORD)]

    assert told.remote.branches[branch] == head
    assert statuses(told, branch) == [State.FAILURE]
    assert [len(said(report)) for report in reports] == [1, 1]
