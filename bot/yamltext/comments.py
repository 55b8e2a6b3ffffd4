"""The comment behind a value on its own line, where people leave notes for bots."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from bot.yamltext.nodes import Alias, Document, Mapping, Node, Scalar, Sequence, YamlText

_LINE_END = re.compile(rb"\r\n|\n|\r|\xc2\x85|\xe2\x80[\xa8\xa9]")
_BREAK = re.compile(rb"\n|\r|\xc2\x85|\xe2\x80[\xa8\xa9]")

_FARTHEST: Final = 4096
"""Bytes behind a value in which a comment must stand to be seen: lines can be as long as files."""


def trailing_comment(file: YamlText, document: Document, value: Scalar | Alias) -> str | None:
    """The comment on the line on which a value ends.

    Args:
        file: The file that holds the value.
        document: Its document.
        value: A value that is not a block scalar: what follows those is another line.

    Returns:
        The text behind ``#`` without blanks around it; foreign text. ``None`` without a comment.
    """
    if isinstance(value, Scalar) and value.style in {"|", ">"}:
        return None
    line = _BREAK.split(file.data[value.end : value.end + _FARTHEST], maxsplit=1)[0]
    sign = line.find(b"#")
    while sign >= 0:
        position = value.end + sign
        inside = _scalar_over(document.root, position)
        if inside is None:
            return line[sign + 1 :].decode(errors="replace").strip()
        sign = line.find(b"#", inside.end - value.end)
    return None


def lines_with_comment(file: YamlText, needle: bytes) -> Iterator[tuple[int, str]]:
    """Every line whose comment holds a text, wherever it stands; what looks like a comment inside a value is none.

    Args:
        file: What was read.
        needle: What to look for; lines without it cost nothing but their length.

    Returns:
        1-based lines, each with the text behind `#` without blanks around it; foreign text.
    """
    starts = [document.root.start for document in file.documents]
    ends = (found.end() for found in _LINE_END.finditer(file.data))
    for number, (start, end) in enumerate(pairwise((0, *ends, len(file.data))), start=1):
        if file.data.find(needle, start, end) < 0:
            continue
        comment = _comment(file, starts, start, file.data[start:end])
        if comment is not None and needle in comment:
            yield number, comment.decode(errors="replace").strip()


def _comment(file: YamlText, starts: list[int], start: int, line: bytes) -> bytes | None:
    """What stands behind the first `#` of a line that is outside of every value."""
    sign = line.find(b"#")
    while sign >= 0:
        index = bisect_right(starts, start + sign) - 1
        inside = _scalar_over(file.documents[index].root, start + sign) if index >= 0 else None
        if inside is None:
            return line[sign + 1 :]
        sign = line.find(b"#", inside.end - start)
    return None


def _scalar_over(node: Node, position: int) -> Scalar | None:
    """The scalar whose token covers a byte, if any: a ``#`` there is text, and a comment anywhere else."""
    pending = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, Scalar) and node.start <= position < node.end:
            return node
        pending += _children_before(node, position)
    return None


def _children_before(node: Node, position: int) -> Iterator[Node]:
    """The last key and the last value that start at or before a byte: no other child can cover it."""
    match node:
        case Mapping(keys=keys, values=values):
            rows = (keys, values)
        case Sequence(values=values):
            rows = ((), values)
        case _:
            return
    for row in rows:
        index = bisect_right(row, position, key=_start)
        yield from row[max(index - 1, 0) : index]


def _start(node: Node) -> int:
    return node.start
