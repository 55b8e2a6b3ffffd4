"""Whether a version is the same chart everywhere: by its digest in every registry that is asked, and as it is written.

Threat: whoever may write to a lower tier's folder, or push a tag again, would choose what production gets.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from bot.ledger.first_digests import FirstDigest
from bot.maturity.durations import moment_text
from bot.model.charts import ChartAddress
from bot.promotion.promotion_reasons import COPY_DIFFERS, TAG_MOVED, TAG_MOVED_SINCE, TAG_PUSHED_AGAIN
from bot.reason import Reason

_SHORT = len("sha256:") + 12


class Witness(Struct, frozen=True, kw_only=True):
    """What a tier before says of its version.

    Attributes:
        tier: Its name.
        chart: Where it takes the chart from.
        found: The digest of the tag there, now.
        written: The digest that its manifest has beside the version; empty for none.
        seen: What the tag was there when it was first seen to run; None where that was not kept, or a digest is
            written: that one ran, whatever the tag was.
    """

    tier: str
    chart: ChartAddress
    found: str
    written: str = ""
    seen: FirstDigest | None = None


def disagreement(version: str, chart: ChartAddress, digest: str, witnesses: Iterable[Witness]) -> Reason | None:
    """What speaks against a digest that production's registry gives, with both values; None where all agree.

    Args:
        version: As it is written, for people.
        chart: Where production takes it from.
        digest: What its tag is there.
        witnesses: What the tiers before run.
    """
    for one in witnesses:
        if one.written and one.written != one.found:
            return tag_moved(one.tier, version, one.written, one.chart, one.found)
        if against := pushed_again(version, one.chart, one.found, one.seen):
            return against
        if one.found != digest:
            return COPY_DIFFERS(
                version=version, here=digest, chart=chart, there=one.found, other=one.chart, tier=one.tier
            )
    return None


def tag_moved(tier: str, version: str, written: str, chart: ChartAddress, found: str) -> Reason:
    """That a tier wrote another digest beside a version than its tag has now."""
    was, now = shortened(written), shortened(found)
    return TAG_MOVED(
        name=chart.name.rpartition("/")[2],
        tier=tier,
        version=version,
        was=was,
        chart=chart,
        now=now,
        written=written,
        found=found,
    )


def tag_moved_since(version: str, written: str, chart: ChartAddress, found: str) -> Reason:
    """That a tag is something else now than what an open promotion proposed."""
    was, now = shortened(written), shortened(found)
    return TAG_MOVED_SINCE(
        name=chart.name.rpartition("/")[2], version=version, was=was, chart=chart, now=now, written=written, found=found
    )


def shortened(digest: str) -> str:
    """As much of a digest as people compare: a status has no room for two whole ones."""
    return digest[:_SHORT]


def known_since(witnesses: Iterable[Witness]) -> datetime | None:
    """Since when the tags are known to be what they are, where no digest is written; None where one of them is not."""
    seen = [one.seen for one in witnesses if not one.written]
    times = [one.at for one in seen if one]
    return max(times) if times and len(times) == len(seen) else None


def released_at(witnesses: Iterable[Witness]) -> datetime | None:
    """When a person took what a tag became after it was pushed again; None where none of the tags was."""
    words = (one.seen.released for one in witnesses if one.seen and not one.written)
    return max((at for at in words if at), default=None)


def pushed_again(version: str, chart: ChartAddress, found: str, seen: FirstDigest | None) -> Reason | None:
    """What speaks against a tag that is another digest now than it was; None where it is not, or nothing tells."""
    if seen is None or seen.digest == found:
        return None
    at, was, now = moment_text(seen.at), shortened(seen.digest), shortened(found)
    return TAG_PUSHED_AGAIN(
        name=chart.name.rpartition("/")[2],
        version=version,
        chart=chart,
        was=was,
        at=at,
        now=now,
        seen=seen.digest,
        found=found,
    )
