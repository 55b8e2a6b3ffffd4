"""Which releases an open promotion is for, once its base changes: those that were asked for, or a word why not."""

import pytest
from builders import PODINFO, configuration, pace, tier
from doubles.story import Story, release
from msgspec.structs import replace

from bot.report.run_report import RunReport
from bot.report.told_reasons import told_reasons

STAGING, LIVE, MOVED = "apps/staging/a.yaml", "apps/live/a.yaml", "apps/live/moved.yaml"
REDIS, REDIS_LIVE = "ghcr.io/x/redis", "apps/live/b.yaml"


def two(podinfo: str, other: str) -> str:
    """A file with two releases of one chart."""
    return f"{release(podinfo)}---\n{release(other, name='pod-b')}"


def fleet(below: dict[str, str], live: dict[str, str], then: dict[str, str]) -> Story:
    """Staging moved on, and what it runs has soaked."""
    production = tier("live", "exact", production=True, pace=pace(comes_from=["staging"], soak="3d"))
    told = Story(configuration(tier("staging", "exact"), production))
    told.push(PODINFO, "1.2.0", "1.2.3", "1.2.5", "1.2.6").push(REDIS, "1.0.0", "1.1.0")
    told.write(below | live).write(then).run()
    return told.pass_by(days=4)


def one_each() -> Story:
    """One release of each of two charts."""
    redis = {f"apps/{name}/b.yaml": release("1.0.0", chart="redis") for name in ("staging", "live")}
    then = {STAGING: release("1.2.5"), "apps/staging/b.yaml": release("1.1.0", chart="redis")}
    return fleet({STAGING: release("1.2.3")}, {LIVE: release("1.2.3")} | redis, then)


def two_in_a_file(podinfo: str, other: str) -> Story:
    """Two releases of one chart, in one file of each tier."""
    before = two("1.2.3", "1.2.0")
    return fleet({STAGING: before}, {LIVE: before}, {STAGING: two(podinfo, other)})


def versions(told: Story, path: str = LIVE) -> list[str]:
    """What the only open promotion writes."""
    [pull] = told.forge.pulls.values()
    lines = told.remote.files(pull.head)[path].decode().splitlines()
    return [line.split()[1] for line in lines if line.strip().startswith("version:")]


def asked(told: Story, *, named: bool, **given: str) -> Story:
    """What somebody asked for; `named` as now, else by a commit as those before, which name no release."""
    told.promote(**given)
    tip = told.remote.branches[next(iter(told.forge.pulls.values())).head]
    made = told.remote.commits[tip]
    lines = made.message.split("\n")
    kept = "\n".join(line for line in lines if named or not line.startswith("Flux-Chart-Bot-Object: "))
    told.remote.commits[tip] = replace(made, message=kept)
    assert named == ("Flux-Chart-Bot-Object: " in kept)
    return told


NAMED_OR_NOT = pytest.mark.parametrize("named", [True, False])


def lost(report: RunReport) -> list[str]:
    return [one.reason.sentence for one in told_reasons(report) if one.reason.id == "lost-row"]


@NAMED_OR_NOT
def test_a_release_that_comes_into_the_file_later_is_not_taken_along(*, named: bool) -> None:
    told = asked(one_each(), named=named)
    told.write({LIVE: two("1.2.3", "1.2.0")}).run()
    assert versions(told) == ["1.2.5", "1.2.0"]


@NAMED_OR_NOT
def test_a_release_that_was_not_asked_for_stays_out_once_the_base_changes_its_file(*, named: bool) -> None:
    told = asked(two_in_a_file("1.2.5", "1.2.0"), named=named)
    told.write({STAGING: two("1.2.5", "1.2.5")}).run()
    told.pass_by(days=4).write({LIVE: f"# a word\n{two('1.2.3', '1.2.0')}"}).run()
    assert versions(told) == ["1.2.5", "1.2.0"]


def test_a_release_that_a_person_took_out_stays_out_once_the_base_changes_its_file() -> None:
    told = two_in_a_file("1.2.5", "1.2.5")
    told.write({STAGING: two("1.2.5", "1.2.6")}).run()
    told.pass_by(days=4).promote()
    assert versions(told) == ["1.2.5", "1.2.6"]
    [pull] = told.forge.pulls.values()
    body = pull.body.replace(
        "- [x] <code>ghcr.io/x/podinfo</code> <code>1.2.6", "- [ ] <code>ghcr.io/x/podinfo</code> <code>1.2.6"
    )
    told.forge.pulls[pull.number] = replace(pull, body=body)
    told.promote()
    told.write({LIVE: f"# a word\n{two('1.2.3', '1.2.0')}"}).run()
    assert versions(told) == ["1.2.5", "1.2.0"]


@NAMED_OR_NOT
def test_the_other_release_of_a_file_does_not_take_the_place_of_one_that_is_removed(*, named: bool) -> None:
    told = asked(two_in_a_file("1.2.5", "1.2.0"), named=named)
    told.write({STAGING: two("1.2.5", "1.2.5")}).run()
    report = told.pass_by(days=4).write({LIVE: release("1.2.0", name="pod-b")}).run()
    assert told.forge.pulls == {}
    assert lost(report)


@NAMED_OR_NOT
def test_what_production_went_back_from_by_hand_is_not_promoted_without_a_new_word(*, named: bool) -> None:
    told = asked(one_each(), named=named)
    report = told.write({LIVE: release("1.2.0")}).run()
    assert versions(told, REDIS_LIVE) == ["1.1.0"]
    assert versions(told) == ["1.2.0"]
    assert lost(report)


@NAMED_OR_NOT
@pytest.mark.parametrize("given", [{}, {"chart": PODINFO}])
def test_a_row_follows_its_release_into_another_file(given: dict[str, str], *, named: bool) -> None:
    told = asked(one_each(), named=named, **given)
    report = told.write({LIVE: None, MOVED: release("1.2.3")}).run()
    assert versions(told, MOVED) == ["1.2.5"]
    assert not lost(report)


@NAMED_OR_NOT
def test_a_folder_that_is_renamed_takes_all_its_rows_along(*, named: bool) -> None:
    told = fleet(
        {STAGING: two("1.2.3", "1.2.3")},
        {LIVE: release("1.2.3"), "apps/live/c.yaml": release("1.2.3", name="pod-b")},
        {STAGING: two("1.2.5", "1.2.5")},
    )
    asked(told, named=named)
    new = {"apps/live/new/a.yaml": release("1.2.3"), "apps/live/new/c.yaml": release("1.2.3", name="pod-b")}
    told.write({LIVE: None, "apps/live/c.yaml": None, **new}).run()
    assert [versions(told, path) for path in new] == [["1.2.5"], ["1.2.5"]]


def test_where_its_release_could_be_several_the_row_falls_out_with_a_word_in_draft_and_report() -> None:
    told = asked(one_each(), named=False)
    report = told.write(
        {LIVE: None, MOVED: two("1.2.3", "1.2.0"), "apps/live/c.yaml": release("1.2.3", name="pod-c")}
    ).run()
    assert versions(told, MOVED) == ["1.2.3", "1.2.0"]
    said = "ghcr.io/x/podinfo 1.2.5 was asked for what was 1.2.3 in apps/live/a.yaml"
    assert lost(report) == [f"{said}, and no single release here can be told to be that now"]
    [pull] = told.forge.pulls.values()
    assert "was asked for what was 1.2.3 in" in pull.body


def test_one_that_is_closed_by_that_does_not_say_that_the_old_version_ended_it() -> None:
    told = asked(one_each(), named=False, chart=PODINFO)
    told.write({LIVE: None, MOVED: release("1.2.3"), "apps/live/c.yaml": release("1.2.3", name="pod-c")}).run()
    assert told.forge.pulls == {}
    [comment] = told.forge.comments
    assert "- podinfo: ghcr.io/x/podinfo 1.2.5 was asked for what was 1.2.3 in apps/live/a.yaml" in comment
    assert "is on the base branch" not in comment


def siblings(*, standing: bool) -> Story:
    """Two releases of one chart in one file, of which staging has something newer for the first."""
    before = two("1.2.3", "1.2.4")
    told = fleet({STAGING: before}, {LIVE: before}, {STAGING: two("1.2.5", "1.2.4")})
    below, production = told.configuration.tiers
    told.configuration = configuration(below, replace(production, standing_draft=standing))
    return told


@NAMED_OR_NOT
@pytest.mark.parametrize("standing", [True, False])
def test_a_sibling_at_a_higher_version_does_not_take_the_place_of_one_that_is_removed(
    *, standing: bool, named: bool
) -> None:
    told = asked(siblings(standing=standing), named=named)
    assert versions(told) == ["1.2.5", "1.2.4"]
    told.write({STAGING: two("1.2.5", "1.2.5")}).run()
    report = told.pass_by(days=4).write({STAGING: two("1.2.5", "1.2.6"), LIVE: release("1.2.4", name="pod-b")}).run()
    # What names only files is read as ever.
    assert [version for _ in told.forge.pulls for version in versions(told)] == ([] if named else ["1.2.5"])
    said = "asked for what was 1.2.3 in apps/live/a.yaml (HelmRelease x/podinfo), and no single release here"
    assert (said in "".join(lost(report))) is (named and not standing)


@pytest.mark.parametrize(("named", "version"), [(True, "1.2.3"), (False, "1.2.5")])
def test_a_sibling_at_the_same_version_that_was_not_asked_for_stays_out(version: str, *, named: bool) -> None:
    before = two("1.2.3", "1.2.3")
    told = asked(fleet({STAGING: before}, {LIVE: before}, {STAGING: two("1.2.5", "1.2.3")}), named=named)
    assert versions(told) == ["1.2.5", "1.2.3"]
    told.write({STAGING: two("1.2.5", "1.2.5")}).run()
    told.pass_by(days=4).write({LIVE: f"# a word\n{before}"}).run()
    assert versions(told) == ["1.2.5", version]


def test_one_that_is_ready_is_overtaken_where_its_release_moved_on_beside_a_sibling_that_did_not() -> None:
    told = asked(
        fleet({STAGING: two("1.2.3", "1.2.3")}, {LIVE: two("1.2.3", "1.2.3")}, {STAGING: two("1.2.5", "1.2.3")}),
        named=True,
    )
    told.forge.pulls[1] = replace(told.forge.pulls[1], draft=False)
    report = told.write({LIVE: two("1.2.6", "1.2.3")}).run()
    assert "overtaken" in {one.reason.id for one in told_reasons(report)}


def test_a_row_follows_its_release_past_one_of_another_name() -> None:
    told = asked(one_each(), named=True)
    report = told.write(
        {LIVE: None, MOVED: two("1.2.3", "1.2.3"), "apps/live/c.yaml": release("1.2.3", name="pod-c")}
    ).run()
    assert versions(told, MOVED) == ["1.2.5", "1.2.3"]
    assert versions(told, "apps/live/c.yaml") == ["1.2.3"]
    assert not lost(report)


def test_clusters_with_a_release_of_one_name_each_keep_their_rows_where_all_are_renamed() -> None:
    clusters = {f"apps/live/{name}/a.yaml": release("1.2.3") for name in ("a", "b")}
    told = asked(fleet({STAGING: release("1.2.3")}, clusters, {STAGING: release("1.2.5")}), named=True)
    new = {f"apps/live/{name}/new.yaml": release("1.2.3") for name in ("a", "b")}
    told.write(dict.fromkeys(clusters) | new).run()
    assert [versions(told, path) for path in new] == [["1.2.5"], ["1.2.5"]]


def test_one_of_two_clusters_that_goes_is_told_and_leaves_its_row_to_the_other() -> None:
    clusters = {f"apps/live/{name}/a.yaml": release("1.2.3") for name in ("a", "b")}
    told = asked(fleet({STAGING: release("1.2.3")}, clusters, {STAGING: release("1.2.5")}), named=True)
    report = told.write({"apps/live/a/a.yaml": None}).run()
    assert versions(told, "apps/live/b/a.yaml") == ["1.2.5"]
    [said] = lost(report)
    assert "for what was 1.2.3 in apps/live/a/a.yaml (HelmRelease x/podinfo), and" in said


def test_one_of_two_clusters_that_has_it_by_now_is_not_told_to_be_lost() -> None:
    clusters = {f"apps/live/{name}/a.yaml": release("1.2.3") for name in ("a", "b")}
    told = asked(fleet({STAGING: release("1.2.3")}, clusters, {STAGING: release("1.2.5")}), named=True)
    report = told.write({"apps/live/a/a.yaml": release("1.2.5")}).run()
    assert versions(told, "apps/live/b/a.yaml") == ["1.2.5"]
    assert not lost(report)


@NAMED_OR_NOT
def test_a_release_that_is_in_another_file_at_the_version_that_was_asked_for_is_not_lost(*, named: bool) -> None:
    told = asked(one_each(), named=named)
    report = told.write({LIVE: None, MOVED: release("1.2.5")}).run()
    assert versions(told, REDIS_LIVE) == ["1.1.0"]
    assert not lost(report)


def test_a_namespace_that_is_written_later_makes_no_other_release_of_it() -> None:
    told = one_each()
    bare = release("1.2.3").replace("  namespace: x\n", "")
    told.write({LIVE: bare}).run()
    asked(told, named=True)
    told.write({LIVE: release("1.2.3")}).run()
    assert versions(told) == ["1.2.5"]
