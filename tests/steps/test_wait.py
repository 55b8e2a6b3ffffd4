"""`wait` and `settle`, run by run, on simulated time."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from builders import PODINFO, configuration, pace, rule, source, tier
from doubles.memory_registry import MemoryRegistry
from doubles.story import NOW, Story, release

from bot.ledger.model import LEDGER_BRANCH, ChartSights, Ledger
from bot.model.verdicts import Current, Update
from bot.report.run_report import RunReport
from bot.steps.past.remember import read_past, remember

FILE = "apps/dev/a.yaml"
CHART_FILE = "charts/ghcr.io%2fx%2fpodinfo.json"


def story(*tags: str, wait: str = "2d", **more: str) -> Story:
    told = Story(configuration(tier("dev", "any", pace=pace(wait=wait, **more)))).push(PODINFO, "1.2.3", *tags)
    return told.write({FILE: release("1.2.3")})


def made(told: Story, tag: str, at: datetime) -> None:
    told.registry.push(source(), tag, created=at)


def taken(report: RunReport) -> str:
    [found] = [one.decision for one in report.verdicts]
    return found.new if isinstance(found, Update) else ""


def refusals(report: RunReport) -> list[tuple[str, str]]:
    [found] = [one.decision for one in report.verdicts]
    assert isinstance(found, Update | Current)
    return [(one.tag, one.why) for one in found.refused]


def ledger(told: Story) -> dict[str, dict[str, object]]:
    files = told.remote.files(LEDGER_BRANCH)
    return {path: json.loads(data) for path, data in files.items()}


def test_a_new_version_is_taken_so_long_after_it_was_first_seen() -> None:
    told = story()
    told.run()
    told.push(PODINFO, "1.2.4")

    assert taken(told.pass_by(days=1).run()) == ""
    assert taken(told.pass_by(days=1, hours=23).run()) == ""
    assert taken(told.pass_by(hours=1).run()) == "1.2.4"


def test_its_publisher_cannot_make_it_older_than_our_sight() -> None:
    told = story("1.2.4")
    made(told, "1.2.4", NOW - timedelta(days=9))
    told.run()
    made(told, "1.2.5", datetime(2020, 1, 1, tzinfo=UTC))
    report = told.pass_by(hours=1).run()

    assert taken(report) == "1.2.4"
    assert refusals(report) == [("1.2.5", "first seen 2026-01-01 01:00 UTC, waits until 2026-01-03 01:00 UTC")]


def test_what_was_there_before_us_is_as_old_as_its_manifest_says_and_that_is_named_as_such() -> None:
    told = story()
    made(told, "1.2.4", NOW - timedelta(days=3))
    made(told, "1.2.5", NOW - timedelta(days=1))
    report = told.run()

    assert taken(report) == "1.2.4"
    said = "made, by its publisher's word, 2025-12-31 00:00 UTC, waits until 2026-01-02 00:00 UTC"
    assert refusals(report) == [("1.2.5", said)]
    assert taken(told.pass_by(days=1).run()) == "1.2.5"


def test_only_manifests_of_versions_that_would_be_taken_are_asked_for_and_once() -> None:
    told = story("1.2.4", "1.2.5", "1.2.6")
    made(told, "1.2.6", NOW - timedelta(days=1))
    made(told, "1.2.5", NOW - timedelta(days=9))
    told.run()

    assert told.registry.fetched == [(source(), "1.2.6"), (source(), "1.2.5")]
    told.pass_by(hours=1).run()
    assert len(told.registry.fetched) == 2


def test_a_manifest_that_says_nothing_leaves_it_at_our_sight() -> None:
    told = story("1.2.4")

    assert taken(told.run()) == ""
    assert ledger(told)[CHART_FILE]["created"] == {"1.2.4": None}
    assert taken(told.pass_by(days=2).run()) == "1.2.4"


def test_a_manifest_that_does_not_answer_is_asked_again_and_its_version_is_not_taken() -> None:
    told = story()
    made(told, "1.2.4", NOW - timedelta(days=9))
    told.registry.lost.add((source(), "1.2.4"))
    assert taken(told.run()) == ""

    told.registry.lost.clear()
    assert taken(told.run()) == "1.2.4"


def test_twenty_young_versions_are_not_all_asked_for() -> None:
    told = story(*(f"1.3.{number}" for number in range(20)))
    for number in range(20):
        made(told, f"1.3.{number}", NOW)
    report = told.run()

    assert taken(report) == ""
    assert len(told.registry.fetched) == 8


def test_the_ledger_is_sorted_json_of_one_entry_a_line_and_says_nothing_of_older_versions() -> None:
    told = story("1.2.4", "1.2.2")
    made(told, "1.2.5", NOW - timedelta(days=1))
    told.run()

    assert told.remote.files(LEDGER_BRANCH)[CHART_FILE].decode() == (
        '{\n "chart": "ghcr.io/x/podinfo",\n "created": {\n  "1.2.4": null,\n  "1.2.5": "2025-12-31T00:00:00Z"\n },\n'
        ' "first-seen": {\n  "1.2.4": "2026-01-01T00:00:00Z",\n  "1.2.5": "2026-01-01T00:00:00Z"\n },\n'
        ' "since": "2026-01-01T00:00:00Z"\n}\n'
    )


def test_the_ledger_has_a_history_of_its_own_and_grows_by_what_is_new() -> None:
    told = story("1.2.4")
    told.run()
    first = told.remote.branches[LEDGER_BRANCH]
    assert told.remote.commits[first].parents == ()

    told.push(PODINFO, "1.2.5").pass_by(hours=1).run()
    assert told.remote.commits[told.remote.branches[LEDGER_BRANCH]].parents == (first,)
    assert ledger(told)[CHART_FILE]["first-seen"] == {"1.2.4": "2026-01-01T00:00:00Z", "1.2.5": "2026-01-01T01:00:00Z"}


def test_nothing_is_written_where_nothing_was_learnt() -> None:
    told = story("1.2.4")
    told.run()
    told.pass_by(hours=1).run()

    assert told.repository.pushes == []


def test_no_ledger_is_made_where_no_key_needs_one() -> None:
    told = story("1.2.4", wait="0h")
    told.run()

    assert LEDGER_BRANCH not in told.remote.branches


def test_a_dry_run_and_a_scan_remember_nothing() -> None:
    told = story("1.2.4")
    told.run("scan")

    assert LEDGER_BRANCH not in told.remote.branches


def test_a_rule_lets_a_chart_go_at_once() -> None:
    told = story("1.2.4")
    told.configuration = configuration(*told.configuration.tiers, rules=[rule(charts=["ghcr.io/x/*"], wait="0h")])

    assert taken(told.run()) == "1.2.4"
    assert told.registry.fetched == []


def test_a_registry_that_is_away_is_no_first_sight() -> None:
    told = story("1.2.4")
    away, told.registry = told.registry, MemoryRegistry()
    told.run()
    assert LEDGER_BRANCH not in told.remote.branches

    told.registry = away
    told.run()
    assert ledger(told)[CHART_FILE]["since"] == "2026-01-01T00:00:00Z"


def test_a_chart_moves_once_and_then_settles() -> None:
    told = story("1.2.4", wait="0h", settle="1w")
    assert taken(told.run()) == "1.2.4"
    told.pass_by(days=1).write({FILE: release("1.2.4")}).push(PODINFO, "1.2.5")

    report = told.pass_by(days=6, hours=23).run()
    assert taken(report) == ""
    said = "the chart moved here 2026-01-02 00:00 UTC, settles until 2026-01-09 00:00 UTC"
    assert refusals(report) == [("1.2.5", said)]
    assert taken(told.pass_by(hours=1).run()) == "1.2.5"


def test_a_new_release_of_a_chart_is_no_move_of_it() -> None:
    told = story("1.2.4", wait="0h", settle="1w")
    told.pass_by(days=1).write({"apps/dev/b.yaml": release("1.2.4", name="other")})

    report = told.pass_by(days=1).run()
    assert [getattr(one.decision, "new", "") for one in report.verdicts] == ["1.2.4", ""]


def test_settling_needs_no_ledger() -> None:
    told = story("1.2.4", wait="0h", settle="1w")
    told.run()

    assert LEDGER_BRANCH not in told.remote.branches


@pytest.mark.parametrize("pacing", [{"settle": "1w"}, {"comes_from": ["dev"], "soak": "3d"}])
def test_a_commit_of_the_year_9999_stops_no_run(pacing: dict[str, Any]) -> None:
    below = tier("dev", "exact", paths=("apps/below/**",))
    told = Story(configuration(below, tier("next", "any", paths=("apps/dev/**",), pace=pace(**pacing))))
    told.push(PODINFO, "1.2.3", "1.2.4", "1.2.5").write({"apps/dev/a.yaml": release("1.2.2")})
    moved = {"apps/dev/a.yaml": release("1.2.3"), "apps/below/a.yaml": release("1.2.4")}
    told.remote.commit("main", moved, date=253402300700)

    for _ in range(2):
        [found] = [one.decision for one in told.run().verdicts if one.tier.name == "next"]
        assert isinstance(found, Current)
        assert found.version == "1.2.3"
        told.pass_by(days=1)


@pytest.mark.parametrize("sights", [{}, {"since": datetime(9999, 12, 31, tzinfo=UTC)}])
def test_a_ledger_of_the_year_9999_stops_no_run(sights: dict[str, Any]) -> None:
    late = datetime(9999, 12, 31, 23, tzinfo=UTC)
    told = Story(configuration(tier("dev", "any", pace=pace(wait="2d")))).push(PODINFO, "1.2.3", "1.2.4")
    told.write({"apps/dev/a.yaml": release("1.2.3")})
    known = ChartSights(**{"since": NOW, "first_seen": {"1.2.4": late}, "created": {"1.2.4": late}, **sights})
    assert remember(Ledger(charts={PODINFO: known}), read_past(told.repository, None), told.forge.us) == ()

    [found] = told.run().verdicts
    assert isinstance(found.decision, Current)
    assert found.decision.waiting
    assert found.decision.waiting.until == told.now + timedelta(days=2)
