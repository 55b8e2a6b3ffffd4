"""A promotion is open for days: whose tag is pushed again meanwhile, that row leaves it, or nobody is to merge it."""

import pytest
from builders import PODINFO, configuration, digest, pace, source, tier
from doubles.story import Story, release
from msgspec.structs import replace

from bot.errors import ExitCode
from bot.ledger.model import LEDGER_BRANCH, Matter, Word
from bot.model.proposals import State
from bot.report.exit_code import DEFAULT_FAIL_ON, exit_code
from bot.report.run_report import RunReport
from bot.report.told_reasons import told_reasons
from bot.steps.past.remember import keep_word, read_past

ALL = "flux-chart-bot/live/promotion"
STAGING, LIVE, REDIS_LIVE = "apps/staging/a.yaml", "apps/live/a.yaml", "apps/live/b.yaml"
REDIS = "ghcr.io/x/redis"
BY_WORD = {"chart": PODINFO, "version": "1.2.5", "reason": "it mends #12"}
MOVED = (
    State.FAILURE,
    "do not merge podinfo 1.2.5: its tag was pushed again, and is another chart now than was proposed",
)


def asked(*, standing: bool = False) -> Story:
    """Two charts are open for production."""
    production = tier("live", "exact", production=True, pace=pace(comes_from=["staging"], soak="3d"))
    told = Story(configuration(tier("staging", "exact"), replace(production, standing_draft=standing)))
    told.push(PODINFO, "1.2.3", "1.2.5").push(REDIS, "1.0.0", "1.1.0")
    both = {f"apps/{name}/b.yaml": release("1.0.0", chart="redis") for name in ("staging", "live")}
    told.write({STAGING: release("1.2.3"), LIVE: release("1.2.3"), **both})
    told.write({STAGING: release("1.2.5"), "apps/staging/b.yaml": release("1.1.0", chart="redis")}).run()
    told.pass_by(days=4).promote()
    return told


def push_again(told: Story) -> RunReport:
    told.registry.push(source(PODINFO), "1.2.5", digest("e"))
    return told.pass_by(days=1).run()


def changed(told: Story) -> set[str]:
    tip, base = told.remote.files(ALL), told.remote.files("main")
    return {path for path in tip if tip[path] != base.get(path)}


def status(told: Story) -> tuple[State, str]:
    last = told.forge.set_by_us[told.remote.branches[ALL]][-1]
    return last.state, last.description


def mark_ready(told: Story, *, ready: bool = True) -> None:
    told.forge.pulls[1] = replace(told.forge.pulls[1], draft=not ready)


def released(told: Story) -> None:
    """A person takes what the tag is now."""
    told.pass_by(minutes=1)
    past = read_past(told.repository, told.remote.branches[LEDGER_BRANCH])
    keep_word(Matter(chart=PODINFO, version="1.2.5"), Word(at=told.now, held=False), past, told.forge.us, "Said")
    told.pass_by(minutes=1)


def sentences(report: RunReport, reason: str) -> list[str]:
    return [one.reason.sentence for one in told_reasons(report) if one.reason.id == reason]


@pytest.mark.parametrize("standing", [False, True])
def test_a_row_whose_tag_is_pushed_again_leaves_the_draft_with_an_alarm(standing: bool) -> None:  # noqa: FBT001
    told = asked(standing=standing)
    assert changed(told) == {LIVE, REDIS_LIVE}
    report = push_again(told)
    assert changed(told) == {REDIS_LIVE}
    assert exit_code(report, DEFAULT_FAIL_ON) == ExitCode.ALARMED
    assert status(told) == (State.SUCCESS, "1 update")
    assert f": {digest('e')[:19]} under its tag now" in sentences(report, "tag-pushed-again")[0]


@pytest.mark.parametrize("standing", [False, True])
def test_one_that_is_marked_ready_stays_and_its_head_says_not_to_merge_it(standing: bool) -> None:  # noqa: FBT001
    told = asked(standing=standing)
    mark_ready(told)
    report = push_again(told)
    assert changed(told) == {LIVE, REDIS_LIVE}
    assert status(told) == MOVED
    assert sentences(report, "still-holds-moved") == [
        "#1 still has ghcr.io/x/podinfo 1.2.5: its tag was pushed again, and is another chart now than was proposed"
    ]
    assert exit_code(report, DEFAULT_FAIL_ON) == ExitCode.ALARMED


def test_a_draft_again_it_loses_the_row() -> None:
    told = asked()
    mark_ready(told)
    push_again(told)
    mark_ready(told, ready=False)
    assert not sentences(told.run(), "still-holds-moved")
    assert changed(told) == {REDIS_LIVE}


def test_one_that_others_work_on_is_left_to_them_with_the_same_word() -> None:
    told = asked()
    told.remote.commit(ALL, {"apps/live/values.txt": "x"})
    report = push_again(told)
    assert status(told) == MOVED
    assert sentences(report, "still-holds-moved")


def test_where_nothing_says_which_tier_it_came_from_it_stays_with_an_alarm_of_its_own() -> None:
    told = asked()
    told.configuration = configuration(tier("staging", "exact"), tier("live", "exact", production=True))
    report = push_again(told)
    assert changed(told) == {LIVE, REDIS_LIVE}
    assert status(told) == MOVED
    assert exit_code(report, DEFAULT_FAIL_ON) == ExitCode.ALARMED


def test_what_was_proposed_is_known_without_the_ledger() -> None:
    told = asked()
    told.forge.pulls.clear()
    told.promote(**BY_WORD)
    assert told.forge.pulls
    del told.remote.branches[LEDGER_BRANCH]
    report = push_again(told)
    assert told.forge.pulls == {}
    assert "- podinfo: 1.2.5 is not what was proposed: " in told.forge.comments[-1]
    assert sentences(report, "tag-moved-since")
    assert exit_code(report, DEFAULT_FAIL_ON) == ExitCode.ALARMED


def test_a_promotion_of_another_chart_does_not_call_it_good_again() -> None:
    told = asked()
    mark_ready(told)
    push_again(told)
    told.promote(chart=REDIS)
    assert status(told) == MOVED


def test_a_registry_that_is_away_changes_nothing() -> None:
    told = asked()
    tip = told.remote.branches[ALL]
    told.registry.lost.add((source(PODINFO), "1.2.5"))
    report = told.run()
    assert told.remote.branches[ALL] == tip
    assert status(told) == (State.SUCCESS, "2 updates")
    assert not sentences(report, "still-holds-moved")


@pytest.mark.parametrize("standing", [False, True])
def test_once_it_is_released_and_a_draft_again_it_is_made_anew_with_what_the_tag_is_now(standing: bool) -> None:  # noqa: FBT001
    told = asked(standing=standing)
    mark_ready(told)
    push_again(told)
    released(told)
    mark_ready(told, ready=False)
    report = told.promote()
    assert changed(told) == {LIVE, REDIS_LIVE}
    assert status(told) == (State.SUCCESS, "2 updates")
    assert exit_code(report, DEFAULT_FAIL_ON) == ExitCode.DONE
    report = told.pass_by(hours=1).run()
    assert changed(told) == {LIVE, REDIS_LIVE}
    assert exit_code(report, DEFAULT_FAIL_ON) == ExitCode.DONE


def test_without_a_release_what_is_asked_for_anew_as_other_bytes_is_an_alarm() -> None:
    told = asked()
    told.promote(**BY_WORD)
    del told.remote.branches[LEDGER_BRANCH]
    told.registry.push(source(PODINFO), "1.2.5", digest("e"))
    report = told.promote(**BY_WORD)
    assert sentences(report, "tag-moved-since")
    assert exit_code(report, DEFAULT_FAIL_ON) == ExitCode.ALARMED


def test_what_nobody_should_merge_is_not_said_to_be_merged_in_the_same_breath() -> None:
    told = asked()
    mark_ready(told)
    report = push_again(told)
    assert report.plan
    [said] = [one.reason for one in report.plan.pull_requests if one.reason]
    assert str(said) == "#1 is marked as ready for review and stays as it is."


def test_a_second_draft_with_the_same_row_names_the_first_once() -> None:
    told = asked()
    report = told.promote(chart=PODINFO)
    [branch] = [pull.head for pull in told.forge.pulls.values() if pull.head != ALL]
    assert sentences(report, "also-in") == [f"#1 has {PODINFO} 1.2.5 as well as {branch}"]
    assert not sentences(told.run(), "also-in")


def test_each_tag_that_a_digest_is_carried_for_is_asked_once() -> None:
    told = asked()
    told.registry.resolved.clear()
    told.run()
    assert sorted(told.registry.resolved) == [(source(PODINFO), "1.2.5"), (source(REDIS), "1.1.0")]


def test_with_nothing_open_nobody_is_asked() -> None:
    told = asked()
    told.forge.pulls.clear()
    told.registry.resolved.clear()
    told.run()
    assert told.registry.resolved == []
