"""One file to its Flux objects, or why it is passed over. Nothing here depends on any other file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename

from bot.flux.kinds import read_object
from bot.flux.kustomized import FILE_NAMES, what_is_kustomized
from bot.flux.manifest import Manifest
from bot.flux.objects import AnyObject, Kustomized
from bot.flux.patches import OPERATION_NEEDLES, versions_in_patches
from bot.flux.remarks import SIGN
from bot.flux.strays import without_strays
from bot.model.references import PassedOver
from bot.reason import Reason
from bot.reasons import ENCRYPTED, HELM_TEMPLATE, TOO_LARGE, UNREADABLE_YAML
from bot.yamltext.lookup import resolve
from bot.yamltext.nodes import Document, Mapping, Node, Scalar, Sequence, YamlText
from bot.yamltext.read_once import read_once
from bot.yamltext.unreadable import Trouble, UnreadableYaml

_NEEDLES = (
    b"HelmRelease",
    b"OCIRepository",
    b"HelmRepository",
    b"HelmChart",
    b"kustomize.toolkit.fluxcd.io",
    b"ResourceSet",
    b"image.toolkit.fluxcd.io",
    SIGN.encode(),
    *(needle.encode() for needle in OPERATION_NEEDLES),
)
# A line that begins with an action of Go's templates, or a value that does; in quotes it is YAML as well.
_TEMPLATE = re.compile(rb"(?m)^[ \t]*(?:- +)*\{\{|: +\{\{")
# Following an alias takes as long as there are anchors. All files of 37 public fleets hold 608 together.
_MOST_ANCHORS = 500
_LIMITS = frozenset({Trouble.TOO_LARGE, Trouble.TOO_DEEP, Trouble.TOO_MANY_EVENTS, Trouble.TOO_MANY_DIRECTIVES})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """What one file says: a function of its path and bytes.

    Attributes:
        path: The file.
        objects: In the file's order.
        kustomized: What its kustomizations may change in other files.
        passed_over: The file as a whole, or objects in it, that cannot be judged, and why.
    """

    path: str
    objects: tuple[AnyObject, ...] = ()
    kustomized: tuple[Kustomized, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether there is anything in it that a tree must know."""
        return bool(self.objects or self.kustomized or self.passed_over)


def may_concern_flux(path: str, data: bytes) -> bool:
    """Whether a file could hold anything that is read here; most cannot, and are never parsed.

    Args:
        path: Path in the repository, POSIX; a `kustomization.yaml` tells which files a patch elsewhere reaches.
        data: Its bytes.
    """
    return basename(path) in FILE_NAMES or any(needle in data for needle in _NEEDLES)


def read_file(path: str, data: bytes) -> FileReading:
    """Read a file that `may_concern_flux`.

    Args:
        path: Path in the repository, POSIX.
        data: Its bytes; foreign. Nothing that they can hold makes this raise.
    """
    file = read_once(data)
    if isinstance(file, UnreadableYaml):
        reason = _why_unreadable(data, file)
        return FileReading(path=path, passed_over=(PassedOver(path=path, line=file.line, reason=reason),))
    if any(len(document.anchors) > _MOST_ANCHORS for document in file.documents):
        reason = TOO_LARGE(problem=f"more than {_MOST_ANCHORS} anchors in a document")
        return FileReading(path=path, passed_over=(PassedOver(path=path, reason=reason),))
    if reason_for_all := _why_not_a_manifest(file):
        return FileReading(path=path, passed_over=(PassedOver(path=path, reason=reason_for_all),))
    found = tuple(each for document in file.documents for each in _read_document(path, file, document))
    objects = tuple(each for each in found if not isinstance(each, (PassedOver, Kustomized)))
    passed_over = tuple(each for each in found if isinstance(each, PassedOver))
    kept = without_strays(path, file, objects, passed_over)
    return FileReading(
        path=path,
        objects=kept.objects,
        kustomized=tuple(each for each in found if isinstance(each, Kustomized)),
        passed_over=(*passed_over, *kept.passed_over),
    )


def _why_unreadable(data: bytes, trouble: UnreadableYaml) -> Reason:
    if trouble.trouble in _LIMITS:
        return TOO_LARGE(problem=trouble.message)
    if _TEMPLATE.search(data):
        return HELM_TEMPLATE()
    return UNREADABLE_YAML(problem=trouble.message)


def _why_not_a_manifest(file: YamlText) -> Reason | None:
    """SOPS signs a file as a whole (https://getsops.io/docs/#message-authentication-code), so no part may change."""
    if any(isinstance(resolve(document, ("sops", "mac")), Scalar) for document in file.documents):
        return ENCRYPTED()
    if b"{{" in file.data and any(_holds_action(file.data, document.root) for document in file.documents):
        return HELM_TEMPLATE()
    return None


def _holds_action(data: bytes, root: Node) -> bool:
    """Whether `{{ … }}` without quotes stands anywhere: to YAML it is a mapping whose key is a mapping."""
    pending = [root]
    while pending:
        node = pending.pop()
        match node:
            case Mapping():
                if node.flow and data.startswith(b"{{", node.start):
                    return True
                pending += node.values
            case Sequence():
                pending += node.values
            case _:
                pass
    return False


def _read_document(path: str, file: YamlText, document: Document) -> Iterator[AnyObject | Kustomized | PassedOver]:
    manifests = tuple(_manifests(path, file, document))
    for manifest in manifests:
        if (found := read_object(manifest)) is not None:
            yield found
        if kustomized := what_is_kustomized(path, manifest, found):
            yield kustomized
    yield from versions_in_patches(path, document, manifests[0] if manifests else None)


def _manifests(path: str, file: YamlText, document: Document) -> Iterator[Manifest]:
    """The document's object; of a List (https://kubernetes.io/docs/reference/using-api/api-concepts/) its items."""
    root = document.follow(document.root)
    if not isinstance(root, Mapping):
        return
    whole = Manifest.at(path, file, document, root)
    items = whole.node("items") if whole.kind == "List" else None
    if not isinstance(items, Sequence):
        yield whole
        return
    for index, item in enumerate(items.values):
        if isinstance(item, Mapping):
            yield Manifest.at(path, file, document, item, "items", index)
