"""scan: a tree to what its files say.

Every file is read at most once, and one that says nothing of Flux is never parsed.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, assert_never

from msgspec import Struct

from bot.flux.files import FileReading, may_concern_flux, read_file
from bot.flux.source_ignore import SourceIgnore, is_source_ignore
from bot.kustomize.needles import FLUX_INSTANCE, SUFFIXES, is_kustomization, may_matter
from bot.model.commits import EntryKind, Sha, TreeEntry
from bot.model.references import PassedOver
from bot.model.tiers import Branch, PackedSource, Tier
from bot.ports import Tree
from bot.reason import Reason
from bot.reasons import LINK, TOO_LARGE
from bot.yamltext.unreadable import DEFAULT_LIMITS

if TYPE_CHECKING:
    from bot.kustomize.graph import Graph
    from bot.steps.build import BuiltTree

_FLUX = b"kustomize.toolkit.fluxcd.io"


class Base(Struct, frozen=True, kw_only=True):
    """A tree to judge, and the tiers that live on it.

    Attributes:
        branch: Empty for a work tree, which is taken as every tier's branch.
        sha: The commit, None for a work tree.
        packed: What of it Flux gets from other sources, as the configuration says.
    """

    branch: Branch
    sha: Sha | None
    tree: Tree
    tiers: tuple[Tier, ...]
    packed: tuple[PackedSource, ...] = ()


class Scanned(Struct, frozen=True, kw_only=True):
    """What the files of one base say, and what Kustomize and Flux make of them."""

    base: Base
    paths: tuple[str, ...]
    readings: tuple[FileReading, ...]
    passed_over: tuple[PassedOver, ...]
    built: "BuiltTree | None" = None
    ignored: SourceIgnore = SourceIgnore.of({})

    @property
    def graph(self) -> "Graph | None":
        """What Kustomize and Flux build; None for a tree that is only files."""
        return self.built.graph if self.built else None


def scan(bases: Iterable[Base], readings: "Readings | None" = None) -> tuple[Scanned, ...]:
    """Read every YAML file of every base. Tiers as branches share most blobs: each is parsed once a run.

    Args:
        bases: The trees.
        readings: What was read already, and is added to; for trees of the same run.
    """
    known = readings or Readings()
    return tuple(known.scan(base) for base in bases)


class Readings:
    """What was read already."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Sha], FileReading] = {}
        self._bytes: dict[tuple[str, Sha], bytes] = {}

    def scan(self, base: Base) -> Scanned:
        """Read one base; what was read before is not read again."""
        entries = base.tree.entries()
        reasons = {entry: _why_unread(entry) for entry in entries if entry.path.endswith(SUFFIXES)}
        matter: dict[str, bytes] = {}
        readings = tuple(self._read(base.tree, [entry for entry, reason in reasons.items() if reason is None], matter))
        return Scanned(
            base=base,
            paths=tuple(entry.path for entry in entries),
            readings=readings,
            passed_over=tuple(
                PassedOver(path=entry.path, reason=reason) for entry, reason in reasons.items() if reason
            ),
            built=_build(base, entries, matter),
            ignored=SourceIgnore.of(_bytes(base.tree, (each for each in entries if _says_what_is_ignored(each)))),
        )

    def _read(self, tree: Tree, entries: list[TreeEntry], matter: dict[str, bytes]) -> Iterable[FileReading]:
        """What the files say; the bytes of those that a build may need are put into `matter`."""
        new = [entry for entry in entries if not entry.blob or (entry.path, entry.blob) not in self._known]
        fresh: dict[str, FileReading] = {}
        for entry, data in tree.read(new):
            fresh[entry.path] = self.reading(entry, data)
            if not entry.blob and _may_be_built(entry.path, data):
                matter[entry.path] = data
        for entry in entries:
            known = self._bytes.get((entry.path, entry.blob))
            if known is not None:
                matter[entry.path] = known
            found = fresh.get(entry.path) or self._known.get((entry.path, entry.blob))
            if found and found.says_something:
                yield found

    def reading(self, entry: TreeEntry, data: bytes) -> FileReading:
        """What one file says, whichever trees hold it; these bytes at this path are parsed once."""
        known = self._known.get((entry.path, entry.blob))
        if known is not None:
            return known
        concerns = may_concern_flux(entry.path, data)
        found = read_file(entry.path, data) if concerns else FileReading(path=entry.path)
        if entry.blob:
            self._known[entry.path, entry.blob] = found
            if _may_be_built(entry.path, data):
                self._bytes[entry.path, entry.blob] = data
        return found


def _may_be_built(path: str, data: bytes) -> bool:
    """Whether a build may need the bytes of a file."""
    return is_kustomization(path) or may_matter(data)


def _build(base: Base, entries: Iterable[TreeEntry], matter: dict[str, bytes]) -> "BuiltTree | None":
    """Build what there is to build; patches and the like are read only where a kustomization names them."""
    tree = base.tree
    regular = {entry.path: entry for entry in entries if entry.kind.regular}
    kustomizations = [path for path in regular if is_kustomization(path)]
    if not kustomizations and not any(_FLUX in data or FLUX_INSTANCE in data for data in matter.values()):
        return None
    # Only here: a tree without any is read without loading what builds them.
    from bot.kustomize.naming import files_named  # noqa: PLC0415 - see above
    from bot.steps.build import build  # noqa: PLC0415 - see above

    # `Kustomization`, the third name that Kustomize looks for, has no suffix by which it was read already.
    missing = [path for path in kustomizations if path not in matter]
    data = matter | _bytes(tree, (regular[path] for path in missing))
    named = {path for home in kustomizations if home in data for path in files_named(home, data[home])}
    more = _bytes(tree, (regular[path] for path in sorted(named) if path in regular and path not in data))
    links = tuple(entry.path for entry in entries if not entry.kind.regular)
    large = tuple(path for path, entry in regular.items() if entry.size > DEFAULT_LIMITS.size)
    return build(frozenset(regular), data | more, links, large, base.packed)


def _says_what_is_ignored(entry: TreeEntry) -> bool:
    return entry.kind.regular and is_source_ignore(entry.path)


def _bytes(tree: Tree, entries: Iterable[TreeEntry]) -> dict[str, bytes]:
    wanted = [entry for entry in entries if entry.size <= DEFAULT_LIMITS.size]
    return {entry.path: data for entry, data in tree.read(wanted)} if wanted else {}


def _why_unread(entry: TreeEntry) -> Reason | None:
    match entry.kind:
        case EntryKind.SYMLINK:
            return LINK(kind="symbolic link")
        case EntryKind.SUBMODULE:
            return LINK(kind="submodule")
        case EntryKind.FILE | EntryKind.EXECUTABLE:
            # The reader would refuse it as well, but only once all of it is in memory.
            large = entry.size > DEFAULT_LIMITS.size
            return TOO_LARGE(problem=f"{entry.size} bytes, more than {DEFAULT_LIMITS.size}") if large else None
        case _:
            assert_never(entry.kind)
