"""`with-status`, run by run: green is asked for only where a version has soaked, and unknown is never green."""

from datetime import timedelta

from builders import PODINFO, configuration, duration, tier
from doubles.story import NOW, Story, release
from msgspec.structs import replace

from bot.model.proposals import SaidStatus, State
from bot.model.tiers import Pace, RequiredStatus
from bot.model.verdicts import Current, Update
from bot.report.run_report import RunReport

DEV, STAGING = "apps/dev/a.yaml", "apps/staging/a.yaml"
SMOKE = RequiredStatus(context="ci/smoke", creator="ci[bot]")
PACE = Pace(comes_from=("dev",), soak=duration("1d"), with_status=(SMOKE,))


def story() -> Story:
    """dev has run 1.2.4 for its soak."""
    told = Story(configuration(tier("dev", "exact", branch="develop"), tier("staging", "patch", pace=PACE)))
    told.push(PODINFO, "1.2.3", "1.2.4", "1.2.5").write({STAGING: release("1.2.3")})
    told.write({DEV: release("1.2.3")}, "develop").write({DEV: release("1.2.4")}, "develop")
    told.run()
    return told.pass_by(days=1)


def say(told: Story, state: State, *, creator: str = "ci[bot]", at: str = "develop") -> None:
    sha = told.remote.branches.get(at, at)
    said = SaidStatus(context="ci/smoke", state=state, creator=creator)
    told.forge.said_by_others.setdefault(sha, []).append(said)


def taken(report: RunReport) -> str:
    [found] = [one.decision for one in report.verdicts if one.tier.name == "staging"]
    return found.new if isinstance(found, Update) else ""


def why(report: RunReport) -> str:
    [found] = [one.decision for one in report.verdicts if one.tier.name == "staging"]
    return found.remark.sentence if isinstance(found, Current) and found.remark else ""


def test_what_is_green_is_taken() -> None:
    told = story()
    say(told, State.SUCCESS)

    assert taken(told.run()) == "1.2.4"


def test_what_nobody_said_is_not_green() -> None:
    report = story().run()

    assert taken(report) == ""
    assert why(report) == "1.2.4 is allowed here, but `ci/smoke` of ci[bot] has not said success in dev"


def test_anybody_elses_word_is_nothing() -> None:
    told = story()
    say(told, State.SUCCESS, creator="mallory")

    assert taken(told.run()) == ""


def test_a_failure_since_is_said() -> None:
    told = story()
    say(told, State.SUCCESS)
    told.write({"docs.md": "x"}, "develop")
    say(told, State.FAILURE)
    report = told.run()

    assert taken(report) == ""
    assert why(report) == "1.2.4 is allowed here, but `ci/smoke` of ci[bot] failed in dev"


def test_what_cannot_be_read_holds_up_what_waits_for_it_and_says_why() -> None:
    told = story()
    sha = told.remote.branches["develop"]
    unread = SaidStatus(context="", state=State.PENDING, creator="ci[bot]", unread="out/1.json cannot be read: no list")
    told.forge.said_by_others[sha] = [unread]
    report = told.run()

    assert taken(report) == ""
    assert why(report) == (
        "1.2.4 is allowed here, but `ci/smoke` of ci[bot] has not said success in dev "
        "(out/1.json cannot be read: no list: mend or delete it)"
    )


def test_where_nothing_has_to_soak_the_last_word_on_an_earlier_commit_decides_too() -> None:
    pace = replace(PACE, soak=timedelta())
    told = Story(configuration(tier("dev", "exact", branch="develop"), tier("staging", "patch", pace=pace)))
    told.push(PODINFO, "1.2.3", "1.2.4").write({STAGING: release("1.2.3")})
    told.write({DEV: release("1.2.3")}, "develop").write({DEV: release("1.2.4")}, "develop")
    earlier = told.remote.branches["develop"]
    told.write({"docs.md": "x"}, "develop")
    said = SaidStatus(context="ci/smoke", creator="ci[bot]", state=State.SUCCESS, at=NOW)
    told.forge.said_by_others[earlier] = [said]
    assert taken(told.run()) == "1.2.4"

    told.forge.said_by_others[told.remote.branches["develop"]] = [said]
    told.forge.said_by_others[earlier] = [replace(said, state=State.FAILURE, at=NOW + timedelta(seconds=2))]
    assert taken(told.run()) == ""


def test_a_word_about_the_version_before_does_not_count() -> None:
    told = story()
    tip = told.remote.branches["develop"]
    say(told, State.SUCCESS, at=told.remote.commits[tip].parents[0])

    assert taken(told.run()) == ""


def test_a_word_about_the_version_after_does_not_count_either() -> None:
    told = story()
    told.write({DEV: release("1.2.5")}, "develop")
    say(told, State.SUCCESS)

    assert taken(told.run()) == ""


def test_nothing_is_asked_before_a_version_has_soaked() -> None:
    told = Story(configuration(tier("dev", "exact", branch="develop"), tier("staging", "patch", pace=PACE)))
    told.push(PODINFO, "1.2.3", "1.2.4").write({STAGING: release("1.2.3")})
    told.write({DEV: release("1.2.4")}, "develop").run()

    assert told.forge.asked == []


def test_each_commit_is_asked_about_once_and_not_without_end() -> None:
    told = story()
    for number in range(30):
        told.write({"docs.md": str(number)}, "develop")
    told.write({"apps/staging/b.yaml": release("1.2.3", name="other")})
    told.forge.asked.clear()
    told.run()

    assert len(told.forge.asked) == len(set(told.forge.asked)) == 20


def test_a_scan_without_a_forge_takes_nothing_for_green() -> None:
    told = story()
    say(told, State.SUCCESS)
    told.asks_forge = False

    assert taken(told.run("scan")) == ""
