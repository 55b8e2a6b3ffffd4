"""The configuration file as plain data, with the place of every key and value, and nothing that YAML adds on top.

Read by the project's own reader, whose scalars are text: what a plain scalar means is decided here, by the core schema
of YAML 1.2, and numbers stay numbers, where a text is meant a mistake (`1.20` is not the version 1.20).
"""

import re

from msgspec import Struct, field

from bot.config.wording import shown
from bot.errors import Fault
from bot.yamltext.nodes import Alias, Document, Mapping, Node, Route, Scalar, Sequence
from bot.yamltext.reading import read
from bot.yamltext.unreadable import Limits, UnreadableYaml

LIMITS = Limits(size=1024 * 1024, depth=20, events=100_000)
"""A file written by hand is far below; a generated one of some thousand rules still fits."""

# https://yaml.org/spec/1.2.2/#1032-tag-resolution
_NUMBER = re.compile(r"[-+]?(?:0o[0-7]+|0x[0-9a-fA-F]+|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)")
_WHOLE = re.compile(r"[0-9]{1,6}")
_NO_WHOLE_NUMBER = 0.5
"""Stands for every number that no key takes: a fraction, one below zero, one of seven digits."""
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class Located(Struct, frozen=True, kw_only=True):
    """What a file says and where.

    Attributes:
        data: Dictionaries, lists, text, booleans, None, whole numbers; every other number is a half.
        keys: The node of each key, by the route of its value.
        values: The node of each value, by its route.
        faults: What is wrong with the YAML itself.
        broken: Routes whose value could not be taken; whatever else is said about them would mislead.
    """

    path: str
    data: object
    keys: dict[Route, Scalar] = field(default_factory=dict)
    values: dict[Route, Node] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    broken: frozenset[Route] = frozenset()

    def fault(self, route: Route, message: str, mend: str = "", *, offset: int | None = None) -> Fault:
        """A fault at a value, or `offset` characters into it where its text stands there as it reads."""
        node = self.values.get(route)
        line, column = (node.line, node.column) if node else (1, 1)
        if offset is not None and isinstance(node, Scalar) and _is_verbatim(node):
            column += offset + len(node.style)
        return Fault(path=self.path, line=line, column=column, message=message, mend=mend)

    def key_fault(self, route: Route, message: str, mend: str = "") -> Fault:
        """A fault at a key; at the value where there is no key, as in a list."""
        node = self.keys.get(route)
        if node is None:
            return self.fault(route, message, mend)
        return Fault(path=self.path, line=node.line, column=node.column, message=message, mend=mend)

    def line(self, route: Route) -> int:
        """The 1-based line of a key, or of an item of a list."""
        node = self.keys.get(route) or self.values.get(route)
        return node.line if node else 0

    def column(self, route: Route) -> int:
        """The 1-based column of the same."""
        node = self.keys.get(route) or self.values.get(route)
        return node.column if node else 0

    def text(self, route: Route) -> str:
        """A scalar as it reads; empty for anything else."""
        node = self.values.get(route)
        return node.text if isinstance(node, Scalar) else ""


def locate(data: bytes, path: str) -> Located:
    """Read a file; never raises, the faults say what is wrong."""
    text = read(data, LIMITS)
    if isinstance(text, UnreadableYaml):
        mend = "Mend the YAML at this place"
        fault = Fault(path=path, line=text.line, column=text.column, message=f"not YAML: {text.message}", mend=mend)
        return Located(path=path, data=None, faults=(fault,))
    if not text.documents:
        return Located(path=path, data=None)
    return _Walk(path).of(text.documents)


class _Walk:
    """One pass over the nodes, collecting places and faults."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._keys: dict[Route, Scalar] = {}
        self._values: dict[Route, Node] = {}
        self._faults: list[Fault] = []
        self._broken: set[Route] = set()

    def of(self, documents: tuple[Document, ...]) -> Located:
        data = self._value(documents[0].root, ())
        if len(documents) > 1:
            self._fault(documents[1].line, 1, "a second YAML document", "Keep everything in the first one")
        return Located(
            path=self._path,
            data=data,
            keys=self._keys,
            values=self._values,
            faults=tuple(self._faults),
            broken=frozenset(self._broken),
        )

    def _fault(self, line: int, column: int, message: str, mend: str) -> None:
        self._faults.append(Fault(path=self._path, line=line, column=column, message=message, mend=mend))

    def _value(self, node: Node, route: Route) -> object:
        self._values[route] = node
        if isinstance(node, Alias):
            self._broken.add(route)
            self._fault(node.line, node.column, f"the alias *{shown(node.anchor)}", "Write the value itself here")
            return None
        if node.anchor is not None:
            self._fault(node.line, node.column, f"the anchor &{shown(node.anchor)}", "Remove it; this file has none")
        if node.tag is not None:
            self._fault(node.line, node.column, f"the tag {shown(node.tag)}", "Remove it; quotes make a text")
        match node:
            case Scalar():
                return _plain_value(node)
            case Sequence():
                return [self._value(item, (*route, index)) for index, item in enumerate(node.values)]
            case Mapping():
                return self._mapping(node, route)

    def _mapping(self, node: Mapping, route: Route) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in node.items:
            if not isinstance(key, Scalar) or key.text == "<<":
                self._fault(key.line, key.column, "a key that is not a plain name", "Write the keys out one by one")
                self._broken.add(route)
            elif key.text in found:
                first = self._keys[*route, key.text].line
                self._fault(
                    key.line, key.column, f"the key {shown(key.text)} again, first in line {first}", "Keep one of them"
                )
            else:
                self._keys[*route, key.text] = key
                found[key.text] = self._value(value, (*route, key.text))
        return found


def _plain_value(node: Scalar) -> object:
    if node.style:
        return node.text
    if node.text in _NULL:
        return None
    if node.text in _TRUTH:
        return _TRUTH[node.text]
    if _WHOLE.fullmatch(node.text):
        return int(node.text)
    return _NO_WHOLE_NUMBER if _NUMBER.fullmatch(node.text) else node.text


def _is_verbatim(node: Scalar) -> bool:
    """Whether the text stands in the file as it reads, so that characters can be counted."""
    return node.style in {"", "'", '"'} and node.end - node.start == len(node.text.encode()) + 2 * len(node.style)
