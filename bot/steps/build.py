"""build: what Kustomize and Flux make of a tree, and whether edits of ours would change what other tiers get."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping

from msgspec import Struct

from bot.kustomize.built_object import BuiltObject
from bot.kustomize.files import Files
from bot.kustomize.graph import Graph, Root, read_graph
from bot.kustomize.resources import Origin
from bot.model.commits import FileChange
from bot.model.references import BuiltBy
from bot.model.tiers import PackedSource, Tier
from bot.planning.tiers import tiers_of_root
from bot.reason import Reason

_Key = tuple[Hashable, ...]
_Built = Mapping[_Key, tuple[BuiltObject | None, Root]]


class Changed(Struct, frozen=True, kw_only=True, eq=False):
    """One object of a root that differs.

    Attributes:
        name: API and object; `suspended` for the root itself, where it is suspended now, or fails in another way.
        by: The root.
        tiers: Whose it is, of those that are compared.
        origin: Where it is written first; None where it is not in both builds, or is the root itself.
    """

    name: str
    by: BuiltBy
    tiers: tuple[Tier, ...]
    origin: Origin | None

    def __str__(self) -> str:
        return self.name


class BuiltTree(Struct, frozen=True, kw_only=True, eq=False):
    """A tree and all that is built of it.

    Attributes:
        files: What it is built of.
        graph: What is built.
        packed: What of it Flux gets from other sources.
    """

    files: Files
    graph: Graph
    packed: tuple[PackedSource, ...]

    def roots_of(self, tiers: Collection[Tier]) -> tuple[Root, ...]:
        """The roots that belong to any of these tiers."""
        return tuple(root for root in self.graph.roots if tiers_of_root(root.by, tiers))

    def broken(self, tiers: Collection[Tier]) -> tuple[Root, Reason] | None:
        """A root of these tiers that cannot be built, so that nobody knows what it takes from elsewhere."""
        return next(((root, root.trouble) for root in self.roots_of(tiers) if root.trouble is not None), None)

    def changed_by(self, changes: Iterable[FileChange], tiers: Collection[Tier]) -> tuple[Changed, ...]:
        """Build the tree again with other bytes, and tell which objects of these tiers differ.

        Args:
            changes: Files with their new bytes.
            tiers: Whose roots are compared.
        """
        edited = _built(self.files.with_changes({change.path: change.after for change in changes}), self.packed)
        before, after = dict(_objects(self.roots_of(tiers))), dict(_objects(edited.roots_of(tiers)))
        differ = (key for key in before.keys() | after.keys() if not _is_same(before.get(key), after.get(key)))
        return tuple(sorted((_changed(key, before, after, tiers) for key in differ), key=_order))


def build(
    paths: Collection[str],
    data: Mapping[str, bytes],
    links: Collection[str] = (),
    large: Collection[str] = (),
    packed: tuple[PackedSource, ...] = (),
) -> BuiltTree:
    """Build a tree.

    Args:
        paths: Every regular file of it.
        data: The bytes of those that a build needs.
        links: Its symbolic links and submodules.
        large: The files that are too large to be read.
        packed: What of it Flux gets from other sources.
    """
    return _built(Files(paths, data, links, large), packed)


def _built(files: Files, packed: tuple[PackedSource, ...]) -> BuiltTree:
    return BuiltTree(files=files, graph=read_graph(files, packed), packed=packed)


def _objects(roots: Iterable[Root]) -> Iterator[tuple[_Key, tuple[BuiltObject | None, Root]]]:
    for root in roots:
        home = (root.cluster, root.applier, root.folder)
        yield (*home, "", "suspended"), (None, root)
        for each in (*root.objects, *root.others):
            yield _key(home, each), (each, root)


def _is_same(one: tuple[BuiltObject | None, Root] | None, other: tuple[BuiltObject | None, Root] | None) -> bool:
    """Whether an object is there in both builds and holds the same; a root, whether it is suspended or fails alike."""
    if one is None or other is None:
        return False
    (built, root), (now, root_now) = one, other
    if built is None or now is None:
        return (root.suspended, root.trouble) == (root_now.suspended, root_now.trouble)
    return built.is_same(now)


def _changed(key: _Key, before: _Built, after: _Built, tiers: Collection[Tier]) -> Changed:
    built, root = (before if key in before else after)[key]
    origin = built.origin if built and key in before and key in after else None
    name = " ".join(filter(None, map(str, key[-2:])))
    return Changed(name=name, by=root.by, tiers=tiers_of_root(root.by, tiers), origin=origin)


def _order(changed: Changed) -> tuple[str, ...]:
    return changed.name, changed.by.cluster, changed.by.folder, changed.by.applier


def _key(home: _Key, each: BuiltObject) -> _Key:
    return (*home, each.api, each.object)
