"""One object as a cluster gets it, and what can be asked about it."""

from collections.abc import Container, Iterator

from msgspec import Struct

from bot.kustomize.decisions import Field, Scope, field_of, plain_text, text_of
from bot.kustomize.fingerprints import Content, fingerprint, is_written_alike, scalars, substituted
from bot.kustomize.kustomize_reasons import KIND_UNKNOWN
from bot.kustomize.reach import spots_behind
from bot.kustomize.resources import CHART_KINDS, HEADING, Origin, Resource
from bot.kustomize.tree import Made, get, known_text, put
from bot.model.places import ObjectId, Place, Route, Spot
from bot.reason import Reason


class BuiltObject(Struct, frozen=True, kw_only=True):
    """One object as a cluster gets it.

    Attributes:
        object: Kind, effective namespace and name.
        origin: Where it is written first.
        api: Group and version.
    """

    object: ObjectId
    origin: Origin
    api: str
    _resource: Resource
    _scope: Scope | None

    @property
    def decides(self) -> bool:
        """Whether it is of a kind that decides charts, or may be."""
        return (self._resource.group, self._resource.kind) in CHART_KINDS or self.unknown is not None

    @property
    def unknown(self) -> Reason | None:
        """Why nobody knows of what kind it is, if so."""
        doubt = self._resource.doubt
        return doubt if doubt and doubt.id == KIND_UNKNOWN.id else None

    def field(self, *route: str | int) -> Field:
        """The value of a field and the place that decides it, why it cannot be told, or None where there is none."""
        return field_of(self._resource, self._scope, *route)

    def text(self, *route: str | int) -> str | Reason:
        """A field as a text, whatever scalar it is, empty where there is none; or why it cannot be told."""
        return text_of(self._resource, self._scope, *route)

    def substituted(self) -> Iterator[tuple[Route, tuple[Place, ...]]]:
        """The fields that variables decide, each with all the places that have a part in it."""
        return substituted(self._resource, self._scope)

    def spots_behind(self, *route: str) -> frozenset[Spot]:
        """Every place that may decide a field, which is held."""
        return spots_behind(self._resource, self._scope, *route)

    def content(self) -> Content:
        """All that it holds: equal for equal objects."""
        return fingerprint(self._resource, self._scope)

    def scalars(self, paths: Container[str]) -> Iterator[tuple[str, int, int]]:
        """The texts that it holds of some files, each with its path and its first byte, and the one behind it."""
        return scalars(self._resource, self._scope, paths)

    def is_same(self, other: "BuiltObject") -> bool:
        """Whether an object of another build holds the same, and is doubted as this one is."""
        resource, scope = other._resource, other._scope  # noqa: SLF001 - another of its own kind
        if self._resource.doubt != resource.doubt:
            return False
        return is_written_alike(self._resource, self._scope, resource, scope) or self.content() == other.content()


def built_object(resource: Resource, doubt: Reason | None, scope: Scope | None) -> BuiltObject:
    """An object of a root, as its variables and its doubts make it."""
    doubted = resource._replace(doubt=resource.doubt or doubt)
    api = f"{resource.group}/{resource.version}"
    return BuiltObject(object=id_of(resource, scope), origin=resource.origin, api=api, _resource=doubted, _scope=scope)


def has_variable_kind(resource: Resource) -> bool:
    """Whether a variable has a part in what an object is, which may decide charts or lead to what does."""
    return any("${" in known_text(get(resource.tree, key)) for key in HEADING) and resource.may_decide


def with_kind(resource: Resource, scope: Scope | None) -> Resource:
    """The object with the kind and the API that its variables give it, or with the doubt that nobody knows them."""
    if not has_variable_kind(resource) or resource.doubt:
        return resource
    tree = resource.tree
    for key in HEADING:
        found = text_of(resource, scope, key)
        if isinstance(found, Reason):
            return resource._replace(doubt=KIND_UNKNOWN(problem=found.sentence))
        tree = put(tree, (key,), Made(found))
    return resource.with_tree(tree)


def id_of(resource: Resource, scope: Scope | None) -> ObjectId:
    """Its name in the cluster; a part that hangs on an unknown variable stays as it is written."""
    name = plain_text(field_of(resource, scope, "metadata", "name"))
    namespace = plain_text(field_of(resource, scope, "metadata", "namespace"))
    return ObjectId(
        kind=resource.kind,
        namespace=namespace if isinstance(namespace, str) else resource.namespace,
        name=name if isinstance(name, str) and name else resource.name,
    )
