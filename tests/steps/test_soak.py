"""`from` and `soak`, run by run: what staging takes is what dev ran, for long enough, as far as there is evidence."""

from collections import Counter
from datetime import timedelta

import pytest
from builders import PODINFO, configuration, pace, rule, tier
from doubles.memory_registry import quiet
from doubles.story import NOW, Story, release
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from bot.ledger.model import LEDGER_BRANCH, Matter, Word
from bot.model.charts import TagList
from bot.model.references import ExactPin, Reference
from bot.model.verdicts import Current, Decision, Held, Update
from bot.pipeline import Request, run
from bot.report.document import document, schema
from bot.report.matrix import matrix
from bot.report.run_report import RunReport
from bot.selection.limits import Limits
from bot.selection.pins import decide_pin
from bot.steps.past.remember import read_past, with_words

OTHER = "ghcr.io/x/other"
DEV, STAGING = "apps/dev/a.yaml", "apps/staging/a.yaml"
TIERS = (
    tier("dev", "any", branch="develop"),
    tier("staging", "any", pace=pace(comes_from=["dev"], soak="3d")),
)


def story(dev: str = "1.2.4", staging: str = "1.2.3") -> Story:
    told = Story(configuration(*TIERS)).push(PODINFO, "1.2.3", "1.2.4", "1.2.5", "1.2.6", "2.0.0")
    told.write({STAGING: release(staging)})
    told.write({DEV: release(staging)}, "develop")
    if dev != staging:
        told.write({DEV: release(dev)}, "develop")
    return told


def decision(report: RunReport, name: str = "staging") -> Decision:
    [found] = [one.decision for one in report.verdicts if one.tier.name == name]
    return found


def taken(report: RunReport, name: str = "staging") -> str:
    found = decision(report, name)
    return found.new if isinstance(found, Update) else ""


def remark(report: RunReport, name: str = "staging") -> str:
    found = decision(report, name)
    reason = found.reason if isinstance(found, Held) else found.remark if isinstance(found, Current) else None
    return f"{reason.id}: {reason.sentence}" if reason else ""


def cells(report: RunReport) -> list[str]:
    [row] = matrix(report)
    return [" ".join(map(str, found)) for found in row.cells]


def test_a_version_is_taken_once_the_tier_before_ran_it_for_its_soak() -> None:
    told = story()

    assert taken(told.run()) == ""
    assert taken(told.pass_by(days=2, hours=23).run()) == ""
    assert taken(told.pass_by(hours=1).run()) == "1.2.4"


def test_a_commit_that_is_dated_ten_years_ahead_soaks_from_the_run_that_saw_it() -> None:
    told = story(dev="1.2.3")
    told.remote.commit("develop", {DEV: release("1.2.4")}, date=int((told.now + timedelta(days=3650)).timestamp()))

    assert remark(told.run()).endswith("waits until 2026-01-04 00:00 UTC, soaks in dev")
    assert taken(told.pass_by(days=2, hours=23).run()) == ""
    assert taken(told.pass_by(hours=1).run()) == "1.2.4"


def test_what_has_soaked_stays_so_however_long_it_is_not_taken() -> None:
    told = story()
    told.run()
    for week in range(8):
        told.remote.commit("develop", {"docs.md": str(week)})
        assert taken(told.pass_by(weeks=1).run()) == "1.2.4"


def test_while_it_waits_the_matrix_and_the_summary_say_until_when() -> None:
    told = story()
    told.run()
    report = told.pass_by(days=1).run()

    waiting = decision(report)
    assert isinstance(waiting, Current)
    assert waiting.waiting
    assert waiting.waiting.until == NOW + timedelta(days=3)
    assert cells(report)[1] == "1.2.3, 1.2.4 waits 2d, 1 major behind"
    assert remark(report) == "waits: 1.2.4 is allowed here, but not yet: waits until 2026-01-04 00:00 UTC, soaks in dev"


def test_what_dev_does_not_run_is_not_taken_and_the_matrix_says_so() -> None:
    report = story(dev="1.2.3").run()

    assert cells(report)[1] == "1.2.3, 2.0.0 exists, dev has not run it, 1 major behind"
    assert remark(report) == ""


def test_what_a_person_holds_as_well_is_not_called_current() -> None:
    told = story(dev="1.2.3")
    told.run()
    asked = told.request("update", writes=True)
    assert asked.past
    words = {Matter(chart=PODINFO): Word(at=told.now, held=True, until=told.now + timedelta(days=2), why="bad night")}
    report = run(replace(asked, past=with_words(asked.past, words)))

    assert cells(report)[1] == "1.2.3, 2.0.0 held by a person, dev has not run it, 1 major behind"


def test_the_date_that_a_commit_bears_proves_nothing() -> None:
    told = story(dev="1.2.3")
    told.remote.commit("develop", {DEV: release("1.2.4")}, date=0)

    assert taken(told.run()) == ""
    assert taken(told.pass_by(days=3).run()) == "1.2.4"


def test_a_version_that_dev_ran_for_its_soak_counts_after_dev_moved_on() -> None:
    told = story()
    told.run()
    told.pass_by(days=4).write({DEV: release("1.2.5")}, "develop")

    assert taken(told.pass_by(hours=1).run()) == "1.2.4"


def test_a_version_that_dev_left_too_early_does_not() -> None:
    told = story()
    told.run()
    told.pass_by(days=1).write({DEV: release("1.2.5")}, "develop").run()
    report = told.pass_by(days=2, hours=23).run()

    assert taken(report) == ""
    assert taken(told.pass_by(hours=1).run()) == "1.2.5"


def test_a_version_that_dev_went_back_from_does_not() -> None:
    told = story()
    told.run()
    told.pass_by(days=4).write({DEV: release("1.2.3")}, "develop")

    assert taken(told.run()) == ""
    assert taken(told.pass_by(days=9).run()) == ""


def test_one_that_dev_took_up_again_soaks_anew() -> None:
    told = story()
    told.run()
    told.pass_by(days=4).write({DEV: release("1.2.3")}, "develop")
    told.pass_by(hours=1).write({DEV: release("1.2.4")}, "develop")

    assert taken(told.run()) == ""
    assert taken(told.pass_by(days=2, hours=23).run()) == ""
    assert taken(told.pass_by(hours=1).run()) == "1.2.4"


def test_the_nearest_older_version_that_has_soaked_is_taken_instead() -> None:
    told = story()
    told.run()
    told.pass_by(days=4).write({DEV: release("1.2.5")}, "develop").run()
    report = told.pass_by(days=1).run()

    assert taken(report) == "1.2.4"
    found = decision(report)
    assert isinstance(found, Update)
    assert [(one.tag, one.why) for one in found.refused] == [
        ("2.0.0", "dev has not run it"),
        ("1.2.6", "dev has not run it"),
        ("1.2.5", "waits until 2026-01-08 00:00 UTC, soaks in dev"),
    ]


def test_only_what_all_references_ran_is_taken() -> None:
    told = story()
    told.write({"apps/dev/b.yaml": release("1.2.3", name="other")}, "develop")
    told.run()
    report = told.pass_by(days=9).run()

    assert taken(report) == ""
    assert remark(report) == (
        "tier-disagrees: the references of dev do not run the same version, and only one that all of them ran is "
        "taken: 1.2.4 in apps/dev/a.yaml:10, 1.2.3 in apps/dev/b.yaml:10"
    )
    told.write({"apps/dev/b.yaml": release("1.2.4", name="other")}, "develop").run()
    assert taken(told.pass_by(days=3).run()) == "1.2.4"


def test_what_is_suspended_in_dev_runs_nothing() -> None:
    told = story(dev="1.2.3")
    told.write({"apps/dev/b.yaml": release("1.2.6", name="other", extra="  suspend: true\n")}, "develop")
    told.write({DEV: release("1.2.4")}, "develop")
    told.run()

    assert taken(told.pass_by(days=3).run()) == "1.2.4"


def test_a_range_in_dev_proves_nothing_and_that_is_said() -> None:
    told = story(dev="1.x")

    assert remark(told.run()) == (
        "version-not-written: dev leaves to Flux which version it runs (apps/dev/a.yaml:10), so nothing in Git proves "
        "how long it ran one"
    )


def test_a_range_that_comes_from_dev_is_said_to_run_ahead_of_it() -> None:
    told = story(staging="1.x")

    assert remark(told.run()) == (
        "wide-range: Flux moves `1.x` by itself, past what tier staging takes: 1.2.7 is taken at once, which "
        "`from: dev` is there to prevent"
    )


def test_a_chart_that_dev_does_not_use_is_said() -> None:
    told = Story(configuration(*TIERS)).push(PODINFO, "1.2.3", "1.2.4").push("ghcr.io/x/other", "1.0.0")
    told.write({STAGING: release("1.2.3")}).write({DEV: release("1.0.0", chart="other")}, "develop")

    report = told.run()
    [found] = [one.decision for one in report.verdicts if one.tier.name == "staging"]
    assert isinstance(found, Current)
    assert found.remark
    assert found.remark.id == "not-in-tier"


def test_a_limit_that_leaves_nothing_to_take_is_said() -> None:
    told = story(dev="2.0.0")
    told.configuration = configuration(TIERS[0], tier("staging", "patch", pace=pace(comes_from=["dev"], soak="3d")))

    assert remark(told.run()) == (
        "nothing-soaked: dev runs 2.0.0, and nothing that it ran for 3d may be taken here: 2.0.0 is outside ~1.2.3"
    )


def test_two_tiers_must_both_have_run_it() -> None:
    told = story()
    told.configuration = configuration(
        *TIERS[:1], tier("test", "any"), tier("staging", "any", pace=pace(comes_from=["dev", "test"], soak="3d"))
    )
    told.write({"apps/test/a.yaml": release("1.2.3")})
    told.run()
    told.pass_by(days=3).write({"apps/test/a.yaml": release("1.2.4")}).run()

    assert taken(told.pass_by(days=2).run()) == ""
    assert taken(told.pass_by(days=1).run()) == "1.2.4"


def test_tiers_of_one_branch_soak_like_those_of_two() -> None:
    told = Story(configuration(tier("dev", "any"), TIERS[1])).push(PODINFO, "1.2.3", "1.2.4")
    told.write({STAGING: release("1.2.3"), DEV: release("1.2.3")})
    told.run()
    told.pass_by(days=1).write({DEV: release("1.2.4")}).run()
    told.pass_by(days=1).write({"docs/unrelated.yaml": "a: 1\n"})

    assert taken(told.pass_by(days=1, hours=23).run()) == ""
    assert taken(told.pass_by(hours=1).run()) == "1.2.4"


def test_a_rule_shortens_the_soak_of_some_charts() -> None:
    told = story()
    told.configuration = configuration(*TIERS, rules=[rule(charts=["ghcr.io/x/*"], soak="1d")])
    told.run()

    assert taken(told.pass_by(days=1).run()) == "1.2.4"


def test_without_a_soak_it_is_enough_that_dev_runs_it() -> None:
    told = story()
    told.configuration = configuration(TIERS[0], tier("staging", "any", pace=pace(comes_from=["dev"])))

    assert taken(told.run()) == "1.2.4"
    assert list(told.remote.files(LEDGER_BRANCH)) == ["digests/ghcr.io%2fx%2fpodinfo.json"]


def test_a_tier_without_a_soak_does_not_keep_the_clock_of_one_with_a_soak_from_starting() -> None:
    live = tier("live", "exact", production=True, pace=pace(comes_from=["dev"], soak="3d"))
    hasty = tier("staging", "any", pace=pace(comes_from=["dev"]))
    told = Story(configuration(TIERS[0], hasty, live)).push(PODINFO, "1.2.3", "1.2.4")
    told.write({STAGING: release("1.2.3"), "apps/live/a.yaml": release("1.2.3")})
    told.write({DEV: release("1.2.4")}, "develop")

    assert taken(told.run()) == "1.2.4"
    assert taken(told.pass_by(days=3).promote(to="live"), "live") == "1.2.4"


def test_history_that_was_rewritten_proves_nothing() -> None:
    told = story()
    told.run()
    told.pass_by(days=4)
    del told.remote.branches["develop"]
    told.write({DEV: release("1.2.4")}, "develop")

    assert taken(told.run()) == ""


def set_back(told: Story, to: str, *, days: int) -> Story:
    """The branch is set to a commit, and seen there by daily runs."""
    told.remote.branches["develop"] = to
    for _ in range(days):
        told.run()
        told.pass_by(days=1)
    return told


@pytest.mark.parametrize("was_seen", [False, True])
def test_a_branch_that_was_set_back_and_forward_again_soaks_anew(*, was_seen: bool) -> None:
    """The lower version is seen, or not, before the higher one comes."""
    told = story(dev="1.2.3")
    if was_seen:
        told.write({"apps/dev/o.yaml": release("1.2.4", chart="other")}, "develop").push(
            "ghcr.io/x/other", "1.2.3", "1.2.4"
        )
        told.write({"apps/staging/o.yaml": release("1.2.3", chart="other")}).run()
        told.write({"apps/staging/o.yaml": None}).pass_by(hours=1)
    before = told.remote.branches["develop"]
    assert bool(read_past(told.repository, told.remote.tip(LEDGER_BRANCH)).ledger.branches) is was_seen
    told.write({DEV: release("1.2.4")}, "develop").run()
    after = told.remote.branches["develop"]
    set_back(told.pass_by(hours=1), before, days=4)

    told.remote.branches["develop"] = after
    assert taken(told.run()) == ""
    assert taken(told.pass_by(days=2, hours=23).run()) == ""
    assert taken(told.pass_by(hours=1).run()) == "1.2.4"


def test_what_it_ran_all_the_time_soaks_on_while_a_branch_is_set_back_and_forward() -> None:
    told = story()
    told.run()
    before = told.remote.branches["develop"]
    told.pass_by(hours=1).write({DEV: release("1.2.4"), "README.md": "words"}, "develop").run()
    after = told.remote.branches["develop"]
    told.pass_by(hours=1)
    set_back(told, before, days=1).remote.branches["develop"] = after
    told.run()
    told.pass_by(days=1, hours=21)

    assert taken(told.run()) == ""
    assert taken(told.pass_by(hours=1).run()) == "1.2.4"


def test_a_branch_that_was_elsewhere_and_is_set_to_the_same_commit_again_soaks_anew_from_then() -> None:
    told = story()
    told.run()
    tip = told.remote.branches["develop"]
    told.pass_by(hours=1).write({DEV: release("1.2.3")}, "develop")
    elsewhere = told.remote.branches["develop"]
    set_back(told, elsewhere, days=1).remote.branches["develop"] = tip

    assert taken(told.run()) == ""
    assert taken(told.pass_by(days=2, hours=23).run()) == ""
    assert taken(told.pass_by(hours=1).run()) == "1.2.4"


def test_a_branch_that_stays_where_it_was_set_is_written_down_once() -> None:
    told = story(dev="1.2.3")
    before = told.remote.branches["develop"]
    told.write({DEV: release("1.2.4")}, "develop").run()
    after = told.remote.branches["develop"]
    for tip in (before, after, before):
        set_back(told.pass_by(hours=1), tip, days=1)
        ledger = told.remote.branches[LEDGER_BRANCH]
        told.run()
        assert told.remote.branches[LEDGER_BRANCH] == ledger
    again = read_past(told.repository, told.remote.tip(LEDGER_BRANCH)).ledger.seen_again["develop"]

    assert {tip: len(times) for tip, times in again.items()} == {after: 1, before: 1}


def test_a_run_whose_clock_was_ahead_makes_no_other_write_every_hour() -> None:
    told = story()
    told.pass_by(days=30).run()
    told.pass_by(days=-30).run()
    ledger = told.remote.branches[LEDGER_BRANCH]
    told.pass_by(hours=1).run()

    assert told.remote.branches[LEDGER_BRANCH] == ledger
    assert taken(told.pass_by(days=3).run()) == "1.2.4"


def test_a_run_that_learns_nothing_new_writes_nothing() -> None:
    told = story()
    told.run()
    ledger = told.remote.branches[LEDGER_BRANCH]
    told.pass_by(days=1).run()

    assert told.remote.branches[LEDGER_BRANCH] == ledger
    assert LEDGER_BRANCH not in dict(told.repository.pushes)


def test_where_staging_may_take_nothing_no_history_is_read() -> None:
    told = story(dev="1.2.3")
    told.configuration = configuration(tier("dev", "exact", branch="develop"), TIERS[1])
    told.run()

    assert told.repository.walked == []
    assert LEDGER_BRANCH not in told.remote.branches


def test_what_nothing_new_was_found_of_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told = story().push(OTHER, "1.2.3", "2.0.0")
    told.write({"apps/staging/b.yaml": release("1.2.3", chart="other")})
    judged: list[str] = []

    def decide(reference: Reference, pin: ExactPin, tags: TagList, limits: Limits) -> Decision:
        judged.append(f"{limits.tier.name} {reference.source.address.name}")
        return decide_pin(reference, pin, tags, limits)

    monkeypatch.setattr("bot.steps.select_versions.decide_pin", decide)
    told.run()

    smaller_jumps = Counter({"dev x/podinfo": 1})
    assert Counter(judged) - smaller_jumps == {"dev x/podinfo": 1, "staging x/podinfo": 2, "staging x/other": 1}


def test_history_is_read_no_further_than_it_matters() -> None:
    told = story(dev="1.2.3")
    told.configuration = configuration(tier("dev", "exact", branch="develop"), TIERS[1])
    for number in range(100):
        told.write({"docs/x.md": str(number)}, "develop")
    told.write({DEV: release("1.2.4")}, "develop").run()
    assert told.repository.walked == [("develop", 1)]

    for number in range(40):
        told.write({"docs/x.md": str(number)}, "develop")
    assert taken(told.pass_by(days=2).run()) == ""
    assert told.repository.walked == [("develop", 1), ("develop", 32), ("develop", 128)]


def test_a_folder_without_history_says_so() -> None:
    told = story()
    bases = told.bases()
    request = Request(
        command="scan",
        configuration=told.configuration,
        bases=tuple(replace(base, sha=None) for base in bases),
        default="main",
        registry=told.registry,
        progress=quiet,
        now=NOW,
    )
    assert remark(run(request)) == "history-unknown: how long dev ran 1.2.4 is not known: a folder has no history"


def test_the_plan_for_machines_holds_what_waits() -> None:
    found = document(story().run())

    Draft202012Validator(schema()).validate(found)
    assert [verdict["decision"].get("waiting") for verdict in found["verdicts"]] == [
        None,
        {"version": "1.2.4", "until": "2026-01-04T00:00:00+00:00"},
    ]
