"""build: what Kustomize and Flux make of a tree, and whether edits of ours would change what production gets."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping

from msgspec import Struct

from bot.kustomize.graph import BuiltObject, Graph, Root, read_graph
from bot.kustomize.resources import Origin
from bot.model.commits import FileChange
from bot.model.references import BuiltBy
from bot.model.tiers import Tier
from bot.planning.tiers import tiers_of_root
from bot.reason import Reason

_Key = tuple[Hashable, ...]
_Built = Mapping[_Key, tuple[Hashable, BuiltObject | None, Root]]


class Changed(Struct, frozen=True, kw_only=True, eq=False):
    """One object of a root that differs.

    Attributes:
        name: API and object; `suspended` for the root itself.
        by: The root.
        origin: Where it is written first; None where it is not in both builds, or is the root itself.
    """

    name: str
    by: BuiltBy
    origin: Origin | None

    def __str__(self) -> str:
        return self.name


class BuiltTree(Struct, frozen=True, kw_only=True, eq=False):
    """A tree and all that is built of it.

    Attributes:
        paths: Every regular file.
        data: The bytes of those that a build needs.
        links: Symbolic links and submodules, behind which nobody looks.
        graph: What is built.
    """

    paths: Collection[str]
    data: Mapping[str, bytes]
    links: tuple[str, ...]
    graph: Graph

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
        new = {change.path: change.after for change in changes}
        edited = build(self.paths, {**self.data, **new}, self.links)
        before, after = dict(_contents(self.roots_of(tiers))), dict(_contents(edited.roots_of(tiers)))
        differ = (key for key in before.keys() | after.keys() if _content(before, key) != _content(after, key))
        return tuple(sorted((_changed(key, before, after) for key in differ), key=str))


def build(paths: Collection[str], data: Mapping[str, bytes], links: tuple[str, ...] = ()) -> BuiltTree:
    """Build a tree.

    Args:
        paths: Every regular file of it.
        data: The bytes of those that a build needs.
        links: Its symbolic links and submodules.
    """
    return BuiltTree(paths=paths, data=data, links=links, graph=read_graph(paths, data, links))


def _contents(roots: Iterable[Root]) -> Iterator[tuple[_Key, tuple[Hashable, BuiltObject | None, Root]]]:
    for root in roots:
        home = (root.cluster, root.applier, root.folder)
        yield (*home, "", "suspended"), (root.suspended, None, root)
        for each in (*root.objects, *root.others):
            yield _key(home, each), (each.content(), each, root)


def _content(contents: _Built, key: _Key) -> Hashable:
    """What an object holds; None, which is nothing that one holds, where it is not there."""
    return contents[key][0] if key in contents else None


def _changed(key: _Key, before: _Built, after: _Built) -> Changed:
    _, built, root = (before if key in before else after)[key]
    origin = built.origin if built and key in before and key in after else None
    return Changed(name=" ".join(filter(None, map(str, key[-2:]))), by=root.by, origin=origin)


def _key(home: _Key, each: BuiltObject) -> _Key:
    return (*home, each.api, each.object)
