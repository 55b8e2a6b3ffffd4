"""Patches: read from files and from scalars, and applied to the objects they are for.

Source: https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/internal/builtins/PatchTransformer.go
"""

import json
from collections.abc import Iterable

from msgspec import Struct

from bot.kustomize.accumulation import Accumulation
from bot.kustomize.files import Files, inside, is_remote
from bot.kustomize.json_patch import Operation, apply, read_operations
from bot.kustomize.kustomization import Kustomization, Patch
from bot.kustomize.kustomize_reasons import NOT_FOLLOWED
from bot.kustomize.resources import HEADING, KIND_NAMES, TRACKED, Origin, Resource, objects_of
from bot.kustomize.targets import BadTarget, Filter
from bot.kustomize.tree import Source, Tree, Written, get, items, known_text, merge, put, root_of, table, text
from bot.reason import Reason

_Merges = tuple[Resource, ...]
_NOWHERE = Origin("", 0, (), 0)


class Change(Struct, frozen=True, kw_only=True):
    """A patch as it was read: merges or operations."""

    merges: _Merges = ()
    operations: tuple[Operation, ...] = ()


class Patcher:
    """Applies the patches of kustomizations."""

    def __init__(self, files: Files) -> None:
        """Read patches from a tree. `read` is the files that kustomizations name as patches."""
        self.read: set[str] = set()
        self._files = files

    def note(self, folder: str, what: Kustomization) -> None:
        """Note which files are patches, whether or not the build comes to them."""
        paths = (each.path for each in (*what.patches, *what.json_patches) if each.path)
        strategic = (each for each in map(known_text, what.strategic) if "\n" not in each and ":" not in each)
        for path in (*paths, *strategic):
            place = None if is_remote(path) else inside(folder, path)
            if place in self._files.paths:
                self.read.add(place)

    def apply(self, to: Accumulation, folder: str, patch: Patch, *, operations_only: bool = False) -> None:
        """Apply one entry of `patches` or `patchesJson6902`."""
        change = self._read(folder, patch)
        if isinstance(change, Change) and _may_make_others(change, patch):
            to.remark(f"{folder or '.'} has a patch of what objects are, which may make others of Flux")
        if isinstance(change, str | Reason):
            to.fail(change)
        elif operations_only and not change.operations:
            to.fail("a JSON patch is empty")
        elif change.operations:
            _apply_operations(to, patch, change.operations)
        elif patch.target is None:
            _merge_by_name(to, change.merges, patch)
        elif len(change.merges) > 1:
            to.fail("several strategic merges stand in one patch that has a target")
        elif change.merges:
            _merge_by_target(to, change.merges[0], patch)

    def apply_strategic(self, to: Accumulation, folder: str, entry: Tree) -> None:
        """Apply one entry of `patchesStrategicMerge`: a patch, or the path of one."""
        written = text(entry)
        if not isinstance(written, str):
            to.fail("an entry of `patchesStrategicMerge` is no text")
            return
        change = self._inline(entry) if "\n" in written or ":" in written else self._file(folder, written)
        if isinstance(change, Change) and change.merges:
            _merge_by_name(to, change.merges, Patch())
        else:
            to.fail(change if isinstance(change, str | Reason) else "`patchesStrategicMerge` holds no merge")

    def _read(self, folder: str, patch: Patch) -> Change | Reason | str:
        if patch.content is not None:
            operations = read_operations(patch.content)
            return operations if isinstance(operations, str) else Change(operations=operations)
        if patch.inline is not None and text(patch.inline) is not None and not known_text(patch.inline).strip():
            return "a patch has neither `patch` nor `path`"
        if patch.inline is not None:
            return "`patch` and `path` stand side by side" if patch.path else self._trimmed(patch.inline)
        return self._file(folder, patch.path) if patch.path else "a patch has neither `patch` nor `path`"

    def _trimmed(self, tree: Tree) -> Change | Reason | str:
        """Kustomize cuts the blanks before the first line of a `patch`, and of no other line."""
        found = text(tree)
        if isinstance(found, str) and _is_shifted(found):
            return NOT_FOLLOWED(what="a patch has blanks before its first line, which Kustomize cuts")
        return self._inline(tree)

    def _inline(self, tree: Tree) -> Change | Reason | str:
        if not isinstance(tree, Written):
            return NOT_FOLLOWED(what="a patch is itself made by a patch")
        source = self._files.inner(tree)
        return source if isinstance(source, Reason) else _read_source(source)

    def _file(self, folder: str, path: str) -> Change | Reason | str:
        place = None if is_remote(path) else inside(folder, path)
        if place is None:
            return f"the patch {path} lies outside of the repository"
        if place not in self._files.paths:
            return self._files.absence(place, f"the patch {path}")
        source = self._files.source(place)
        if source is None:
            return NOT_FOLLOWED(what=f"the patch {path} was not read")
        return source if isinstance(source, Reason) else _read_source(source)


def _is_shifted(patch: str) -> bool:
    """Whether cutting the blanks before a patch shifts its first line against the others."""
    bare = patch.strip()
    before = patch[: patch.index(bare)]
    return before != "" and not before.endswith("\n") and "\n" in bare and bare[0] not in "[{#"


def _read_source(source: Source) -> Change | str:
    """A list is a JSON patch, a mapping a strategic merge; nothing at all changes nothing."""
    documents = [each for each in source.file.documents if table(root_of(source, each)) or items(root_of(source, each))]
    if documents and items(root_of(source, documents[0])) is not None:
        if not _may_be_operations(source):
            return "a JSON patch begins with `[`, and is no JSON"
        operations = read_operations(root_of(source, documents[0]))
        return operations if isinstance(operations, str) else Change(operations=operations)
    found = tuple(Resource.of(each, _NOWHERE) for document in documents for each in objects_of(source, document))
    if not all(each.kind and each.name for each in found):
        return "a patch names no object: its kind or its name is missing"
    return Change(merges=found)


def _may_be_operations(source: Source) -> bool:
    """Whether Kustomize could read a list: it takes one that begins with a bracket as JSON, and others as YAML."""
    data = source.file.data.strip() if source.holder else source.file.data
    if not data.startswith(b"["):
        return True
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def _may_make_others(change: Change, patch: Patch) -> bool:
    """Whether a patch may make of objects that are not kept some of a kind that is followed."""
    if any(each.path is None for each in change.operations):
        return True
    if patch.target is None or patch.target.kind in KIND_NAMES:
        return False
    heads = any(each.path and each.path[0] in HEADING and each.verb != "test" for each in change.operations)
    return heads or (patch.changes_kind and bool(change.merges))


def _selection(to: Accumulation, patch: Patch) -> Filter | None:
    if patch.target is None:
        to.fail("a JSON patch has no target")
        return None
    try:
        return Filter(patch.target)
    except BadTarget as error:
        to.fail(error.problem)
        return None


def _apply_operations(to: Accumulation, patch: Patch, operations: tuple[Operation, ...]) -> None:
    wanted = _selection(to, patch)
    if wanted is None:
        return

    def change(resource: Resource) -> Resource:
        if not wanted.selects(resource):
            return resource
        tree = apply(resource.tree, operations)
        if isinstance(tree, str):
            to.fail(tree)
            return resource
        return resource.remembering().with_tree(tree)

    to.transform(change)


def _merge_by_target(to: Accumulation, merge_patch: Resource, patch: Patch) -> None:
    wanted = _selection(to, patch)
    if wanted is not None:
        to.transform(lambda each: _merged(each, merge_patch, patch) if wanted.selects(each) else each)
        if patch.renames or patch.changes_kind:
            to.check_names()


def _merge_by_name(to: Accumulation, merges: Iterable[Resource], patch: Patch) -> None:
    """Each merge changes the one object that its body names, by any name that it ever had."""
    for each in merges:
        named = to.called(each.group, each.version, each.now)
        if (each.group, each.kind) not in TRACKED and not any(to.resources[index].may_decide for index in named):
            continue
        if len(named) > 1:
            to.fail(f"several objects are the {each.kind} {each.name} that a patch names")
        elif named:
            [index] = named
            to.replace(index, _merged(to.resources[index], each, patch))
        elif not to.open:
            to.fail(f"no object is the {each.kind} {each.name} that a patch names")


def _merged(resource: Resource, patch: Resource, how: Patch) -> Resource | None:
    """The object after a merge; it keeps its API, and its name, kind and namespace unless the patch may change them."""
    tree = merge(resource.tree, patch.tree)
    if tree is None:
        return None
    before = resource.tree
    tree = put(tree, ("apiVersion",), get(before, "apiVersion"))
    if not how.changes_kind:
        tree = put(tree, ("kind",), get(before, "kind"))
    if not how.renames:
        tree = put(tree, ("metadata", "name"), get(before, "metadata", "name"))
    tree = put(tree, ("metadata", "namespace"), get(before, "metadata", "namespace"))
    old = resource.remembering() if how.renames or how.changes_kind else resource
    return old.with_tree(tree)
