"""Values of a build: each scalar still knows the file and the place where it is written.

A build takes objects apart and puts them together from several files. Values are never changed in place, so that a base
under many overlays is kept once; and a value that no patch touches stays a node of its file until someone looks.
"""

from collections.abc import Mapping as TableOf
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from bot.kustomize.kustomize_reasons import NOT_FOLLOWED
from bot.model.places import Route
from bot.reason import Reason
from bot.reasons import NOT_EDITABLE
from bot.yamltext.lookup import Obstacle
from bot.yamltext.nodes import Alias, Document, Mapping, Node, Scalar, Sequence, YamlText

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_DIRECTIVE = "$patch"
_VARIABLE = "${"
_LONGEST_SHOWN = 60


class Source(Struct, frozen=True, kw_only=True, eq=False):
    """A text that holds values: a file, or a scalar that holds YAML of its own.

    Attributes:
        path: The file.
        file: What was read of the text.
        holder: The scalar, where it is one.
    """

    path: str
    file: YamlText
    holder: "Written | None" = None


class Written(NamedTuple):
    """A value as a text writes it."""

    source: Source
    document: Document
    route: Route
    node: Node


class Table(NamedTuple):
    """A mapping; `rest` says why a key that is not here may be there all the same."""

    entries: TableOf[str, "Tree"]
    rest: Reason | None = None


class Items(NamedTuple):
    """A list."""

    values: tuple["Tree", ...]


class Made(NamedTuple):
    """A text that the build itself makes: a name with its prefix, a namespace."""

    text: str


class Part(NamedTuple):
    """A text that a part of a scalar writes, as the value in `KEY=value`."""

    whole: Written
    before: str
    text: str
    behind: str


class Unknown(NamedTuple):
    """A value that cannot be told; `was` is what it is if what is not followed leaves it alone."""

    reason: Reason
    was: "Tree | None" = None


Tree: TypeAlias = Written | Table | Items | Made | Part | Unknown

EMPTY = Table({})
NULL = Made("")
"""A value that is nothing, though no text writes it."""


def root_of(source: Source, document: Document) -> Written:
    """The value that a document is."""
    return Written(source, document, (), document.follow(document.root))


def table(tree: Tree | None) -> Table | None:
    """The value as a mapping, None where it is none."""
    match tree:
        case Table():
            return tree
        case Written(node=Mapping() as node):
            return _table(tree, node)
        case _:
            return None


def _table(tree: Written, node: Mapping) -> Table:
    entries: dict[str, Tree] = {}
    rest: Reason | None = None
    for key, value in node.items:
        if isinstance(key, Scalar) and _VARIABLE in key.text:
            rest = NOT_EDITABLE(problem=f"the key `{key.text[:_LONGEST_SHOWN]}` may become any other")
        elif not isinstance(key, Scalar) or key.text == "<<":
            rest = NOT_EDITABLE(problem=Obstacle.MERGE if isinstance(key, Scalar) else Obstacle.ALIAS)
        elif key.text in entries:
            entries[key.text] = Unknown(NOT_EDITABLE(problem=Obstacle.DUPLICATE))
        else:
            route = (*tree.route, key.text)
            entries[key.text] = Written(tree.source, tree.document, route, tree.document.follow(value))
    if isinstance(rest, Reason):
        # Which of a key and a merge wins differs between readers, so no written key of such a mapping is sure either.
        entries = {key: Unknown(rest, value) for key, value in entries.items()}
    return Table(entries, rest)


def items(tree: Tree | None) -> tuple[Tree, ...] | None:
    """The value as a list, None where it is none."""
    match tree:
        case Items(values):
            return values
        case Written(source, document, route, Sequence(values=values)):
            return tuple(
                Written(source, document, (*route, index), document.follow(value)) for index, value in enumerate(values)
            )
        case _:
            return None


def text(tree: Tree | None) -> str | Reason | None:
    """The value as a text, None where there is none: absent, empty, or no scalar."""
    match tree:
        case Made(found) | Part(text=found):
            return None if tree is NULL else found
        case Unknown(reason):
            return reason
        case Written(node=Scalar() as node):
            return None if is_null(tree) else node.text
        case Written(node=Alias()):
            return NOT_EDITABLE(problem=Obstacle.ALIAS)
        case _:
            return None


def known_text(tree: Tree | None) -> str:
    """The value as a text, empty where there is none or it cannot be told."""
    found = text(tree)
    return found if isinstance(found, str) else ""


def is_null(tree: Tree | None) -> bool:
    """Whether a value is written and is nothing."""
    return tree is NULL or (
        isinstance(tree, Written)
        and isinstance(tree.node, Scalar)
        and not tree.node.style
        and tree.node.tag is None
        and tree.node.text in NULLS
    )


def get(tree: Tree | None, *route: str | int) -> Tree | None:
    """The value at a route, None where it is absent."""
    for key in route:
        if tree is None or isinstance(tree, Unknown):
            return tree
        tree = _child(tree, key)
    return tree


def _child(tree: Tree, key: str | int) -> Tree | None:
    if isinstance(key, int):
        values = items(tree) or ()
        return values[key] if 0 <= key < len(values) else None
    if isinstance(tree, Written) and isinstance(tree.node, Mapping) and _is_plain(tree.node, key):
        value = next((value for each, value in tree.node.items if isinstance(each, Scalar) and each.text == key), None)
        if value is None:
            return None
        return Written(tree.source, tree.document, (*tree.route, key), tree.document.follow(value))
    found = table(tree)
    if found is None:
        return _held_by(tree)
    return found.entries.get(key) or (Unknown(found.rest) if found.rest else None)


def _held_by(tree: Tree) -> Tree | None:
    """What a text holds: nothing, but where a variable of Flux may make a mapping of it."""
    found = text(tree)
    if not isinstance(found, str) or _VARIABLE not in found:
        return None
    return Unknown(NOT_EDITABLE(problem=f"`{found[:_LONGEST_SHOWN]}` may become any fields"))


def _is_plain(node: Mapping, key: str) -> bool:
    """Whether a key can be told without all of a mapping: no key of it is an alias or a merge, and this one no twin."""
    times = 0
    for each in node.keys:
        if not isinstance(each, Scalar) or each.text == "<<" or _VARIABLE in each.text:
            return False
        times += each.text == key
    return times <= 1


def put(tree: Tree | None, route: tuple[str, ...], value: Tree | None) -> Tree:
    """The tree with another value at a route of mappings, made where they are missing; None removes."""
    if isinstance(tree, Unknown):
        return tree
    found = table(tree) or EMPTY
    key, *rest = route
    entries = dict(found.entries)
    new = put(entries.get(key), tuple(rest), value) if rest else value
    if new is None:
        entries.pop(key, None)
    else:
        entries[key] = new
    return Table(entries, found.rest)


def merge(old: Tree | None, patch: Tree) -> Tree | None:
    """A strategic merge of a kind that Kustomize has no schema of: maps merge, all else replaces, null removes.

    Source: https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/yaml/merge2/merge2.go
    """
    if is_null(patch):
        return None
    change = table(patch)
    if change is None or change.rest:
        return Unknown(change.rest) if change and change.rest else patch
    directive = known_text(change.entries.get(_DIRECTIVE))
    if directive == "delete":
        return None
    if isinstance(old, Unknown):
        return old
    base = EMPTY if old is None or is_null(old) or directive == "replace" else table(old)
    if base is None:
        return Unknown(NOT_FOLLOWED(what="a patch puts a mapping where a text or a list is"))
    entries = dict(base.entries)
    for key, value in change.entries.items():
        merged = None if key == _DIRECTIVE else merge(entries.get(key), value)
        if merged is None:
            entries.pop(key, None)
        else:
            entries[key] = merged
    return Table(entries, base.rest)
