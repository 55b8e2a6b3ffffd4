"""Two states of one file that differ in nothing but the versions of its objects, as after nearly every commit.

Whoever knows what the newer one means then knows the older one too, without joining the whole tree anew.
"""

from collections.abc import Mapping

from msgspec import Struct

from bot.flux.files import FileReading
from bot.flux.objects import AnyObject, ChartTemplate, HelmChart, HelmRelease, OCIRepository
from bot.model.places import ObjectId
from bot.model.references import Pin
from bot.reason import Reason


class FileState(Struct, frozen=True, kw_only=True):
    """A file at one time: its bytes, and what they say."""

    data: bytes
    reading: FileReading


def older_pins(newer: FileState, older: FileState) -> Mapping[ObjectId, Pin] | None:
    """What the older file pins, object by object; None where the two differ in anything else that is said of Flux."""
    if not newer.reading.says_something and not older.reading.says_something:
        return {}
    after, before = _pins(newer.reading), _pins(older.reading)
    if after is None or before is None or after.keys() != before.keys():
        return None
    return before if _blanked(newer.data, after) == _blanked(older.data, before) else None


def _pins(reading: FileReading) -> dict[ObjectId, Pin] | None:
    """Every pin of a file by its object; None where a name is used twice."""
    found: dict[ObjectId, Pin] = {}
    for each in reading.objects:
        pin = _pin(each)
        if pin is None or isinstance(pin, Reason):
            continue
        if each.head.object in found:
            return None
        found[each.head.object] = pin
    return found


def _pin(each: AnyObject) -> Pin | Reason | None:
    match each:
        case HelmRelease(chart=ChartTemplate() as template) | HelmChart(chart=template):
            return template.wish.pin
        case OCIRepository():
            return each.wish.pin
        case _:
            return None


def _blanked(data: bytes, pins: Mapping[ObjectId, Pin]) -> tuple[bytes, ...]:
    """All bytes around the pins."""
    places = sorted((place.start, place.end) for pin in pins.values() for place in pin.places)
    starts = (0, *(end for _, end in places))
    ends = (*(start for start, _ in places), len(data))
    return tuple(data[start:end] for start, end in zip(starts, ends, strict=True))
