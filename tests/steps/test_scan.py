"""scan: which files are read, and how often."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from builders import tier
from doubles.github.seeding import Gitlink, Symlink
from doubles.memory_repository import MemoryRemote, MemoryRepository, MemoryTree
from doubles.story import release
from msgspec.structs import replace

from bot.kustomize.graph import Root
from bot.model.commits import EntryKind, TreeEntry
from bot.model.tiers import PackedSource
from bot.steps.scan import Base, Scanned, scan
from bot.yamltext.unreadable import DEFAULT_LIMITS


@dataclass
class WatchedTree:
    """A tree that notes what is read of it."""

    tree: MemoryTree
    read_paths: list[str] = field(default_factory=list)
    larger: dict[str, int] = field(default_factory=dict)

    def entries(self) -> tuple[TreeEntry, ...]:
        return tuple(
            TreeEntry(path=one.path, kind=one.kind, size=self.larger.get(one.path, one.size), blob=one.blob)
            for one in self.tree.entries()
        )

    def read(self, entries: Iterable[TreeEntry]) -> Iterator[tuple[TreeEntry, bytes]]:
        for entry, data in self.tree.read(entries):
            self.read_paths.append(entry.path)
            yield entry, data


def base(files: dict[str, object], branch: str = "main") -> Base:
    remote = MemoryRemote()
    sha = remote.commit(branch, files)  # type: ignore[arg-type] # what a test writes
    return Base(branch=branch, sha=sha, tree=WatchedTree(MemoryRepository(remote).tree(sha)), tiers=(tier(),))


def watched(one: Base) -> WatchedTree:
    assert isinstance(one.tree, WatchedTree)
    return one.tree


def told(scanned: Scanned) -> dict[str, str]:
    return {item.path: item.reason.id for item in scanned.passed_over}


def test_yaml_that_says_something_of_flux_is_read() -> None:
    one = base({"a.yaml": release("1.2.3"), "b.yml": release("1.2.3"), "c.txt": release("1.2.3"), "d.yaml": "a: 1\n"})
    (scanned,) = scan([one])

    assert [reading.path for reading in scanned.readings] == ["a.yaml", "b.yml"]
    assert scanned.paths == ("a.yaml", "b.yml", "c.txt", "d.yaml")
    assert watched(one).read_paths == ["a.yaml", "b.yml", "d.yaml"]


def test_a_blob_that_branches_share_is_read_once() -> None:
    first = base({"a.yaml": release("1.2.3"), "b.yaml": release("1.2.3")})
    second = base({"a.yaml": release("1.2.3"), "b.yaml": release("1.2.4")}, "develop")
    scanned = scan([first, second])

    assert watched(second).read_paths == ["b.yaml"]
    assert [len(one.readings) for one in scanned] == [2, 2]
    assert scanned[0].readings[0] == scanned[1].readings[0]


def test_one_blob_in_two_places_keeps_its_paths() -> None:
    (scanned,) = scan([base({"a.yaml": release("1.2.3"), "b.yaml": release("1.2.3")})])

    assert [each.head.path for reading in scanned.readings for each in reading.objects] == ["a.yaml", "b.yaml"]


def test_links_and_submodules_are_passed_over_and_never_read() -> None:
    one = base({"apps/dev/hr.yaml": Symlink("../production/hr.yaml"), "apps/x.yaml": Gitlink("a" * 40)})
    (scanned,) = scan([one])

    assert told(scanned) == {"apps/dev/hr.yaml": "link", "apps/x.yaml": "link"}
    assert watched(one).read_paths == []


def test_a_file_past_the_readers_limit_is_not_brought_into_memory() -> None:
    one = base({"a.yaml": release("1.2.3"), "b.yaml": release("1.2.3")})
    watched(one).larger["a.yaml"] = DEFAULT_LIMITS.size + 1
    (scanned,) = scan([one])

    assert told(scanned) == {"a.yaml": "too-large"}
    assert watched(one).read_paths == ["b.yaml"]


def test_a_work_tree_has_no_blob_names_and_every_file_is_read() -> None:
    tree = MemoryTree({"a.yaml": (EntryKind.FILE, release("1.2.3").encode())})
    unnamed = WatchedTree(tree)
    entries = tuple(TreeEntry(path=one.path, kind=one.kind, size=one.size) for one in tree.entries())
    unnamed.entries = lambda: entries  # type: ignore[method-assign] # a work tree's listing
    work_tree = Base(branch="", sha=None, tree=unnamed, tiers=(tier(),))

    assert [len(one.readings) for one in scan([work_tree, work_tree])] == [1, 1]


INSTANCE = """\
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {name: flux, namespace: flux-system}
spec: {sync: {kind: OCIRepository, url: oci://x.example/fleet, ref: latest, path: dev}}
"""


def test_a_tree_whose_one_root_is_made_by_a_flux_instance_is_built() -> None:
    fleet = PackedSource(kind="OCIRepository", namespace="flux-system", name="flux-system", folder="")
    one = base({"instance.yaml": INSTANCE, "dev/a.yaml": release("1.2.3")})
    (scanned, packed) = scan([one, replace(one, packed=(fleet,))])

    assert [root.trouble.id for root in _roots(scanned) if root.trouble] == ["not-in-tree"]
    assert [root.folder for root in _roots(packed)] == ["dev"]


def _roots(scanned: Scanned) -> tuple[Root, ...]:
    assert scanned.graph
    return scanned.graph.roots
