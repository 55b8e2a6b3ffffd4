"""When a tier may propose: windows, written as cron in a time zone. A window is open in every minute that it names."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bot.model.proposing import Window

_MINUTE = timedelta(minutes=1)
_FIELDS = 5


def opens_at(windows: Iterable[Window], now: datetime) -> datetime | None:
    """When the first of the windows opens next, in its own zone; None where one is open now, or there is none.

    Args:
        windows: As the configuration has them, each with an opening some day.
        now: With its time zone.
    """
    openings = [_opening(window, now.replace(second=0, microsecond=0)) for window in windows]
    nearest = min(openings, key=lambda opening: opening.astimezone(UTC), default=None)
    return nearest if nearest and nearest > now else None


def _opening(window: Window, minute: datetime) -> datetime:
    """The first minute of a window, this one or a later one."""
    from cronsim import CronSim  # noqa: PLC0415, TID251 - its home; loaded by those who have a window

    before = (minute.astimezone(UTC) - _MINUTE).astimezone(window.zone)
    return next(CronSim(window.cron, before))


def cron_problem(text: str) -> str | None:
    """What keeps a text from being a window, in words that complete "the window …"; None where it is one."""
    from cronsim import CronSim, CronSimError  # noqa: PLC0415, TID251 - as above

    fields = text.split()
    if len(fields) != _FIELDS:
        return "does not have the five fields minute, hour, day, month, weekday"
    if fields[0] != "*":
        # An hourly run would meet a single minute by chance only.
        return "names minutes; a window lasts for whole hours, so its first field is *"
    try:
        next(CronSim(text, datetime(2024, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration):
        return "names no time that ever comes"
    return None
