"""All that an object holds, as values that can be compared, and which of them variables decide."""

from collections.abc import Container, Iterable, Iterator
from itertools import islice, zip_longest
from typing import TypeAlias

from bot.kustomize.decisions import Decision, Definitions, Scope, decide, scope_of
from bot.kustomize.nested_places import place_of
from bot.kustomize.reach import texts_behind
from bot.kustomize.resources import Resource
from bot.kustomize.tree import Part, Tree, Written, items, table
from bot.model.places import Place, Route
from bot.reason import Reason
from bot.yamltext.nodes import Scalar

Content: TypeAlias = tuple[tuple[Route, str], ...]
"""Every value with the way to it."""

_MOST_VALUES = 20_000
"""Of one object: aliases of aliases stand for more than there is time to compare."""
_DEEPEST = 5
"""Scopes above each other, and ConfigMaps whose values are variables: what leads further is compared by its content."""


def fingerprint(resource: Resource, scope: Scope | None) -> Content:
    """Every value of a built object, in order, with the way to it; after substitution, as far as that can be told."""
    own = scope_of(resource, scope)
    return tuple((route, _text(each, own)) for route, each in _values(resource.tree))


def is_written_alike(one: Resource, scope: Scope | None, other: Resource, other_scope: Scope | None) -> bool:
    """Whether the same texts, at the same places, make the same of two objects; their content need not be read then.

    No answer where they do not: another text may say the same.
    """
    return one.tree == other.tree and _are_alike(scope_of(one, scope), scope_of(other, other_scope), 0)


def _are_alike(one: Scope | None, other: Scope | None, depth: int) -> bool:
    if one is None or other is None:
        return one is other
    if depth > _DEEPEST or (one.always, one.inline) != (other.always, other.inline):
        return False
    pairs = zip_longest(one.sources, other.sources)
    return all(_define_alike(*pair, depth) for pair in pairs) and _are_alike(one.above, other.above, depth + 1)


def _define_alike(one: Definitions | None, other: Definitions | None, depth: int) -> bool:
    if one is None or other is None or (one.kind, one.name) != (other.kind, other.name):
        return False
    for found in zip_longest(one.found(), other.found()):
        if None in found:
            return False
        (holder, above), (another, above_that) = found
        if holder.tree != another.tree or holder.doubt != another.doubt:
            return False
        if not _are_alike(scope_of(holder, above), scope_of(another, above_that), depth + 1):
            return False
    return True


def substituted(resource: Resource, scope: Scope | None) -> Iterator[tuple[Route, tuple[Place, ...]]]:
    """The values of a built object that variables decide, each with all the places that have a part in it."""
    own = scope_of(resource, scope)
    for route, each in _values(resource.tree) if own else ():
        if isinstance(each, Written) and isinstance(each.node, Scalar) and "$" in each.node.text:
            found = decide(each, own)
            if isinstance(found, Decision):
                yield route, (found.place,) if isinstance(found.place, Place) else found.parts


def scalars(resource: Resource, scope: Scope | None, paths: Container[str]) -> Iterator[tuple[str, int, int]]:
    """The scalars that an object holds of some files, whole or in part: path, first byte, and the byte behind it.

    Where variables decide one, only what decides it counts: a default does not where the variable is defined.
    """
    own = scope_of(resource, scope)
    pending = [resource.tree]
    for _ in range(_MOST_VALUES):
        if not pending:
            return
        each = pending.pop()
        whole = each.whole if isinstance(each, Part) else each
        if not isinstance(whole, Written):
            pending += _parts(each)
        elif whole.source.path in paths:
            if isinstance(whole.node, Scalar):
                places = _decided_by(each, whole.node, own)
                yield from (one for one in places or _whole(whole, whole.node) if one[0] in paths)
            pending += _parts(each)


def _decided_by(tree: Tree, scalar: Scalar, scope: Scope | None) -> tuple[tuple[str, int, int], ...]:
    """Where what a scalar's variables come to is written; nothing where that is not told."""
    found = decide(tree, scope) if scope and "$" in scalar.text else None
    if not isinstance(found, Decision):
        return ()
    places = (found.place,) if isinstance(found.place, Place) else found.parts
    return tuple((place.path, place.start, place.end) for place in places)


def _whole(written: Written, scalar: Scalar) -> tuple[tuple[str, int, int], ...]:
    place = place_of(written) if written.source.holder else scalar
    return () if isinstance(place, Reason) else ((written.source.path, place.start, place.end),)


def _parts(tree: Tree) -> Iterable[Tree]:
    mapping = table(tree)
    return mapping.entries.values() if mapping is not None else items(tree) or ()


def _text(tree: Tree, scope: Scope | None) -> str:
    mapping, values = table(tree), items(tree)
    if mapping is not None:
        return f"{len(mapping.entries)} keys{mapping.rest or ''}"
    if values is not None:
        return f"{len(values)} items"
    found = decide(tree, scope)
    if isinstance(found, Reason):
        # What cannot be told may change all the same with what it is made of.
        return f"{found}: {texts_behind(tree, scope)}"
    return found.text if found else ""


def _values(tree: Tree) -> Iterator[tuple[Route, Tree]]:
    return islice(_every_value(tree), _MOST_VALUES)


def _every_value(tree: Tree) -> Iterator[tuple[Route, Tree]]:
    pending: list[tuple[Route, Tree]] = [((), tree)]
    while pending:
        route, each = pending.pop()
        yield route, each
        mapping, values = table(each), items(each)
        if mapping is not None:
            pending += [((*route, key), value) for key, value in mapping.entries.items()]
        elif values is not None:
            pending += [((*route, index), value) for index, value in enumerate(values)]
