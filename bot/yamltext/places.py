"""From a parser's marks to places in the bytes of a file.

Marks count characters and, as YAML 1.1 does, lines that NEL, LS and PS end; edits need bytes, people need the lines
that their editor and forge show.
"""

import re
from bisect import bisect_left

from bot.yamltext.nodes import BREAKS

_STRIDE = 256
_FOREIGN_BREAK = re.compile("[\x85\u2028\u2029]")
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Places:
    """Byte offsets and line numbers of one text.

    Args:
        text: The decoded file without its byte order mark.
        first: The byte offset of its first character.
    """

    __slots__ = ("_checkpoints", "_first", "_foreign_breaks", "_text")

    def __init__(self, text: str, first: int) -> None:
        self._text = text
        self._first = first
        self._checkpoints: list[int] = []
        self._foreign_breaks: list[int] = []
        if not text.isascii():
            self._checkpoints = _checkpoints(text, first)
            self._foreign_breaks = [match.start() for match in _FOREIGN_BREAK.finditer(text)]

    @property
    def shifted(self) -> bool:
        """Whether a mark's index is something else than a byte offset."""
        return bool(self._first or self._checkpoints)

    def offset(self, index: int) -> int:
        """The byte offset of a character."""
        if not self._checkpoints:
            return index + self._first
        chunk = index // _STRIDE
        return self._checkpoints[chunk] + len(self._text[chunk * _STRIDE : index].encode())

    def line(self, index: int, line: int) -> int:
        """The line from 0 that people see, of a character on the parser's line."""
        return line - bisect_left(self._foreign_breaks, index)

    def behind_properties(self, start: int, end: int, line: int, column: int) -> tuple[int, int, int]:
        """Where the value of a scalar with an anchor or a tag starts.

        Args:
            start: Index of the scalar's mark, which stands at ``&`` or ``!``.
            end: Index behind the scalar.
            line: The mark's line.
            column: The mark's column.

        Returns:
            Index, line and column of the value's own token; ``end`` where it has none.
        """
        value = _skip_properties(self._text, start, end)
        *before, last = _BREAK.split(self._text[start:value])
        return value, line + len(before), len(last) if before else column + len(last)


def _checkpoints(text: str, first: int) -> list[int]:
    """Byte offsets of every 256th character: little memory, and little to count from the nearest."""
    offsets = [first]
    for start in range(0, len(text), _STRIDE):
        offsets.append(offsets[-1] + len(text[start : start + _STRIDE].encode()))
    return offsets


def _skip_properties(text: str, start: int, end: int) -> int:
    """Walk over anchor, tag, blanks, line breaks and comments; no plain scalar starts with one of these signs."""
    index = start
    while index < end and text[index] in "&!# \t" + BREAKS:
        stop = BREAKS if text[index] == "#" else " \t" + BREAKS
        index += 1
        if text[index - 1] in "&!#":
            while index < end and text[index] not in stop:
                index += 1
    return index
