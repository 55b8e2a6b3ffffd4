"""How long to wait before asking again."""

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MOST_DIGITS = 9


def retry_after(text: str, now: datetime) -> float | None:
    """Read a `Retry-After` header: seconds or an HTTP date. None where it says nothing.

    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:_MOST_DIGITS])
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(0.0, ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds())


def pause(attempt: int, first: float, longest: float) -> float:
    """Seconds before the attempt after number `attempt` (from 0), when the server named none."""
    return jittered(min(first * 2.0**attempt, longest))


def jittered(seconds: float) -> float:
    """A little longer, so that many workers do not come back at the same moment."""
    return seconds * random.uniform(1.0, 1.25)  # noqa: S311 # spreads load, guards nothing
