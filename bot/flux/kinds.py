"""Flux's kinds: which objects are read, and what of each."""

from collections.abc import Callable
from posixpath import normpath

from msgspec import Struct
from msgspec.structs import replace

from bot.flux.address import parse_chart_url, refused, uses_plain_http
from bot.flux.fields import Fields
from bot.flux.manifest import Manifest, is_name, is_true
from bot.flux.objects import (
    AnyObject,
    ChartTemplate,
    Head,
    HelmChart,
    HelmRegistry,
    HelmRelease,
    HelmRepository,
    ImagePolicy,
    ImageRepository,
    InputProvider,
    Kustomization,
    OCIRepository,
    ResourceSet,
    SourceRef,
)
from bot.flux.pins import wish_of_chart, wish_of_repository
from bot.kustomize.kustomize_reasons import NOT_FOLLOWED, VARIABLE_UNKNOWN
from bot.model.charts import ChartSource
from bot.model.places import ObjectId
from bot.model.references import PassedOver
from bot.reason import Reason
from bot.reasons import NO_NAME, PATCH_UNUSED, SOURCE_NOT_OCI, VARIABLE

CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
"""The media type of a chart's layer: https://github.com/helm/helm/blob/v4.2.1/pkg/registry/constants.go."""

_UNKNOWN_VARIABLES = frozenset({VARIABLE.id, VARIABLE_UNKNOWN.id})
_MAY_BE_FALSE = _UNKNOWN_VARIABLES | {NOT_FOLLOWED.id}
"""Why nobody knows whether an object is suspended: it may run, so it counts as running."""
_RECONCILE = "fluxcd.controlplane.io/reconcile"
# https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources
_LEFT_OUT = (("kustomize.toolkit.fluxcd.io/reconcile", "disabled"), ("kustomize.toolkit.fluxcd.io/ssa", "ignore"))
"""Annotations, or labels, of what kustomize-controller does not apply: whatever is written of it, nothing moves."""
_PROVIDERS = frozenset({"generic", "aws", "azure", "gcp"})

Read = AnyObject | PassedOver | None
"""An object; why it cannot be judged; or None where it says nothing about a chart's version (a patch of values)."""


def read_object(manifest: Fields) -> Read:
    """Read an object of one of Flux's kinds; None for every other, and for patches that say nothing of a chart."""
    heading = manifest.text("apiVersion")
    if isinstance(heading, Reason):
        return None
    (group, _, version), kind = heading.partition("/"), manifest.kind
    known = _KINDS.get((group, kind))
    if known is None or not any(manifest.has("spec", field) for field in known.telling):
        return None
    head = _head(manifest, kind)
    if isinstance(head, PassedOver):
        return head
    if version not in known.versions:
        problem = f"{group}/{version} is not a version of its kind that is known here"
        return head.passed_over(NO_NAME(kind=kind, problem=problem))
    return known.read(manifest, head)


def _head(manifest: Fields, kind: str) -> Head | PassedOver:
    suspend, names = manifest.text("spec", "suspend"), _names(manifest, "metadata")
    unsure = suspend if isinstance(suspend, Reason) and suspend.id in _MAY_BE_FALSE else None
    if isinstance(suspend, Reason) and unsure is None:
        return PassedOver(path=manifest.path, line=manifest.line, reason=suspend)
    suspended = isinstance(suspend, str) and is_true(suspend)
    if isinstance(names, Reason):
        return PassedOver(path=manifest.path, line=manifest.line, reason=names, suspended=suspended)
    name, namespace = names
    which = ObjectId(kind=kind, namespace=namespace, name=name)
    return Head(object=which, path=manifest.path, line=manifest.line, suspended=suspended, unsure=unsure)


def _unless_left_out(manifest: Fields, head: Head) -> Head:
    """The head of an object that holds a version: what is not applied runs nothing new, as if it were suspended.

    A release that takes its chart from elsewhere moves all the same.
    """
    for field in ("annotations", "labels"):
        for key, value in _LEFT_OUT if manifest.has("metadata", field) else ():
            said = manifest.text("metadata", field, key)
            if isinstance(said, Reason):
                head = _unsure(head, said)
            elif said.lower() == value:
                return replace(head, suspended=True)
    return head


def _unsure(head: Head, why: Reason) -> Head:
    return replace(head, unsure=head.unsure or why) if why.id in _MAY_BE_FALSE else head


def _names(manifest: Fields, *route: str) -> tuple[str, str] | Reason:
    """Name and namespace; a namespace that a variable gives is as good as one that is not written."""
    name, namespace = manifest.text(*route, "name"), manifest.text(*route, "namespace")
    if isinstance(namespace, Reason) and namespace.id in _UNKNOWN_VARIABLES:
        namespace = ""
    if isinstance(name, Reason):
        return name
    if isinstance(namespace, Reason):
        return namespace
    if (name and not is_name(name)) or (namespace and not is_name(namespace)):
        return NO_NAME(kind=manifest.kind, problem=f"{'.'.join(route)} holds a name that is none to Kubernetes")
    return name, namespace


def _release(manifest: Fields, head: Head) -> Read:
    chart: ChartTemplate | SourceRef | PassedOver | None
    if manifest.has("spec", "chartRef"):
        if manifest.has("spec", "chart"):
            return head.passed_over(NO_NAME(kind="HelmRelease", problem="it has both `chart` and `chartRef`"))
        chart = _source_ref(manifest, head, "spec", "chartRef")
    else:
        chart = _chart_template(manifest, head, "spec", "chart", "spec")
    if chart is None or isinstance(chart, PassedOver):
        return chart
    held = _unless_left_out(manifest, head) if isinstance(chart, ChartTemplate) else head
    return _named(HelmRelease(head=held, chart=chart))


def _chart(manifest: Fields, head: Head) -> Read:
    template = _chart_template(manifest, head, "spec")
    if template is None or isinstance(template, PassedOver):
        return template
    return _named(HelmChart(head=_unless_left_out(manifest, head), chart=template))


def _repository(manifest: Fields, head: Head) -> Read:
    if not manifest.has("spec", "url"):
        return _patch(manifest, head, *(("spec", "ref", field) for field in ("digest", "semver", "tag")))
    layer = manifest.text("spec", "layerSelector", "mediaType")
    return _named(
        OCIRepository(
            head=_unless_left_out(manifest, head),
            source=_chart_source(manifest),
            selects_chart=layer == CHART_LAYER,
            wish=wish_of_repository(manifest),
        )
    )


def _chart_source(manifest: Fields) -> ChartSource | Reason:
    texts = manifest.texts(("spec", "url"), ("spec", "insecure"), ("spec", "provider"))
    if isinstance(texts, Reason):
        return texts
    url, insecure, provider = texts
    address = parse_chart_url(url)
    if isinstance(address, Reason):
        return address
    plain_http = is_true(insecure) or uses_plain_http(address.host)
    return ChartSource(address=address, plain_http=plain_http, provider=_provider(provider))


def _helm_repository(manifest: Fields, head: Head) -> Read:
    return _named(HelmRepository(head=head, registry=_helm_registry(manifest)))


def _helm_registry(manifest: Fields) -> HelmRegistry | Reason:
    """Flux goes by `type`, not by the address."""
    texts = manifest.texts(("spec", "url"), ("spec", "type"), ("spec", "insecure"), ("spec", "provider"))
    if isinstance(texts, Reason):
        return texts
    url, kind, insecure, provider = texts
    if kind == "oci":
        return HelmRegistry(url=url, insecure=is_true(insecure), provider=_provider(provider))
    if url.startswith("oci://"):
        return refused(url, "its HelmRepository lacks `type: oci`, so Flux takes it for HTTP")
    return SOURCE_NOT_OCI(what="an HTTP Helm repository")


def _provider(text: str) -> str:
    return text if text in _PROVIDERS else "generic"


def _kustomization(manifest: Fields, head: Head) -> Read:
    source, path = _source_ref(manifest, head, "spec", "sourceRef"), manifest.text("spec", "path")
    if source is None or isinstance(source, PassedOver) or not head.object.name:
        return None
    folder = None
    if source.kind == "GitRepository" and not isinstance(path, Reason):
        folder = normpath("/" + path).lstrip("/")
    return Kustomization(head=head, source=source, folder=folder)


def _resource_set(manifest: Manifest, head: Head) -> Read:
    return ResourceSet(head=_paused(manifest, head), manifest=manifest)


def _input_provider(manifest: Manifest, head: Head) -> Read:
    kind = manifest.text("spec", "type")
    if isinstance(kind, Reason):
        return head.passed_over(kind)
    return InputProvider(head=_paused(manifest, head), manifest=manifest, type=kind)


def _image_repository(manifest: Manifest, head: Head) -> Read:
    from bot.flux.policy_fields import exclusions_of, image_of  # noqa: PLC0415 - few trees hold one

    return _named(ImageRepository(head=head, image=image_of(manifest), exclusions=exclusions_of(manifest)))


def _image_policy(manifest: Manifest, head: Head) -> Read:
    names = _names(manifest, "spec", "imageRepositoryRef")
    repository = None
    if not isinstance(names, Reason) and names[0]:
        namespace = names[1] or head.object.namespace
        repository = SourceRef(kind="ImageRepository", name=names[0], namespace=namespace)
    from bot.flux.policy_fields import policy_of  # noqa: PLC0415 - as above

    return _named(ImagePolicy(head=head, repository=repository, spec=policy_of(manifest)))


def _paused(manifest: Fields, head: Head) -> Head:
    """The Flux Operator's objects are suspended by an annotation."""
    annotation = manifest.text("metadata", "annotations", _RECONCILE)
    if isinstance(annotation, Reason):
        return _unsure(head, annotation)
    return replace(head, suspended=head.suspended or annotation == "disabled")


def _chart_template(manifest: Fields, head: Head, *route: str) -> ChartTemplate | PassedOver | None:
    """A chart template, or None where a patch holds nothing of a version."""
    chart = manifest.text(*route, "chart")
    source = _source_ref(manifest, head, *route, "sourceRef")
    if isinstance(chart, Reason):
        return head.passed_over(chart)
    if isinstance(source, PassedOver):
        return source
    if not chart or source is None:
        return _patch(manifest, head, (*route, "version"))
    return ChartTemplate(chart=chart, source=source, wish=wish_of_chart(manifest, *route, "version"))


def _source_ref(manifest: Fields, head: Head, *route: str) -> SourceRef | PassedOver | None:
    kind, names = manifest.text(*route, "kind"), _names(manifest, *route)
    if isinstance(kind, Reason):
        return head.passed_over(kind)
    if isinstance(names, Reason):
        return head.passed_over(names)
    name, namespace = names
    if not kind or not name:
        return None
    if not manifest.has(*route, "namespace"):
        namespace = head.object.namespace
    return SourceRef(kind=kind, name=name, namespace=namespace)


def _patch(manifest: Fields, head: Head, *versions: tuple[str, ...]) -> PassedOver | None:
    """A partial object is a Kustomize patch; it is worth a word where it sets a version."""
    line = next((manifest.line_of(*route) for route in versions if manifest.has(*route)), None)
    return None if line is None else head.passed_over(PATCH_UNUSED(), line)


def _named(
    read: HelmRelease | HelmChart | OCIRepository | HelmRepository | ImageRepository | ImagePolicy,
) -> Read:
    if read.head.object.name:
        return read
    return read.head.passed_over(NO_NAME(kind=read.head.object.kind, problem="`metadata.name` is missing"))


class _Kind(Struct, frozen=True, kw_only=True):
    """How a kind is read.

    Attributes:
        versions: API versions.
        telling: Fields of `spec`; without any of them an object is a patch of other things.
        read: Reads the rest.
    """

    versions: frozenset[str]
    telling: tuple[str, ...]
    read: Callable[[Fields, Head], Read]


def _of_file(read: Callable[[Manifest, Head], Read]) -> Callable[[Fields, Head], Read]:
    """What is read from files only: no build is followed for these kinds."""
    return lambda fields, head: read(fields, head) if isinstance(fields, Manifest) else None


_HELM, _SOURCE, _KUSTOMIZE = "helm.toolkit.fluxcd.io", "source.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io"
_IMAGE = "image.toolkit.fluxcd.io"
_OPERATOR = "fluxcd.controlplane.io"
_V1 = frozenset({"v1", "v1beta1", "v1beta2"})
_V2 = frozenset({"v2", "v2beta1", "v2beta2"})

# Versions that Flux no longer serves still lie in repositories; the fields read here are the same in all of them.
_KINDS = {
    (_HELM, "HelmRelease"): _Kind(versions=_V2, telling=("chart", "chartRef"), read=_release),
    (_SOURCE, "HelmChart"): _Kind(versions=_V1, telling=("chart", "version"), read=_chart),
    (_SOURCE, "OCIRepository"): _Kind(versions=_V1, telling=("url", "ref"), read=_repository),
    (_SOURCE, "HelmRepository"): _Kind(versions=_V1, telling=("url",), read=_helm_repository),
    (_KUSTOMIZE, "Kustomization"): _Kind(versions=_V1, telling=("sourceRef",), read=_kustomization),
    (_IMAGE, "ImageRepository"): _Kind(versions=_V1, telling=("image",), read=_of_file(_image_repository)),
    (_IMAGE, "ImagePolicy"): _Kind(versions=_V1, telling=("policy",), read=_of_file(_image_policy)),
    (_OPERATOR, "ResourceSet"): _Kind(
        versions=_V1, telling=("resources", "resourcesTemplate", "steps"), read=_of_file(_resource_set)
    ),
    (_OPERATOR, "ResourceSetInputProvider"): _Kind(versions=_V1, telling=("type",), read=_of_file(_input_provider)),
}


TELLING = frozenset(field for kind in _KINDS.values() for field in kind.telling) - {"type", "image"}
"""Fields of `spec` by which an object may be one of Flux that decides charts, or leads to them."""

_WORDS = frozenset(word for group_and_kind in _KINDS for word in group_and_kind)


def is_of_flux(text: str) -> bool:
    """Whether a text is one of the kinds that are read here, or a version of one of their groups."""
    return text.partition("/")[0] in _WORDS
