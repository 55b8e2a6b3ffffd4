"""What heads of ours hold on which others work: their statuses and the report are about what is there."""

import pytest
from builders import PODINFO, configuration, pace, rule, source, tier
from doubles.github.seeding import Content
from doubles.story import Story, release
from msgspec.structs import replace

from bot.ledger.model import Ledger, Matter, Word
from bot.model.proposals import SaidStatus, State
from bot.model.proposing import Beyond, Proposing
from bot.model.tiers import Pace, RequiredStatus, Tier
from bot.pipeline import run
from bot.reasons import UNREACHABLE
from bot.report.run_report import RunReport
from bot.report.summary import summary
from bot.report.told_reasons import told_reasons
from bot.steps.past.remember import read_past, remember

ALL, DRAFT = "flux-chart-bot/dev/all", "flux-chart-bot/live/promotion"
A, B, LIVE_A = "apps/dev/a.yaml", "apps/dev/b.yaml", "apps/live/a.yaml"
REDIS = "ghcr.io/x/redis"
DEV, LIVE = tier("dev", "any"), tier("live", "exact", production=True)
BESIDE = {"apps/dev/values.yaml": "x: 1\n"}
ONLY = "; of others' commits only the versions are judged"


def opened(dev: Tier = DEV, *, alone: bool = False) -> Story:
    """A pull request of two charts, or of one alone."""
    told = Story(configuration(dev, LIVE)).push(PODINFO, "1.2.3", "1.2.4").push(REDIS, "1.0.0", "1.1.0")
    other = {} if alone else {B: release("1.0.0", chart="redis")}
    told.write({A: release("1.2.3"), LIVE_A: release("1.2.3"), **other}).run()
    return told


def touched(told: Story, files: dict[str, Content] | None = None, branch: str = ALL) -> Story:
    """A person's commit on top of ours."""
    told.remote.commit(branch, files or BESIDE)
    return told


def hold(told: Story, version: str, *, held: bool = True) -> RunReport:
    """A person's word, and the update that follows it."""
    told.pass_by(minutes=1)
    past = read_past(told.repository, told.remote.branches.get("flux-chart-bot/state/ledger"))
    word = Word(at=told.now, held=held, why="it leaks")
    remember(Ledger(words={Matter(chart=PODINFO, version=version): word}), past, told.forge.us)
    return told.run()


def status(told: Story, branch: str = ALL) -> tuple[State, str]:
    last = told.forge.set_by_us[told.remote.branches[branch]][-1]
    return last.state, last.description


def notes(report: RunReport) -> list[str]:
    return [one.reason.sentence for one in told_reasons(report) if one.reason.id == "touched-holds"]


def test_what_is_held_since_is_said_on_the_head_and_in_the_report() -> None:
    told = touched(opened())
    report = hold(told, "1.2.4")
    assert status(told) == (State.FAILURE, "do not merge podinfo 1.2.4: held by a person: it leaks")
    assert notes(report) == ["#1, on which others work, still has ghcr.io/x/podinfo 1.2.4: held by a person: it leaks"]
    assert "left alone" in summary(report)
    assert "it moves podinfo to 1.2.4, redis to 1.1.0" in summary(report)


def test_once_it_is_released_both_say_so() -> None:
    told = touched(opened())
    hold(told, "1.2.4")
    report = hold(told, "1.2.4", held=False)
    assert status(told) == (State.SUCCESS, f"2 updates{ONLY}")
    assert notes(report) == []
    assert "it moves" not in summary(report)


def test_what_its_base_went_back_from_is_said_there() -> None:
    told = touched(opened())
    told.pass_by(hours=1).write({A: release("1.2.4")})
    told.pass_by(hours=1).write({A: release("1.2.3")})
    report = told.pass_by(hours=1).run()
    assert status(told)[0] is State.FAILURE
    assert status(told)[1].startswith("do not merge podinfo 1.2.4: dev went back from it in ")
    assert len(notes(report)) == 1


def test_what_is_skipped_since_is_said_there() -> None:
    told = touched(opened())
    told.configuration = replace(told.configuration, rules=(rule(charts=[PODINFO], skip=["1.2.4"]),))
    report = told.run()
    assert status(told)[0] is State.FAILURE
    assert status(told)[1].startswith("do not merge podinfo 1.2.4: skipped by a rule")
    assert len(notes(report)) == 1


def test_a_pull_request_of_one_chart_is_named_and_told_by_what_is_in_it() -> None:
    told = opened(alone=True).push(PODINFO, "1.2.5")
    told.run()
    touched(told)
    report = hold(told, "1.2.5")
    assert "podinfo to 1.2.5" in told.forge.pulls[1].title
    assert "podinfo to 1.2.5" in report.outcomes[0].plan.texts.title  # type: ignore[union-attr]
    assert "podinfo to 1.2.4" not in summary(report)
    assert status(told) == (State.FAILURE, "do not merge podinfo 1.2.5: held by a person: it leaks")


def test_so_it_is_where_nothing_else_is_left_to_be_taken() -> None:
    told = touched(opened(alone=True))
    assert notes(hold(told, "1.2.4"))
    assert status(told)[0] is State.FAILURE


def test_what_the_tier_may_take_is_a_success_that_is_not_written_again() -> None:
    told = touched(opened())
    told.run()
    assert status(told) == (State.SUCCESS, f"2 updates{ONLY}")
    written = {sha: list(said) for sha, said in told.forge.set_by_us.items()}
    told.run()
    assert written == told.forge.set_by_us


def test_a_version_that_the_bot_moved_on_has_its_status_in_the_same_run() -> None:
    told = touched(opened(alone=True)).push(PODINFO, "1.2.5")
    told.run()
    assert "version: 1.2.5" in told.remote.files(ALL)[A].decode()
    assert status(told) == (State.SUCCESS, f"1 update{ONLY}")
    told.run()
    assert len(told.forge.set_by_us[told.remote.branches[ALL]]) == 1


def test_a_base_that_moved_on_meanwhile_is_not_taken_for_their_work() -> None:
    told = touched(opened())
    told.push("ghcr.io/x/nginx", "1.0.0", "1.1.0").write({"apps/dev/c.yaml": release("1.0.0", chart="nginx")})
    told.write({"apps/dev/c.yaml": release("1.1.0", chart="nginx"), B: release("1.1.0", chart="redis")}).run()
    assert status(told) == (State.SUCCESS, f"2 updates{ONLY}")


def test_where_they_took_all_of_it_back_nothing_changes() -> None:
    told = touched(opened(alone=True), {A: release("1.2.3")})
    told.configuration = replace(told.configuration, rules=(rule(skip=["1.2.4"]),))
    told.run()
    assert status(told) == (State.SUCCESS, f"no version changes{ONLY}")


@pytest.mark.parametrize(
    ("theirs", "why"),
    [
        pytest.param({A: release("1.2.9")}, "do not merge podinfo 1.2.9", id="a version that does not exist"),
        pytest.param({A: release("2.0.0")}, "do not merge podinfo 2.0.0", id="one past what the tier follows"),
        pytest.param({LIVE_A: release("1.2.4")}, f"do not merge {LIVE_A}: it is live's", id="production's files"),
        pytest.param({".github/x.yaml": "x"}, "do not merge .github/x.yaml", id="workflows"),
    ],
)
def test_what_they_should_not_have_put_there_is_a_failure(theirs: dict[str, Content], why: str) -> None:
    told = opened(tier("dev", "minor")).push(PODINFO, "2.0.0")
    report = touched(told, theirs).run()
    assert status(told)[0] is State.FAILURE
    assert status(told)[1].startswith(why)
    assert len(notes(report)) == 1


def test_what_cannot_be_looked_up_is_no_success() -> None:
    told = touched(opened())
    told.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="503")
    told.run()
    assert status(told)[0] is State.PENDING


def test_nor_is_a_chart_of_theirs_that_nobody_can_look_up() -> None:
    told = touched(opened(), {"apps/dev/c.yaml": release("1.0.0", chart="away")})
    told.run()
    assert status(told)[0] is State.PENDING


def test_a_chart_of_theirs_is_judged_as_well() -> None:
    told = opened().push("ghcr.io/x/nginx", "1.0.0")
    touched(told, {"apps/dev/c.yaml": release("1.0.0", chart="nginx")}).run()
    assert status(told) == (State.SUCCESS, f"3 updates{ONLY}")


def test_what_has_to_wait_is_pending_whoever_wrote_it() -> None:
    dev = tier("dev", "any", pace=pace(wait="2d"))
    told = Story(configuration(dev)).push(PODINFO, "1.2.3").write({A: release("1.2.3")})
    told.run()
    told.push(PODINFO, "1.2.4").run()
    told.pass_by(days=3).run()
    told.push(PODINFO, "1.2.5").run()
    touched(told, {A: release("1.2.5")}).run()
    assert status(told)[0] is State.PENDING
    told.pass_by(days=3).run()
    assert status(told) == (State.SUCCESS, f"1 update{ONLY}")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (
            State.FAILURE,
            (State.FAILURE, "do not merge podinfo 1.2.4: 1.2.4 is not for staging: `e2e` of ann failed in dev"),
        ),
        (State.PENDING, (State.PENDING, "1.2.4 is not for staging yet: `e2e` of ann has not said success in dev")),
    ],
)
def test_a_failed_status_fails_and_one_that_is_not_there_is_pending(state: State, said: tuple[State, str]) -> None:
    wants = Pace(comes_from=("dev",), with_status=(RequiredStatus(context="e2e", creator="ann"),))
    told = Story(configuration(tier("dev", "exact"), tier("staging", "any", pace=wants)))
    told.push(PODINFO, "1.2.3", "1.2.4").write({A: release("1.2.4"), "apps/staging/a.yaml": release("1.2.3")})
    says = told.forge.said_by_others.setdefault(told.remote.branches["main"], [])
    says.append(SaidStatus(context="e2e", state=State.SUCCESS, creator="ann"))
    told.run()
    branch = "flux-chart-bot/staging/all"
    touched(told, {"apps/staging/values.yaml": "x: 1\n"}, branch=branch)
    says[:] = [SaidStatus(context="e2e", state=state, creator="ann")]
    told.run()
    assert status(told, branch) == said


def test_what_lies_beneath_a_commit_that_looks_like_ours_fails() -> None:
    told = opened()
    ours = told.remote.commits[told.remote.branches[ALL]]
    evil = told.remote.commit("evil", {"more.yaml": "x"}, start=ours.parents[0])
    del told.remote.branches["evil"]
    files = {**told.remote.commits[evil].files, **{path: ours.files[path] for path in (A, B)}}
    told.remote.branches[ALL] = told.remote.store(replace(ours, files=files, parents=(evil,)))
    told.run()
    [said] = told.forge.set_by_us[told.remote.branches[ALL]]
    assert (said.state, "a commit beneath the bot's own" in said.description) == (State.FAILURE, True)


def test_a_pull_request_that_somebody_else_opened_gets_none() -> None:
    told = touched(opened())
    told.forge.pulls[1] = replace(told.forge.pulls[1], author="ann")
    told.run()
    assert told.remote.branches[ALL] not in told.forge.set_by_us


def test_a_dry_run_writes_none() -> None:
    told = touched(opened())
    report = run(told.request("update", writes=False))
    assert told.remote.branches[ALL] not in told.forge.set_by_us
    assert any(one.sha == told.remote.branches[ALL] for one in report.statuses)


def test_a_draft_past_what_the_tier_follows_is_as_it_was_proposed() -> None:
    dev = replace(tier("dev", "patch"), proposing=Proposing(beyond=Beyond.DRAFT))
    told = opened(dev, alone=True).push(PODINFO, "2.0.0")
    told.run()
    [branch] = [one.head for one in told.forge.pulls.values() if one.head != ALL]
    touched(told, branch=branch).run()
    assert status(told, branch) == (State.SUCCESS, f"1 update{ONLY}")


def promoted(**asked: str) -> Story:
    production = tier("live", "exact", production=True, pace=pace(comes_from=["dev"], soak="3d"))
    told = Story(configuration(tier("dev", "exact"), production)).push(PODINFO, "1.2.3", "1.2.4", "1.2.5")
    told.write({A: release("1.2.3"), LIVE_A: release("1.2.3")})
    told.write({A: release("1.2.4")}).run()
    told.pass_by(days=4).promote(**asked)
    return told


def test_a_promotion_that_others_work_on_has_a_status_as_well() -> None:
    told = touched(promoted(), {"apps/live/values.yaml": "x: 1\n"}, branch=DRAFT)
    told.run()
    assert status(told, DRAFT) == (State.SUCCESS, f"1 update{ONLY}")


def test_what_a_person_had_promoted_for_a_reason_is_not_asked_for_its_soak() -> None:
    told = promoted(chart=PODINFO, version="1.2.5", reason="mends it")
    [branch] = [one.head for one in told.forge.pulls.values()]
    touched(told, {"apps/live/values.yaml": "x: 1\n"}, branch=branch).run()
    assert status(told, branch) == (State.SUCCESS, f"1 update{ONLY}")


def test_what_others_put_into_a_promotion_has_to_have_soaked() -> None:
    told = touched(promoted(), {LIVE_A: release("1.2.5")}, branch=DRAFT)
    told.run()
    assert status(told, DRAFT)[0] is State.PENDING


def test_it_is_judged_by_what_the_bot_puts_on_top_and_not_by_what_was_there() -> None:
    told = touched(opened(alone=True)).push(PODINFO, "1.2.5")
    report = hold(told, "1.2.4")
    assert "version: 1.2.5" in told.remote.files(ALL)[A].decode()
    assert (status(told), notes(report)) == ((State.SUCCESS, f"1 update{ONLY}"), [])


def test_a_promotion_with_something_held_is_told_of_once() -> None:
    told = touched(promoted(), {"apps/live/values.yaml": "x: 1\n"}, branch=DRAFT)
    report = hold(told, "1.2.4")
    assert notes(report) == []
    assert len(told.forge.set_by_us[told.remote.branches[DRAFT]]) == 1


def test_a_text_that_may_decide_a_version_unseen_is_said_on_the_head() -> None:
    told = touched(opened(), {"apps/dev/v.yaml": release("${V}", name="v").replace("kind: HelmRelease", "kind: ${K}")})
    told.run()
    assert status(told)[0] is State.FAILURE


def test_what_no_tier_asks_for_any_more_is_left_to_others_without_a_word_on_its_head() -> None:
    told = Story(configuration(replace(DEV, branch="develop"), tier("ops", "any"))).push(PODINFO, "1.2.3", "1.2.4")
    told.write({"apps/ops/a.yaml": release("1.2.4")})
    told.remote.branches["develop"] = told.remote.branches["main"]
    told.remote.commit("develop", {A: release("1.2.3")})
    told.run()
    touched(told)
    told.configuration = configuration(tier("ops", "any"))
    report = told.run()
    assert report.published is not None
    assert "not-asked-for" in {one.plan.reason.id for one in report.published.outcomes if one.plan.reason}
    assert told.remote.branches[ALL] not in told.forge.set_by_us
