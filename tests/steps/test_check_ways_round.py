"""What `check` says of edits that would be ways round the rules."""

import pytest
from builders import PODINFO, configuration, tier
from doubles.checking import DEV, LIVE, STAGING, VERSIONS, checked, said, story
from doubles.story import Story, oci, release

from bot.report.run_report import findings

EU = "apps/live/eu/b.yaml"


def written(constraint: str) -> str:
    """A release of a range, or of no version at all."""
    return release(f"'{constraint}'") if constraint else release("1").replace("      version: 1\n", "")


@pytest.mark.parametrize("path", [STAGING, LIVE])
@pytest.mark.parametrize("constraint", [">=1.2.0", "1.x", "", "1.2.3 || 1.2.5"])
def test_a_range_in_the_place_of_a_version_is_found_where_others_have_to_run_it_first(
    path: str, constraint: str
) -> None:
    report = checked(story(), {path: written(constraint)})
    assert said(report) == ["range-now"]
    assert "to versions that dev need not have run" in findings(report)[0].sentence


def test_a_range_in_the_place_of_a_version_is_found_in_production_whatever_it_takes_its_versions_from() -> None:
    told = story(configuration(tier("live", "exact", production=True)))
    assert said(checked(told, {LIVE: written("1.x")})) == ["range-now"]


def test_a_range_is_fine_where_nothing_has_to_run_first() -> None:
    assert said(checked(story(), {DEV: written("1.x")})) == []


@pytest.mark.parametrize(
    ("old", "new", "fine"),
    [
        ("1.x", "1.2.x", True),
        (">=1.0.0", "1.x", True),
        ("*", ">=1.2.3 <1.2.5", True),
        ("1.2.x", "1.x", False),
        (">=1.2.3 <1.2.5", ">=1.2.3 <=1.2.5", False),
        (">=1.2.0", ">=1.1.0", False),
        (">=0.5.0 <2", "<2", False),
        ("1.x !=1.2.5", "1.x", False),
        ("~1.2.3", "~1.2.3-0", False),
        ("1.x", "", False),
    ],
)
def test_a_range_in_the_place_of_another_may_take_less_and_not_more(old: str, new: str, fine: bool) -> None:  # noqa: FBT001 - a column of the table
    report = checked(story(files={LIVE: written(old)}), {LIVE: written(new)})
    assert said(report) == ([] if fine else ["range-now"])


def test_a_range_may_not_lose_the_filter_beside_it() -> None:
    told = Story(configuration(tier("live", "any", production=True))).push(PODINFO, *VERSIONS)
    told.write({LIVE: oci("{semver: 1.x, semverFilter: '^1.2'}")})
    assert said(checked(told, {LIVE: oci("{semver: 1.x}")})) == ["range-now"]
    assert said(checked(told, {LIVE: oci("{semver: 1.2.x, semverFilter: '^1.2'}")})) == []
