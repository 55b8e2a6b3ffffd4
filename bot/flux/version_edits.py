"""Two states of one file that differ in nothing but the versions of its objects, as after nearly every commit.

Whoever knows what the newer one means then knows the older one too, without joining the whole tree anew.
"""

from collections.abc import Mapping

from bot.flux.files import FileReading, read_file
from bot.flux.objects import AnyObject, ChartTemplate, HelmChart, HelmRelease, OCIRepository
from bot.model.places import ObjectId
from bot.model.references import Pin
from bot.reason import Reason


def older_pins(path: str, newer: bytes, older: bytes) -> Mapping[ObjectId, Pin] | None:
    """What the older file pins, object by object; None where the two differ in anything else that is said of Flux."""
    readings = tuple(read_file(path, data) for data in (newer, older))
    if not any(reading.says_something for reading in readings):
        return {}
    after, before = map(_pins, readings)
    if after is None or before is None or after.keys() != before.keys():
        return None
    return before if _blanked(newer, after) == _blanked(older, before) else None


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
