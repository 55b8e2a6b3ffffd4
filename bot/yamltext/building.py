"""Events to nodes: one pass, nothing expanded, nothing recursive."""

from collections.abc import Callable, Iterable
from collections.abc import Mapping as TableOf
from typing import Any, ClassVar

from ruamel.yaml import events as ruamel_events  # noqa: TID251  (this package is the home of ruamel)

from bot.yamltext.nodes import Alias, Anchored, Document, Mapping, Node, Scalar, Sequence
from bot.yamltext.places import Places


class TooDeepError(Exception):
    """Collections inside each other beyond the limit."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(line)


class Builder:
    """Makes nodes of events; one method an event, chosen by the event's class."""

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

    def take(self, events: Iterable[Any]) -> None:
        """Make nodes of these events.

        In most files marks are byte offsets, and most events are scalars with neither anchor nor tag: for them there is
        no call of a method.
        """
        handlers, direct = self._HANDLERS, self._direct
        plain = ruamel_events.ScalarEvent
        for event in events:
            if direct and type(event) is plain and event.anchor is None and event.ctag is None:
                mark = event.start_mark
                start, end, line, column = mark.index, event.end_mark.index, mark.line + 1, mark.column + 1
                self._children.append(Scalar(event.value, event.style or "", start, end, line, column, None, None))
            else:
                handlers[type(event)](self, event)

    def _scalar(self, event: Any) -> None:
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
        self._children.append(node)

    def _start(self, event: Any) -> None:
        self._open.append((event, self._children))
        if len(self._open) > self._depth:
            raise TooDeepError(event.start_mark.line + 1)
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

    def _nothing(self, _event: Any) -> None:
        """The stream's own start and end say nothing that counts."""

    _HANDLERS: ClassVar[TableOf[type, Callable[["Builder", Any], None]]] = {
        ruamel_events.ScalarEvent: _scalar,
        ruamel_events.MappingStartEvent: _start,
        ruamel_events.SequenceStartEvent: _start,
        ruamel_events.MappingEndEvent: _end_mapping,
        ruamel_events.SequenceEndEvent: _end_sequence,
        ruamel_events.AliasEvent: _alias,
        ruamel_events.DocumentStartEvent: _start_document,
        ruamel_events.DocumentEndEvent: _end_document,
        ruamel_events.StreamStartEvent: _nothing,
        ruamel_events.StreamEndEvent: _nothing,
    }
    """Of the class: methods bound to an object and kept in it are garbage that only a search finds."""


def _by_place(anchor: tuple[int, Anchored]) -> int:
    return anchor[0]


def _text_of(tag: object) -> str | None:
    """The parsers give tags as text or as ruamel's own class."""
    return None if tag is None else str(tag)
