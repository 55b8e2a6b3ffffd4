"""Which objects a patch is for: `target` of a patch.

Names are patterns of Go, anchored at both ends; labels follow Kubernetes' own little language.

Sources: https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/types/selector.go,
https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

import re
from collections.abc import Callable, Mapping
from typing import Self

from msgspec import Struct

from bot.kustomize.kustomize_reasons import NOT_FOLLOWED
from bot.kustomize.resources import Resource
from bot.kustomize.tree import Tree, get, known_text, table
from bot.reason import Reason
from bot.versions.patterns import InvalidPattern, Pattern

# In these only `.` means anything to a pattern: one character, whichever. All names of real fleets are like that.
_SIMPLE = re.compile(r"[A-Za-z0-9./-]*")
_TERM = re.compile(
    r"\s*(?:(?P<absent>!)\s*(?P<gone>[\w./-]+)"
    r"|(?P<key>[\w./-]+)(?:\s*(?P<equal>==?|!=)\s*(?P<value>[\w.-]*)"
    r"|\s+(?P<among>in|notin)\s*\((?P<values>[\w.,\s-]*)\))?)\s*(?:,|$)",
    re.ASCII,
)
_Match = Callable[[str], bool]


class BadTarget(Exception):
    """A target that selects nothing: Kustomize would stop at it, or we cannot tell what it means."""

    def __init__(self, problem: str | Reason) -> None:
        """Keep what is wrong."""
        super().__init__(str(problem))
        self.problem = problem


class Selector(Struct, frozen=True, kw_only=True):
    """Whom a patch is for; what is empty fits everyone."""

    group: str
    version: str
    kind: str
    name: str
    namespace: str
    labels: str
    annotations: str

    @classmethod
    def read(cls, tree: Tree) -> Self:
        """The `target` that a mapping is."""
        keys = ("group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector")
        group, version, kind, name, namespace, labels, annotations = (known_text(get(tree, key)) for key in keys)
        return cls(
            group=group,
            version=version,
            kind=kind,
            name=name,
            namespace=namespace,
            labels=labels,
            annotations=annotations,
        )


class _Term(Struct, frozen=True, kw_only=True):
    """One requirement on a label; `allowed` None asks only whether it is there."""

    key: str
    present: bool
    allowed: frozenset[str] | None


class Filter:
    """A selector, ready to be asked about many objects."""

    def __init__(self, selector: Selector) -> None:
        """Compile it.

        Raises:
            BadTarget: A pattern is none, or a label selector is one that we do not read.
        """
        self._group = _matcher(selector.group)
        self._version = _matcher(selector.version)
        self._kind = _matcher(selector.kind)
        self._name = _matcher(selector.name)
        self._namespace = _matcher(selector.namespace)
        self._labels = _terms(selector.labels)
        self._annotations = _terms(selector.annotations)

    def selects(self, resource: Resource) -> bool:
        """Whether an object is meant: by what it was called first, or by what it is called now."""
        (old_namespace, old_name, _), (namespace, name, _) = resource.first, resource.now
        return (
            (self._namespace(old_namespace) or self._namespace(namespace))
            and (self._name(old_name) or self._name(name))
            and self._group(resource.group)
            and self._version(resource.version)
            and self._kind(resource.kind)
            and _fits(self._labels, resource, "labels")
            and _fits(self._annotations, resource, "annotations")
        )


def _matcher(pattern: str) -> _Match:
    if "${" in pattern:
        raise BadTarget(NOT_FOLLOWED(what="a patch is for objects that a variable names"))
    if not pattern:
        return lambda _text: True
    if _SIMPLE.fullmatch(pattern):
        return lambda text: _fits_simple(pattern, text)
    try:
        return Pattern.parse(f"^(?:{pattern})$").found_in
    except InvalidPattern as error:
        raise BadTarget(f"a target is no pattern: {error.problem}") from None


def _fits_simple(pattern: str, text: str) -> bool:
    return len(pattern) == len(text) and all(
        sign in {".", found} and found != "\n" for sign, found in zip(pattern, text, strict=True)
    )


def _terms(selector: str) -> tuple[_Term, ...]:
    found: list[_Term] = []
    at = 0
    while at < len(selector):
        match = _TERM.match(selector, at)
        if match is None or match.end() == at:
            raise BadTarget(NOT_FOLLOWED(what="a patch is for objects with labels that we cannot read"))
        found.append(_term(match))
        at = match.end()
    return tuple(found)


def _term(match: re.Match[str]) -> _Term:
    if match["absent"]:
        return _Term(key=match["gone"], present=False, allowed=None)
    if match["equal"]:
        return _Term(key=match["key"], present=match["equal"] != "!=", allowed=frozenset({match["value"]}))
    if match["among"]:
        values = frozenset(each.strip() for each in match["values"].split(","))
        return _Term(key=match["key"], present=match["among"] == "in", allowed=values)
    return _Term(key=match["key"], present=True, allowed=None)


def _fits(terms: tuple[_Term, ...], resource: Resource, field: str) -> bool:
    if not terms:
        return True
    found = table(get(resource.tree, "metadata", field))
    pairs: Mapping[str, Tree] = found.entries if found else {}
    return all(_holds(term, pairs) for term in terms)


def _holds(term: _Term, pairs: Mapping[str, Tree]) -> bool:
    there = term.key in pairs
    if term.allowed is None:
        return there == term.present
    return (there and known_text(pairs[term.key]) in term.allowed) == term.present
