"""One object's fields, as a YAML file writes them."""

import re
from typing import Protocol, Self, assert_never

from msgspec import Struct, field
from msgspec.structs import replace

from bot.flux.fields import Written
from bot.model.places import Place, Route
from bot.reason import Reason
from bot.reasons import HELM_TEMPLATE, NO_NAME, NOT_A_STRING, NOT_EDITABLE, TEMPLATE, VARIABLE
from bot.yamltext.comments import trailing_comment
from bot.yamltext.lookup import Obstacle, below, find, plain_fields, resolve
from bot.yamltext.nodes import Alias, Document, Mapping, Node, Scalar, Sequence, YamlText
from bot.yamltext.strings import reads_as_string

_LONGEST_SHOWN = 60
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_VARIABLE = re.compile(r"\$\{[^}]{0,100}\}?")
# What go-yaml, like YAML 1.1, takes for true; https://yaml.org/type/bool.html
_TRUE = frozenset({"true", "yes", "on", "y"})


class Filling(Protocol):
    """What fills in the templates of an object that another one makes."""

    def applies(self, text: str) -> bool:
        """Whether a text holds a template."""

    def text(self, text: str, field: str) -> str | Reason:
        """A text with its templates filled in; `field` is for messages."""

    def written(self, text: str, comment: str, field: str) -> Written | Reason | None:
        """What a template of one value stands for, where that is written; None where it is empty."""


class Manifest(Struct, frozen=True, kw_only=True, eq=False):
    """An object in a file.

    Attributes:
        path: The file.
        file: What was read of it.
        document: The document that holds the object.
        view: The document as if the object were all of it, so that a field is found without walking its neighbours.
        root: The object's mapping.
        route: The way from the document's root to it: empty but for the items of a List.
        kind: Its kind, empty where it has none that is a text.
        filling: What its templates stand for; None where it has none.
    """

    path: str
    file: YamlText
    document: Document
    view: Document
    root: Mapping
    route: Route
    kind: str
    filling: Filling | None = None
    _above: dict[Route, dict[str | int, Node] | Node | Obstacle] = field(default_factory=dict)
    """Of what stands above the fields that were asked for its plain fields, if it has such: most routes begin alike."""

    @classmethod
    def at(
        cls,
        path: str,
        file: YamlText,
        document: Document,
        root: Mapping,
        *route: str | int,
        filling: Filling | None = None,
    ) -> Self:
        """The object that a mapping of a document is."""
        view = document if root is document.root else replace(document, root=root)
        kind = resolve(view, ("kind",))
        return cls(
            path=path,
            file=file,
            document=document,
            view=view,
            root=root,
            route=route,
            kind=kind.text if isinstance(kind, Scalar) else "",
            filling=filling,
        )

    @property
    def line(self) -> int:
        """1-based line of its first key."""
        return self.root.line

    @property
    def name(self) -> str:
        """Its name, empty where it has none that is a text."""
        node = self.node("metadata", "name")
        return node.text if isinstance(node, Scalar) else ""

    def node(self, *route: str | int) -> Node | Obstacle:
        """What gives the value of a field, aliases followed; for reading only."""
        return self._at(route)

    def _at(self, route: Route) -> Node | Obstacle:
        if not route:
            return self.root
        known = self._above.get(route[:-1])
        if known is None:
            node = self._at(route[:-1])
            known = self._above[route[:-1]] = (plain_fields(node) or node) if isinstance(node, Mapping) else node
        if not isinstance(known, dict):
            return below(self.view, known, route[-1])
        found = known.get(route[-1])
        if found is None:
            return Obstacle.ABSENT
        return self.view.follow(found) if isinstance(found, Alias) else found

    def has(self, *route: str) -> bool:
        """Whether a field is written with something in it; one that cannot be told counts as written."""
        node = self._at(route)
        if node is Obstacle.ABSENT:
            return self._hidden(route) is not None
        return not (isinstance(node, Scalar) and _is_null(node))

    def line_of(self, *route: str | int) -> int:
        """1-based line of a field, or of what it would stand in."""
        nodes = (self.node(*route[:length]) for length in range(len(route), 0, -1))
        return next((node.line for node in nodes if not isinstance(node, Obstacle)), self.line)

    def text(self, *route: str) -> str | Reason:
        """One field as text, an absent one empty; or the reason why it cannot be told."""
        return self._text(route)

    def texts(self, *routes: tuple[str, ...]) -> tuple[str, ...] | Reason:
        """Several fields as text, absent ones empty; or the reason why the first of them cannot be told."""
        found: list[str] = []
        for route in routes:
            text = self._text(route)
            if isinstance(text, Reason):
                return text
            found.append(text)
        return tuple(found)

    def written(self, *route: str) -> Written | Reason | None:
        """A field that is to be edited, None where it is absent or empty."""
        # Without an alias in the document there is none to follow.
        node = find(self.view, route) if self.document.aliases else self.node(*route)
        match node:
            case Scalar():
                return self._written(node, route)
            case Obstacle.ABSENT:
                return self._hidden(route)
            case Obstacle() | Alias():
                obstacle = Obstacle.ALIAS if isinstance(node, Alias) else node
                return NOT_EDITABLE(problem=f"{_dotted(route)}: {obstacle}")
            case Mapping() | Sequence():
                return self._not_a_text(node, route)
            case _:
                assert_never(node)

    def _written(self, node: Scalar, route: tuple[str, ...]) -> Written | Reason | None:
        if _is_null(node) or not node.text:
            return None
        if self.filling and self.filling.applies(node.text):
            comment = trailing_comment(self.file, self.document, node) or ""
            return self.filling.written(node.text, comment, _dotted(route))
        if problem := _foreign_syntax(node.text, route):
            return problem
        if not node.style and node.tag is None and not reads_as_string(node.text):
            return NOT_A_STRING(field=_dotted(route), text=node.text[:_LONGEST_SHOWN])
        comment = trailing_comment(self.file, self.document, node) or ""
        return Written(place=self._place(node, route), comment=comment)

    def _place(self, node: Scalar, route: tuple[str, ...]) -> Place:
        return Place(
            path=self.path,
            document=self.document.index,
            route=(*self.route, *route),
            start=node.start,
            end=node.end,
            line=node.line,
            column=node.column,
            text=node.text,
        )

    def _text(self, route: tuple[str, ...]) -> str | Reason:
        node = self._at(route)
        match node:
            case Scalar():
                return "" if _is_null(node) else self._filled(node.text, route)
            case Obstacle.ABSENT:
                return self._hidden(route) or ""
            case Obstacle() | Alias():
                obstacle = Obstacle.ALIAS if isinstance(node, Alias) else node
                return NOT_EDITABLE(problem=f"{_dotted(route)}: {obstacle}")
            case Mapping() | Sequence():
                return self._not_a_text(node, route)
            case _:
                assert_never(node)

    def _filled(self, text: str, route: tuple[str, ...]) -> str | Reason:
        if self.filling and self.filling.applies(text):
            return self.filling.text(text, _dotted(route))
        return _foreign_syntax(text, route) or text

    def _hidden(self, route: tuple[str | int, ...]) -> Reason | None:
        """Why it cannot be told whether a field is there: a template stands in the place of what would hold it."""
        if self.filling is not None:
            for length in range(1, len(route)):
                above = self.node(*route[:length])
                if isinstance(above, Scalar) and self.filling.applies(above.text):
                    return TEMPLATE(field=_dotted(route[:length]), template=above.text[:_LONGEST_SHOWN])
        return None

    def _not_a_text(self, node: Mapping | Sequence, route: tuple[str, ...]) -> Reason:
        """`name: {{ .Values.name }}` is YAML too: a mapping whose key is a mapping."""
        if self.file.data.startswith(b"{{", node.start):
            return HELM_TEMPLATE()
        return NO_NAME(kind=self.kind or "object", problem=f"{_dotted(route)} is not a text")


def is_true(text: str) -> bool:
    """Whether a field's text means true."""
    return text.lower() in _TRUE


def is_name(text: str) -> bool:
    """Whether Kubernetes takes a text as a name: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/."""
    return _NAME.fullmatch(text) is not None


def _is_null(node: Scalar) -> bool:
    return not node.style and node.tag is None and node.text in _NULLS


def _foreign_syntax(text: str, route: tuple[str, ...]) -> Reason | None:
    """Text that another program replaces before Flux sees it."""
    if "{{" in text:
        return HELM_TEMPLATE()
    if "${" in text and (variable := _VARIABLE.search(text)):
        return VARIABLE(field=_dotted(route), variable=variable.group())
    return None


def _dotted(route: tuple[str | int, ...]) -> str:
    return ".".join(map(str, route))
