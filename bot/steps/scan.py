"""scan: a tree to what its files say.

Every file is read at most once, and one that says nothing of Flux is never parsed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from bot.flux.files import FileReading, may_concern_flux, read_file
from bot.model.commits import EntryKind, Sha, TreeEntry
from bot.model.references import PassedOver
from bot.model.tiers import Branch, Tier
from bot.ports import Tree
from bot.reason import Reason
from bot.reasons import LINK, TOO_LARGE
from bot.yamltext.unreadable import DEFAULT_LIMITS

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

    def scan(self, base: Base) -> Scanned:
        """Read one base; what was read before is not read again."""
        entries = base.tree.entries()
        reasons = {entry: _why_unread(entry) for entry in entries if entry.path.endswith(_SUFFIXES)}
        return Scanned(
            base=base,
            paths=tuple(entry.path for entry in entries),
            readings=tuple(self._read(base.tree, [entry for entry, reason in reasons.items() if reason is None])),
            passed_over=tuple(
                PassedOver(path=entry.path, reason=reason) for entry, reason in reasons.items() if reason
            ),
        )

    def _read(self, tree: Tree, entries: list[TreeEntry]) -> Iterable[FileReading]:
        new = [entry for entry in entries if not entry.blob or (entry.path, entry.blob) not in self._known]
        fresh: dict[str, FileReading] = {}
        for entry, data in tree.read(new):
            reading = (
                read_file(entry.path, data) if may_concern_flux(entry.path, data) else FileReading(path=entry.path)
            )
            fresh[entry.path] = reading
            if entry.blob:
                self._known[entry.path, entry.blob] = reading
        for entry in entries:
            found = fresh.get(entry.path) or self._known.get((entry.path, entry.blob))
            if found and found.says_something:
                yield found


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
