"""Bytes to nodes: one pass over the parser's events, with limits counted on the way."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from collections.abc import Mapping as TableOf
from itertools import islice
from typing import Any, Final

from ruamel.yaml import events as ruamel_events  # noqa: TID251  (this package is the home of ruamel)
from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: TID251  (as above)

from bot.yamltext.events import FASTEST, Opener, open_libyaml, open_pure
from bot.yamltext.nodes import Alias, Anchored, Document, Mapping, Node, Scalar, Sequence, YamlText
from bot.yamltext.places import Places
from bot.yamltext.unreadable import DEFAULT_LIMITS, Limits, Trouble, UnreadableYaml

# https://yaml.org/spec/1.1/#c-printable; both parsers refuse the rest but do not say where in the same units.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST_MESSAGE: Final = 160

_FLOW_PROBLEMS: Final = frozenset(
    {
        "found unexpected ':'",
        "did not find expected node content",
        "did not find expected ',' or ']'",
        "did not find expected ',' or '}'",
    }
)

_SLOW_SIZE: Final = 128 * 1024
"""Characters that the pure parser may be given where libyaml is at hand: it reads about half a MB a second."""


def read(data: bytes, limits: Limits = DEFAULT_LIMITS, open_events: Opener = FASTEST) -> YamlText | UnreadableYaml:
    """Read a file.

    Args:
        data: The whole file, UTF-8, with or without a byte order mark.
        limits: What to refuse before or while reading.
        open_events: The parser; the default is the fastest of this platform.

    Returns:
        The documents, or why there are none. Nothing that a file can hold makes this raise.
    """
    if len(data) > limits.size:
        return UnreadableYaml(trouble=Trouble.TOO_LARGE, message=f"{len(data)} bytes, more than {limits.size}")
    text = _decode(data)
    if isinstance(text, UnreadableYaml):
        return text
    if text.count("%TAG") > limits.directives:
        return UnreadableYaml(trouble=Trouble.TOO_MANY_DIRECTIVES, message=f"more than {limits.directives} of %TAG")
    return _parse(data, text, limits, open_events)


def _decode(data: bytes) -> str | UnreadableYaml:
    """The text without its byte order mark."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return UnreadableYaml(trouble=Trouble.ENCODING, line=1, column=1, message="UTF-16; only UTF-8 is read")
    try:
        text = data.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return UnreadableYaml(trouble=Trouble.ENCODING, line=line, message=f"not UTF-8 at byte {error.start}")
    if text.startswith("\ufeff"):
        return UnreadableYaml(trouble=Trouble.ENCODING, line=1, column=1, message="two byte order marks")
    return text


def _parse(data: bytes, text: str, limits: Limits, open_events: Opener) -> YamlText | UnreadableYaml:
    """Hand the parser's events to a builder until they, or our patience, end."""
    builder = _Builder(Places(text, len(data) - len(data.removeprefix(BOM_UTF8))), limits.depth)
    handlers = builder.handlers
    try:
        events = iter(open_events(text), None)
        for event in islice(events, limits.events):
            handlers[type(event)](event)
        if next(events, None) is not None:
            return UnreadableYaml(trouble=Trouble.TOO_MANY_EVENTS, message=f"more than {limits.events} events")
    except _TooDeepError as error:
        return UnreadableYaml(
            trouble=Trouble.TOO_DEEP, line=error.line, message=f"more than {limits.depth} collections inside each other"
        )
    # Whatever a foreign file does to a parser is that file's trouble: its neighbours must still be read.
    except Exception as error:  # noqa: BLE001
        if open_events is open_libyaml and len(text) <= _SLOW_SIZE and _is_sign_in_flow_text(text, error):
            return _parse(data, text, limits, open_pure)
        return _unreadable(text, error)
    return YamlText(data=data, documents=tuple(builder.documents))


class _TooDeepError(Exception):
    """Collections inside each other beyond the limit."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(line)


def _is_sign_in_flow_text(text: str, error: Exception) -> bool:
    """Whether libyaml stopped at a ``:`` or ``?`` inside a plain text in flow style, as in ``[http://host/?a=b]``.

    YAML 1.2 and Flux read that; the libyaml in the wheel is from before. Other faults at the same signs stay faults.
    """
    if not isinstance(error, MarkedYAMLError) or error.problem not in _FLOW_PROBLEMS:
        return False
    index = error.problem_mark.index
    return text[index : index + 1] in {":", "?"}


def _unreadable(text: str, error: Exception) -> UnreadableYaml:
    """One shape for everything that the parsers raise."""
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        where = {"line": mark.line + 1, "column": mark.column + 1} if mark else {}
        return UnreadableYaml(
            trouble=Trouble.SYNTAX, message=_ascii(error.problem or error.context or "no YAML"), **where
        )
    unprintable = _UNPRINTABLE.search(text)
    if isinstance(error, YAMLError) and unprintable:
        line = text.count("\n", 0, unprintable.start())
        column = unprintable.start() - text.rfind("\n", 0, unprintable.start())
        message = f"character U+{ord(unprintable.group()):04X} is not allowed"
        return UnreadableYaml(trouble=Trouble.CONTROL_CHARACTER, line=line + 1, column=column, message=message)
    if isinstance(error, RecursionError):
        return UnreadableYaml(trouble=Trouble.TOO_DEEP, message="too deep for the parser")
    return UnreadableYaml(trouble=Trouble.READER, message=type(error).__name__)


def _ascii(message: object) -> str:
    """A parser's own words; the pure parser puts characters of the file between them."""
    return str(message).encode("unicode_escape").decode("ascii")[:_LONGEST_MESSAGE]


class _Builder:
    """Makes nodes of events; one method an event, chosen by the event's class.

    In most files marks are byte offsets and most scalars have neither anchor nor tag: that way is kept short.
    """

    __slots__ = (
        "_aliases",
        "_anchors",
        "_children",
        "_depth",
        "_direct",
        "_open",
        "_places",
        "_start_line",
        "documents",
    )

    def __init__(self, places: Places, depth: int) -> None:
        self.documents: list[Document] = []
        self._places = places
        self._direct = not places.shifted
        self._depth = depth
        self._open: list[tuple[Any, list[Node]]] = []
        self._children: list[Node] = []
        self._anchors: list[tuple[int, Anchored]] = []
        self._aliases: list[Alias] = []
        self._start_line = 0

    @property
    def handlers(self) -> TableOf[type, Callable[[Any], None]]:
        """What to do at each class of event."""
        return {
            ruamel_events.ScalarEvent: self._scalar,
            ruamel_events.MappingStartEvent: self._start,
            ruamel_events.SequenceStartEvent: self._start,
            ruamel_events.MappingEndEvent: self._end_mapping,
            ruamel_events.SequenceEndEvent: self._end_sequence,
            ruamel_events.AliasEvent: self._alias,
            ruamel_events.DocumentStartEvent: self._start_document,
            ruamel_events.DocumentEndEvent: self._end_document,
            ruamel_events.StreamStartEvent: _nothing,
            ruamel_events.StreamEndEvent: _nothing,
        }

    def _scalar(self, event: Any) -> None:
        if self._direct and event.anchor is None and event.ctag is None:
            mark = event.start_mark
            start, end, line, column = mark.index, event.end_mark.index, mark.line + 1, mark.column + 1
            fields = event.value, event.style or "", start, end, line, column, None, None
            # What ``Scalar(*fields)`` does, without a call in between: a tenth of the time of all reading.
            self._children.append(tuple.__new__(Scalar, fields))
        else:
            self._children.append(self._described_scalar(event))

    def _described_scalar(self, event: Any) -> Scalar:
        mark, places = event.start_mark, self._places
        start, end = mark.index, event.end_mark.index
        line, column, anchor, tag = mark.line, mark.column, event.anchor, event.ctag
        if anchor is not None or tag is not None:
            start, line, column = places.behind_properties(start, end, line, column)
        line = places.line(start, line) + 1
        span = places.offset(start), places.offset(end)
        node = Scalar(event.value, event.style or "", *span, line, column + 1, anchor, _text_of(tag))
        if anchor is not None:
            self._anchors.append((places.offset(mark.index), node))
        return node

    def _start(self, event: Any) -> None:
        self._open.append((event, self._children))
        if len(self._open) > self._depth:
            raise _TooDeepError(event.start_mark.line + 1)
        self._children = []

    def _end_mapping(self, event: Any) -> None:
        start, siblings = self._open.pop()
        children = self._children
        node = Mapping(tuple(children[::2]), tuple(children[1::2]), bool(start.flow_style), *self._place(start, event))
        self._end(node, siblings)

    def _end_sequence(self, event: Any) -> None:
        start, siblings = self._open.pop()
        node = Sequence(tuple(self._children), bool(start.flow_style), *self._place(start, event))
        self._end(node, siblings)

    def _end(self, node: Mapping | Sequence, siblings: list[Node]) -> None:
        if node.anchor is not None:
            self._anchors.append((node.start, node))
        siblings.append(node)
        self._children = siblings

    def _place(self, start: Any, end: Any) -> tuple[int, int, int, int, str | None, str | None]:
        """Start, end, line, column, anchor and tag of a collection."""
        mark, first, behind = start.start_mark, start.start_mark.index, end.end_mark.index
        line = mark.line
        if not self._direct:
            places = self._places
            line, first, behind = places.line(first, line), places.offset(first), places.offset(behind)
        return first, behind, line + 1, mark.column + 1, start.anchor, _text_of(start.ctag)

    def _alias(self, event: Any) -> None:
        mark, places = event.start_mark, self._places
        line = places.line(mark.index, mark.line) + 1
        start, end = places.offset(mark.index), places.offset(event.end_mark.index)
        node = Alias(event.anchor, start, end, line, mark.column + 1)
        self._aliases.append(node)
        self._children.append(node)

    def _start_document(self, event: Any) -> None:
        mark = event.end_mark  # the ``---``; the start mark may be that of a directive
        self._start_line = self._places.line(mark.index, mark.line) + 1

    def _end_document(self, _event: Any) -> None:
        self.documents.append(
            Document(
                index=len(self.documents),
                root=self._children.pop(),
                line=self._start_line,
                anchors=tuple(sorted(self._anchors, key=_by_place)),
                aliases=tuple(self._aliases),
            )
        )
        self._anchors, self._aliases = [], []


def _by_place(anchor: tuple[int, Anchored]) -> int:
    return anchor[0]


def _text_of(tag: object) -> str | None:
    """The parsers give tags as text or as ruamel's own class."""
    return None if tag is None else str(tag)


def _nothing(_event: Any) -> None:
    """The stream's own start and end say nothing that counts."""
