"""Which versions are looked at for a reference, whatever is then decided."""

from typing import assert_never

from bot.model.charts import TagList
from bot.model.references import DigestPin, ExactPin, RangePin, Reference
from bot.selection.offers import Offer, listed
from bot.selection.pins import offer_in_place_of
from bot.versions.patterns import InvalidPattern, Pattern


def offer_for(reference: Reference, tags: TagList) -> Offer | None:
    """What the chart offers in the place of a reference's version; None where the manifest does not say enough."""
    match reference.pin:
        case ExactPin() as pin:
            return offer_in_place_of(reference, pin, tags)
        case RangePin(tag_filter=text):
            try:
                return listed(tags.tags, reference.tag_rule, Pattern.parse(text) if text else None)
            except InvalidPattern:
                return None
        case DigestPin():
            return listed(tags.tags, reference.tag_rule)
        case _:
            assert_never(reference.pin)
