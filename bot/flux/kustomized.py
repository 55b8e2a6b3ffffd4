"""What a `kustomization.yaml`, or one of Flux's Kustomizations, says about objects of other files.

Only as much as tells which objects a patch may change; nothing is built. In doubt a patch changes one object too many.

Source: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
"""

import re
from collections.abc import Iterator
from posixpath import basename, dirname, join, normpath

from bot.flux.manifest import Manifest
from bot.flux.objects import AnyObject, Kustomization, Kustomized, PatchFile, Target, VersionPatch
from bot.flux.patches import versions_set_by
from bot.model.places import ObjectId
from bot.model.references import PassedOver
from bot.yamltext.nodes import Mapping, Node, Scalar, Sequence

FILE_NAMES = frozenset({"kustomization.yaml", "kustomization.yml"})
"""The files that `kustomize build` looks for; the third, without a suffix, is no file that is read here."""

_LISTS = ("resources", "bases", "components")
_PATCHES = ("patches", "patchesJson6902", "patchesStrategicMerge")
_RENAMES = ("namePrefix", "nameSuffix")
_KINDS = frozenset({"Kustomization", "Component", ""})
_PATTERN = re.compile(r"[^A-Za-z0-9-]")


def what_is_kustomized(path: str, manifest: Manifest, read: AnyObject | PassedOver | None) -> Kustomized | None:
    """A kustomization as far as its patches reach, or None for any other object.

    Args:
        path: The file.
        manifest: The object.
        read: What `read_object` made of it.
    """
    if isinstance(read, Kustomization):
        return None if read.folder is None else _of_flux(path, manifest, read.folder)
    if basename(path) not in FILE_NAMES or manifest.kind not in _KINDS or read is not None:
        return None
    folder = dirname(path)
    reader = _Reader(path, folder, manifest)
    return Kustomized(
        path=path,
        folder=folder,
        of_flux=False,
        lists=tuple(each for field in _LISTS for each in reader.listed(field)),
        components=tuple(reader.listed("components")),
        renames=any(manifest.has(field) for field in _RENAMES),
        patches=tuple(each for field in _PATCHES for each in reader.patches(field)),
    )


def _of_flux(path: str, manifest: Manifest, folder: str) -> Kustomized:
    reader = _Reader(path, folder, manifest)
    return Kustomized(
        path=path,
        folder=folder,
        of_flux=True,
        lists=(folder,),
        components=tuple(reader.listed("spec", "components")),
        renames=any(manifest.has("spec", field) for field in _RENAMES),
        patches=tuple(reader.patches("spec", "patches")),
    )


class _Reader:
    """The lists of one kustomization.

    A text that many aliases stand for is read once: `_known` is by the place of the text.
    """

    def __init__(self, path: str, folder: str, manifest: Manifest) -> None:
        self._path = path
        self._folder = folder
        self._manifest = manifest
        self._known: dict[int, tuple[ObjectId | None, ...]] = {}

    def listed(self, *route: str) -> Iterator[str]:
        """Paths in this repository; an address elsewhere becomes a path at which nothing lies."""
        yield from (self._local(item.text) for item in self._items(*route) if isinstance(item, Scalar))

    def patches(self, *route: str) -> Iterator[VersionPatch | PatchFile]:
        """Patches that set a version, and files that may hold some."""
        for item in self._items(*route):
            if isinstance(item, Scalar):
                yield from self._text_or_file(item)
            elif isinstance(item, Mapping):
                yield from self._entry(item)

    def _items(self, *route: str) -> Iterator[Node]:
        node = self._manifest.node(*route)
        for item in node.values if isinstance(node, Sequence) else ():
            yield self._manifest.document.follow(item)

    def _local(self, text: str) -> str:
        path = normpath(join(self._folder, text))
        return "" if path == "." else path

    def _text_or_file(self, item: Scalar) -> Iterator[VersionPatch | PatchFile]:
        """An item of the older list of strategic merges: a path, or the patch itself."""
        if "\n" in item.text or ":" in item.text:
            yield from self._inline(item, None)
        else:
            yield PatchFile(path=self._local(item.text), line=item.line, target=None)

    def _entry(self, item: Mapping) -> Iterator[VersionPatch | PatchFile]:
        target = self._target(self._field(item, "target"))
        patch, path = self._field(item, "patch"), self._field(item, "path")
        if isinstance(patch, Scalar):
            yield from self._inline(patch, target)
        if isinstance(path, Scalar):
            yield PatchFile(path=self._local(path.text), line=item.line, target=target)

    def _inline(self, text: Scalar, target: Target | None) -> Iterator[VersionPatch]:
        if text.start not in self._known:
            self._known[text.start] = tuple(versions_set_by(text))
        for changed in self._known[text.start]:
            yield VersionPatch(path=self._path, line=text.line, target=target or target_of(changed))

    def _target(self, node: Node | None) -> Target | None:
        """Kustomize takes the fields as patterns for the whole text; what may be a pattern fits everything here."""
        if not isinstance(node, Mapping):
            return None
        kind, name = self._field(node, "kind"), self._field(node, "name")
        return Target(kind=_literal(kind), name=_literal(name))

    def _field(self, item: Mapping, name: str) -> Node | None:
        values = (value for key, value in item.items if isinstance(key, Scalar) and key.text == name)
        value = next(values, None)
        return None if value is None else self._manifest.document.follow(value)


def target_of(changed: ObjectId | None) -> Target:
    """What a patch without a target aims at."""
    return Target(kind=changed.kind, name=changed.name) if changed else Target()


def _literal(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) and not _PATTERN.search(node.text) else ""
