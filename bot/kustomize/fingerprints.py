"""All that an object holds, as values that can be compared: whether an edit elsewhere changed anything in it."""

from collections.abc import Iterator
from typing import TypeAlias

from bot.kustomize.decisions import Scope, decide, scope_of
from bot.kustomize.reach import texts_behind
from bot.kustomize.resources import Resource
from bot.kustomize.tree import Tree, items, table
from bot.model.places import Route
from bot.reason import Reason

Content: TypeAlias = tuple[tuple[Route, str], ...]
"""Every value with the way to it."""

_MOST_VALUES = 20_000
"""Of one object: aliases of aliases stand for more than there is time to compare."""


def fingerprint(resource: Resource, scope: Scope | None) -> Content:
    """Every value of a built object, in order, with the way to it; after substitution, as far as that can be told."""
    values = _values(resource.tree, scope_of(resource, scope))
    return tuple(pair for pair, _ in zip(values, range(_MOST_VALUES), strict=False))


def _values(tree: Tree, scope: Scope | None) -> Iterator[tuple[Route, str]]:
    pending: list[tuple[Route, Tree]] = [((), tree)]
    while pending:
        route, each = pending.pop()
        mapping, values = table(each), items(each)
        if mapping is not None:
            yield route, f"{len(mapping.entries)} keys{mapping.rest or ''}"
            pending += [((*route, key), value) for key, value in mapping.entries.items()]
        elif values is not None:
            yield route, f"{len(values)} items"
            pending += [((*route, index), value) for index, value in enumerate(values)]
        else:
            found = decide(each, scope)
            # What cannot be told may change all the same with what it is made of.
            told = f"{found}: {texts_behind(each, scope)}" if isinstance(found, Reason) else found.text if found else ""
            yield route, told
