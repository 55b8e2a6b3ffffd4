"""Windows: when something may be opened or pushed, and until when it may not."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.model.proposing import Window
from bot.planning.windows import cron_problem, opens_at

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Window(cron="* 9-16 * * mon-fri", zone=BERLIN, name="Europe/Berlin")
NIGHT = Window(cron="* 22-23,0-4 * * *", zone=UTC, name="UTC")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def opening(text: str, *windows: Window) -> str | None:
    found = opens_at(windows, at(text))
    return found.isoformat() if found else None


def test_without_a_window_it_is_always_open() -> None:
    assert opening("2026-11-21T06:00:00") is None


@pytest.mark.parametrize(
    "now", ["2026-11-23T08:00:00", "2026-11-23T12:34:56.789", "2026-11-23T15:59:59.999", "2026-07-20T07:00:00"]
)
def test_every_minute_that_it_names_is_open(now: str) -> None:
    assert opening(now, OFFICE) is None


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-23T07:59:59", "2026-11-23T09:00:00+01:00"),
        ("2026-11-23T16:00:00", "2026-11-24T09:00:00+01:00"),
        ("2026-11-21T12:00:00", "2026-11-23T09:00:00+01:00"),
        ("2026-07-20T06:59:00", "2026-07-20T09:00:00+02:00"),
        # A weekend in which the clocks go back, and one in which they go forward.
        ("2026-10-24T12:00:00", "2026-10-26T09:00:00+01:00"),
        ("2026-03-28T12:00:00", "2026-03-30T09:00:00+02:00"),
    ],
)
def test_a_closed_one_says_when_it_opens(now: str, until: str) -> None:
    assert opening(now, OFFICE) == until


def test_of_several_the_first_to_open_counts() -> None:
    assert opening("2026-11-21T12:00:00", OFFICE, NIGHT) == "2026-11-21T22:00:00+00:00"
    assert opening("2026-11-21T23:00:00", OFFICE, NIGHT) is None


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("day", ["2026-10-25", "2026-03-29"])
def test_no_hour_of_a_day_on_which_the_clocks_change_is_lost(day: str, hour: int) -> None:
    always = Window(cron="* * * * *", zone=BERLIN, name="Europe/Berlin")
    assert opening(f"{day}T{hour:02}:30:00", always) is None


@pytest.mark.parametrize("cron", ["* * * * *", "* 9-16 * * mon-fri", "* 22-23,0-4 * * *", "* * 1-7 * *", "* * * * 1-5"])
def test_what_names_whole_hours_is_a_window(cron: str) -> None:
    assert cron_problem(cron) is None


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("", "five fields"),
        ("* * * *", "five fields"),
        ("* * * * * *", "five fields"),
        ("0 9 * * *", "first field is *"),
        ("*/5 9 * * *", "first field is *"),
        ("* 25 * * *", "names no time"),
        ("* * 30 2 *", "names no time"),
        ("* a * * *", "names no time"),
        ("* 9-1 * * *", "names no time"),
        ("* ٣ * * *", "names no time"),
    ],
)
def test_what_names_no_whole_hours_is_none(cron: str, said: str) -> None:
    assert said in (cron_problem(cron) or "")
