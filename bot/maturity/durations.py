"""Durations as the configuration writes them (`12h`, `3d`, `1w`), and moments as people read them."""

import re
from datetime import UTC, datetime, timedelta

LONGEST = timedelta(weeks=52)
_DURATION = re.compile(r"(?P<count>0|[1-9]\d{0,3})(?P<unit>[hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def parse_duration(text: str) -> timedelta | None:
    """Read a number of hours, days or weeks, at most 52 weeks; None for anything else."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    duration = int(found["count"]) * _UNITS[found["unit"]]
    return duration if duration <= LONGEST else None


def duration_text(duration: timedelta) -> str:
    """The shortest text that means a whole number of hours: `1w`, `3d`, `36h`; `any time` for none."""
    if not duration:
        return "any time"
    unit = next(name for name in ("w", "d", "h") if not duration % _UNITS[name])
    return f"{duration // _UNITS[unit]}{unit}"


def left_text(until: datetime, now: datetime) -> str:
    """How long it takes from now, rounded up: `2d`, `1d`, `5h`."""
    left = until - now
    unit, name = (_DAY, "d") if left >= _DAY else (_HOUR, "h")
    return f"{max(1, -(-left // unit))}{name}"


def moment_text(at: datetime) -> str:
    """A moment to the minute, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
