"""Which objects a patch gives another version: an edit of theirs would change nothing that runs.

Nothing is built: a patch is taken to change every object of its target's kind and name below the folder of its
kustomization, and in whatever that lists, lexically. One object held too many beats a pull request that does nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.flux.files import FileReading
from bot.flux.kinds import PATCHED
from bot.flux.kustomized import target_of
from bot.flux.nearest import folders_of
from bot.flux.objects import (
    ChartTemplate,
    Head,
    HelmChart,
    HelmRelease,
    Kustomized,
    OCIRepository,
    PatchFile,
    Target,
    VersionPatch,
)
from bot.model.references import PassedOver

_VERSIONED = frozenset({"HelmRelease", "HelmChart", "OCIRepository"})
_READ = (".yaml", ".yml")


def overridden(readings: Iterable[FileReading]) -> dict[Head, VersionPatch]:
    """The objects whose version a patch sets, each with the first patch that does.

    Args:
        readings: Every file of one tree.
    """
    known = tuple(readings)
    kustomized = [each for one in known for each in one.kustomized]
    if not any(each.patches for each in kustomized):
        return {}
    tree, held = _Tree(known, kustomized), dict[Head, VersionPatch]()
    for each in kustomized:
        for head, patch in tree.changed_by(each):
            held.setdefault(head, patch)
    return held


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reached:
    heads: tuple[Head, ...]
    renamed: bool


class _Tree:
    """The files of a tree, by folder."""

    def __init__(self, readings: tuple[FileReading, ...], kustomized: Iterable[Kustomized]) -> None:
        self._by_folder = {each.folder: each for each in kustomized if not each.of_flux}
        self._by_path = {each.path: each for each in readings}
        self._below: dict[str, list[Head]] = defaultdict(list)
        self._beside: dict[str, list[Head]] = defaultdict(list)
        for each in readings:
            self._add(each)

    def _add(self, reading: FileReading) -> None:
        heads = [head for head, _ in _versioned(reading)]
        if not heads:
            return
        _, *above = folders = tuple(folders_of(reading.path))
        self._beside[above[0]] += heads
        for folder in folders:
            self._below[folder] += heads

    def changed_by(self, one: Kustomized) -> Iterator[tuple[Head, VersionPatch]]:
        """Every object that a patch of this kustomization may change, and the patch."""
        patches = tuple(self._patches(one))
        targets = dict[Target, VersionPatch]()
        for patch in (found for each in patches for found in self._versions(one, each)):
            targets.setdefault(patch.target, patch)
        if not targets:
            return
        files = {each.path for each in patches if isinstance(each, PatchFile)}
        reached = self._reached(one)
        if reached.renamed:
            targets = {Target(kind=target.kind): patch for target, patch in targets.items()}
        for head in reached.heads:
            patch_of_it = _first_fitting(head, targets)
            # A patch is no resource of its own: an edit of it has its effect.
            if patch_of_it and head.path not in files:
                yield head, patch_of_it

    def _patches(self, one: Kustomized) -> Iterator[VersionPatch | PatchFile]:
        """Its own and those of its components, which change all that is built with them."""
        yield from one.patches
        pending, seen = list(one.components), set[str]()
        while pending:
            folder = pending.pop()
            component = self._by_folder.get(folder)
            if component and folder not in seen:
                seen.add(folder)
                yield from component.patches
                pending += component.components

    def _versions(self, one: Kustomized, patch: VersionPatch | PatchFile) -> Iterator[VersionPatch]:
        if isinstance(patch, VersionPatch):
            yield patch
            return
        reading = self._by_path.get(patch.path)
        if reading:
            for line, target in _set_in(reading, patch.target):
                yield VersionPatch(path=patch.path, line=line, target=target)
        elif not patch.path.endswith(_READ) and patch.target and patch.target.kind in _VERSIONED:
            yield VersionPatch(path=one.path, line=patch.line, target=patch.target)

    def _reached(self, one: Kustomized) -> _Reached:
        """What lies in its folder or below; beside every kustomization that it leads to; and every file it lists."""
        heads = dict.fromkeys(self._below.get(one.folder, ()))
        pending, seen, renamed = [*one.lists, *one.components], set[str](), one.renames
        while pending:
            place = pending.pop()
            if place in seen:
                continue
            seen.add(place)
            listed = self._by_folder.get(place)
            heads |= dict.fromkeys((self._beside if listed else self._below).get(place, ()))
            if listed:
                pending += listed.lists
                renamed = renamed or listed.renames
        return _Reached(heads=tuple(heads), renamed=renamed)


def _versioned(reading: FileReading) -> Iterator[tuple[Head, int]]:
    """The objects of a file that hold a version, and its line; 0 where none is written."""
    for each in reading.objects:
        match each:
            case (
                HelmRelease(head=head, chart=ChartTemplate(wish=wish))
                | HelmChart(head=head, chart=ChartTemplate(wish=wish))
            ):
                yield head, wish.line
            case OCIRepository(head=head, wish=wish):
                yield head, wish.line
            case _:
                pass


def _set_in(reading: FileReading, target: Target | None) -> Iterator[tuple[int, Target]]:
    """The lines of a patch file that set a version, and of which objects.

    What cannot be read may set one too; it counts where the kustomization says that it changes an object of ours.
    """
    for head, line in _versioned(reading):
        if line:
            yield line, target or target_of(head.object)
    for each in reading.passed_over:
        if each.reason == PATCHED or _may_set(each, target):
            yield each.line, target or target_of(each.object)


def _may_set(unread: PassedOver, target: Target | None) -> bool:
    return unread.object is None and target is not None and target.kind in _VERSIONED


def _first_fitting(head: Head, targets: dict[Target, VersionPatch]) -> VersionPatch | None:
    kind, name = head.object.kind, head.object.name
    candidates = (Target(kind=kind, name=name), Target(kind=kind), Target(name=name), Target())
    return next((targets[each] for each in candidates if each in targets), None)
