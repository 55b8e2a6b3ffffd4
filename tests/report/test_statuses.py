from doubles.told import a_tier, a_verdict, an_update, current, held
from msgspec.structs import replace

from bot.maturity.maturity_reasons import ROLLED_BACK
from bot.model.proposals import Action, PullRequestPlan, State
from bot.model.references import PassedOver
from bot.model.verdicts import Verdict
from bot.proposal_reasons import TOUCHED, WAITS_FOR_ROOM
from bot.reasons import (
    ENCRYPTED,
    NO_TIER,
    NOT_AS_PLANNED,
    SOURCE_SUSPENDED,
    TAG_MISSING,
    UNREACHABLE,
    UNREADABLE_YAML,
)
from bot.report.statuses import base_status, head_status

UNKNOWN = UNREACHABLE(host="ghcr.io", problem="no answer")
PLAN = PullRequestPlan(tier=a_tier(), action=Action.CREATE, branch="b", base="main", base_sha="1" * 40)


def said(*verdicts: Verdict, passed_over: tuple[PassedOver, ...] = (), plan: PullRequestPlan | None = PLAN) -> str:
    status = base_status(a_tier(), verdicts, passed_over, (plan,) if plan else ())
    assert status.state is State.SUCCESS
    return status.description


def test_the_context_is_the_tiers_and_the_link_is_handed_on() -> None:
    status = base_status(a_tier("staging"), (), (), target_url="https://x")
    assert (status.context, status.target_url) == ("flux-chart-bot/staging", "https://x")


def test_all_current_is_up_to_date() -> None:
    assert said(a_verdict(current())) == "up to date"


def test_what_is_held_back_is_not_called_up_to_date() -> None:
    back = a_verdict(replace(current("5.0.1"), remark=ROLLED_BACK(version="5.0.2", why="dev went back")))
    behind = a_verdict(replace(current("3.0.0"), ahead="3.1.0 exists, dev has not run it"), chart="x/db")
    assert said(back) == said(back, back, a_verdict(current())) == "5.0.2 was rolled back"
    assert said(behind, a_verdict(an_update())) == "1 update proposed, 3.1.0 exists, dev has not run it"
    assert said(back, behind) == "2 newer versions not taken, see the summary"


def test_updates_and_an_unreachable_chart_are_success_with_a_sentence() -> None:
    assert (
        said(a_verdict(an_update()), a_verdict(an_update()), a_verdict(held(UNKNOWN), chart="x/y"))
        == "2 updates proposed, 1 chart not looked up"
    )


def test_updates_of_a_pull_request_that_is_left_alone_are_not_called_proposed() -> None:
    update = a_verdict(an_update())
    left = replace(PLAN, action=Action.LEAVE, reason=TOUCHED(branch="b"), updates=(update,))
    assert said(update, plan=left) == "1 update left alone"
    assert said(update, update, plan=left) == "1 update proposed, 1 update left alone"
    assert said(update, plan=None) == "1 update found"


def test_what_waits_for_room_is_counted_apart() -> None:
    waits = held(WAITS_FOR_ROOM(version="6.5.4", what="it is full"))
    assert said(a_verdict(an_update()), a_verdict(waits), a_verdict(waits)) == "1 update proposed, 2 waiting"


def test_a_suspended_object_is_said_and_not_called_current() -> None:
    assert said(a_verdict(held(SOURCE_SUSPENDED()), suspended=True)) == "1 suspended"


def test_what_somebody_should_mend_is_counted() -> None:
    unreadable = PassedOver(path="a.yaml", reason=UNREADABLE_YAML(problem="x"))
    quiet = PassedOver(path="b.yaml", reason=ENCRYPTED())
    missing = a_verdict(held(TAG_MISSING(version="1", chart="x")))
    assert said(missing, passed_over=(unreadable, quiet)) == "2 not updated, see the summary"


def test_a_tier_without_charts_and_one_that_follows_nothing_say_so() -> None:
    assert said() == "no charts here"
    assert said(a_verdict(held(NO_TIER()))) == "follows nothing by itself"


def test_only_an_alarm_is_a_failure() -> None:
    alarm = NOT_AS_PLANNED(branch="b", problem="p")
    status = base_status(a_tier(), (a_verdict(held(alarm)), a_verdict(current())), ())
    assert status.state is State.FAILURE
    assert status.description.startswith("the commit for b differs from its plan")


def test_only_when_nothing_could_be_judged_it_is_an_error() -> None:
    status = base_status(a_tier(), (a_verdict(held(UNKNOWN)), a_verdict(an_update(carried=UNKNOWN))), ())
    assert status.state is State.ERROR
    assert status.description == "nothing could be looked up: ghcr.io could not be asked: no answer"
    assert base_status(a_tier(), (a_verdict(held(UNKNOWN)), a_verdict(current())), ()).state is State.SUCCESS


def test_a_description_is_cut_at_what_github_takes() -> None:
    status = base_status(a_tier(), (a_verdict(held(UNREACHABLE(host="h", problem="p" * 200))),), ())
    assert len(status.description) == 140
    assert status.description.endswith("…")


def test_the_head_of_a_pull_request_says_its_updates_and_what_was_kept() -> None:
    plan = replace(PLAN, updates=(a_verdict(an_update()), a_verdict(an_update(carried=UNKNOWN))))
    assert head_status(a_tier(), plan).description == "2 updates, 1 of them kept: could not be looked up"
    assert head_status(a_tier(), replace(plan, updates=plan.updates[:1])).description == "1 update"
