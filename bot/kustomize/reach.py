"""Where an edit would reach a value that cannot be told, or that is not edited itself.

A value that is held is still built: of what a base writes, of a variable that others take too. Who edits one of these
places moves it unseen, so each of them is known.
"""

import re
from collections.abc import Iterator

from bot.kustomize.decisions import Scope, scope_of
from bot.kustomize.nested_places import place_of
from bot.kustomize.resources import Resource
from bot.kustomize.tree import Part, Tree, Unknown, Written, get
from bot.kustomize.variables import Variable, pieces
from bot.model.places import Place, Spot
from bot.yamltext.nodes import Scalar

_DEEPEST = 5
_NAME = re.compile(r"\$\{\W*(\w+)", re.ASCII)


def spots_behind(resource: Resource, scope: Scope | None, *route: str) -> frozenset[Spot]:
    """Every place that may decide a field, or a part of it: its own, and those of all variables that it names."""
    return frozenset(spot for spot, _ in _behind(_at(resource.tree, route), scope_of(resource, scope), 0))


def texts_behind(tree: Tree, scope: Scope | None) -> tuple[str, ...]:
    """The texts at these places for one value."""
    return tuple(text for _, text in _behind(_at(tree, ()), scope, 0))


def _at(tree: Tree | None, route: tuple[str, ...]) -> Tree | None:
    """The value at a route, also where something that is not followed may have changed it since."""
    for key in route:
        tree = get(_known(tree), key)
    return _known(tree)


def _known(tree: Tree | None) -> Tree | None:
    while isinstance(tree, Unknown):
        tree = tree.was
    return tree


def _behind(tree: Tree | None, scope: Scope | None, depth: int) -> Iterator[tuple[Spot, str]]:
    match tree:
        case Part(whole=written, text=text):
            pass
        case Written(node=Scalar(text=text)) as written:
            pass
        case _:
            return
    place = place_of(written)
    if isinstance(place, Place):
        yield place.spot, text
    if scope and depth < _DEEPEST and "$" in text:
        for name in _names(text):
            for defined, above in _definitions(name, scope):
                yield from _behind(defined, above, depth + 1)


def _names(text: str) -> Iterator[str]:
    """The variables that a text names, in expressions too."""
    for each in pieces(text):
        if isinstance(each, Variable):
            yield from _NAME.findall(each.written)


def _definitions(name: str, scope: Scope) -> Iterator[tuple[Tree | None, Scope | None]]:
    yield get(scope.inline, name), scope.above
    for source in scope.sources:
        for holder, above in source.found():
            yield get(holder.tree, "data", name), scope_of(holder, above)
