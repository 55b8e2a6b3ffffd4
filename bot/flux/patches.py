"""Versions inside Kustomize patches: found and said, not yet resolved."""

import re
from collections.abc import Iterator
from itertools import islice

from bot.flux.kinds import PATCHED, read_object
from bot.flux.manifest import Manifest
from bot.flux.objects import AnyObject, ChartTemplate, HelmChart, HelmRelease, OCIRepository
from bot.model.places import ObjectId
from bot.model.references import PassedOver
from bot.yamltext.lookup import resolve
from bot.yamltext.nodes import Document, Mapping, Scalar, Sequence
from bot.yamltext.reading import read
from bot.yamltext.unreadable import UnreadableYaml

OPERATION_NEEDLES = ("/spec/chart/spec", "/spec/ref")
"""In every file whose JSON patch (RFC 6902) sets a version."""

_OPERATION = re.compile(r"/spec/(?:chart/spec(?:/version)?|ref(?:/(?:tag|semver|digest))?)")
_WORTH_READING = (*OPERATION_NEEDLES, "HelmRelease", "OCIRepository", "HelmChart")
_INLINE = (("patches",), ("patchesJson6902",), ("patchesStrategicMerge",), ("spec", "patches"))
_HOLDERS = frozenset({"Kustomization", "Component", ""})


def versions_in_patches(path: str, document: Document, manifest: Manifest | None) -> Iterator[PassedOver]:
    """Every patch of a document that sets a chart's version.

    Looked at are files that are a list of JSON patch operations, and the patches inside a `kustomization.yaml` or one
    of Flux's Kustomizations.

    Args:
        path: The file.
        document: The document.
        manifest: The document as an object, if it is one.
    """
    root = document.follow(document.root)
    if isinstance(root, Sequence):
        yield from (PassedOver(path=path, line=line, reason=PATCHED) for line in _operations(document, root))
    elif manifest is not None and manifest.kind in _HOLDERS:
        for text in _inline_patches(manifest):
            for changed in versions_set_by(text):
                yield PassedOver(path=path, line=text.line, object=changed, reason=PATCHED)


def _operations(document: Document, operations: Sequence) -> Iterator[int]:
    """The line of the first operation that sets a version, if any does."""
    paths = (resolve(document, (index, "path")) for index, _ in enumerate(operations.values))
    lines = (node.line for node in paths if isinstance(node, Scalar) and _OPERATION.fullmatch(node.text))
    yield from islice(lines, 1)


def _inline_patches(manifest: Manifest) -> Iterator[Scalar]:
    """Patches written as text: `patch` of an item, or the item itself in the older list of strategic merges.

    Aliases are not followed here: one long text and ten thousand aliases of it would be read as often.
    """
    for route in _INLINE:
        patches = manifest.node(*route)
        for item in patches.values if isinstance(patches, Sequence) else ():
            texts = item.values if isinstance(item, Mapping) else (item,)
            yield from (text for text in texts if isinstance(text, Scalar) and _worth_reading(text.text))


def _worth_reading(text: str) -> bool:
    return any(needle in text for needle in _WORTH_READING)


def versions_set_by(patch: Scalar) -> Iterator[ObjectId | None]:
    """The objects whose version a patch sets; None where only the patch's target tells.

    Args:
        patch: A patch inside another file.
    """
    if not _worth_reading(patch.text):
        return
    file = read(patch.text.encode())
    if isinstance(file, UnreadableYaml):
        return
    for document in file.documents:
        root = document.follow(document.root)
        if isinstance(root, Sequence):
            yield from (None for _ in _operations(document, root))
        elif isinstance(root, Mapping):
            yield from _object_with_version(read_object(Manifest.at("", file, document, root)))


def _object_with_version(patch: AnyObject | PassedOver | None) -> Iterator[ObjectId | None]:
    """The object of a strategic merge, if the patch says anything of a version: complete or not, readable or not."""
    match patch:
        case PassedOver():
            yield patch.object
        case HelmRelease(chart=ChartTemplate(wish=wish)) | HelmChart(chart=ChartTemplate(wish=wish)):
            if wish.line:
                yield patch.head.object
        case OCIRepository(wish=wish) if wish.line:
            yield patch.head.object
        case _:
            pass
