"""One file to its Flux objects, or why it is passed over. Nothing here depends on any other file."""

import re
from collections.abc import Iterator

from msgspec import Struct

from bot.flux.duplicates import twice_headed
from bot.flux.foreign_pins import HELM_CHARTS, foreign_pins, is_helmfile
from bot.flux.kinds import read_object
from bot.flux.manifest import Manifest
from bot.flux.objects import AnyObject
from bot.flux.remarks import SIGN
from bot.flux.strays import Remark, remarks_in
from bot.flux.unplain import unplain
from bot.flux.unread import told_unread
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
    HELM_CHARTS,
    b"oci://",
)
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
"""Marks of UTF-16 and UTF-32, in which no needle is found; the reader says so."""

# A line that begins with an action of Go's templates, or a value that does; in quotes it is YAML as well.
_TEMPLATE = re.compile(rb"(?m)^[ \t]*(?:- +)*\{\{|: +\{\{")
# Following an alias takes as long as there are anchors. All files of 37 public fleets hold 608 together.
_MOST_ANCHORS = 500
_LIMITS = frozenset({Trouble.TOO_LARGE, Trouble.TOO_DEEP, Trouble.TOO_MANY_EVENTS, Trouble.TOO_MANY_DIRECTIVES})


class FileReading(Struct, frozen=True, kw_only=True):
    """What one file says: a function of its path and bytes.

    Attributes:
        path: The file.
        objects: In the file's order.
        unread: Objects that cannot be judged, each with the line where it starts.
        passed_over: Why the file as a whole is not judged; what in it is not for Flux.
        remarks: Its comments for us.
    """

    path: str
    objects: tuple[AnyObject, ...] = ()
    unread: tuple[tuple[int, PassedOver], ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether there is anything in it that a tree must know."""
        return bool(self.objects or self.unread or self.passed_over or self.remarks)


def may_concern_flux(path: str, data: bytes) -> bool:
    """Whether a file could hold anything that is read here; most cannot, and are never parsed.

    Args:
        path: Path in the repository, POSIX.
        data: Its bytes.
    """
    return any(needle in data for needle in _NEEDLES) or is_helmfile(path) or data.startswith(_OTHER_ENCODINGS)


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
    manifests = tuple(each for document in file.documents for each in _manifests(path, file, document))
    found = tuple((each.line, _read(each)) for each in manifests)
    return FileReading(
        path=path,
        objects=tuple(each for _, each in found if each is not None and not isinstance(each, PassedOver)),
        unread=tuple((line, each) for line, each in found if isinstance(each, PassedOver)),
        passed_over=tuple(foreign_pins(path, manifests)),
        remarks=remarks_in(path, file),
    )


def _read(manifest: Manifest) -> AnyObject | PassedOver | None:
    found = unplain(manifest) or read_object(manifest) or twice_headed(manifest)
    return found and told_unread(found, manifest)


def _why_unreadable(data: bytes, trouble: UnreadableYaml) -> Reason:
    if trouble.trouble in _LIMITS:
        return TOO_LARGE(problem=trouble.message)
    if _TEMPLATE.search(data):
        return HELM_TEMPLATE()
    return UNREADABLE_YAML(problem=trouble.message)


def _why_not_a_manifest(file: YamlText) -> Reason | None:
    """SOPS signs a file as a whole (https://getsops.io/docs/#message-authentication-code), so no part may change."""
    if b"sops" in file.data and any(_is_signed(document) for document in file.documents):
        return ENCRYPTED()
    if b"{{" in file.data and any(_holds_action(file.data, document.root) for document in file.documents):
        return HELM_TEMPLATE()
    return None


def _is_signed(document: Document) -> bool:
    return isinstance(resolve(document, ("sops", "mac")), Scalar)


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


def _manifests(path: str, file: YamlText, document: Document) -> Iterator[Manifest]:
    """The document's object; of any with a list of `items` these, whatever its kind, as Flux opens it.

    Source: https://github.com/fluxcd/pkg/blob/main/ssa/utils/utils.go (`ReadObjects`)
    """
    root = document.follow(document.root)
    if not isinstance(root, Mapping):
        return
    whole = Manifest.at(path, file, document, root)
    items = whole.node("items")
    if not isinstance(items, Sequence):
        yield whole
        return
    for index, item in enumerate(items.values):
        if isinstance(item, Mapping):
            yield Manifest.at(path, file, document, item, "items", index)
