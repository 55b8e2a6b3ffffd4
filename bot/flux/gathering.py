"""All objects of a tree: as its roots build them, and those of files that no root builds."""

from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.flux.files import FileReading
from bot.flux.merging import Use
from bot.flux.objects import AnyObject, HelmChart, HelmRelease, OCIRepository
from bot.flux.sources import Clusters
from bot.flux.unread import why_held
from bot.model.places import ObjectId, Spot
from bot.model.references import BuiltBy, PassedOver
from bot.reason import Reason
from bot.reasons import SUSPEND_UNKNOWN

if TYPE_CHECKING:
    from bot.kustomize.graph import Graph

Broken = Mapping[tuple[str, int], tuple[BuiltBy, ...]]
"""By path and line of an object, the roots that hold it and cannot be built."""

_REPOSITORIES = "HelmRepository"
"""The kind that holds no version of its own."""


class Gathered(Struct, frozen=True, kw_only=True):
    """What a tree says, before anything is joined.

    Attributes:
        objects: Those that can be read.
        passed_over: Those that cannot.
        broken: Where roots that cannot be built hold the same objects.
        other_uses: What values decide besides versions that are judged: objects that are held, other fields.
        clusters: Every cluster and the Kustomizations that it runs.
    """

    objects: tuple[AnyObject, ...]
    passed_over: tuple[PassedOver, ...]
    broken: Broken
    other_uses: Mapping[Spot, Use]
    clusters: Clusters


def gather(readings: Iterable[FileReading], graph: "Graph | None") -> Gathered:
    """Put together what the roots build and what stands for itself.

    Args:
        readings: Every file of one tree.
        graph: Its roots; None where it has none.
    """
    known = tuple(readings)
    held: dict[Spot, PassedOver] = {}
    every = tuple(_as_written(known)) if graph is None else (*_built(graph, held), *_alone(known, graph))
    return Gathered(
        objects=tuple(each for each in every if not isinstance(each, PassedOver)),
        passed_over=(
            *(each for reading in known for each in reading.passed_over),
            *(each for each in every if isinstance(each, PassedOver)),
            *(each for each in map(_unsure, every) if each),
        ),
        broken=_broken(graph) if graph else {},
        other_uses={**(_other_uses(graph) if graph else {}), **{spot: Use.of(each) for spot, each in held.items()}},
        clusters=_clusters(graph) if graph else {},
    )


def _unsure(each: AnyObject | PassedOver) -> PassedOver | None:
    """What is to be known of an object that is judged as if it ran."""
    if isinstance(each, PassedOver) or each.head.unsure is None or not _has_version(each):
        return None
    return each.head.passed_over(SUSPEND_UNKNOWN(why=each.head.unsure.sentence))


def _as_written(readings: Iterable[FileReading]) -> Iterator[AnyObject | PassedOver]:
    for reading in readings:
        yield from reading.objects
        yield from (each for _, each in reading.unread)


def _built(graph: "Graph", held: dict[Spot, PassedOver]) -> Iterator[AnyObject | PassedOver]:
    """What the roots build; the places of what is not to be judged go into `held`."""
    # Here: a tree without roots is read without what builds them.
    from bot.flux.built import built_objects  # noqa: PLC0415 - see above

    for each, spots in built_objects(graph):
        why = why_held(each) if spots else None
        if why is not None:
            held |= dict.fromkeys(spots, why)
        yield each


def _clusters(graph: "Graph") -> Clusters:
    found: dict[str, set[ObjectId]] = {}
    for root in graph.roots:
        found.setdefault(root.cluster, set()).update({root.applier} if root.applier else set())
    return {cluster: frozenset(names) for cluster, names in found.items()}


def _other_uses(graph: "Graph") -> Mapping[Spot, Use]:
    from bot.flux.built import other_uses  # noqa: PLC0415 - as above

    return dict(other_uses(graph))


def _broken(graph: "Graph") -> Broken:
    roots: dict[tuple[str, int], tuple[BuiltBy, ...]] = {}
    for root in graph.roots:
        if root.trouble is not None:
            for each in root.objects:
                where = each.origin.path, each.origin.line
                roots[where] = (*roots.get(where, ()), root.by)
    return roots


def _alone(readings: Iterable[FileReading], graph: "Graph") -> Iterator[AnyObject | PassedOver]:
    """What no root builds and no kustomization applies as a patch."""
    made = {
        (each.origin.path, each.origin.line)
        for root in graph.roots
        for each in root.objects
        if root.trouble is None or each.object.kind != _REPOSITORIES
    }
    broken = {root.folder: root.trouble for root in graph.roots if root.trouble is not None and root.folder}
    for reading in readings:
        if reading.path in graph.patches:
            continue
        trouble = _trouble(reading.path, broken) if broken else None
        for each in reading.objects:
            if (reading.path, each.head.line) not in made:
                yield each.head.passed_over(trouble) if trouble and _has_version(each) else each
        yield from (each for line, each in reading.unread if (reading.path, line) not in made)


def _has_version(each: AnyObject) -> bool:
    return isinstance(each, HelmRelease | HelmChart | OCIRepository)


def _trouble(path: str, broken: Mapping[str, Reason | None]) -> Reason | None:
    """Why the folder that a file lies in cannot be built: what it becomes there nobody can tell."""
    folder = dirname(path)
    while folder:
        if folder in broken:
            return broken[folder]
        folder = dirname(folder)
    return None
