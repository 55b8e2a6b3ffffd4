"""One side of a comparison: a commit of the remote, and what its objects wish for."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from bot.flux.expansion import expand
from bot.flux.files import read_file
from bot.flux.objects import AnyObject, ChartTemplate, HelmChart, HelmRelease, OCIRepository
from bot.model.places import ObjectId, Place
from bot.model.references import Reference
from bot.ports import Tree
from bot.reason import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectWish:
    """Which chart an object takes, by all that its own manifest says of it, and its version, wherever it stands."""

    chart: Hashable
    texts: tuple[str, ...]
    places: tuple[Place, ...] = field(compare=False)


class Side:
    """The objects of one commit; its listing and each of its files are read once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._entries = {entry.path: entry for entry in tree.entries() if entry.kind.regular}
        self._files: dict[str, tuple[AnyObject, ...]] = {}
        self._wishes: dict[tuple[str, ...], dict[ObjectId, ObjectWish]] = {}

    def wish(self, reference: Reference) -> ObjectWish | None:
        """What the reference's object wishes for here; None where it is not, or its name is used twice in its files."""
        paths = (reference.path, *reference.also_in)
        if paths not in self._wishes:
            self._wishes[paths] = _wishes(each for path in paths for each in self._objects(path))
        return self._wishes[paths].get(reference.object)

    def _objects(self, path: str) -> tuple[AnyObject, ...]:
        if path not in self._files:
            entry = self._entries.get(path)
            found = self._tree.read([entry] if entry else [])
            self._files[path] = next((read_file(path, data).objects for _, data in found), ())
        return self._files[path]


def _wishes(objects: Iterable[AnyObject]) -> dict[ObjectId, ObjectWish]:
    written = tuple(objects)
    known = (*written, *expand(written).objects)
    times = Counter(each.head.object for each in known)
    wishes = ((each.head.object, _wish(each)) for each in known)
    return {name: wish for name, wish in wishes if wish and times[name] == 1}


def _wish(each: AnyObject) -> ObjectWish | None:
    match each:
        case HelmRelease(chart=ChartTemplate() as template) | HelmChart(chart=template):
            chart: Hashable = (template.chart, template.source)
            pin = template.wish.pin
        case OCIRepository():
            chart, pin = (each.source, each.selects_chart), each.wish.pin
        case _:
            return None
    return (
        None
        if isinstance(pin, Reason)
        else ObjectWish(chart=chart, texts=tuple(place.text for place in pin.places), places=pin.places)
    )
