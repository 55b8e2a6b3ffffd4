"""All that an object holds, as values that can be compared, and which of them variables decide."""

from collections.abc import Iterator
from itertools import islice
from typing import TypeAlias

from bot.kustomize.decisions import Decision, Scope, decide, scope_of
from bot.kustomize.reach import texts_behind
from bot.kustomize.resources import Resource
from bot.kustomize.tree import Tree, Written, items, table
from bot.model.places import Place, Route
from bot.reason import Reason
from bot.yamltext.nodes import Scalar

Content: TypeAlias = tuple[tuple[Route, str], ...]
"""Every value with the way to it."""

_MOST_VALUES = 20_000
"""Of one object: aliases of aliases stand for more than there is time to compare."""


def fingerprint(resource: Resource, scope: Scope | None) -> Content:
    """Every value of a built object, in order, with the way to it; after substitution, as far as that can be told."""
    own = scope_of(resource, scope)
    return tuple((route, _text(each, own)) for route, each in _values(resource.tree))


def substituted(resource: Resource, scope: Scope | None) -> Iterator[tuple[Route, tuple[Place, ...]]]:
    """The values of a built object that variables decide, each with all the places that have a part in it."""
    own = scope_of(resource, scope)
    for route, each in _values(resource.tree) if own else ():
        if isinstance(each, Written) and isinstance(each.node, Scalar) and "$" in each.node.text:
            found = decide(each, own)
            if isinstance(found, Decision):
                yield route, (found.place,) if isinstance(found.place, Place) else found.parts


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
