"""`wait`, `settle`, `from` and `soak` as they stand in the file."""

import textwrap
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.loading import load
from bot.errors import ConfigurationError
from bot.maturity.durations import LONGEST, duration_text, left_text, parse_duration
from bot.model.tiers import Configuration, Pace, RequiredStatus


def loaded(staging: str, more: str = "") -> Configuration:
    text = f"""\
tiers:
  dev: {{paths: ["d/**"], follow: any}}
  test: {{paths: ["t/**"], follow: any}}
  staging:
    paths: ["s/**"]
    follow: any
{textwrap.indent(textwrap.dedent(staging), "    ")}
{more}"""
    return load(text.encode(), "c.yaml")


def faults(staging: str, more: str = "") -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        loaded(staging, more)
    return [str(fault) for fault in caught.value.faults]


def test_a_tier_says_how_long_it_waits_and_on_whom() -> None:
    dev, _, staging = loaded("wait: 2d\nsettle: 1w\nfrom: dev\nsoak: 36h").tiers

    assert dev.pace == Pace()
    assert staging.pace == Pace(
        wait=timedelta(days=2), settle=timedelta(weeks=1), comes_from=("dev",), soak=timedelta(hours=36)
    )


def test_a_status_that_must_be_green_names_who_says_it() -> None:
    pace = loaded('from: dev\nwith-status: [{context: ci/smoke, creator: "github-actions[bot]"}]').tiers[2].pace

    assert pace.with_status == (RequiredStatus(context="ci/smoke", creator="github-actions[bot]"),)


@pytest.mark.parametrize("statuses", ["[{context: ci/smoke}]", "[ci/smoke]", "[]", '[{context: "", creator: x}]'])
def test_a_status_without_its_creator_is_a_fault(statuses: str) -> None:
    assert "with-status" in faults(f"from: dev\nwith-status: {statuses}")[0]


def test_a_tier_may_come_from_several() -> None:
    assert loaded("from: [dev, test, dev]").tiers[2].pace.comes_from == ("dev", "test")


def test_a_rule_sets_wait_and_soak() -> None:
    rules = 'rules:\n  - match: {chart: "ghcr.io/x/*"}\n    set: {wait: 0h, soak: 1d}\n'
    (rule,) = loaded("from: dev\nsoak: 3d\nwait: 1w", rules).rules

    assert (rule.wait, rule.soak) == (timedelta(), timedelta(days=1))


@pytest.mark.parametrize("text", ["3 d", "-1d", "1.5d", "3m", "d", "1D", "53w", "9999d", "01d", "'3d\n'", "\u0661d"])
def test_what_is_no_duration_is_told_with_its_place_and_the_mend(text: str) -> None:
    found = faults(f"wait: {text}")[0]

    assert found.startswith("c.yaml:7:11: ")
    assert "not a duration. Write hours, days or weeks" in found


def test_a_number_without_its_unit_is_told_to_be_one() -> None:
    found = faults("wait: 3")[0]

    assert found.startswith("c.yaml:7:11: ")
    assert found.endswith("is `3`, not a duration. Write its unit: `3h`, `3d` or `3w`")


def test_a_status_without_a_tier_is_a_fault() -> None:
    found = faults("with-status: [{context: ci, creator: x}]")
    assert found == ["c.yaml:7:5: `with-status` without `from`: no tier is named that would run it"]


def test_a_soak_without_a_tier_that_runs_it_is_a_fault() -> None:
    assert faults("soak: 3d") == ["c.yaml:7:5: `soak` without `from`: no tier is named that would run it"]


def test_a_tier_may_move_by_merges_of_another_branch_and_production_too() -> None:
    text = """\
tiers:
  dev: {paths: [a], branch: develop}
  production: {paths: [a], branch: main, production: true, moves-by: merge, from: dev, soak: 3d}
"""
    _, production = load(text.encode(), "c.yaml").tiers
    assert production.pace == Pace(comes_from=("dev",), soak=timedelta(days=3), by_merge=True)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("moves-by: merge", "not one tier in `from`"),
        ("moves-by: merge\nfrom: [dev, test]", "not one tier in `from`"),
        ("moves-by: merge\nfrom: dev", "both lie on one branch"),
        ("moves-by: merge\nfrom: dev\nbranch: x\nwait: 2d", "`wait` in a tier that moves by merges"),
        ("moves-by: magic", "moves-by"),
    ],
)
def test_what_cannot_be_of_a_tier_that_moves_by_merges_is_a_fault(lines: str, said: str) -> None:
    assert any(said in fault for fault in faults(lines))


def test_a_tier_that_is_not_there_is_named_with_the_nearest() -> None:
    assert faults("from: deb") == ["c.yaml:7:11: there is no tier `deb`. Did you mean `dev`?"]


@pytest.mark.parametrize("name", ["staging", "[dev, staging]"])
def test_a_tier_cannot_wait_for_itself(name: str) -> None:
    assert "`staging` wait for each other" in faults(f"from: {name}")[0]


def test_tiers_cannot_wait_for_each_other() -> None:
    text = "tiers: {a: {paths: [a], from: b}, b: {paths: [b], from: c}, c: {paths: [c], from: a}}"
    with pytest.raises(ConfigurationError) as caught:
        load(text.encode(), "c.yaml")

    assert "wait for each other" in caught.value.faults[0].message


def test_production_says_where_promotions_and_checks_look_for_what_ran() -> None:
    text = "tiers: {dev: {paths: [d]}, production: {paths: [p], production: true, from: dev, soak: 3d}}"
    _, production = load(text.encode(), "c.yaml").tiers

    assert production.pace == Pace(comes_from=("dev",), soak=timedelta(days=3))


def test_a_production_tier_may_have_a_standing_draft() -> None:
    text = "tiers: {dev: {paths: [d]}, live: {paths: [p], production: true, from: dev, promote: standing-draft}}"
    dev, production = load(text.encode(), "c.yaml").tiers

    assert (dev.standing_draft, production.standing_draft) == (False, True)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("production: true", "`promote` without `from`"),
        ("from: dev", "`live` is not production, so there is nothing to promote to it"),
        ("production: true, moves-by: merge, branch: b, from: dev", "moves by merges, which promote to it"),
    ],
)
def test_a_standing_draft_has_something_to_promote(keys: str, said: str) -> None:
    production = keys if "production" in keys else f"{keys}, production: false"
    text = f"tiers: {{dev: {{paths: [d]}}, live: {{paths: [p], promote: standing-draft, {production}}}}}"
    with pytest.raises(ConfigurationError) as caught:
        load(text.encode(), "c.yaml")

    assert said in caught.value.faults[0].message


@pytest.mark.parametrize("key", ["wait: 2d", "settle: 1w"])
def test_production_takes_nothing_by_itself_and_so_waits_for_nothing(key: str) -> None:
    text = f"tiers: {{dev: {{paths: [d]}}, production: {{paths: [p], production: true, {key}}}}}"
    with pytest.raises(ConfigurationError) as caught:
        load(text.encode(), "c.yaml")

    assert "in a production tier, which takes nothing by itself" in caught.value.faults[0].message


@settings(deadline=None)
@given(st.integers(min_value=1, max_value=int(LONGEST / timedelta(hours=1))))
def test_a_duration_reads_as_it_is_written(hours: int) -> None:
    assert parse_duration(duration_text(timedelta(hours=hours))) == timedelta(hours=hours)
    assert parse_duration(f"{hours}h") == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("hours", "text"),
    [(0.1, "1h"), (1, "1h"), (1.5, "2h"), (23, "23h"), (24, "1d"), (24.1, "2d"), (48, "2d"), (49, "3d")],
)
def test_what_is_left_is_rounded_up(hours: float, text: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert left_text(now + timedelta(hours=hours), now) == text
