"""JSON patches (RFC 6902) on values of a build.

Source: https://www.rfc-editor.org/rfc/rfc6902, and what Kustomize takes of it:
https://github.com/evanphx/json-patch/blob/v4.13.0/patch.go
"""

from dataclasses import dataclass

from bot.kustomize.tree import Items, Table, Tree, Unknown, get, is_null, items, known_text, table, text
from bot.reason import Reason

_END = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation; `origin` is the place that `move` and `copy` take their value from."""

    verb: str
    path: tuple[str, ...]
    origin: tuple[str, ...] = ()
    value: Tree | None = None


def read_operations(tree: Tree) -> tuple[Operation, ...] | str:
    """The operations that a list is, or what is wrong with one of them."""
    found: list[Operation] = []
    for each in items(tree) or ():
        verb, path, origin = (known_text(get(each, key)) for key in ("op", "path", "from"))
        if verb not in {"add", "remove", "replace", "move", "copy", "test"}:
            return "an operation of a JSON patch has no `op` that is one"
        if not path.startswith("/") or (verb in {"move", "copy"} and not origin.startswith("/")):
            return "an operation of a JSON patch has no `path` below the root"
        value = get(each, "value")
        found.append(Operation(verb=verb, path=_pointer(path), origin=_pointer(origin), value=value))
    return tuple(found)


def _pointer(path: str) -> tuple[str, ...]:
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
    match operation.verb:
        case "test":
            return tree if _equal(_at(tree, operation.path), operation.value) else "a `test` of a JSON patch fails"
        case "remove":
            return _change(tree, operation.path, None, "remove")
        case "move" | "copy":
            value = _at(tree, operation.origin)
            if value is None:
                return f"a JSON patch takes a value from /{'/'.join(operation.origin)}, where there is none"
            left = _change(tree, operation.origin, None, "remove") if operation.verb == "move" else tree
            return left if isinstance(left, str) else _change(left, operation.path, value, "add")
        case verb:
            if operation.value is None:
                return "an operation of a JSON patch has no value"
            return _change(tree, operation.path, operation.value, verb)


def _equal(found: Tree | None, wanted: Tree | None) -> bool:
    if found is None or is_null(found):
        return wanted is None or is_null(wanted)
    written = text(found)
    return isinstance(written, Reason | None) or written == text(wanted)


def _at(tree: Tree, path: tuple[str, ...]) -> Tree | None:
    found: Tree | None = tree
    for key in path:
        values = items(found)
        found = get(found, _index(key, len(values)) if values is not None else key)
    return found


def _index(key: str, length: int) -> int:
    index = int(key) if key.isascii() and key.lstrip("-").isdigit() and len(key) < 10 else length  # noqa: PLR2004 - more digits than a list has items
    return index + length if index < 0 else index


def _change(tree: Tree | None, path: tuple[str, ...], value: Tree | None, verb: str) -> Tree | str:
    """The tree with one value added, replaced or (None) removed."""
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
    elif verb != "add" and key not in entries:
        return f"a JSON patch would {verb} `{key}`, which is not there"
    elif value is None:
        del entries[key]
    else:
        entries[key] = value
    return Table(entries)


def _change_item(
    values: tuple[Tree, ...], key: str, rest: tuple[str, ...], value: Tree | None, verb: str
) -> Tree | str:
    index = len(values) if key == _END else _index(key, len(values))
    if not 0 <= index < len(values) + (verb == "add" and not rest):
        return f"a JSON patch names item {key} of a list of {len(values)}"
    if rest:
        below = _change(values[index], rest, value, verb)
        return below if isinstance(below, str) else Items((*values[:index], below, *values[index + 1 :]))
    behind = values[index if verb == "add" else index + 1 :]
    return Items((*values[:index], *(() if value is None else (value,)), *behind))
