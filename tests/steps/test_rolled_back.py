"""What a base branch took and left again is not proposed anew: not there, and in no tier behind it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from builders import PODINFO, configuration, pace, source, tier
from doubles.story import NOW, Story, release

from bot.ledger.model import LEDGER_BRANCH, Ledger, Matter, Return, Word
from bot.model.charts import ChartAddress
from bot.model.commits import Sha
from bot.model.tiers import Pace
from bot.model.verdicts import Current, Update
from bot.reason import Weight
from bot.reasons import UNREACHABLE
from bot.report.matrix import cell_of
from bot.report.run_report import RunReport
from bot.report.summary import summary
from bot.report.terminal import plain_lines
from bot.report.told_reasons import told_reasons
from bot.steps.past.remember import read_past, remember
from bot.steps.past.rollbacks import Rollbacks
from bot.versions.version import Version

OTHER = "ghcr.io/x/other"
FILE, STAGING = "apps/dev/a.yaml", "apps/staging/a.yaml"


def story() -> Story:
    """dev took 1.2.4 and went back."""
    told = Story(configuration(tier("dev", "patch"))).push(PODINFO, "1.2.2", "1.2.3", "1.2.4")
    told.write({FILE: release("1.2.3")})
    told.pass_by(days=1).write({FILE: release("1.2.4")})
    return told.pass_by(days=1).write({FILE: release("1.2.3")})


def taken(report: RunReport, name: str = "dev") -> str:
    [found] = [one.decision for one in report.verdicts if one.tier.name == name]
    return found.new if isinstance(found, Update) else ""


def why(report: RunReport, name: str = "dev") -> str:
    [found] = [one.decision for one in report.verdicts if one.tier.name == name]
    return str(found.remark) if isinstance(found, Current) and found.remark else ""


def say(told: Story, *, held: bool, **about: str) -> None:
    """What a person's command will write."""
    past = read_past(told.repository, told.remote.tip(LEDGER_BRANCH))
    words = {Matter(**about): Word(at=told.now, held=held, why="see #12")}
    assert remember(Ledger(words=words), past, told.forge.us) == ()


def test_what_was_taken_back_is_not_proposed_again_and_the_commit_is_named() -> None:
    told = story()
    report = told.run()

    assert taken(report) == ""
    commit = told.remote.branches["main"][:10]
    assert why(report) == (
        f"1.2.4 is allowed here and was taken back: dev went back from it in {commit}. A newer version moves by "
        "itself; `release` frees this one, or write it by hand in the tier that went back"
    )


def test_a_newer_version_moves() -> None:
    told = story()
    told.run()

    assert taken(told.push(PODINFO, "1.2.5").run()) == "1.2.5"


def back_past_a_smaller_one() -> Story:
    """dev took 1.2.5 and went back; nobody ever took 1.2.4."""
    told = Story(configuration(tier("dev", "any"))).push(PODINFO, "1.2.3", "1.2.4", "1.2.5")
    for version in ("1.2.3", "1.2.5", "1.2.3"):
        told.pass_by(hours=1).write({path: release(version, name=path[9]) for path in (FILE, "apps/dev/b.yaml")})
    return told


@pytest.mark.parametrize("shown", [summary, lambda report: "\n".join(plain_lines(report))], ids=["summary", "terminal"])
def test_where_a_smaller_one_is_proposed_in_its_place_the_commit_that_went_back_is_named_once(
    shown: Callable[[RunReport], str],
) -> None:
    told = back_past_a_smaller_one()
    commit = told.remote.branches["main"][:10]
    report = told.run()
    assert {one.decision.new for one in report.verdicts if isinstance(one.decision, Update)} == {"1.2.4"}
    assert shown(report).count(commit) == 1


def test_where_a_larger_jump_is_in_a_pull_request_of_its_own_too_it_is_named() -> None:
    told = back_past_a_smaller_one().push(PODINFO, "2.0.0")
    commit = told.remote.branches["main"][:10]
    [said] = [one.reason.sentence for one in told_reasons(told.run())]
    assert said == f"1.2.5 is allowed here and was taken back: dev went back from it in {commit}"


def test_where_a_newer_one_is_proposed_what_was_taken_back_is_not_told() -> None:
    assert told_reasons(back_past_a_smaller_one().push(PODINFO, "1.2.6").run()) == ()


def test_an_open_pull_request_for_it_is_closed() -> None:
    told = Story(configuration(tier("dev", "patch"))).push(PODINFO, "1.2.3", "1.2.4", "1.2.5")
    told.write({FILE: release("1.2.3")}).write({FILE: release("1.2.4")}).run()
    assert len(told.forge.pulls) == 1
    told.write({FILE: release("1.2.5")}).run()
    told.write({FILE: release("1.2.4")})

    assert taken(told.run()) == ""
    assert told.forge.pulls == {}


@pytest.mark.parametrize("others", [False, True], ids=["alone", "beside another"])
def test_it_leaves_the_open_pull_request_of_the_tier_behind_while_its_registry_is_away(*, others: bool) -> None:
    told = Story(configuration(tier("dev", "patch"), tier("staging", "patch", pace=pace(comes_from=["dev"]))))
    told.push(PODINFO, "1.2.3", "1.2.4").push(OTHER, "1.2.3", "1.2.4")
    for version in ("1.2.3", "1.2.4"):
        told.write({FILE: release(version), "apps/dev/b.yaml": release(version, chart="other")})
    old = {"apps/staging/b.yaml": release("1.2.3", chart="other")} if others else {}
    told.write({STAGING: release("1.2.3"), **old}).run()
    assert STAGING in told.proposed("staging")

    told.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="503")
    report = told.write({FILE: release("1.2.3")}).run()
    assert (told.proposed("staging").keys() if told.forge.pulls else set()) == old.keys()
    (said,) = [one.reason.sentence for one in told_reasons(report) if one.reason.id == "not-kept"]
    assert said.startswith(
        "1.2.4 leaves its open pull request although its chart could not be looked up: dev went back"
    )
    told.forge.writes.clear()
    told.run()
    assert told.forge.writes == []


def test_it_is_remembered_when_the_history_is_longer_than_what_is_read_of_it() -> None:
    told = story()
    told.run()
    for number in range(150):
        told.write({"docs.md": str(number)})

    assert taken(told.pass_by(days=90).run()) == ""


def test_it_is_written_down_once() -> None:
    told = story()
    told.run()
    ledger = told.remote.branches[LEDGER_BRANCH]
    told.pass_by(hours=1).run()

    assert told.remote.branches[LEDGER_BRANCH] == ledger


def test_what_was_taken_back_is_looked_up_once_for_all_that_use_a_chart(monkeypatch: pytest.MonkeyPatch) -> None:
    told = story()
    told.write({f"apps/dev/{sign}.yaml": release("1.2.3", name=sign) for sign in "bcd"})
    told.run()
    asked, left = list[str](), Rollbacks._left

    def look_up(rollbacks: Rollbacks, name: str, chart: ChartAddress) -> Iterator[tuple[Version, Sha]]:
        asked.append(f"{name} {chart}")
        return left(rollbacks, name, chart)

    monkeypatch.setattr(Rollbacks, "_left", look_up)
    told.run()

    assert asked == [f"dev {PODINFO}"]


def test_moving_up_and_on_is_no_going_back() -> None:
    told = Story(configuration(tier("dev", "patch"))).push(PODINFO, "1.2.3", "1.2.4", "1.2.5")
    for version in ("1.2.2", "1.2.3", "1.2.4"):
        told.write({FILE: release(version)})

    assert taken(told.run()) == "1.2.5"
    assert LEDGER_BRANCH not in told.remote.branches


def test_a_version_that_people_took_up_again_is_free_for_the_tiers_behind() -> None:
    told = chain()
    told.run()
    told.write({FILE: release("1.2.4")}).run()

    assert taken(told.pass_by(days=3).run(), "staging") == "1.2.4"


def test_a_commit_that_goes_back_may_bear_any_date() -> None:
    told = Story(configuration(tier("dev", "patch"))).push(PODINFO, "1.2.3", "1.2.6")
    told.write({FILE: release("1.2.3")}).write({FILE: release("1.2.6")}).pass_by(hours=1)
    told.remote.commit("main", {FILE: release("1.2.3")}, date=int((told.now - timedelta(days=40)).timestamp()))

    assert taken(told.run()) == ""


def test_going_back_and_moving_the_file_at_once_is_going_back() -> None:
    told = Story(configuration(tier("dev", "patch"))).push(PODINFO, "1.2.3", "1.2.6")
    told.write({FILE: release("1.2.3")}).write({FILE: release("1.2.6")}).pass_by(hours=1)
    told.write({FILE: None, "apps/dev/new.yaml": release("1.2.3")})

    assert taken(told.run()) == ""


def clusters(**versions: str) -> dict[str, str]:
    return {f"apps/dev/{name}/a.yaml": release(version) for name, version in versions.items()}


def taken_in(report: RunReport) -> dict[str, str]:
    """What each cluster takes."""
    found = {one.reference.path.split("/")[2]: one.decision for one in report.verdicts}
    return {name: decision.new for name, decision in found.items() if isinstance(decision, Update)}


def test_one_cluster_that_went_back_is_left_where_it_is_though_another_runs_the_version() -> None:
    told = Story(configuration(tier("dev", "patch"))).push(PODINFO, "1.2.3", "1.2.6")
    told.write(clusters(eu="1.2.3", us="1.2.3")).write(clusters(eu="1.2.6", us="1.2.6"))
    told.pass_by(hours=1).write(clusters(eu="1.2.3"))

    assert taken_in(told.run()) == {}
    assert taken_in(told.pass_by(hours=1).run()) == {}


def test_it_is_free_for_the_others_once_the_one_that_went_back_runs_it_again() -> None:
    told = Story(configuration(tier("dev", "patch"))).push(PODINFO, "1.2.3", "1.2.6")
    told.write(clusters(eu="1.2.6", us="1.2.6", ap="1.2.3")).write(clusters(eu="1.2.3"))
    assert taken_in(told.run()) == {}

    told.write(clusters(eu="1.2.6"))
    assert taken_in(told.run()) == {"ap": "1.2.6"}


def test_what_an_older_bot_wrote_down_still_holds() -> None:
    told = Story(configuration(tier("dev", "patch"))).push(PODINFO, "1.2.3", "1.2.6").write({FILE: release("1.2.3")})
    returns = {"1.2.6": {"a" * 40: Return(at=NOW)}, "1.2.5": {}}
    learnt = Ledger(rolled_back={"dev": {PODINFO: returns}})
    assert remember(learnt, read_past(told.repository, None), told.forge.us) == ()

    assert why(told.run()).startswith("1.2.6 is allowed here and was taken back: dev went back from it in aaaaaaaaaa")


def chain() -> Story:
    told = story()
    told.configuration = configuration(
        tier("dev", "patch"),
        tier("test", "patch"),
        tier("staging", "patch", pace=pace(comes_from=["dev"], soak="1d")),
        tier("last", "patch", pace=pace(comes_from=["test", "staging"])),
    )
    told.write({f"apps/{name}/a.yaml": release("1.2.3") for name in ("staging", "test")})
    return told.write({"apps/test/a.yaml": release("1.2.4"), "apps/last/a.yaml": release("1.2.3")})


def test_the_tier_behind_says_once_that_the_one_before_went_back() -> None:
    told = story()
    told.configuration = configuration(
        tier("dev", "patch"), tier("staging", "patch", pace=pace(comes_from=["dev"], soak="1d"))
    )
    told.write({STAGING: release("1.2.3")})
    report = told.run()
    decisions = [one.decision for one in report.verdicts if one.tier.name == "staging"]
    refused = [one for each in decisions if isinstance(each, Current) for one in each.refused]
    assert [(one.tag, one.why[:-10]) for one in refused] == [("1.2.4", "dev went back from it in ")]
    assert why(report, "staging").count("dev") == 1


def settling() -> Story:
    """dev moves once a week, and went back; staging comes from it."""
    told = story()
    told.configuration = configuration(
        tier("dev", "patch", pace=pace(settle="1w")), tier("staging", "patch", pace=pace(comes_from=["dev"], soak="1d"))
    )
    return told.write({STAGING: release("1.2.3")})


def test_a_chart_that_settles_since_it_went_back_says_that_and_not_that_a_later_run_takes_it() -> None:
    told = settling()
    report = told.pass_by(days=1).run()
    assert why(report).startswith("1.2.4 is allowed here and was taken back: dev went back from it in ")
    assert "settles" not in why(report)
    assert why(report, "staging").startswith("1.2.4 is allowed here and was taken back: dev went back from it in ")
    assert [str(cell_of(one)) for one in report.verdicts] == ["1.2.3, 1.2.4 was rolled back"] * 2


def test_the_open_pull_request_of_the_tier_behind_is_closed_with_that_word_while_the_one_before_settles() -> None:
    told = Story().push(PODINFO, "1.2.3", "1.2.4")
    told.configuration = settling().configuration
    told.write({FILE: release("1.2.3"), STAGING: release("1.2.3")})
    told.pass_by(days=8).write({FILE: release("1.2.4")}).run()
    told.pass_by(days=2).run()
    assert STAGING in told.proposed("staging")
    told.write({FILE: release("1.2.3")}).run()
    [said] = told.forge.comments
    assert (told.forge.pulls, "dev went back from it in" in said) == ({}, True), said


@pytest.mark.parametrize("soak", ["0h", "4d"])
def test_a_tier_that_people_move_tells_those_behind_it_that_it_went_back(soak: str) -> None:
    told = Story().push(PODINFO, "1.2.3", "1.2.4")
    told.configuration = configuration(
        tier("dev", "exact"), tier("staging", "patch", pace=pace(comes_from=["dev"], soak=soak))
    )
    told.write({FILE: release("1.2.3"), STAGING: release("1.2.3")})
    told.pass_by(days=1).write({FILE: release("1.2.4")}).run()
    told.pass_by(days=1).write({FILE: release("1.2.3")})
    assert why(told.run(), "staging").startswith("1.2.4 is allowed here and was taken back: dev went back from it")


def left_behind(dev: str = "1.2.3", staging: Pace | None = None) -> Story:
    """dev and staging took 1.2.4, the newest there is, and dev went back."""
    told = Story().push(PODINFO, "1.2.3", "1.2.4").write({FILE: release("1.2.3"), STAGING: release("1.2.3")})
    paced = staging or pace(comes_from=["dev"], soak="1d")
    told.configuration = configuration(tier("dev", "exact"), tier("staging", "patch", pace=paced))
    told.pass_by(days=1).write({FILE: release("1.2.4")})
    told.pass_by(days=2).write({STAGING: release("1.2.4")})
    return told.pass_by(days=1).write({FILE: release(dev)}) if dev != "1.2.4" else told


def test_a_tier_that_still_runs_what_the_one_before_went_back_from_says_so_and_proposes_nothing() -> None:
    told = left_behind()
    commit = told.remote.branches["main"][:10]
    report = told.run()
    assert why(report, "staging").startswith(f"1.2.4 is in use and dev went back from it in {commit}. Go back by hand")
    assert [str(cell_of(one)) for one in report.verdicts][1] == "1.2.4, which dev went back from"
    assert [one.reason.weight for one in told_reasons(report)] == [Weight.WARNING]
    assert told.forge.pulls == {}


def test_it_is_told_while_the_one_before_runs_something_newer_as_long_as_nothing_of_that_may_be_taken() -> None:
    told = left_behind()
    told.run()
    told.push(PODINFO, "1.3.0").write({FILE: release("1.3.0")})
    assert "dev went back from it" in why(told.run(), "staging")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (lambda: left_behind("1.2.4"), "the one before runs it"),
        (lambda: left_behind(staging=pace(wait="0h")), "it takes its versions from nowhere"),
        (lambda: left_behind().write({FILE: release("1.2.4")}), "the one before took it up again"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_it_is_not_told_where(told: Callable[[], Story], said: str) -> None:
    assert why(told().run(), "staging") == "", said


def test_it_is_told_before_a_newer_one_that_was_taken_back_as_well() -> None:
    told = left_behind("1.2.4").push(PODINFO, "1.2.5").write({FILE: release("1.2.5")}).write({FILE: release("1.2.3")})
    report = told.run()
    assert why(report, "staging").startswith("1.2.4 is in use and dev went back from it in ")
    decisions = [one.decision for one in report.verdicts if one.tier.name == "staging"]
    refused = [one.why for each in decisions if isinstance(each, Current) for one in each.refused]
    assert [one.startswith("dev went back from it in ") for one in refused] == [True]


def test_while_a_newer_one_only_waits_that_is_told() -> None:
    told = left_behind()
    told.run()
    report = told.push(PODINFO, "1.2.5").write({FILE: release("1.2.5")}).run()
    assert why(report, "staging").startswith("1.2.5 is allowed here, but not yet")


def test_only_the_tier_whose_from_names_the_one_that_went_back_is_told_of() -> None:
    told = left_behind()
    last = tier("last", "patch", pace=pace(comes_from=["staging"]))
    told.configuration = configuration(*told.configuration.tiers, last)
    report = told.write({"apps/last/a.yaml": release("1.2.4")}).run()
    assert [bool(why(report, name)) for name in ("dev", "staging", "last")] == [False, True, False]


def test_a_release_of_it_ends_the_word() -> None:
    told = left_behind()
    told.run()
    say(told, held=False, chart=PODINFO, version="1.2.4")
    assert why(told.run(), "staging") == ""


def test_where_no_tier_before_runs_less_no_history_is_read_for_it() -> None:
    told = left_behind("1.2.4")
    told.run()
    assert told.repository.walked == []


def test_no_tier_behind_takes_it_either() -> None:
    told = chain()
    told.configuration = configuration(
        tier("dev", "patch"),
        tier("staging", "patch", pace=pace(comes_from=["dev"])),
        tier("last", "patch", pace=pace(comes_from=["staging"])),
    )
    told.write({STAGING: release("1.2.4")})
    report = told.run()

    assert [taken(report, name) for name in ("dev", "staging", "last")] == ["", "", ""]
    assert "dev went back from it" in why(report, "last")


def test_a_tier_beside_it_may() -> None:
    told = story()
    told.configuration = configuration(tier("dev", "patch"), tier("test", "patch"))
    told.write({"apps/test/a.yaml": release("1.2.3")})

    assert taken(told.run(), "test") == "1.2.4"


def test_a_persons_word_releases_it() -> None:
    told = story()
    told.run()
    say(told, held=False, chart=PODINFO, version="1.2.4")

    assert taken(told.run()) == "1.2.4"


def test_a_word_from_before_releases_nothing() -> None:
    told = story()
    told.run()
    past = read_past(told.repository, told.remote.tip(LEDGER_BRANCH))
    remember(Ledger(words={Matter(): Word(at=NOW, held=False)}), past, told.forge.us)

    assert taken(told.run()) == ""


def test_a_person_may_hold_a_version_and_the_open_pull_request_follows_at_once() -> None:
    told = Story(configuration(tier("dev", "patch"))).push(PODINFO, "1.2.3", "1.2.4")
    told.write({FILE: release("1.2.3")}).run()
    assert len(told.forge.pulls) == 1

    say(told, held=True, chart=PODINFO, version="1.2.4", tier="dev")
    report = told.run()
    assert taken(report) == ""
    assert "1.2.4 is allowed here and held by a person: see #12" in why(report)
    assert told.forge.pulls == {}

    say(told.pass_by(hours=1), held=False, chart=PODINFO, version="1.2.4", tier="dev")
    assert taken(told.run()) == "1.2.4"


def test_a_hold_of_another_chart_or_tier_holds_nothing_here() -> None:
    told = Story(configuration(tier("dev", "patch"))).push(PODINFO, "1.2.3", "1.2.4")
    told.write({FILE: release("1.2.3")}).run()
    for about in ({"chart": "ghcr.io/x/other"}, {"tier": "staging"}, {"version": "1.2.5"}):
        say(told, held=True, **about)

    assert taken(told.run()) == "1.2.4"


def test_a_hold_ends_by_itself() -> None:
    told = Story(configuration(tier("dev", "patch"))).push(PODINFO, "1.2.3", "1.2.4")
    told.write({FILE: release("1.2.3")}).run()
    past = read_past(told.repository, told.remote.tip(LEDGER_BRANCH))
    until = Word(at=NOW, held=True, until=NOW.replace(day=3))
    remember(Ledger(words={Matter(): until}), past, told.forge.us)

    report = told.run()
    assert taken(report) == ""
    assert "held by a person until 2026-01-03 00:00 UTC. Release it" in why(report)
    assert [str(cell_of(one)) for one in report.verdicts] == ["1.2.3, 1.2.4 held until 2026-01-03 00:00 UTC"]
    assert taken(told.pass_by(days=2).run()) == "1.2.4"
