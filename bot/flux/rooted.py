"""What the roots of a tree say of its references, besides what they build of them."""

from collections.abc import Iterable, Iterator
from posixpath import dirname

from msgspec.structs import replace

from bot.flux.built import definers
from bot.kustomize.graph import Graph
from bot.model.references import PassedOver, Reference

_Judged = tuple[Reference | PassedOver, ...]


def with_roots(merged: _Judged, graph: Graph) -> _Judged:
    """References with the roots that build something else of their version's text, and those marked that none takes."""
    return tuple(_with_unlisted(_with_definers(merged, graph), graph))


def _with_definers(merged: _Judged, graph: Graph) -> _Judged:
    written = [place for each in merged if isinstance(each, Reference) for place in each.pin.places]
    if not graph.roots or not written:
        return merged
    found = definers(graph, written)
    return tuple(
        replace(each, defined_by=tuple(sorted(others)))
        if isinstance(each, Reference)
        and (others := {root for place in each.pin.places for root in found.get(place.spot, ())} - {*each.built})
        else each
        for each in merged
    )


def _with_unlisted(merged: Iterable[Reference | PassedOver], graph: Graph) -> Iterator[Reference | PassedOver]:
    """With those marked that lie where a root takes its files from, and which no root takes."""
    below = tuple(f"{folder}/" for folder in graph.applied)
    for each in merged:
        alone = isinstance(each, Reference) and not each.built
        unlisted = alone and (dirname(each.path) in graph.folders or each.path.startswith(below))
        yield replace(each, unlisted=True) if isinstance(each, Reference) and unlisted else each
