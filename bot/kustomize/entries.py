"""Where clusters begin: at Kustomizations that no other one applies, at FluxInstances, at folders without Flux."""

from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname

from msgspec import Struct

from bot.kustomize.appliers import Applier, Find, read_applier
from bot.kustomize.building import Builder
from bot.kustomize.decisions import Scope
from bot.kustomize.instances import kustomization_of
from bot.kustomize.kustomize_reasons import NOT_IN_TREE
from bot.kustomize.resources import FLUX_INSTANCE, Origin, Resource
from bot.reason import Reason


class Entry(Struct, frozen=True, kw_only=True):
    """One cluster.

    Attributes:
        cluster: Its folder.
        kustomizations: With which it begins; those of FluxInstances as the operator makes them.
        folders: That are built without Flux.
    """

    cluster: str
    kustomizations: tuple[Resource, ...] = ()
    folders: tuple[str, ...] = ()


class Entries:
    """The entries of one tree."""

    def __init__(self, builder: Builder, find: Find, written: Iterable[Resource]) -> None:
        """Read the Kustomizations of Flux, as files write them."""
        self._builder, self._find = builder, find
        self._appliers = {each.origin: self._read(each) for each in written}
        self._built = {origin: self._applied(applier) for origin, applier in self._appliers.items()}
        self._syncs: tuple[Applier, ...] = ()
        self.applied: frozenset[Origin] = frozenset()
        """What something of the tree applies, once the clusters are read."""

    @property
    def instances(self) -> frozenset[Origin]:
        """The FluxInstances among the entries, which begin nothing else where a build holds them."""
        return frozenset(each.resource.origin for each in self._syncs)

    def read(self, instances: tuple[Resource, ...], plain: tuple[str, ...]) -> Iterator[Entry]:
        """Find where the clusters begin.

        Args:
            instances: FluxInstances, as files write them.
            plain: Folders with a kustomization that nobody includes.
        """
        covered = {each.origin for origin, inside in self._built.items() for each in inside if each.origin != origin}
        applied = {each.folder for each in self._appliers.values() if isinstance(each.folder, str)}
        if instances:
            self._syncs = tuple(self._made_by(instances, self._loose(plain, applied)))
        followed = [each for each in self._syncs if self._is_here(each)]
        covered |= {each.origin for sync in followed for each in self._applied(sync)}
        loose = self._loose(plain, applied | {_name(each, own=True) for each in followed})
        covered |= {each.origin for folder in loose for each in self._builder.build(folder).resources}
        self.applied = frozenset(covered)
        begun = {_name(each, own=True): each.resource for each in followed}
        named = [(self._cluster_of(each), each) for origin, each in self._appliers.items() if origin not in covered]
        groups = _grouped(((name, each.resource) for name, each in named), begun)
        for cluster in dict.fromkeys((*begun, *groups)):
            first = (begun[cluster],) if cluster in begun else ()
            yield Entry(cluster=cluster, kustomizations=(*first, *groups.get(cluster, ())))
        for each in self._syncs:  # two that apply one folder are two clusters, and each has one that is called so
            if each.resource not in begun.values():
                yield Entry(cluster=dirname(each.resource.origin.path), kustomizations=(each.resource,))
        for folder in loose:
            yield Entry(cluster=folder, folders=(folder,))

    def _read(self, kustomization: Resource) -> Applier:
        return read_applier(kustomization, None, _nothing, self._find)

    def _applied(self, applier: Applier) -> tuple[Resource, ...]:
        if isinstance(applier.folder, Reason):
            return ()
        return tuple(self._builder.build(applier.folder, applier.overlay).resources)

    def _is_here(self, applier: Applier) -> bool:
        return isinstance(applier.folder, str) and self._builder.files.is_folder(applier.folder)

    def _cluster_of(self, applier: Applier) -> str:
        own = any(each.origin == applier.resource.origin for each in self._built[applier.resource.origin])
        return _name(applier, own=own)

    def _made_by(self, instances: tuple[Resource, ...], loose: Iterable[str]) -> Iterator[Applier]:
        """The Kustomizations of FluxInstances, of each as whatever builds it makes it.

        An instance with variables is left to the cluster that knows them.
        """
        without_flux = (each for folder in loose for each in self._builder.build(folder).resources)
        built = [*(each for inside in self._built.values() for each in inside), *without_flux]
        known = [each for each in built if (each.group, each.kind) == FLUX_INSTANCE]
        origins = {each.origin for each in known}
        seen: set[tuple[Origin, str | Reason]] = set()
        for instance in (*known, *(each for each in instances if each.origin not in origins)):
            kustomization = kustomization_of(instance, self._builder)
            applier = self._read(kustomization) if kustomization else None
            if applier is None or (isinstance(applier.folder, Reason) and applier.folder.id != NOT_IN_TREE.id):
                continue
            if (instance.origin, applier.folder) not in seen:
                seen.add((instance.origin, applier.folder))
                yield applier

    def _loose(self, plain: Iterable[str], applied: Iterable[str]) -> tuple[str, ...]:
        known = frozenset(applied)
        return tuple(each for each in plain if each not in known and not self._covers(each, known))

    def _covers(self, folder: str, applied: frozenset[str]) -> bool:
        """Whether a folder lies below one that Flux makes a kustomization for, with none between."""
        while folder:
            folder = dirname(folder)
            if self._builder.files.kustomizations(folder):
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


def _grouped(entries: Iterable[tuple[str, Resource]], begun: Iterable[str]) -> Mapping[str, tuple[Resource, ...]]:
    """Entries by cluster; one that lies below another's folder, or below one that is begun, belongs to that."""
    named = tuple(entries)
    known = {*(name for name, _ in named), *begun}
    groups: dict[str, list[Resource]] = {}
    for name, each in named:
        cluster, above = name, dirname(name)
        while above:
            cluster = above if above in known else cluster
            above = dirname(above)
        groups.setdefault(cluster, []).append(each)
    return {cluster: tuple(group) for cluster, group in groups.items()}
