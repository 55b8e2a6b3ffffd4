"""Versions inside Kustomize patches: found and said, not yet resolved."""

import re
from collections.abc import Iterator

from bot.flux.kinds import PATCHED, read_object
from bot.flux.manifest import Manifest
from bot.model.places import ObjectId
from bot.model.references import PassedOver
from bot.yamltext.lookup import Obstacle, resolve
from bot.yamltext.nodes import Document, Mapping, Node, Scalar, Sequence, YamlText
from bot.yamltext.reading import read

OPERATION_NEEDLES = (b"/spec/chart/spec", b"/spec/ref")
"""In the bytes of every file whose JSON patch (RFC 6902) sets a version."""

_OPERATION = re.compile(r"/spec/(?:chart/spec(?:/version)?|ref(?:/(?:tag|semver|digest))?)")
_INLINE = (("patches",), ("patchesJson6902",), ("patchesStrategicMerge",), ("spec", "patches"))


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
    elif manifest is not None and manifest.kind in {"Kustomization", "Component", ""}:
        holder = ObjectId(kind=manifest.kind, namespace="", name=manifest.name) if manifest.kind else None
        for node in _inline_patches(manifest):
            if _sets_version(node):
                yield PassedOver(path=path, line=node.line, object=holder, reason=PATCHED)


def _operations(document: Document, operations: Sequence) -> Iterator[int]:
    """Lines of the operations that set a version."""
    for index, _ in enumerate(operations.values):
        node = resolve(document, (index, "path"))
        if isinstance(node, Scalar) and _OPERATION.fullmatch(node.text):
            yield node.line


def _inline_patches(manifest: Manifest) -> Iterator[Scalar]:
    """Patches written as text: `patch` of an item, or the item itself in the older list of strategic merges.

    Aliases are not followed here: one long text and ten thousand aliases of it would be read as often.
    """
    for route in _INLINE:
        patches = manifest.node(*route)
        for item in patches.values if isinstance(patches, Sequence) else ():
            texts = item.values if isinstance(item, Mapping) else (item,)
            yield from (text for text in texts if isinstance(text, Scalar) and "\n" in text.text)


def _sets_version(patch: Scalar) -> bool:
    file = read(patch.text.encode())
    return isinstance(file, YamlText) and any(_document_sets_version(file, each) for each in file.documents)


def _document_sets_version(file: YamlText, document: Document) -> bool:
    root: Node | Obstacle = document.follow(document.root)
    if isinstance(root, Sequence):
        return any(True for _ in _operations(document, root))
    if not isinstance(root, Mapping):
        return False
    inner = read_object(Manifest.at("", file, document, root))
    return isinstance(inner, PassedOver) and inner.reason == PATCHED
