"""`moves-by: merge`: nothing is edited, and the report says what the next merge brings."""

import pytest
from builders import PODINFO, configuration, duration, rule, tier
from doubles.story import Story, release
from msgspec.structs import replace

from bot.model.tiers import Pace
from bot.model.verdicts import Current
from bot.report.matrix import matrix
from bot.report.run_report import RunReport

FILE = "apps/a.yaml"
PACE = Pace(comes_from=("dev",), soak=duration("3d"), by_merge=True)


def story(dev: str, *, production: bool = False, main: str = "1.2.3", ranges: str = "keep") -> Story:
    dev_tier = tier("dev", "exact", branch="develop", paths=("apps/**",))
    last = tier("last", "exact", paths=("apps/**",), pace=PACE, production=production)
    told = Story(configuration(dev_tier, last, ranges=ranges)).push(PODINFO, "1.2.2", "1.2.3", "1.2.4", "1.2.5")
    told.write({FILE: release(main)})
    told.write({"docs.md": "x"}, "develop")
    return told.write({FILE: release(dev)}, "develop")


def brings(report: RunReport) -> str:
    [found] = [one.decision for one in report.verdicts if one.tier.name == "last"]
    assert isinstance(found, Current)
    return found.brings


@pytest.mark.parametrize("production", [False, True])
def test_it_says_what_a_merge_brings_and_whether_that_has_soaked(production: bool) -> None:  # noqa: FBT001 - a table
    told = story("1.2.4", production=production)
    assert brings(told.run()) == "1.2.4 (waits until 2026-01-04 00:00 UTC, soaks in dev)"

    report = told.pass_by(days=3).run()
    assert brings(report) == "1.2.4 (soaked)"
    [row] = matrix(report)
    assert str(row.cells[1][0]) == "1.2.3, a merge brings 1.2.4 (soaked)"


def cure(report: RunReport) -> str:
    [found] = [one.decision for one in report.verdicts if one.tier.name == "last"]
    assert isinstance(found, Current)
    assert found.remark
    return found.remark.mend.partition(";")[0]


def test_what_is_to_be_done_is_said_for_what_has_soaked_what_has_not_and_what_is_lower() -> None:
    told = story("1.2.4")
    assert cure(told.run()) == "Merge it when it has soaked"
    assert cure(told.pass_by(days=3).run()) == "Merge it to have it here"
    assert cure(story("1.2.2").run()) == "Merge it only to go back"


def test_nothing_is_edited_there() -> None:
    told = story("1.2.4")
    told.run()
    report = told.pass_by(days=9).run()

    assert (report.updates, told.forge.pulls) == ((), {})


def test_a_range_there_is_not_pinned_either() -> None:
    told = story("1.x", main="1.x", ranges="pin")

    assert [one.tier.name for one in told.run().updates] == ["dev"]


def test_the_same_version_is_nothing_to_bring() -> None:
    assert brings(story("1.2.3").run()) == ""


def test_a_lower_version_is_said_to_be_that() -> None:
    assert brings(story("1.2.2").run()) == "1.2.2 (which is lower than what runs here)"


def test_a_release_that_dev_does_not_have_is_left_as_it_is() -> None:
    told = story("1.2.4")
    told.write({"apps/b.yaml": release("1.2.3", name="other")})
    report = told.run()

    assert sorted(getattr(one.decision, "brings", "") != "" for one in report.verdicts) == [False, False, True]


def test_what_should_not_run_there_is_told_before_what_a_merge_brings() -> None:
    told = story("1.2.4")
    told.configuration = replace(told.configuration, rules=(rule(tiers=["last"], skip=["1.2.3"]),))
    report = told.run()
    [found] = [one.decision for one in report.verdicts if one.tier.name == "last"]

    assert isinstance(found, Current)
    assert (found.remark and found.remark.id, found.brings[:5]) == ("in-use-skipped", "1.2.4")
