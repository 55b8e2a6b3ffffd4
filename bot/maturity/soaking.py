"""The soak rule, for one reference: a version counts that ran for so long without a break.

It counts also after the reference moved on to a higher one, and no more once it went back to a lower one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum

from bot.maturity.timeline import Span, is_same
from bot.versions.version import Version


class Unsoaked(Enum):
    """Why a version will not have soaked by the passing of time alone; worst last."""

    NEVER_RAN = "has not run it"
    LEFT_EARLY = "left it before it had soaked"
    WENT_BACK = "went back from it"


def free_at(spans: Sequence[Span], version: Version, soak: timedelta, now: datetime) -> datetime | Unsoaked:
    """When a version has soaked: the earliest time at which it had, or will have if nothing moves.

    Args:
        spans: What the reference ran, oldest first.
        version: The version asked for.
        soak: For how long it has to run.
        now: Where a version runs now and nothing proves since when, the soak begins now.
    """
    counting = counting_spans(spans, version)
    free = [at for span in counting if (at := _free_at(span, soak, now))]
    if free:
        return min(free)
    if counting:
        ran = sum(is_same(span.value, version) for span in spans)
        return Unsoaked.LEFT_EARLY if ran == len(counting) else Unsoaked.WENT_BACK
    return Unsoaked.WENT_BACK if any(is_same(span.value, version) for span in spans) else Unsoaked.NEVER_RAN


def counting_spans(spans: Sequence[Span], version: Version) -> list[Span]:
    """Where a version ran since the reference last ran a lower one, or this one with another digest."""
    digest = next((span.digest for span in reversed(spans) if is_same(span.value, version)), "")
    breaks = [index for index, span in enumerate(spans) if _breaks(span, version, digest)]
    return [span for span in spans[breaks[-1] + 1 if breaks else 0 :] if is_same(span.value, version)]


def _breaks(span: Span, version: Version, digest: str) -> bool:
    if span.value is None:
        return False
    return span.value < version or (is_same(span.value, version) and span.digest != digest)


def _free_at(span: Span, soak: timedelta, now: datetime) -> datetime | None:
    if span.ends is None:
        return (span.begins or now) + soak
    if span.begins is None or span.ends - span.begins < soak:
        return None
    return span.begins + soak
