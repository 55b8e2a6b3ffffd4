"""What may decide the version of an object that cannot be judged, as it is written: so that a change of it is seen."""

from msgspec.structs import replace

from bot.flux.manifest import Manifest
from bot.flux.objects import AnyObject, ChartTemplate, HelmChart, HelmRelease, OCIRepository
from bot.model.places import Route
from bot.model.references import PassedOver
from bot.reason import Reason
from bot.yamltext.lookup import Obstacle

DECIDING: tuple[Route, ...] = (
    ("apiVersion",),
    ("kind",),
    *(("spec", field) for field in ("chart", "chartRef", "ref", "url", "version", "sourceRef")),
)
"""Fields that decide a version, with all that is in them."""


def why_held(found: AnyObject | PassedOver) -> PassedOver | None:
    """An object that is not to be judged."""
    match found:
        case PassedOver():
            return found
        case HelmRelease(chart=ChartTemplate(wish=wish)) | HelmChart(chart=ChartTemplate(wish=wish)):
            pass
        case OCIRepository(wish=wish):
            pass
        case _:
            return None
    return found.head.passed_over(wish.pin, wish.line) if isinstance(wish.pin, Reason) else None


def with_unread(found: AnyObject | PassedOver, unread: bytes) -> AnyObject | PassedOver:
    """An object that is not judged, with what may decide its version."""
    if isinstance(found, PassedOver):
        return replace(found, unread=unread)
    return replace(found, head=replace(found.head, unread=unread))


def told_unread(found: AnyObject | PassedOver, manifest: Manifest, *beside: Manifest) -> AnyObject | PassedOver:
    """The same for an object of a file, where it is held; `beside` fills in its templates."""
    if why_held(found) is None:
        return found
    return with_unread(found, b"\n".join((_deciding(manifest), *map(whole, beside))))


def whole(manifest: Manifest) -> bytes:
    """All that an object says; of its document where aliases bring texts of elsewhere in."""
    root = manifest.document.root if manifest.document.aliases else manifest.root
    return _said(manifest.file.data[root.start : root.end])


def _deciding(manifest: Manifest) -> bytes:
    if manifest.document.aliases:
        return whole(manifest)
    found = [node for route in DECIDING if (node := manifest.node(*route)) is not Obstacle.ABSENT]
    if any(isinstance(node, Obstacle) for node in found):
        return whole(manifest)
    data = manifest.file.data
    return b"\n".join(_said(data[node.start : node.end]) for node in found if not isinstance(node, Obstacle))


def _said(data: bytes) -> bytes:
    """Without the lines that are comments, or blank."""
    return b"\n".join(line.rstrip() for line in data.splitlines() if not line.lstrip().startswith(b"#")).rstrip()
