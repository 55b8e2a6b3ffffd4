"""Every root of a tree, built: what each cluster gets of it.

A root is a Flux Kustomization, or a kustomization that nobody includes and no Kustomization applies. A cluster is what
one entry leads to: a Flux Kustomization that no other one applies (those that stand in one folder, or below it, belong
together), or a root without Flux. Kustomizations that are applied by others are taken as those build them.
"""

from collections.abc import Iterable, Iterator
from posixpath import dirname

from msgspec import Struct

from bot.kustomize.accumulation import Accumulation
from bot.kustomize.appliers import Applier, doubt_of, is_of_artifact, read_applier, source_of
from bot.kustomize.artifacts import Generators, Sources
from bot.kustomize.building import Builder
from bot.kustomize.built_object import BuiltObject, built_object, has_variable_kind, id_of, with_kind
from bot.kustomize.decisions import Scope, is_called
from bot.kustomize.entries import Entries
from bot.kustomize.files import Files
from bot.kustomize.instances import kustomization_of, repository_of
from bot.kustomize.kustomize_reasons import NOT_FOLLOWED, NOT_IN_TREE
from bot.kustomize.needles import is_kustomization
from bot.kustomize.own_tree import OwnTree, SourceName
from bot.kustomize.pulled import Pulled, included, pulled
from bot.kustomize.resources import (
    ARTIFACT_GENERATOR,
    BUCKET,
    CONFIG_MAP,
    FLUX_INSTANCE,
    FLUX_KUSTOMIZATION,
    GIT_REPOSITORY,
    OCI_REPOSITORY,
    SECRET,
    Origin,
    Resource,
    objects_of,
    resource_of,
)
from bot.model.places import ObjectId, Route
from bot.model.references import BuiltBy
from bot.model.tiers import PackedSource
from bot.reason import Reason
from bot.reasons import TOO_LARGE

_NAMED = frozenset({CONFIG_MAP, SECRET, GIT_REPOSITORY, OCI_REPOSITORY, BUCKET})
"""What Kustomizations name: variables, and sources."""
_LEADING = _NAMED | {FLUX_KUSTOMIZATION, FLUX_INSTANCE, ARTIFACT_GENERATOR}
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
        unsure: Why nobody knows whether it says so.
        trouble: Why nothing is built; its objects answer with it as well.
        remarks: What is not followed and may make more objects.
        objects: Those that decide charts, in the order of the build.
        others: What they are built with: Kustomizations of Flux, ConfigMaps, Secrets.
        needs: Roots that this one waits for (`dependsOn`), by name.
        source: What the Kustomization applies its folder of, as it names it; empty for a root without Flux.
        pulled: Where that comes from, as the tree declares it.
    """

    cluster: str
    applier: ObjectId | None
    home: Origin | None
    folder: str
    suspended: bool = False
    unsure: Reason | None = None
    trouble: Reason | None = None
    remarks: tuple[Reason, ...] = ()
    objects: tuple[BuiltObject, ...] = ()
    others: tuple[BuiltObject, ...] = ()
    needs: tuple[str, ...] = ()
    source: str = ""
    pulled: tuple[Pulled, ...] = ()

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
        sources: What Kustomizations, and what makes artifacts for them, take folders of: `Kind namespace/name`.
    """

    roots: tuple[Root, ...]
    built: frozenset[tuple[str, int, Route]] = frozenset()
    patches: frozenset[str] = frozenset()
    definitions: frozenset[Origin] = frozenset()
    sources: frozenset[str] = frozenset()

    @property
    def folders(self) -> frozenset[str]:
        """The folders of which the builds that succeed know every file: their own, and those of what they hold."""
        built = {root.folder for root in self.roots if root.trouble is None}
        return frozenset(built | {dirname(path) for path, _, _ in self.built})

    @property
    def applied(self) -> frozenset[str]:
        """The folders that Flux applies, the tree's own left out: what lies anywhere below is theirs to list."""
        return frozenset(root.folder for root in self.roots if root.applier and root.folder and root.trouble is None)


def read_graph(files: Files, packed: tuple[PackedSource, ...] = ()) -> Graph:
    """Build every root of a tree; nothing in its files, which are foreign, makes this raise.

    Args:
        files: The tree.
        packed: Sources of which the configuration says what folder of it they hold.
    """
    return _Reader(files, packed).read()


class _Reader:
    """One tree, read once."""

    def __init__(self, files: Files, packed: tuple[PackedSource, ...]) -> None:
        self._files, self._packed = files, packed
        self._builder = Builder(files)

    def read(self) -> Graph:
        plain = self._plain_folders()
        patches = self._builder.patches  # which is known now, and none of which is an object of its own
        found = tuple(each for each in self._written() if each.origin.path not in patches)
        kinds: dict[tuple[str, str], list[Resource]] = {}
        for each in found:
            kinds.setdefault((each.group, each.kind), []).append(each)
        written, instances = (tuple(kinds.get(kind, ())) for kind in (FLUX_KUSTOMIZATION, FLUX_INSTANCE))
        made = (repository for each in instances if (repository := repository_of(each)))
        loose = _Loose((*(each for each in found if (each.group, each.kind) in _NAMED), *made))
        own = self._own_tree(written, instances, found)
        sources = Sources(self._files, own, kinds.get(ARTIFACT_GENERATOR, ()))
        entries = Entries(self._builder, sources.find, written)
        clusters: list[_Cluster] = []
        begun = tuple(entries.read(instances, plain))
        names = tuple(entry.cluster for entry in begun)
        sources.settle(entries.applied, names)
        for entry in begun:
            cluster = _Cluster(entry.cluster, self._builder, loose, sources, entries.instances)
            cluster.follow(entry.kustomizations, entry.folders)
            clusters.append(cluster)
        reached = {origin for cluster in clusters for origin in cluster.seen} | entries.instances
        sources.settle(frozenset(reached), names)
        for resource in (*written, *instances):  # those that apply each other in a circle and nobody else does
            if resource.origin not in reached:
                cluster = _Cluster(dirname(resource.origin.path), self._builder, loose, sources, frozenset())
                cluster.follow((resource,), ())
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
            sources=frozenset(map(str, own.asked)),
        )

    def _own_tree(
        self, written: Iterable[Resource], instances: Iterable[Resource], found: Iterable[Resource]
    ) -> OwnTree:
        """What the tree is called, by what files write and what FluxInstances of Git repositories make."""
        made = [
            (repository, kustomization_of(each, self._builder))
            for each in instances
            if (repository := repository_of(each)) and repository.kind == GIT_REPOSITORY[1]
        ]
        return OwnTree(
            self._files,
            (*written, *(each for _, each in made if each)),
            (*(each for each in found if each.kind == GIT_REPOSITORY[1]), *(each for each, _ in made)),
            self._packed,
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


class _Loose:
    """What Kustomizations name, as files write it: what applies a cluster's own folder often stands outside of Git.

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

    def __init__(
        self, name: str, builder: Builder, loose: "_Loose", sources: Sources, instances: frozenset[Origin]
    ) -> None:
        self.seen: set[Origin] = set()
        self._name = name
        self._loose = loose
        self._instances = instances
        self._generators = Generators()
        self._find = sources.among(self._generators, name)
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
        late: list[
            tuple[Resource, Scope | None]
        ] = []  # what is made of artifacts, once all that may make these is built
        while pending or late:
            is_late = not pending
            found, above = (late if is_late else pending).pop(0)
            found = with_kind(found, above)
            self.seen.add(found.origin)
            resource = self._kustomization(found, above)
            if resource is None or len(self._done) > _MOST_ROOTS:
                continue
            if not is_late and is_of_artifact(resource):
                late.append((resource, above))
                continue
            key = resource.namespace, resource.name
            known = self._appliers.get(key)
            if known and (self._says_nothing_new(key, resource, above) or rebuilds.get(key, 0) >= _MOST_REBUILDS):
                continue
            rebuilds[key] = rebuilds.get(key, 0) + 1
            pending += self._build(key, resource, above)

    def _kustomization(self, resource: Resource, above: Scope | None) -> Resource | None:
        """The Kustomization that an object is or makes, None for every other object."""
        kind = resource.group, resource.kind
        if kind == ARTIFACT_GENERATOR:
            self._generators.add(resource, above)
        if kind == FLUX_INSTANCE and resource.origin not in self._instances:
            return kustomization_of(resource, self._builder)
        return resource if kind == FLUX_KUSTOMIZATION else None

    def _says_nothing_new(self, key: tuple[str, str], resource: Resource, above: Scope | None) -> bool:
        """Whether a Kustomization is known so already: as it is, and with the variables of whoever applies it."""
        known = self._appliers[key].resource
        return known.tree == resource.tree and (above is None or self._above[key] is not None)

    def _build(
        self, key: tuple[str, str], resource: Resource, above: Scope | None
    ) -> list[tuple[Resource, Scope | None]]:
        applier = read_applier(resource, above, self._lookup, self._find)
        self._appliers[key], self._above[key] = applier, above
        if isinstance(applier.folder, Reason):
            done = Accumulation(folder="", budget=self._builder.budget, trouble=applier.folder)
        elif not self._builder.files.is_folder(applier.folder):
            done = Accumulation(folder=applier.folder, budget=self._builder.budget)
            done.trouble = NOT_IN_TREE(folder=applier.folder or ".", source=source_of(resource, above))
        else:
            done = self._builder.build(applier.folder, applier.overlay)
            if outside := applier.outside(each.origin.path for each in done.resources):
                done.fail(f"{outside} is not in {source_of(resource, above)}")
        self._done[key], self._maps = done, None
        return [(each, applier.scope) for each in done.resources]

    def _lookup(self, kind: str, namespace: str, name: str) -> tuple[tuple[Resource, Scope | None], ...]:
        """ConfigMaps, Secrets and sources of the cluster by name, each once."""
        if self._maps is None:
            self._maps = {}
            for each, scope in self._defining():
                self._maps.setdefault(each.name, {})[each.origin] = each, scope
        found = self._maps.get(name, {}).values()
        called = tuple(each for each in found if is_called(each[0], kind, namespace, name))
        return called or self._loose.below(self._name, kind, namespace, name)

    def _defining(self) -> Iterator[tuple[Resource, Scope | None]]:
        """All of these that are built so far; FluxInstances as the sources that they make."""
        built = [(done, self._appliers[key].scope) for key, done in self._done.items()]
        for done, scope in (*built, *((done, None) for _, done in self._plain)):
            for each in done.resources:
                kind = each.group, each.kind
                found = repository_of(each) if kind == FLUX_INSTANCE else each if kind in _NAMED else None
                if found is not None:
                    yield found, scope

    def _declared(self, applier: Applier, above: Scope | None) -> tuple[tuple[Resource, Scope | None], ...]:
        """The declarations of a Kustomization's source, and of what that is made of."""
        wanted = (source_of(applier.resource, above), *applier.made_of)
        found = [each for name in wanted for each in self._called(name)]
        return (*found, *(each for one in found for name in included(*one) for each in self._called(name)))

    def _called(self, name: SourceName) -> tuple[tuple[Resource, Scope | None], ...]:
        """The declarations of a source; that of the FluxInstance with which the cluster begins too."""
        return self._lookup(*name) or tuple(
            each for each in self._loose.below("", *name) if each[0].origin in self.seen
        )

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
        built = tuple(built_object(with_kind(each, scope), doubt, scope) for each in done.resources)
        return Root(
            cluster=self._name,
            applier=id_of(applier.resource, above) if applier else None,
            home=applier.resource.origin if applier else None,
            folder=folder,
            suspended=applier.suspended if applier else False,
            unsure=applier.unsure if applier else None,
            trouble=trouble,
            remarks=(*done.remarks, *_remarks(done)),
            objects=tuple(each for each in built if each.decides),
            others=tuple(each for each in built if not each.decides),
            needs=applier.needs if applier else (),
            source=applier.source if applier else "",
            pulled=pulled(self._declared(applier, above)) if applier else (),
        )


def _remarks(done: Accumulation) -> Iterator[Reason]:
    """What is not followed for sure: a variable may make any object of another, and lead on from there."""
    paths = dict.fromkeys(each.origin.path for each in done.resources if has_variable_kind(each))
    yield from (NOT_FOLLOWED(what=f"a variable says what an object in {path} is") for path in paths)


def _built(roots: Iterable[Root]) -> Iterator[tuple[str, int, Route]]:
    for root in roots:
        for each in root.objects:
            yield each.origin.path, each.origin.document, each.origin.route
