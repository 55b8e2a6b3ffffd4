"""Finding the node at a route, or what stands in the way."""

from collections.abc import Callable
from enum import StrEnum

from bot.yamltext.nodes import Alias, Document, Mapping, Node, Route, Scalar, Sequence

_ONLY_SCALARS = {Scalar}


class Obstacle(StrEnum):
    """Why there is no one node that a route names."""

    ABSENT = "there is no such value"
    ALIAS = "an alias stands on the way"
    MERGE = "the value may come from a merge key"
    DUPLICATE = "a key on the way is written twice"


def find(document: Document, route: Route) -> Node | Obstacle:
    """The node that is written at a route, and nowhere else: aliases are not followed.

    The node itself may be an ``Alias``: the value at the route is then written at its anchor.
    """
    return _walk(document.root, route, lambda node: node)


def resolve(document: Document, route: Route) -> Node | Obstacle:
    """The node that gives the value at a route, aliases followed: for reading, never for editing.

    An ``Alias`` in the answer has no anchor before it; a route that leads through one gives ``Obstacle.ALIAS``.
    """
    return _walk(document.root, route, document.follow)


def below(document: Document, node: Node | Obstacle, key: str | int) -> Node | Obstacle:
    """One step of `resolve`, from what it gave for the route before: for many routes that begin alike."""
    if isinstance(node, Obstacle):
        return node
    step = _step(node, key)
    return step if isinstance(step, Obstacle) else document.follow(step)


def plain_fields(mapping: Mapping) -> dict[str | int, Node] | None:
    """The values of a mapping by its keys, where each is a text of its own: no alias, no merge, none written twice."""
    keys = mapping.keys
    if not {*map(type, keys)} <= _ONLY_SCALARS:
        return None
    fields: dict[str | int, Node] = {key.text: value for key, value in zip(keys, mapping.values, strict=True)}  # type: ignore[union-attr] # see above
    return fields if len(fields) == len(keys) and "<<" not in fields else None


def is_repeated(document: Document, route: Route) -> bool:
    """Whether aliases repeat the node at a route, or anything that holds it: an edit would change all of them."""
    if not document.aliases:
        return False
    nodes = (find(document, route[:length]) for length in range(len(route) + 1))
    return any(isinstance(node, Scalar | Mapping | Sequence) and document.is_referred_to(node) for node in nodes)


def _walk(node: Node, route: Route, follow: Callable[[Node], Node]) -> Node | Obstacle:
    node = follow(node)
    for key in route:
        step = _step(node, key)
        if isinstance(step, Obstacle):
            return step
        node = follow(step)
    return node


def _step(node: Node, key: str | int) -> Node | Obstacle:
    # Not a match: this runs fifty times an object, and the pattern of a pair takes twice as long.
    if isinstance(node, Mapping) and isinstance(key, str):
        return _value(node, key)
    if isinstance(node, Sequence) and isinstance(key, int) and 0 <= key < len(node.values):
        return node.values[key]
    return Obstacle.ALIAS if isinstance(node, Alias) else Obstacle.ABSENT


def _value(mapping: Mapping, name: str) -> Node | Obstacle:
    """The value of a key.

    An alias as a key may be any name. A merge key gives what the mapping itself does not write. Where it follows the
    key readers differ: by the specification the key wins, in several libraries the later of the two does.
    https://yaml.org/type/merge.html, https://github.com/h2o/yoml/pull/2
    """
    found: Node | None = None
    merged = False
    for key, value in zip(mapping.keys, mapping.values, strict=True):
        if isinstance(key, Scalar):
            if key.text == name:
                if found is not None:
                    return Obstacle.DUPLICATE
                found, merged = value, False
            elif key.text == "<<":
                merged = True
        elif isinstance(key, Alias):
            return Obstacle.ALIAS
    if merged:
        return Obstacle.MERGE
    return Obstacle.ABSENT if found is None else found
