"""One value, one reference: what several builds make of one place is told once, with all that it decides."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from bot.model.places import Spot
from bot.model.references import BuiltBy, PassedOver, Reference
from bot.reasons import ALSO_DECIDES


class Use(Struct, frozen=True, kw_only=True):
    """What a value decides besides.

    Attributes:
        what: The object, or a field of it.
        where: Path and line of the object.
    """

    what: str
    where: str

    @classmethod
    def of(cls, held: PassedOver) -> Self:
        """An object that is not judged."""
        return cls(what=str(held.object or held.path), where=f"{held.path}:{held.line}")


def merge(judged: Iterable[Reference | PassedOver], other_uses: Mapping[Spot, Use]) -> Iterator[Reference | PassedOver]:
    """Put together what is written at the same places, and pass over what also decides something unknown.

    Args:
        judged: One for each object of each build.
        other_uses: Places whose value also decides something that is no version to be judged.
    """
    known = tuple(judged)
    merged = _merged(each for each in known if isinstance(each, Reference))
    sharing: dict[Spot, list[Reference]] = defaultdict(list)
    for each in merged:
        for place in each.pin.places:
            sharing[place.spot].append(each)
    for each in merged:
        other = next((other_uses[place.spot] for place in each.pin.places if place.spot in other_uses), None)
        others = [one for place in each.pin.places for one in sharing[place.spot] if one is not each]
        whole = _with_others(each, others) if others else each
        yield _also_decides(whole, other) if other else whole
    yield from once(each for each in known if isinstance(each, PassedOver))


def once(passed_over: Iterable[PassedOver]) -> Iterator[PassedOver]:
    """Say once what several builds make of one place."""
    together: dict[Hashable, list[PassedOver]] = defaultdict(list)
    for each in passed_over:
        together[each.path, each.line, each.reason, each.object.name if each.object else ""].append(each)
    for group in together.values():
        first, *more = group
        built = {root for each in group for root in each.built}
        suspended = all(each.suspended for each in group)
        yield replace(first, built=tuple(sorted(built)), suspended=suspended) if more else first


def _merged(references: Iterable[Reference]) -> list[Reference]:
    groups: dict[Hashable, list[Reference]] = defaultdict(list)
    for each in references:
        groups[_key(each)].append(each)
    return [_as_one(group) for group in groups.values()]


def _key(each: Reference) -> Hashable:
    """What makes two references one: the places that write them, the chart, and how it is judged."""
    where: Hashable = each.pin.places or (
        each.path,
        each.line,
        each.object.kind,
        each.object.name,
    )
    return where, each.source, each.tag_rule, type(each.pin), each.narrowed_by, each.policy


def _as_one(group: list[Reference]) -> Reference:
    first, *more = group
    if not more:
        return first
    running = [each for each in group if not each.suspended]
    surely = [each for each in running if not each.unsure]
    return replace(
        first,
        suspended=not running,
        stopped=_roots(group) - _roots(running) if running else frozenset(),
        unsure=not surely,
        doubted=_roots(group) - _roots(surely) if surely else frozenset(),
        beside=tuple(sorted({each.object for each in more} - {first.object})),
        consumers=tuple(sorted({name for each in group for name in each.consumers})),
        consumer_paths=tuple(sorted({path for each in group for path in each.consumer_paths})),
        also_in=tuple(sorted({path for each in group for path in each.also_in})),
        built=tuple(sorted(_roots(group))),
    )


def _roots(group: Iterable[Reference]) -> frozenset[BuiltBy]:
    return frozenset(root for each in group for root in each.built)


def _with_others(reference: Reference, others: list[Reference]) -> Reference:
    """A reference whose value decides others as well: whatever they belong to, it belongs to too."""
    charts = dict.fromkeys(one.source for one in others if one.source != reference.source)
    paths = {path for one in (reference, *others) for path in (*one.also_in, *one.consumer_paths)}
    built = {root for one in (reference, *others) for root in one.built}
    return replace(reference, together=tuple(charts), also_in=tuple(sorted(paths)), built=tuple(sorted(built)))


def _also_decides(reference: Reference, other: Use) -> PassedOver:
    place = f"{reference.path}:{reference.line}"
    return reference.passed_over(ALSO_DECIDES(place=place, what=other.what, where=other.where))
