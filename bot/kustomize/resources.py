"""Objects on their way through a build: what they are called now, and what they were called before."""

from collections.abc import Iterator
from typing import NamedTuple, Self

from bot.kustomize.tree import Made, Source, Tree, Unknown, Written, get, items, known_text, put, root_of, table, text
from bot.model.places import Route
from bot.reason import Reason
from bot.yamltext.nodes import Document

HELM, SOURCE, KUSTOMIZE = "helm.toolkit.fluxcd.io", "source.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io"
CHART_KINDS = frozenset(
    {(HELM, "HelmRelease"), (SOURCE, "OCIRepository"), (SOURCE, "HelmRepository"), (SOURCE, "HelmChart")}
)
"""Group and kind of what decides charts and their versions."""

FLUX_KUSTOMIZATION = (KUSTOMIZE, "Kustomization")
GIT_REPOSITORY, OCI_REPOSITORY, BUCKET = (SOURCE, "GitRepository"), (SOURCE, "OCIRepository"), (SOURCE, "Bucket")
FLUX_INSTANCE = ("fluxcd.controlplane.io", "FluxInstance")
ARTIFACT_GENERATOR = ("source.extensions.fluxcd.io", "ArtifactGenerator")
CONFIG_MAP, SECRET = ("", "ConfigMap"), ("", "Secret")
NAMESPACE = ("", "Namespace")
TRACKED = CHART_KINDS | {FLUX_KUSTOMIZATION, FLUX_INSTANCE, ARTIFACT_GENERATOR, CONFIG_MAP, SECRET}
"""What a build is followed for."""

KEPT = TRACKED | {NAMESPACE, GIT_REPOSITORY, BUCKET}
"""What a build is made of; other objects are neither kept nor looked at. Names of Namespaces are copied elsewhere."""

KIND_NAMES = frozenset(kind for _, kind in KEPT)
"""What an object of any API may be called and is kept: so a patch that is for one of these kinds is followed."""

HEADING = frozenset({"apiVersion", "kind"})
"""Fields that say what an object is."""

_TELLING = frozenset({"chart", "chartRef", "ref", "sourceRef", "url"})
"""Fields of `spec` that decide charts, or lead to what does."""

_DEFAULT = "default"
Former = tuple[str, str, str]
"""Namespace, name and kind."""


class Origin(NamedTuple):
    """Where an object is written first: a document, or an item of a List in it."""

    path: str
    document: int
    route: Route
    line: int


class Resource(NamedTuple):
    """One object.

    Attributes:
        tree: All of it.
        group: Of its API.
        version: Of its API.
        kind: As it stands now.
        name: As it stands now.
        namespace: As it stands now, empty where none is set.
        former: What it was called before, oldest first.
        origin: Where it comes from.
        hashed: Its name gets a hash of its content at the end of the build.
        doubt: Why nothing about it can be told, if so.
    """

    tree: Tree
    group: str
    version: str
    kind: str
    name: str
    namespace: str
    former: tuple[Former, ...]
    origin: Origin
    hashed: bool = False
    doubt: Reason | None = None

    @classmethod
    def of(cls, tree: Tree, origin: Origin) -> Self:
        """The object that a mapping is."""
        group, slash, version = known_text(get(tree, "apiVersion")).partition("/")
        if not slash:
            group, version = "", group
        metadata = get(tree, "metadata")
        return cls(
            tree=tree,
            group=group,
            version=version,
            kind=known_text(get(tree, "kind")),
            name=known_text(get(metadata, "name")),
            namespace=known_text(get(metadata, "namespace")),
            former=(),
            origin=origin,
        )

    @property
    def now(self) -> Former:
        """What it is called now."""
        return effective(self.namespace), self.name, self.kind

    @property
    def first(self) -> Former:
        """What it was called at first."""
        return self.former[0] if self.former else self.now

    @property
    def is_namespace(self) -> bool:
        """Whether it is a Namespace, which lies in none and takes no prefix."""
        return (self.group, self.kind) == NAMESPACE

    @property
    def kept(self) -> bool:
        """Whether a build keeps its kind."""
        return (self.group, self.kind) in KEPT

    @property
    def may_decide(self) -> bool:
        """Whether it holds what decides charts, whatever it is called: a patch or a variable may call it so."""
        if self.kept or self.kind in KIND_NAMES:
            return True
        spec = table(get(self.tree, "spec"))
        return spec is not None and (spec.rest is not None or not _TELLING.isdisjoint(spec.entries))

    def with_tree(self, tree: Tree) -> Self:
        """The object with another content; what it is called is read anew. A content that is unknown is a doubt."""
        if isinstance(tree, Unknown):
            return self._replace(doubt=self.doubt or tree.reason)
        new = Resource.of(tree, self.origin)
        return self._replace(
            tree=tree,
            group=new.group,
            version=new.version,
            kind=new.kind,
            name=new.name,
            namespace=new.namespace,
        )

    def remembering(self) -> Self:
        """The object with its present name among the former ones."""
        return self._replace(former=(*self.former, self.now))

    def named(self, name: str) -> Self:
        """The object under another name."""
        return self._replace(tree=put(self.tree, ("metadata", "name"), Made(name)), name=name)

    def placed(self, namespace: str) -> Self:
        """The object in a namespace; a Namespace is called so.

        Source: https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/internal/konfig/builtinpluginconsts/namespace.go
        """
        if self.is_namespace:
            return self.named(namespace)
        return self._replace(tree=put(self.tree, ("metadata", "namespace"), Made(namespace)), namespace=namespace)


def effective(namespace: str) -> str:
    """No namespace is the one called default, as far as Kustomize compares."""
    return namespace or _DEFAULT


def objects_of(source: Source, document: Document) -> Iterator[Written]:
    """The object that a document is; of a List its items, also of one inside another.

    Source: https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/resource/factory.go
    """
    pending = [root_of(source, document)]
    while pending:
        found = pending.pop(0)
        if table(found) is None:
            continue
        inner = items(get(found, "items")) if known_text(get(found, "kind")).endswith("List") else None
        if inner is None:
            yield found
        else:
            pending += [each for each in inner if isinstance(each, Written)]


def opened(resource: Resource) -> tuple[Resource, ...]:
    """The objects that Flux applies of one: of any with a list of `items` these, whatever its kind.

    Source: https://github.com/fluxcd/pkg/blob/main/ssa/utils/utils.go (`ReadObjects`) and `IsList` of
    https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/unstructured/unstructured.go
    """
    inner = items(get(resource.tree, "items"))
    if inner is None:
        return (resource,)
    return tuple(_item(each, resource) for each in inner if table(each) is not None)


def _item(tree: Tree, holder: Resource) -> Resource:
    found = resource_of(tree) if isinstance(tree, Written) else Resource.of(tree, holder.origin)
    return found._replace(doubt=holder.doubt)


def resource_of(found: Written) -> Resource:
    """The object that a value is, of whatever kind."""
    return Resource.of(found, Origin(found.source.path, found.document.index, found.route, found.node.line))


def read_resource(found: Written) -> Resource | None:
    """The object that a value is, None for kinds that are not followed, hold no variable, and become no such kind."""
    resource = resource_of(found)
    if resource.kept:
        return resource
    matters = _may_hold_variable(found) or any(each.may_decide for each in opened(resource))
    return resource if matters and not name_problem(resource) else None


def _may_hold_variable(found: Written) -> bool:
    """Whether Flux may put something into it: who edits the variable's definition changes this object too."""
    return b"${" in found.source.file.data[found.node.start : found.node.end]


def name_problem(resource: Resource) -> str:
    """Why an object has no name that can be told, if so."""
    for key in ("name", "namespace"):
        field = get(resource.tree, "metadata", key)
        if isinstance(field, Unknown) or not isinstance(text(field), str | None):
            return f"metadata.{key} of a {resource.kind} cannot be told"
    return "" if resource.name else f"a {resource.kind} has no name"
