"""JSON patches (RFC 6902) on values of a build.

Source: https://www.rfc-editor.org/rfc/rfc6902, and what Kustomize makes of it, where `replace` of a key that is not
there adds it: https://github.com/evanphx/json-patch/blob/v4.13.0/patch.go
"""

import re
from collections.abc import Iterable

from msgspec import Struct

from bot.kustomize.kustomize_reasons import NOT_FOLLOWED
from bot.kustomize.tree import (
    NULL,
    Items,
    Made,
    Part,
    Table,
    Tree,
    Unknown,
    Written,
    get,
    is_null,
    items,
    known_text,
    table,
)
from bot.reason import Reason
from bot.yamltext.nodes import Scalar
from bot.yamltext.strings import reads_as_string

_END = "-"
_INDEX = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)
_Path = tuple[str, ...]


class Operation(Struct, frozen=True, kw_only=True):
    """One operation; a path is None where none below the root is written.

    Attributes:
        verb: What to do.
        path: Where; None too where a variable has a part in it.
        origin: Where `move` and `copy` take their value from.
        value: What `add`, `replace` and `test` put or want there; nothing is null.
    """

    verb: str
    path: _Path | None
    origin: _Path | None = None
    value: Tree | None = None


def read_operations(tree: Tree) -> tuple[Operation, ...] | str:
    """The operations that a list is, or what is wrong with it; a wrong operation only matters when it is applied."""
    found: list[Operation] = []
    for each in items(tree) or ():
        if table(each) is None and not is_null(each):
            return "an operation of a JSON patch is no mapping"
        verb, path, origin = (known_text(get(each, key)) for key in ("op", "path", "from"))
        found.append(Operation(verb=verb, path=_pointer(path), origin=_pointer(origin), value=get(each, "value")))
    return tuple(found)


def _pointer(path: str) -> _Path | None:
    if "/" not in path or "${" in path:
        return None
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:])


def apply(tree: Tree, operations: tuple[Operation, ...]) -> Tree | str:
    """The value after all operations, or why Kustomize would stop."""
    for each in operations:
        done = _apply(tree, each)
        if isinstance(done, str):
            return done
        tree = done
    return tree


def _apply(tree: Tree, operation: Operation) -> Tree | str:
    path, value = operation.path, operation.value or NULL
    if path is None:
        return Unknown(NOT_FOLLOWED(what="an operation of a JSON patch has no path below the root"))
    match operation.verb:
        case "test":
            return _tested(tree, _at(tree, path), operation.value)
        case "move" | "copy":
            return _moved(tree, operation.origin or (), path, operation.verb)
        case "add" | "remove" | "replace" as verb:
            return _change(tree, path, value, verb)
        case _:
            return "an operation of a JSON patch has no `op` that is one"


def _moved(tree: Tree, origin: _Path, path: _Path, verb: str) -> Tree | str:
    value = _at(tree, origin) if origin else None
    if value is None and verb == "copy" and origin and table(_at(tree, origin[:-1])) is not None:
        value = NULL
    if value is None:
        return f"a JSON patch takes a value from /{'/'.join(origin)}, where there is none"
    left = _change(tree, origin, NULL, "remove") if verb == "move" else tree
    return left if isinstance(left, str) else _change(left, path, value, "add")


def _tested(tree: Tree, found: Tree | None, wanted: Tree | None) -> Tree | str:
    equal = _equal(found, wanted)
    if isinstance(equal, Reason):
        return Unknown(equal)
    return tree if equal else "a `test` of a JSON patch fails"


def _equal(one: Tree | None, other: Tree | None) -> bool | Reason:
    """Whether two values are one in JSON; the reason where that cannot be told."""
    for each in (one, other):
        if isinstance(each, Unknown):
            return each.reason
    if (values := items(one)) is not None and (others := items(other)) is not None:
        same = (_equal(*pair) for pair in zip(values, others, strict=False))
        return len(values) == len(others) and _all(same)
    if (found := table(one)) is not None and (wanted := table(other)) is not None:
        same = (_equal(value, wanted.entries[key]) for key, value in found.entries.items())
        return found.entries.keys() == wanted.entries.keys() and _all(same)
    return _scalar(one) == _scalar(other)


def _all(found: Iterable[bool | Reason]) -> bool | Reason:
    for each in found:
        if each is not True:
            return each
    return True


def _scalar(tree: Tree | None) -> tuple[str, bool] | None:
    """A text and whether it is a string; None for nothing. A collection equals no scalar, which the sign says."""
    match tree:
        case None:
            return None
        case Made(text=found) | Part(text=found):
            return None if is_null(tree) else (found, True)
        case Written(node=Scalar() as node):
            return None if is_null(tree) else (node.text, bool(node.style) or reads_as_string(node.text))
        case _:
            return str(id(tree)), False


def _at(tree: Tree, path: _Path) -> Tree | None:
    found: Tree | None = tree
    for key in path:
        values = items(found)
        found = get(found, _index(key, len(values)) if values is not None else key)
    return found


def _index(key: str, length: int) -> int:
    """The index that a key is, as Go reads numbers; -1 for none."""
    if not _INDEX.fullmatch(key):
        return -1
    index = int(key)
    return max(index + length, -1) if index < 0 else index


def _change(tree: Tree | None, path: _Path, value: Tree, verb: str) -> Tree | str:
    """The tree with one value added, replaced or removed."""
    if isinstance(tree, Unknown):
        return tree
    key, *rest = path
    if (values := items(tree)) is not None:
        return _change_item(values, key, tuple(rest), value, verb)
    found = table(tree)
    if found is None:
        return f"a JSON patch goes through `{key}`, where there is none"
    if found.rest:
        return Unknown(found.rest)
    entries = dict(found.entries)
    if rest:
        below = _change(entries.get(key), tuple(rest), value, verb)
        if isinstance(below, str):
            return below
        entries[key] = below
    elif verb != "remove":
        entries[key] = value
    elif entries.pop(key, None) is None:
        return f"a JSON patch would remove `{key}`, which is not there"
    return Table(entries)


def _change_item(values: tuple[Tree, ...], key: str, rest: _Path, value: Tree, verb: str) -> Tree | str:
    adds = verb == "add" and not rest
    index = len(values) if key == _END else _index(key, len(values) + adds)
    if not 0 <= index < len(values) + adds:
        return f"a JSON patch names item {key} of a list of {len(values)}"
    if rest:
        below = _change(values[index], rest, value, verb)
        return below if isinstance(below, str) else Items((*values[:index], below, *values[index + 1 :]))
    new = () if verb == "remove" else (value,)
    return Items((*values[:index], *new, *values[index + (not adds) :]))
