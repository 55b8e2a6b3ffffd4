import pytest
from doubles.told import a_configuration, a_tier, a_verdict, an_update, current, held
from msgspec.structs import replace

from bot.errors import ExitCode, UsageError
from bot.model.proposals import Action, Outcome, Published, PullRequestPlan
from bot.model.verdicts import Verdict
from bot.reasons import FORGE_FAILED, NO_TIER, NOT_AS_PLANNED, UNREACHABLE
from bot.report.exit_code import DEFAULT_FAIL_ON, FailOn, exit_code, parse_fail_on
from bot.report.run_report import RunReport

UNKNOWN = UNREACHABLE(host="ghcr.io", problem="no answer")
EVERYTHING = frozenset(FailOn)


def report(*verdicts: Verdict, published: Published | None = None) -> RunReport:
    return RunReport(command="update", configuration=a_configuration(), verdicts=verdicts, published=published)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", DEFAULT_FAIL_ON),
        (" alarm , unreachable ", {FailOn.ALARM, FailOn.UNREACHABLE}),
        ("never", set()),
        ("nothing-looked-up", {FailOn.NOTHING_LOOKED_UP}),
    ],
)
def test_fail_on_is_a_list_of_names(text: str, names: set[FailOn]) -> None:
    assert parse_fail_on(text) == names


@pytest.mark.parametrize("text", ["alarms", "never,alarm", "all"])
def test_an_unknown_name_is_an_error_that_lists_the_known_ones(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_fail_on(text)
    assert "nothing-looked-up" in caught.value.mend


def test_updates_or_none_are_done() -> None:
    assert exit_code(report(a_verdict(an_update()), a_verdict(current())), EVERYTHING) is ExitCode.DONE


def test_one_unreachable_chart_turns_nothing_red_unless_asked() -> None:
    run = report(a_verdict(held(UNKNOWN)), a_verdict(current()))
    assert exit_code(run, DEFAULT_FAIL_ON) is ExitCode.DONE
    assert exit_code(run, frozenset({FailOn.UNREACHABLE})) is ExitCode.ALARMED


def test_nothing_looked_up_at_all_is_red_by_default() -> None:
    run = report(a_verdict(held(UNKNOWN)), a_verdict(an_update(carried=UNKNOWN)), a_verdict(held(NO_TIER())))
    assert exit_code(run, DEFAULT_FAIL_ON) is ExitCode.ALARMED
    assert exit_code(run, parse_fail_on("never")) is ExitCode.DONE


def test_a_fleet_without_charts_is_not_a_fleet_that_could_not_be_looked_up() -> None:
    assert exit_code(report(), EVERYTHING) is ExitCode.DONE


def test_an_alarm_is_red_by_default() -> None:
    run = report(a_verdict(held(NOT_AS_PLANNED(branch="b", problem="p"))), a_verdict(current()))
    assert exit_code(run, DEFAULT_FAIL_ON) is ExitCode.ALARMED


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ((a_verdict(held(NO_TIER())), a_verdict(held(NO_TIER()))), ExitCode.ALARMED),
        ((a_verdict(held(NO_TIER())), a_verdict(current())), ExitCode.ALARMED),
        ((a_verdict(held(NO_TIER())), a_verdict(held(UNKNOWN)), a_verdict(current())), ExitCode.ALARMED),
        ((a_verdict(held(UNKNOWN)), a_verdict(current())), ExitCode.DONE),
        ((a_verdict(current()), a_verdict(current())), ExitCode.DONE),
        ((a_verdict(held(NO_TIER())), a_verdict(an_update())), ExitCode.DONE),
        ((), ExitCode.DONE),
    ],
)
def test_a_promotion_that_moves_nothing_and_is_refused_is_red_by_default(
    verdicts: tuple[Verdict, ...], code: ExitCode
) -> None:
    assert exit_code(replace(report(*verdicts), command="promote"), DEFAULT_FAIL_ON) is code
    assert exit_code(report(*verdicts), DEFAULT_FAIL_ON) is ExitCode.DONE, "an update was asked for nothing"


@pytest.mark.parametrize(("action", "code"), [(Action.LEAVE, ExitCode.ALARMED), (Action.KEEP, ExitCode.DONE)])
def test_what_is_only_left_alone_is_not_promoted(action: Action, code: ExitCode) -> None:
    update = a_verdict(an_update())
    plan = PullRequestPlan(tier=a_tier(), action=action, branch="b", base="m", base_sha="1" * 40, updates=(update,))
    run = report(update, a_verdict(held(NO_TIER()), chart="x/y"), published=Published(outcomes=(Outcome(plan=plan),)))
    assert exit_code(replace(run, command="promote"), DEFAULT_FAIL_ON) is code


def test_what_could_not_be_written_is_a_failed_run_whatever_else_happened() -> None:
    plan = PullRequestPlan(tier=a_tier(), action=Action.CREATE, branch="b", base="m", base_sha="1" * 40)
    failed = FORGE_FAILED(what="x", problem="y")
    of_outcome = Published(outcomes=(Outcome(plan=plan, problem=failed),))
    of_run = Published(problems=(failed,))
    for published in (of_outcome, of_run):
        assert exit_code(report(a_verdict(held(UNKNOWN)), published=published), EVERYTHING) is ExitCode.FAILED
