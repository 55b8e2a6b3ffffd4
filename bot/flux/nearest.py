"""Which object a name means: kind, name and, where written, namespace; nearest folder first.

Namespaces are often left to Kustomize, so one that is not written fits every other; two that are written and differ
never fit. Nearest is: the same file, then the same folder and all below it, then the parent folder and all below it,
and so on to the root. Where the objects of one level say different things, the folder of the Flux Kustomization that
applies the asking file decides, if it alone decides; else nothing does.

Source of the order: what 37 public repositories do; Flux itself knows no folders.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, Self, TypeVar

from msgspec import Struct

from bot.flux.objects import Head, Kustomization, SourceRef

Found = TypeVar("Found")


class Entry(Struct, Generic[Found], frozen=True, kw_only=True):
    """One object that may be meant.

    Attributes:
        head: Its name and place.
        meaning: What it stands for: two of one meaning are one.
        value: The object.
    """

    head: Head
    meaning: Hashable
    value: Found


def folders_of(path: str) -> Iterator[str]:
    """The path itself, its folder, and every folder above; the root is the empty text, and last."""
    while path:
        yield path
        path = path.rpartition("/")[0]
    yield ""


class AppliedFrom:
    """Which files hold the Flux Kustomizations that apply a folder.

    Args:
        kustomizations: All of the tree; those whose source is no GitRepository speak of another tree.
    """

    def __init__(self, kustomizations: Iterable[Kustomization]) -> None:
        self._homes: dict[str, set[str]] = defaultdict(set)
        for each in kustomizations:
            if each.folder is not None:
                self._homes[each.folder].add(each.head.path)

    def folder(self, path: str) -> str | None:
        """The nearest folder above a file that a Kustomization applies."""
        return next((each for each in folders_of(path) if each in self._homes), None)

    def homes(self, folder: str) -> tuple[str, ...]:
        """Files of the Kustomizations that apply exactly this folder."""
        return tuple(sorted(self._homes[folder]))


class Level(Struct, Generic[Found], frozen=True, kw_only=True):
    """The objects that may be meant.

    Attributes:
        entries: None of them where the object is not in the tree.
        of_one_meaning: Whether it makes no difference which it is.
    """

    entries: tuple[Entry[Found], ...]
    of_one_meaning: bool

    @classmethod
    def of(cls, entries: Iterable[Entry[Found]]) -> Self:
        """See what objects mean together."""
        each = tuple(entries)
        return cls(entries=each, of_one_meaning=len({entry.meaning for entry in each}) <= 1)


class Nearest(Generic[Found]):
    """An index of the objects of one kind.

    Every object stands under each folder above it, and answers are kept, so that a fleet of many clusters with the same
    names takes a time that grows with its files only.
    """

    def __init__(self, applied_from: AppliedFrom) -> None:
        """Start empty."""
        self._applied_from = applied_from
        self._below: dict[tuple[str, str], list[Entry[Found]]] = defaultdict(list)
        self._levels: dict[tuple[str, str, str], Level[Found]] = {}
        self._decided: dict[tuple[str, str, str], Level[Found]] = {}

    def add(self, entry: Entry[Found]) -> None:
        """Add an object, before the first question."""
        for folder in folders_of(entry.head.path):
            self._below[entry.head.object.name, folder].append(entry)

    def find(self, path: str, wanted: SourceRef) -> Level[Found]:
        """The objects that a manifest may mean.

        Args:
            path: The file that names the object.
            wanted: The object as it is named there.
        """
        found = self._first_level(path, wanted)
        applied = self._applied_from.folder(path)
        if found.of_one_meaning or applied is None:
            return found
        decided = self._by_kustomizations(applied, wanted)
        return decided if decided.entries and decided.of_one_meaning else found

    def _by_kustomizations(self, applied: str, wanted: SourceRef) -> Level[Found]:
        key = (wanted.name, applied, wanted.namespace)
        if key not in self._decided:
            levels = (self._first_level(home, wanted) for home in self._applied_from.homes(applied))
            entries = {id(entry): entry for level in levels for entry in level.entries}
            self._decided[key] = Level.of(entries.values())
        return self._decided[key]

    def _first_level(self, path: str, wanted: SourceRef) -> Level[Found]:
        levels = (self._level(folder, wanted) for folder in folders_of(path))
        return next((level for level in levels if level.entries), Level(entries=(), of_one_meaning=True))

    def _level(self, folder: str, wanted: SourceRef) -> Level[Found]:
        key = (wanted.name, folder, wanted.namespace)
        if key not in self._levels:
            below = self._below.get((wanted.name, folder), ())
            self._levels[key] = Level.of(
                entry for entry in below if fits(entry.head.object.namespace, wanted.namespace)
            )
        return self._levels[key]


def fits(written: str, wanted: str) -> bool:
    """Whether a namespace may be another: one that nobody writes may be any."""
    return not written or not wanted or written == wanted
