"""Objects of which a variable or a template decides what they are, or which fields they have.

Flux substitutes variables in the printed YAML of an object, keys included, and reads it again, as the Flux Operator
does with its templates: https://github.com/fluxcd/pkg/blob/main/kustomize/kustomize_varsub.go
"""

from collections.abc import Iterator

from bot.flux.kinds import TELLING, is_of_flux
from bot.flux.manifest import Manifest
from bot.flux.unread import whole
from bot.kustomize.kustomize_reasons import KIND_UNKNOWN
from bot.model.places import ObjectId, Route
from bot.model.references import PassedOver
from bot.reason import Reason
from bot.reasons import NOT_EDITABLE
from bot.yamltext.nodes import Mapping, Scalar

VARIABLE, TEMPLATE = "${", "<<"
_MERGE = "<<"
_HEADING = ("apiVersion", "kind")
_HOLDERS: tuple[Route, ...] = ((), ("spec",), ("spec", "chart"), ("spec", "chart", "spec"), ("spec", "ref"))
"""What holds the fields that decide a chart's version."""
_LONGEST_SHOWN = 60


def unplain(manifest: Manifest, sign: str = VARIABLE) -> PassedOver | None:
    """Why an object cannot be read as it is written; None where it can, or decides no chart whatever it is.

    Args:
        manifest: The object.
        sign: What a variable, or a template, begins with.
    """
    if not _may_hold(manifest.file.data, sign):
        return None
    headings = {key: node for key in _HEADING if isinstance(node := manifest.node(key), Scalar)}
    unknown = (key for key, node in headings.items() if sign in node.text and isinstance(manifest.text(key), Reason))
    varied = next((headings[key] for key in unknown), None)
    if varied is not None and any(manifest.has("spec", field) for field in TELLING):
        problem = f"`{varied.text[:_LONGEST_SHOWN]}` says it"
        return _passed_over(manifest, KIND_UNKNOWN(problem=problem), varied.line)
    if not any(isinstance(text := manifest.text(key), str) and is_of_flux(text) for key in headings):
        return None
    found = next(_varied(manifest, sign), None)
    if found is None:
        return None
    problem = f"`{found.text[:_LONGEST_SHOWN]}` may become any field"
    return _passed_over(manifest, NOT_EDITABLE(problem=problem), found.line)


def _may_hold(data: bytes, sign: str) -> bool:
    """Whether a file has a variable anywhere, or a backslash by which one may be written: most have neither."""
    return VARIABLE.encode() in data or b"\\" in data or (sign != VARIABLE and sign.encode() in data)


def _varied(manifest: Manifest, sign: str) -> Iterator[Scalar]:
    """Keys of what holds the version, and what stands in its place."""
    for route in _HOLDERS:
        match manifest.node(*route):
            case Mapping(keys=keys):
                yield from (key for key in keys if isinstance(key, Scalar) and sign in key.text and key.text != _MERGE)
            case Scalar(text=text) as scalar if VARIABLE in text and not _is_name(manifest, route):
                yield scalar
            case _:
                pass


def _is_name(manifest: Manifest, route: Route) -> bool:
    """Whether a text is what belongs there: the chart of a HelmChart. What stands for a template is told elsewhere."""
    return route == ("spec", "chart") and manifest.kind != "HelmRelease"


def _passed_over(manifest: Manifest, reason: Reason, line: int) -> PassedOver:
    namespace = manifest.node("metadata", "namespace")
    where = namespace.text if isinstance(namespace, Scalar) else ""
    which = ObjectId(kind=manifest.kind, namespace=where, name=manifest.name)
    return PassedOver(path=manifest.path, line=line, object=which, reason=reason, unread=whole(manifest))
