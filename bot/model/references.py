"""What the manifests wish for: one reference for each place where a chart's version is decided."""

from typing import TYPE_CHECKING

from msgspec import Struct

from bot.model.charts import ChartSource
from bot.model.places import ObjectId, Place
from bot.reason import Reason
from bot.versions.tags import TagRule

if TYPE_CHECKING:
    from bot.model.image_policies import FollowedPolicy


class ExactPin(Struct, frozen=True, kw_only=True):
    """One version, written out.

    Attributes:
        version: Where it is written.
        digest: The digest that stands beside it and moves with it.
        as_constraint: It stands in `spec.ref.semver`, as a constraint that one version meets, and is no tag's name.
    """

    version: Place
    digest: Place | None = None
    as_constraint: bool = False

    @property
    def places(self) -> tuple[Place, ...]:
        """The places that together write it."""
        return (self.version, self.digest) if self.digest else (self.version,)


class RangePin(Struct, frozen=True, kw_only=True):
    """A constraint that Flux follows by itself; `place` is None where it is absent and Flux reads `*`."""

    constraint: str
    place: Place | None = None
    tag_filter: str = ""
    """`spec.ref.semverFilter`, a pattern of RE2 on raw tags; empty for none."""

    @property
    def places(self) -> tuple[Place, ...]:
        """The place that writes it, if one does."""
        return (self.place,) if self.place else ()


class DigestPin(Struct, frozen=True, kw_only=True):
    """A digest alone: the version has to be found out from the manifest it names."""

    digest: Place

    @property
    def places(self) -> tuple[Place, ...]:
        """The place that writes it."""
        return (self.digest,)


Pin = ExactPin | RangePin | DigestPin


class Declared(Struct, frozen=True, kw_only=True):
    """An object and where its manifest begins."""

    object: ObjectId
    path: str
    line: int


class BuiltBy(Struct, frozen=True, kw_only=True, order=True):
    """A root that builds an object: a Flux Kustomization, or a kustomization that no other one includes.

    Attributes:
        cluster: The folder of the cluster's entry.
        folder: The folder that is built; empty for the top of the tree.
        applier: The file of the Flux Kustomization; empty where there is none.
    """

    cluster: str
    folder: str
    applier: str = ""

    def __str__(self) -> str:
        return self.folder or "."


class Reference(Struct, frozen=True, kw_only=True):
    """One object's wish for a version of a chart, with everything needed to judge it.

    Attributes:
        object: The object that holds the version: HelmRelease, OCIRepository or HelmChart.
        path: File in which the version is written, else that of the object.
        line: 1-based line to point at when something about it is said.
        source: The chart and how to reach it.
        tag_rule: Which tags Flux would see as versions for this kind of source.
        pin: The version in use and where it is written.
        suspended: The object, or everything that uses it, says `suspend: true`, or is not to be applied.
        unsure: Whether it does nobody can tell here; so it is judged as if it ran.
        consumers: Objects that take their chart from this one (`spec.chartRef`).
        consumer_paths: The files of these.
        narrowed_by: Constraint of a `# flux-chart-bot: …` comment on the version's own line, else empty.
        source_declared: The HelmRepository that gives the address; None where the object gives it itself.
        also_in: The file of the object, where its version is written in another.
        policy: The image policy that says which tag it takes, in the place of the tier's `follow`.
        built: The roots that build the object, or take their chart from it; empty where files stand for themselves.
        stopped: Those of these roots that suspend it, where others run it.
        doubted: Those that suspend it, or of which nobody can tell, where others surely run it.
        beside: What other builds make of the same object, where they call it otherwise.
        defined_by: Other roots that build something of the text in which the version is written: the ConfigMap, say.
        unlisted: Nothing applies it: a root builds the folder of its file and no root builds it, or Flux leaves it out.
        together: Other charts that the same value decides: it moves only to a version that all of them have.
        owners: Whom CODEOWNERS names for the file, where the configuration asks for them.
    """

    object: ObjectId
    path: str
    line: int
    source: ChartSource
    tag_rule: TagRule
    pin: Pin
    suspended: bool = False
    unsure: bool = False
    consumers: tuple[ObjectId, ...] = ()
    consumer_paths: tuple[str, ...] = ()
    narrowed_by: str = ""
    source_declared: Declared | None = None
    also_in: tuple[str, ...] = ()
    policy: "FollowedPolicy | None" = None
    built: tuple[BuiltBy, ...] = ()
    stopped: frozenset[BuiltBy] = frozenset()
    doubted: frozenset[BuiltBy] = frozenset()
    beside: tuple[ObjectId, ...] = ()
    defined_by: tuple[BuiltBy, ...] = ()
    unlisted: bool = False
    together: tuple[ChartSource, ...] = ()
    owners: tuple[str, ...] = ()

    @property
    def named(self) -> str:
        """The object, and how many others the same value is for."""
        more = (
            f" and {len(self.beside)} more" if len(self.beside) > 1 else f" and {self.beside[0]}" if self.beside else ""
        )
        return f"{self.object}{more}"

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file that has a part in it: where the version is, the object, and who takes its chart from it."""
        return (self.path, *self.also_in, *self.consumer_paths)

    def passed_over(self, reason: Reason) -> "PassedOver":
        """The same place, as one that is not judged."""
        return PassedOver(
            path=self.path,
            line=self.line,
            object=self.object,
            suspended=self.suspended,
            built=self.built,
            reason=reason,
        )


class PassedOver(Struct, frozen=True, kw_only=True):
    """A file, or an object in it, that is not judged, and why.

    Attributes:
        path: The file.
        line: 1-based line, 0 for the file as a whole.
        object: The object, where there is one.
        suspended: The object says `suspend: true`.
        built: The roots that build the object.
        unread: What may decide its version, as it is written, where that cannot be judged: to tell whether it changes.
    """

    path: str
    reason: Reason
    line: int = 0
    object: ObjectId | None = None
    suspended: bool = False
    built: tuple[BuiltBy, ...] = ()
    unread: bytes = b""

    @property
    def paths(self) -> tuple[str, ...]:
        """The file."""
        return (self.path,)
