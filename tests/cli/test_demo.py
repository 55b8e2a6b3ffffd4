"""`demo`: the whole story on embedded parts, in a place of its own."""

import json
from pathlib import Path

import pytest
from doubles.command_line import Bot


def test_the_first_run_writes_and_the_second_does_not(bot: Bot, tmp_path: Path) -> None:
    told = bot("demo", "--folder", tmp_path / "kept")

    assert told.code == 0
    assert "dev: " in told.out
    assert '+        tag: "20.2.0"' in told.out
    assert "The first run wrote 7 times, the second 0 times." in told.out
    assert (tmp_path / "kept/forge/pull-requests/0002.md").is_file()


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_is_somebodys_is_left_alone(bot: Bot, tmp_path: Path, what: str) -> None:
    place = tmp_path / "taken"
    (place / "x").mkdir(parents=True) if what == "folder" else place.write_text("mine")
    told = bot("demo", "--folder", place)

    assert told.code == 2
    assert "Name a new folder" in told.err
    assert "bug" not in told.err


def test_a_version_walks_through_three_tiers_day_by_day(bot: Bot, tmp_path: Path) -> None:
    told = bot("demo", "--days", "--folder", tmp_path / "kept")
    days = told.out.split("\n=== ")

    assert told.code == 0
    assert len(days) == 10
    assert "1 update for dev" in days[2]
    assert "waits until 2026-01-09 15:00 UTC, soaks in dev" in days[3]
    assert "waits until 2026-01-09 15:00 UTC, soaks in dev" in days[4]
    assert "1 update for staging" in days[5]
    assert "production: " in days[6]
    assert "6.5.3, 6.5.4 exists" in days[6]
    assert "6.5.4 has not soaked: waits until 2026-01-12 17:00 UTC, soaks in staging" in days[7]
    assert "1 promotion for production" in days[8]
    assert "staging has run it since 2026-01-09 17:00 UTC" in days[8]
    assert "<code>Edit apps/staging/podinfo.yaml</code>" in days[8].partition("What else changed there")[2]
    assert "1 of 1 chart has nothing to do" in days[9]
    pages = [json.loads(page.read_text()) for page in (tmp_path / "kept/forge/pull-requests").glob("*.json")]
    assert sorted((page["base"], page["draft"]) for page in pages) == [
        ("develop", False),
        ("main", True),
        ("staging", False),
    ]
