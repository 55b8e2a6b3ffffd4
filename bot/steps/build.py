"""build: what Kustomize and Flux make of a tree, and whether edits of ours would change what production gets."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.kustomize.graph import BuiltObject, Graph, Root, read_graph
from bot.model.commits import FileChange
from bot.model.tiers import Tier
from bot.planning.tiers import tiers_of_root
from bot.reason import Reason

_Key = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BuiltTree:
    """A tree and all that is built of it.

    Attributes:
        paths: Every regular file.
        data: The bytes of those that a build needs.
        graph: What is built.
    """

    paths: Collection[str]
    data: Mapping[str, bytes]
    graph: Graph

    def roots_of(self, tiers: Collection[Tier]) -> tuple[Root, ...]:
        """The roots that belong to any of these tiers."""
        return tuple(root for root in self.graph.roots if tiers_of_root(root.by, tiers))

    def broken(self, tiers: Collection[Tier]) -> tuple[Root, Reason] | None:
        """A root of these tiers that cannot be built, so that nobody knows what it takes from elsewhere."""
        return next(((root, root.trouble) for root in self.roots_of(tiers) if root.trouble is not None), None)

    def changed_by(self, changes: Iterable[FileChange], tiers: Collection[Tier]) -> tuple[str, ...]:
        """Build the tree again with other bytes, and name the objects of these tiers that differ.

        Args:
            changes: Files with their new bytes.
            tiers: Whose roots are compared.
        """
        edited = build(self.paths, {**self.data, **{change.path: change.after for change in changes}})
        before, after = dict(_contents(self.roots_of(tiers))), dict(_contents(edited.roots_of(tiers)))
        differ = (key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
        return tuple(sorted({" ".join(filter(None, map(str, key[-2:]))) for key in differ}))


def build(paths: Collection[str], data: Mapping[str, bytes]) -> BuiltTree:
    """Build a tree.

    Args:
        paths: Every regular file of it.
        data: The bytes of those that a build needs.
    """
    return BuiltTree(paths=paths, data=data, graph=read_graph(paths, data))


def _contents(roots: Iterable[Root]) -> Iterator[tuple[_Key, Hashable]]:
    for root in roots:
        home = (root.cluster, root.applier, root.folder)
        yield (*home, "", "suspended"), root.suspended
        for each in (*root.objects, *root.others):
            yield _key(home, each), each.content()


def _key(home: _Key, each: BuiltObject) -> _Key:
    return (*home, each.api, each.object)
