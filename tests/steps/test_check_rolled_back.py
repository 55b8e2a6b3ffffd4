"""What `check` says of a version that a tier went back from: what `update` and `promote` say."""

from builders import PODINFO, configuration, pace, tier
from doubles.checking import DEV, LIVE, STAGING, checked, said, story
from doubles.story import Story, release

from bot.ledger.model import Ledger, Matter, Word
from bot.report.run_report import findings
from bot.steps.past.remember import read_past, remember

CHAIN = (
    tier("dev", "any"),
    tier("staging", "any", pace=pace(comes_from=["dev"], soak="1d")),
    tier("live", "exact", production=True, pace=pace(comes_from=["staging"], soak="1d")),
)


def gone_back() -> Story:
    """dev and staging took 1.2.4, and dev went back from it."""
    told = story(configuration(*CHAIN)).write({DEV: release("1.2.4")})
    told.run()
    told.pass_by(days=2).write({STAGING: release("1.2.4")}).run()
    return told.pass_by(days=2).write({DEV: release("1.2.3")})


def test_what_the_first_tier_went_back_from_is_a_finding_in_every_tier_behind_with_the_commit() -> None:
    told = gone_back()
    report = checked(told, {LIVE: release("1.2.4")})
    assert said(report) == ["taken-back-edit"]
    commit = told.remote.branches["main"][:10]
    assert findings(report)[0].sentence == f"1.2.4 is not for live: dev went back from it in {commit}"


def test_that_it_cannot_have_soaked_there_is_no_second_finding() -> None:
    told = gone_back().write({STAGING: release("1.2.3")})
    report = checked(told, {"apps/staging/b.yaml": release("1.2.4"), STAGING: None})
    assert said(report) == ["taken-back-edit"]


def test_who_writes_it_in_the_tier_that_went_back_takes_it_up_again() -> None:
    told = gone_back()
    told.run()
    assert said(checked(told, {DEV: release("1.2.4")})) == []
    told.write({DEV: release("1.2.4")})
    assert said(checked(told, {LIVE: release("1.2.4")})) == []


def test_a_release_of_it_ends_the_finding() -> None:
    told = gone_back()
    told.run()
    word = Word(at=told.now, held=False)
    words = Ledger(words={Matter(chart=PODINFO, version="1.2.4"): word})
    assert (
        remember(words, read_past(told.repository, told.remote.branches["flux-chart-bot/state/ledger"]), told.forge.us)
        == ()
    )
    assert said(checked(told, {LIVE: release("1.2.4")})) == []


def test_going_back_to_it_from_a_newer_one_is_fine() -> None:
    told = gone_back().write({LIVE: release("1.2.5")})
    told.run()
    assert said(checked(told, {LIVE: release("1.2.4")})) == []
