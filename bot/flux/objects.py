"""The objects of Flux that decide a chart's version, as one file says them: nothing is joined yet."""

from typing import TYPE_CHECKING

from msgspec import Struct

from bot.flux.manifest import Manifest
from bot.model.charts import ChartAddress, ChartSource
from bot.model.places import ObjectId
from bot.model.references import BuiltBy, PassedOver, Pin
from bot.reason import Reason

if TYPE_CHECKING:
    from bot.model.image_policies import Marker, PolicySpec


class SourceRef(Struct, frozen=True, kw_only=True):
    """Another object as a manifest names it; `namespace` is the one written, else the naming object's, else empty."""

    kind: str
    name: str
    namespace: str


class Marked(Struct, frozen=True, kw_only=True):
    """What Flux's image automation writes of a version.

    Attributes:
        version: The marker behind the version.
        digest: The marker behind the digest.
        both: There are a version and a digest.
        filtered: A filter on tags stands beside them.
        bare: A template without quotes leads to the version.
    """

    version: "Marker | None"
    digest: "Marker | None"
    both: bool
    filtered: bool = False
    bare: bool = False


class Wish(Struct, frozen=True, kw_only=True):
    """A version as it is written.

    Attributes:
        pin: The version, or why it is not ours to judge.
        line: 1-based line of the value; 0 where nothing is written.
        path: The file of that line; empty where it is the object's own.
        narrowed_by: Constraint of a `# flux-chart-bot: …` comment on that line, else empty.
        marked: Whose the version is, where it is Flux's image automation's.
    """

    pin: Pin | Reason
    line: int = 0
    path: str = ""
    narrowed_by: str = ""
    marked: Marked | None = None


class Head(Struct, frozen=True, kw_only=True):
    """What every object says first.

    Attributes:
        object: Kind, namespace as written, name.
        path: Its file.
        line: 1-based line where it starts.
        suspended: It says `suspend: true`, or what applies it does.
        unsure: Why nobody knows whether it says so.
        built: The root that builds it; None for an object that stands for itself.
        unread: What may decide its version, where that cannot be judged.
    """

    object: ObjectId
    path: str
    line: int
    suspended: bool = False
    unsure: Reason | None = None
    built: BuiltBy | None = None
    unread: bytes = b""

    def passed_over(
        self, reason: Reason, line: int = 0, *, path: str = "", suspended: bool | None = None
    ) -> PassedOver:
        """The object, not judged; `path` and `line` are where to point at, if not at its start."""
        return PassedOver(
            path=path or self.path,
            line=line or self.line,
            object=self.object,
            suspended=self.suspended if suspended is None else suspended,
            reason=reason,
            built=(self.built,) if self.built else (),
            unread=self.unread,
        )


class ChartTemplate(Struct, frozen=True, kw_only=True):
    """A chart by name and repository: `spec.chart.spec` of a HelmRelease, `spec` of a HelmChart."""

    chart: str
    source: SourceRef
    wish: Wish


class HelmRelease(Struct, frozen=True, kw_only=True):
    """A release: with a chart template, or with a `chartRef` to the object that holds the version.

    https://fluxcd.io/flux/components/helm/helmreleases/
    """

    head: Head
    chart: ChartTemplate | SourceRef


class HelmChart(Struct, frozen=True, kw_only=True):
    """A chart on its own. https://fluxcd.io/flux/components/source/helmcharts/."""

    head: Head
    chart: ChartTemplate


class OCIRepository(Struct, frozen=True, kw_only=True):
    """One repository in a registry, with its version. https://fluxcd.io/flux/components/source/ocirepositories/.

    Attributes:
        source: Where it is, or why that is unknown.
        selects_chart: `spec.layerSelector` names Helm's chart layer, so it holds a chart whoever uses it.
        wish: `spec.ref`.
    """

    head: Head
    source: ChartSource | Reason
    selects_chart: bool
    wish: Wish


class HelmRegistry(Struct, frozen=True, kw_only=True):
    """Where a HelmRepository of type `oci` finds charts; `url` is foreign text until a chart is joined to it."""

    url: str
    insecure: bool = False
    provider: str = "generic"


class HelmRepository(Struct, frozen=True, kw_only=True):
    """Charts below one address. https://fluxcd.io/flux/components/source/helmrepositories/.

    Attributes:
        registry: The registry, or why it is none: most are served over HTTP.
    """

    head: Head
    registry: HelmRegistry | Reason


class Kustomization(Struct, frozen=True, kw_only=True):
    """Flux's Kustomization, as far as joins need it. https://fluxcd.io/flux/components/kustomize/kustomizations/.

    Attributes:
        source: What it applies.
        folder: `spec.path` as a path of this repository, where `source` is a GitRepository; None where unknown.
    """

    head: Head
    source: SourceRef
    folder: str | None


class ResourceSet(Struct, frozen=True, kw_only=True):
    """Objects that the Flux Operator makes of templates and inputs. https://fluxoperator.dev/docs/crd/resourceset/."""

    head: Head
    manifest: Manifest


class InputProvider(Struct, frozen=True, kw_only=True):
    """A ResourceSetInputProvider: inputs for ResourceSets. https://fluxoperator.dev/docs/crd/resourcesetinputprovider/.

    Attributes:
        type: `Static`, whose inputs are written here, or where else they come from.
    """

    head: Head
    manifest: Manifest
    type: str


class ImageRepository(Struct, frozen=True, kw_only=True):
    """Where the tags of image policies come from. https://fluxcd.io/flux/components/image/imagerepositories/.

    Attributes:
        image: The repository, or why it is none.
        exclusions: Patterns of tags that are left out, empty for the default; or why they cannot be told.
    """

    head: Head
    image: ChartAddress | Reason
    exclusions: tuple[str, ...] | str


class ImagePolicy(Struct, frozen=True, kw_only=True):
    """Which tag is the latest. https://fluxcd.io/flux/components/image/imagepolicies/.

    Attributes:
        repository: Its ImageRepository; None where it names none.
        spec: The policy, or what is wrong with it.
    """

    head: Head
    repository: SourceRef | None
    spec: "PolicySpec | str"


AnyObject = (
    HelmRelease
    | HelmChart
    | OCIRepository
    | HelmRepository
    | Kustomization
    | ResourceSet
    | InputProvider
    | ImageRepository
    | ImagePolicy
)
