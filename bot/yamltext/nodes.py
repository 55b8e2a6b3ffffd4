"""What a YAML text consists of: nodes that know their bytes.

`gc=False`: frozen values made from the leaves up hold no circle, and a fleet has half a million to look through.
https://jcristharif.com/msgspec/structs.html#disabling-garbage-collection-advanced
"""

from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

Style: TypeAlias = Literal["", "'", '"', "|", ">"]
"""How a scalar is written: plain, single-quoted, double-quoted, literal block, folded block."""

Route: TypeAlias = tuple[str | int, ...]
"""The way from a document's root to a node: mapping keys as text, sequence positions from 0."""

BREAKS = "\n\r\x85\u2028\u2029"
"""The line breaks of YAML 1.1, which libyaml and Flux's reader (a port of it) keep to."""


class Scalar(Struct, frozen=True, gc=False):
    """One value or key; its text is never turned into a number, a date or a truth value.

    Attributes:
        text: The value, unquoted and unescaped.
        style: How it is written.
        start: Byte offset of the value's token, quotes included, anchor and tag excluded.
        end: Byte offset behind that token; of a block scalar, behind its last line.
        line: Line of ``start``, from 1.
        column: Column of ``start`` in characters, from 1.
        anchor: The name in ``&name``, if any.
        tag: The resolved tag if one is written (``tag:yaml.org,2002:str`` for ``!!str``).
    """

    text: str
    style: Style
    start: int
    end: int
    line: int
    column: int
    anchor: str | None
    tag: str | None


class Alias(Struct, frozen=True, gc=False):
    """A ``*name``, never expanded; ``Document.follow`` gives the node it stands for."""

    anchor: str
    start: int
    end: int
    line: int
    column: int


class Mapping(Struct, frozen=True, gc=False):
    """Keys and values in the file's order, duplicates included.

    Attributes:
        keys: One node a key.
        values: One node a value; as long as ``keys``.
        flow: Whether it is written as ``{…}``.
        start: Byte offset, anchor and tag included.
        end: Byte offset behind the closing brace, or of the token that ends a block: blanks and comments lie before it.
        line: Line of ``start``, from 1.
        column: Column of ``start`` in characters, from 1.
        anchor: The name in ``&name``, if any.
        tag: The resolved tag if one is written.
    """

    keys: tuple["Node", ...]
    values: tuple["Node", ...]
    flow: bool
    start: int
    end: int
    line: int
    column: int
    anchor: str | None
    tag: str | None

    @property
    def items(self) -> Iterator[tuple["Node", "Node"]]:
        """Pairs of key and value."""
        return zip(self.keys, self.values, strict=True)


class Sequence(Struct, frozen=True, gc=False):
    """Values in order; the other attributes as in ``Mapping``."""

    values: tuple["Node", ...]
    flow: bool
    start: int
    end: int
    line: int
    column: int
    anchor: str | None
    tag: str | None


Node: TypeAlias = Scalar | Mapping | Sequence | Alias
Anchored: TypeAlias = Scalar | Mapping | Sequence


class Document(Struct, frozen=True, kw_only=True, gc=False):
    """One document of a file.

    Attributes:
        index: Position in the file, from 0; empty documents count.
        root: Its only node; an empty document has an empty plain scalar.
        line: Line of its ``---``, or of its first content, from 1.
        anchors: Every node with an anchor, by the place of the anchor; a name may occur again and again.
        aliases: Every alias, by place.
    """

    index: int
    root: Node
    line: int
    anchors: tuple[tuple[int, Anchored], ...]
    aliases: tuple[Alias, ...]

    def follow(self, node: Node) -> Node:
        """What a node stands for: the node of its anchor if it is an alias, else itself.

        An anchor may be defined again; an alias means the last definition before it. An alias without one stays what
        it is. Nothing is expanded: aliases inside the answer are aliases still.
        """
        if not isinstance(node, Alias):
            return node
        found: Node = node
        for place, target in self.anchors:
            if place > node.start:
                break
            if target.anchor == node.anchor:
                found = target
        return found

    def is_referred_to(self, node: Anchored) -> bool:
        """Whether an alias stands for this very node, so that an edit of one would change both."""
        if node.anchor is None:
            return False
        defined = [place for place, target in self.anchors if target.anchor == node.anchor and place <= node.start]
        redefined = [place for place, target in self.anchors if target.anchor == node.anchor and place > node.start]
        if not defined:
            return False
        until = redefined[0] if redefined else None
        return any(
            alias.anchor == node.anchor and alias.start > defined[-1] and (until is None or alias.start < until)
            for alias in self.aliases
        )


class YamlText(Struct, frozen=True, kw_only=True, gc=False):
    """A file that was read: its bytes and what stands where in them."""

    data: bytes
    documents: tuple[Document, ...]
