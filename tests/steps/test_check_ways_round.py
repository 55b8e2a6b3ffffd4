"""What `check` says of edits that would be ways round the rules."""

import pytest
from builders import PODINFO, configuration, digest, tier
from doubles.checking import DEV, LIVE, STAGING, TIERS, VERSIONS, checked, noted, said, soaked, story
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


def with_digests(ref: str) -> Story:
    told = Story(configuration(*TIERS)).push(PODINFO, *VERSIONS, digests="123456")
    return told.write({DEV: oci(ref), LIVE: oci(ref)})


def test_a_digest_beside_semver_has_to_be_that_of_its_version() -> None:
    told = with_digests("{semver: 1.2.3}")
    for sign, finding in (("2", []), ("f", ["digest-differs"])):
        assert said(checked(told, {LIVE: oci(f"{{semver: 1.2.3, digest: '{digest(sign)}'}}")})) == finding


def test_a_digest_beside_semver_is_that_of_the_tag_that_flux_takes_for_it() -> None:
    told = Story(configuration(tier("dev", "any"))).push(PODINFO, "v1.2.3", "v1.2.4", digests="ab")
    told.write({DEV: oci("{semver: 1.2.3}")})
    assert said(checked(told, {DEV: oci(f"{{semver: 1.2.4, digest: '{digest('b')}'}}")})) == []
    assert said(checked(told, {DEV: oci(f"{{semver: 1.2.4, digest: '{digest('a')}'}}")})) == ["digest-differs"]


@pytest.mark.parametrize("ref", ["tag: 1.2.3", "semver: 1.2.3"])
def test_a_digest_that_is_taken_away_is_a_warning(ref: str) -> None:
    report = checked(with_digests(f"{{{ref}, digest: '{digest('2')}'}}"), {LIVE: oci(f"{{{ref}}}")})
    assert (said(report), noted(report)) == ([], ["digest-removed"])


def test_a_digest_alone_is_judged_as_the_version_that_it_is() -> None:
    told = with_digests("{tag: 1.2.3}")
    assert said(checked(told, {LIVE: oci(f"{{digest: '{digest('4')}'}}")})) == ["not-soaked"]
    assert said(checked(told, {LIVE: oci(f"{{digest: '{digest('1')}'}}")})) == []


@pytest.mark.parametrize(("version", "finding"), [("1.2.5", "not-soaked"), ("1.2.9", "tag-missing")])
def test_what_another_cluster_of_the_tier_runs_is_an_edit_all_the_same(version: str, finding: str) -> None:
    told = story(files={EU: release(version)})
    assert finding in said(checked(told, {LIVE: release(version)}))
    assert finding in said(checked(told, {LIVE: None, "apps/live/us.yaml": release(version)}))


def test_a_further_cluster_may_run_what_another_of_the_tier_runs() -> None:
    told = story(files={EU: release("1.2.5")})
    assert said(checked(told, {"apps/live/ap/c.yaml": release("1.2.5")})) == []
    assert said(checked(told, {"apps/live/ap/c.yaml": release("1.3.0")})) == ["not-soaked"]


def test_a_file_of_one_cluster_may_move_while_another_stays() -> None:
    told = story(files={EU: release("1.2.5")})
    assert said(checked(told, {EU: None, "apps/live/eu/z.yaml": release("1.2.5")})) == []


def test_a_release_under_another_name_is_an_edit_where_the_tier_used_its_chart() -> None:
    told = story()
    instead = {LIVE: None, "apps/live/b.yaml": release("1.2.5", name="podinfo2")}
    assert said(checked(told, {LIVE: release("1.2.5", name="podinfo2")})) == ["not-soaked"]
    assert said(checked(told, instead)) == ["not-soaked"]
    assert said(checked(told, {LIVE: release("1.2.3", name="podinfo2")})) == []
    assert said(checked(told, {LIVE: release("1.2.2", name="podinfo2")})) == []
    assert said(checked(told, {LIVE: written("1.x").replace("name: podinfo\n", "name: p2\n", 1)})) == ["range-now"]


def test_a_release_in_the_place_of_another_follows_as_the_tier_does() -> None:
    told = soaked("2.0.0", days=4)
    assert said(checked(told, {STAGING: release("2.0.0", name="podinfo2")})) == ["beyond-tier"]


def test_a_release_beside_another_of_its_chart_has_to_have_soaked_and_may_be_what_the_tier_runs() -> None:
    told = story()
    assert said(checked(told, {"apps/live/b.yaml": release("1.2.5", name="podinfo2")})) == ["not-soaked"]
    assert said(checked(told, {"apps/live/b.yaml": release("1.2.3", name="podinfo2")})) == []
