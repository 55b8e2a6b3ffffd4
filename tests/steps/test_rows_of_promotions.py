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


def lost(report: RunReport) -> list[str]:
    return [one.reason.sentence for one in told_reasons(report) if one.reason.id == "lost-row"]


def test_a_release_that_comes_into_the_file_later_is_not_taken_along() -> None:
    told = one_each()
    told.promote()
    told.write({LIVE: two("1.2.3", "1.2.0")}).run()
    assert versions(told) == ["1.2.5", "1.2.0"]


def test_a_release_that_was_not_asked_for_stays_out_once_the_base_changes_its_file() -> None:
    told = two_in_a_file("1.2.5", "1.2.0")
    told.promote()
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


def test_the_other_release_of_a_file_does_not_take_the_place_of_one_that_is_removed() -> None:
    told = two_in_a_file("1.2.5", "1.2.0")
    told.promote()
    told.write({STAGING: two("1.2.5", "1.2.5")}).run()
    report = told.pass_by(days=4).write({LIVE: release("1.2.0", name="pod-b")}).run()
    assert told.forge.pulls == {}
    assert lost(report)


def test_what_production_went_back_from_by_hand_is_not_promoted_without_a_new_word() -> None:
    told = one_each()
    told.promote()
    report = told.write({LIVE: release("1.2.0")}).run()
    assert versions(told, REDIS_LIVE) == ["1.1.0"]
    assert versions(told) == ["1.2.0"]
    assert lost(report)


@pytest.mark.parametrize("given", [{}, {"chart": PODINFO}])
def test_a_row_follows_its_release_into_another_file(given: dict[str, str]) -> None:
    told = one_each()
    told.promote(**given)
    report = told.write({LIVE: None, MOVED: release("1.2.3")}).run()
    assert versions(told, MOVED) == ["1.2.5"]
    assert not lost(report)


def test_a_folder_that_is_renamed_takes_all_its_rows_along() -> None:
    told = fleet(
        {STAGING: two("1.2.3", "1.2.3")},
        {LIVE: release("1.2.3"), "apps/live/c.yaml": release("1.2.3", name="pod-b")},
        {STAGING: two("1.2.5", "1.2.5")},
    )
    told.promote()
    new = {"apps/live/new/a.yaml": release("1.2.3"), "apps/live/new/c.yaml": release("1.2.3", name="pod-b")}
    told.write({LIVE: None, "apps/live/c.yaml": None, **new}).run()
    assert [versions(told, path) for path in new] == [["1.2.5"], ["1.2.5"]]


def test_where_its_release_could_be_several_the_row_falls_out_with_a_word_in_draft_and_report() -> None:
    told = one_each()
    told.promote()
    report = told.write(
        {LIVE: None, MOVED: two("1.2.3", "1.2.0"), "apps/live/c.yaml": release("1.2.3", name="pod-c")}
    ).run()
    assert versions(told, MOVED) == ["1.2.3", "1.2.0"]
    said = "ghcr.io/x/podinfo 1.2.5 was asked for what was 1.2.3 in apps/live/a.yaml"
    assert lost(report) == [f"{said}, and no single release here can be told to be that now"]
    [pull] = told.forge.pulls.values()
    assert "was asked for what was 1.2.3 in" in pull.body


def test_one_that_is_closed_by_that_does_not_say_that_the_old_version_ended_it() -> None:
    told = one_each()
    told.promote(chart=PODINFO)
    told.write({LIVE: None, MOVED: release("1.2.3"), "apps/live/c.yaml": release("1.2.3", name="pod-c")}).run()
    assert told.forge.pulls == {}
    [comment] = told.forge.comments
    assert "- podinfo: ghcr.io/x/podinfo 1.2.5 was asked for what was 1.2.3 in apps/live/a.yaml" in comment
    assert "is on the base branch" not in comment
