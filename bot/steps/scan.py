"""scan: a tree to what its files say.

Every file is read at most once, and one that says nothing of Flux is never parsed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.flux.files import FileReading, may_concern_flux, read_file
from bot.model.commits import Sha, TreeEntry
from bot.model.references import PassedOver
from bot.model.tiers import Branch, Tier
from bot.ports import Tree
from bot.reasons import LINK

_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A tree to judge, and the tiers that live on it.

    Attributes:
        branch: Empty for a work tree, which is taken as every tier's branch.
        sha: The commit, None for a work tree.
    """

    branch: Branch
    sha: Sha | None
    tree: Tree
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What the files of one base say."""

    base: Base
    paths: tuple[str, ...]
    readings: tuple[FileReading, ...]
    passed_over: tuple[PassedOver, ...]


def scan(bases: Iterable[Base]) -> tuple[Scanned, ...]:
    """Read every YAML file of every base. Tiers as branches share most blobs: each is parsed once a run."""
    readings = _Readings()
    return tuple(readings.scan(base) for base in bases)


class _Readings:
    """What was read already."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Sha], FileReading] = {}

    def scan(self, base: Base) -> Scanned:
        entries = base.tree.entries()
        wanted = [entry for entry in entries if entry.path.endswith(_SUFFIXES)]
        return Scanned(
            base=base,
            paths=tuple(entry.path for entry in entries),
            readings=tuple(self._read(base.tree, [entry for entry in wanted if entry.kind.regular])),
            passed_over=tuple(_link(entry) for entry in wanted if not entry.kind.regular),
        )

    def _read(self, tree: Tree, entries: list[TreeEntry]) -> Iterable[FileReading]:
        new = [entry for entry in entries if not entry.blob or (entry.path, entry.blob) not in self._known]
        fresh: dict[str, FileReading] = {}
        for entry, data in tree.read(new):
            reading = read_file(entry.path, data) if may_concern_flux(data) else FileReading(path=entry.path)
            fresh[entry.path] = reading
            if entry.blob:
                self._known[entry.path, entry.blob] = reading
        for entry in entries:
            reading = fresh.get(entry.path) or self._known.get((entry.path, entry.blob))
            if reading and (reading.objects or reading.passed_over):
                yield reading


def _link(entry: TreeEntry) -> PassedOver:
    kind = {"120000": "symbolic link", "160000": "submodule"}[entry.kind.value]
    return PassedOver(path=entry.path, reason=LINK(kind=kind))
