"""Every root of a tree, built: what each cluster gets of it.

A root is a Flux Kustomization, or a kustomization that nobody includes and no Kustomization applies. A cluster is what
one entry leads to: a Flux Kustomization that no other one applies (those that stand in one folder, or below it, belong
together), or a root without Flux. Kustomizations that are applied by others are taken as those build them.
"""

from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname

from msgspec import Struct

from bot.kustomize.accumulation import Accumulation
from bot.kustomize.appliers import Applier, doubt_of, read_applier
from bot.kustomize.building import Builder
from bot.kustomize.built_object import BuiltObject, built_object, id_of
from bot.kustomize.decisions import Scope, field_of, is_called, plain_text
from bot.kustomize.files import Files
from bot.kustomize.kustomize_reasons import NOT_IN_TREE
from bot.kustomize.needles import is_kustomization
from bot.kustomize.own_tree import OwnTree
from bot.kustomize.resources import (
    CONFIG_MAP,
    FLUX_KUSTOMIZATION,
    GIT_REPOSITORY,
    SECRET,
    Origin,
    Resource,
    objects_of,
    resource_of,
)
from bot.model.places import ObjectId, Route
from bot.model.references import BuiltBy
from bot.reason import Reason
from bot.reasons import TOO_LARGE

_LEADING = frozenset({FLUX_KUSTOMIZATION, CONFIG_MAP, SECRET, GIT_REPOSITORY})
_MOST_ROOTS = 5_000
_MOST_REBUILDS = 3


class Root(Struct, frozen=True, kw_only=True):
    """One root and what is built of it.

    Attributes:
        cluster: The cluster: the folder of its entry.
        applier: The Flux Kustomization, None for a root without Flux.
        home: Where that Kustomization is written first.
        folder: The folder that is built; empty for the tree's own.
        suspended: The Kustomization says so: nothing of it moves.
        trouble: Why nothing is built; its objects answer with it as well.
        remarks: What is not followed and may make more objects.
        objects: Those that decide charts, in the order of the build.
        others: What they are built with: Kustomizations of Flux, ConfigMaps, Secrets.
        needs: Roots that this one waits for (`dependsOn`), by name.
        source: What the Kustomization applies its folder of, as it names it; empty for a root without Flux.
    """

    cluster: str
    applier: ObjectId | None
    home: Origin | None
    folder: str
    suspended: bool = False
    trouble: Reason | None = None
    remarks: tuple[Reason, ...] = ()
    objects: tuple[BuiltObject, ...] = ()
    others: tuple[BuiltObject, ...] = ()
    needs: tuple[str, ...] = ()
    source: str = ""

    @property
    def by(self) -> BuiltBy:
        """The root, as references name it."""
        return BuiltBy(cluster=self.cluster, folder=self.folder, applier=self.home.path if self.home else "")


class Graph(Struct, frozen=True, kw_only=True):
    """All roots of a tree.

    Attributes:
        roots: By cluster, in the order in which they are reached.
        built: Documents and items that some root builds: what is judged there need not be judged as it stands.
        patches: Files that are patches, and no objects of their own.
        definitions: ConfigMaps and Secrets from which Kustomizations take variables.
    """

    roots: tuple[Root, ...]
    built: frozenset[tuple[str, int, Route]] = frozenset()
    patches: frozenset[str] = frozenset()
    definitions: frozenset[Origin] = frozenset()


def read_graph(files: Files) -> Graph:
    """Build every root of a tree; nothing in its files, which are foreign, makes this raise."""
    return _Reader(files).read()


class _Reader:
    """One tree, read once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._builder = Builder(files)

    def read(self) -> Graph:
        plain = self._plain_folders()
        patches = self._builder.patches  # which is known now, and none of which is an object of its own
        found = tuple(each for each in self._written() if each.origin.path not in patches)
        written = tuple(each for each in found if (each.group, each.kind) == FLUX_KUSTOMIZATION)
        loose = _Loose(each for each in found if (each.group, each.kind) in {CONFIG_MAP, SECRET})
        own = OwnTree(self._files, written, (each for each in found if each.kind == GIT_REPOSITORY[1]))
        reached: set[Origin] = set()
        clusters: list[_Cluster] = []
        for name, entries, folders in self._entries(written, plain, own):
            cluster = _Cluster(name, self._builder, loose, own)
            cluster.follow(entries, folders)
            clusters.append(cluster)
            reached |= cluster.seen
        for each in written:  # those that apply each other in a circle and nobody else does
            if each.origin not in reached:
                cluster = _Cluster(dirname(each.origin.path), self._builder, loose, own)
                cluster.follow((each,), ())
                clusters.append(cluster)
                reached |= cluster.seen
        roots = tuple(root for cluster in clusters for root in cluster.roots())
        applied = {root.folder for root in roots if root.applier} | self._builder.included
        kept = tuple(root for root in roots if root.applier or root.folder not in applied)
        return Graph(
            roots=kept,
            built=frozenset(_built(kept)),
            patches=self._builder.patches,
            definitions=frozenset(origin for cluster in clusters for origin in cluster.definitions()),
        )

    def _written(self) -> Iterator[Resource]:
        """Objects that lead to others, as the files write them."""
        for path in sorted(self._files.given):
            source = None if is_kustomization(path) else self._files.source(path)
            if source is None or isinstance(source, Reason):
                continue
            for document in source.file.documents:
                for found in objects_of(source, document):
                    resource = resource_of(found)
                    if resource.name and (resource.group, resource.kind) in _LEADING:
                        yield resource

    def _plain_folders(self) -> tuple[str, ...]:
        """Folders with a kustomization that nobody includes: only what builds all others tells."""
        folders = sorted({dirname(path) for path in self._files.paths if is_kustomization(path)})
        for folder in folders:
            self._builder.visit(folder)
        return tuple(each for each in folders if each not in self._builder.included)

    def _entries(
        self, written: tuple[Resource, ...], plain: tuple[str, ...], own_tree: OwnTree
    ) -> Iterator[tuple[str, tuple[Resource, ...], tuple[str, ...]]]:
        """Name, Kustomizations and folders of every cluster."""
        appliers = {each.origin: read_applier(each, None, _nothing, own_tree) for each in written}
        covered: set[Origin] = set()
        own: dict[Origin, bool] = {}
        for origin, applier in appliers.items():
            inside = self._applied(applier)
            own[origin] = origin in inside
            covered |= inside - {origin}
        applied = {each.folder for each in appliers.values() if isinstance(each.folder, str)}
        loose = tuple(each for each in plain if each not in applied and not self._covers(each, applied))
        for folder in loose:
            covered |= {each.origin for each in self._builder.build(folder).resources}
        entries = [each for each in written if each.origin not in covered]
        names = {each.origin: _name(appliers[each.origin], own=own[each.origin]) for each in entries}
        for name, group in _grouped(entries, names).items():
            yield name, group, ()
        for folder in loose:
            yield folder, (), (folder,)

    def _applied(self, applier: Applier) -> set[Origin]:
        if isinstance(applier.folder, Reason):
            return set()
        built = self._builder.build(applier.folder, applier.overlay)
        return {each.origin for each in built.resources}

    def _covers(self, folder: str, applied: set[str]) -> bool:
        """Whether a folder lies below one that Flux makes a kustomization for, with none between."""
        while folder:
            folder = dirname(folder)
            if self._files.kustomizations(folder):
                return False
            if folder in applied:
                return True
        return False


def _nothing(_kind: str, _namespace: str, _name: str) -> tuple[tuple[Resource, Scope | None], ...]:
    return ()


def _name(applier: Applier, *, own: bool) -> str:
    """The folder of a cluster: what an entry applies if it lies in there itself, as `flux bootstrap` lays it out."""
    if own and isinstance(applier.folder, str):
        return applier.folder
    return dirname(applier.resource.origin.path)


def _grouped(entries: Iterable[Resource], names: Mapping[Origin, str]) -> dict[str, tuple[Resource, ...]]:
    """Entries by cluster; one that lies below another's folder belongs to that."""
    known = set(names.values())
    groups: dict[str, list[Resource]] = {}
    for each in entries:
        name = names[each.origin]
        above = dirname(name)
        while above:
            name = above if above in known else name
            above = dirname(above)
        groups.setdefault(name, []).append(each)
    return {name: tuple(group) for name, group in groups.items()}


class _Loose:
    """ConfigMaps and Secrets as files write them: what applies a cluster's own folder often stands outside of Git.

    Source: https://fluxoperator.dev/docs/crd/fluxinstance/#sync-configuration
    """

    def __init__(self, written: Iterable[Resource]) -> None:
        self._by_name: dict[str, list[Resource]] = {}
        for each in written:
            self._by_name.setdefault(each.name, []).append(each)

    def below(self, folder: str, kind: str, namespace: str, name: str) -> tuple[tuple[Resource, Scope | None], ...]:
        """Those of a name that lie in a folder or below it."""
        named = (each for each in self._by_name.get(name, ()) if is_called(each, kind, namespace, name))
        return tuple((each, None) for each in named if not folder or each.origin.path.startswith(f"{folder}/"))


class _Cluster:
    """One cluster: its Kustomizations, each as the one above it builds it."""

    def __init__(self, name: str, builder: Builder, loose: "_Loose", own: OwnTree) -> None:
        self.seen: set[Origin] = set()
        self._name = name
        self._loose, self._own = loose, own
        self._builder = builder
        self._appliers: dict[tuple[str, str], Applier] = {}
        self._above: dict[tuple[str, str], Scope | None] = {}
        self._done: dict[tuple[str, str], Accumulation] = {}
        self._plain: list[tuple[str, Accumulation]] = []
        self._maps: dict[str, dict[Origin, tuple[Resource, Scope | None]]] | None = None

    def follow(self, entries: Iterable[Resource], folders: Iterable[str]) -> None:
        """Build everything that the entries lead to."""
        pending: list[tuple[Resource, Scope | None]] = [(each, None) for each in entries]
        for folder in folders:
            done = self._builder.build(folder)
            self._plain.append((folder, done))
            self._maps = None
            pending += [(each, None) for each in done.resources]
        rebuilds: dict[tuple[str, str], int] = {}
        while pending:
            resource, above = pending.pop(0)
            self.seen.add(resource.origin)
            if (resource.group, resource.kind) != FLUX_KUSTOMIZATION or len(self._done) > _MOST_ROOTS:
                continue
            key = resource.namespace, resource.name
            known = self._appliers.get(key)
            if known and (self._says_nothing_new(key, resource, above) or rebuilds.get(key, 0) >= _MOST_REBUILDS):
                continue
            rebuilds[key] = rebuilds.get(key, 0) + 1
            pending += self._build(key, resource, above)

    def _says_nothing_new(self, key: tuple[str, str], resource: Resource, above: Scope | None) -> bool:
        """Whether a Kustomization is known so already: as it is, and with the variables of whoever applies it."""
        known = self._appliers[key].resource
        return known.tree == resource.tree and (above is None or self._above[key] is not None)

    def _build(
        self, key: tuple[str, str], resource: Resource, above: Scope | None
    ) -> list[tuple[Resource, Scope | None]]:
        applier = read_applier(resource, above, self._lookup, self._own)
        self._appliers[key], self._above[key] = applier, above
        if isinstance(applier.folder, Reason):
            done = Accumulation(folder="", budget=self._builder.budget, trouble=applier.folder)
        elif not self._builder.files.is_folder(applier.folder):
            source = plain_text(field_of(resource, above, "spec", "sourceRef", "name"))
            done = Accumulation(folder=applier.folder, budget=self._builder.budget)
            done.trouble = NOT_IN_TREE(folder=applier.folder or ".", source=source)
        else:
            done = self._builder.build(applier.folder, applier.overlay)
        self._done[key], self._maps = done, None
        return [(each, applier.scope) for each in done.resources]

    def _lookup(self, kind: str, namespace: str, name: str) -> tuple[tuple[Resource, Scope | None], ...]:
        """ConfigMaps and Secrets of the cluster by name, each once."""
        if self._maps is None:
            self._maps = {}
            for each, scope in self._defining():
                self._maps.setdefault(each.name, {})[each.origin] = each, scope
        found = self._maps.get(name, {}).values()
        called = tuple(each for each in found if is_called(each[0], kind, namespace, name))
        return called or self._loose.below(self._name, kind, namespace, name)

    def _defining(self) -> Iterator[tuple[Resource, Scope | None]]:
        """All ConfigMaps and Secrets that are built so far."""
        built = [(done, self._appliers[key].scope) for key, done in self._done.items()]
        for done, scope in (*built, *((done, None) for _, done in self._plain)):
            yield from ((each, scope) for each in done.resources if (each.group, each.kind) in {CONFIG_MAP, SECRET})

    def definitions(self) -> Iterator[Origin]:
        """The objects from which its Kustomizations take variables, once all is followed."""
        for applier in self._appliers.values():
            for source in applier.scope.sources:
                yield from (holder.origin for holder, _ in source.found())

    def roots(self) -> Iterator[Root]:
        """The roots, once all is followed."""
        for folder, done in self._plain:
            yield self._root(None, folder, done, None)
        for key, done in self._done.items():
            yield self._root(self._appliers[key], done.folder, done, self._above[key])

    def _root(self, applier: Applier | None, folder: str, done: Accumulation, above: Scope | None) -> Root:
        trouble = done.trouble
        if trouble is None and self._builder.budget.left < 0:
            trouble = TOO_LARGE(problem="the kustomizations of this tree make too many objects")
        doubt = trouble or (doubt_of(applier, above) if applier else None)
        scope = applier.scope if applier else None
        built = tuple(built_object(each, doubt, scope) for each in done.resources)
        return Root(
            cluster=self._name,
            applier=id_of(applier.resource, above) if applier else None,
            home=applier.resource.origin if applier else None,
            folder=folder,
            suspended=applier.suspended if applier else False,
            trouble=trouble,
            remarks=tuple(done.remarks),
            objects=tuple(each for each in built if each.decides),
            others=tuple(each for each in built if not each.decides),
            needs=applier.needs if applier else (),
            source=applier.source if applier else "",
        )


def _built(roots: Iterable[Root]) -> Iterator[tuple[str, int, Route]]:
    for root in roots:
        for each in root.objects:
            yield each.origin.path, each.origin.document, each.origin.route
