"""Whether a version is the same chart everywhere: by its digest in every registry that is asked, and as it is written.

Threat: whoever may write to a lower tier's folder, or push a tag again, would choose what production gets.
"""

from collections.abc import Iterable

from msgspec import Struct

from bot.model.charts import ChartAddress
from bot.promotion.promotion_reasons import COPY_DIFFERS, TAG_MOVED
from bot.reason import Reason


class Witness(Struct, frozen=True, kw_only=True):
    """What a tier before says of its version.

    Attributes:
        tier: Its name.
        chart: Where it takes the chart from.
        found: The digest of the tag there, now.
        written: The digest that its manifest has beside the version; empty for none.
    """

    tier: str
    chart: ChartAddress
    found: str
    written: str = ""


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
            return TAG_MOVED(tier=one.tier, version=version, written=one.written, chart=one.chart, found=one.found)
        if one.found != digest:
            return COPY_DIFFERS(
                version=version, here=digest, chart=chart, there=one.found, other=one.chart, tier=one.tier
            )
    return None
