"""All objects of a tree to references: one for each place where a chart's version is decided."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.flux.address import join_chart
from bot.flux.files import FileReading
from bot.flux.gathering import Gathered, gather
from bot.flux.merging import Use, merge, once
from bot.flux.nearest import AppliedFrom, Entry, Level
from bot.flux.objects import (
    AnyObject,
    ChartTemplate,
    Head,
    HelmChart,
    HelmRegistry,
    HelmRelease,
    HelmRepository,
    Kustomization,
    OCIRepository,
    ResourceSet,
    SourceRef,
    Wish,
)
from bot.flux.sources import Sources
from bot.flux.strays import without_strays
from bot.model.charts import ChartSource
from bot.model.places import ObjectId, Place, Spot
from bot.model.references import BuiltBy, Declared, ExactPin, PassedOver, Pin, Reference
from bot.reason import Reason
from bot.reasons import (
    INPUT_SHARED,
    NO_NAME,
    NOT_A_CHART,
    NOT_EDITABLE,
    SOURCE_AMBIGUOUS,
    SOURCE_NOT_FOUND,
    SOURCE_NOT_OCI,
    VERSION_IN_FOLDER,
)
from bot.versions.tags import TagRule
from bot.versions.version import try_flux

if TYPE_CHECKING:
    from bot.flux.expansion import Expansion, Uses
    from bot.flux.image_policies import ImagePolicies
    from bot.kustomize.graph import Graph

_MOST_CANDIDATES_SHOWN = 5
_SOURCES_WITHOUT_CHART_VERSIONS = frozenset({"GitRepository", "Bucket", "ExternalArtifact"})


class Resolution(Struct, frozen=True, kw_only=True):
    """What a tree wishes for.

    Attributes:
        references: By path and line.
        passed_over: Everything that is not judged, by path and line: what the readings passed over, and what could not
            be joined.
    """

    references: tuple[Reference, ...]
    passed_over: tuple[PassedOver, ...]


def resolve(
    readings: Iterable[FileReading], graph: "Graph | None" = None, *, apply_policies: bool = False
) -> Resolution:
    """Join the objects of a tree.

    A version belongs to the object that holds it: the HelmRelease with its template; or the OCIRepository or HelmChart
    that HelmReleases take their chart from.

    Args:
        readings: Every file of one tree.
        graph: What Kustomize and Flux make of it; None where they make nothing of it.
        apply_policies: What an image policy writes is a reference too, instead of being left to Flux.
    """
    known = tuple(readings)
    gathered = gather(known, graph)
    expansion = _expanded(gathered.objects)
    tree = _Tree.of(gathered, expansion, apply_policies=apply_policies)
    told = (*gathered.passed_over, *(expansion.passed_over if expansion else ()))
    unshared = _unless_shared(tree.judged(), expansion) if expansion else tree.judged()
    remarks = (remark for reading in known for remark in reading.remarks)
    merged = tuple(merge(unshared, tree.other_uses))
    if graph is not None:
        from bot.flux.rooted import with_roots  # noqa: PLC0415 - only where something is built

        merged = with_roots(merged, graph)
    every = tuple(without_strays((*merged, *once(told)), remarks))
    return Resolution(
        references=tuple(sorted((each for each in every if isinstance(each, Reference)), key=_by_place)),
        passed_over=tuple(sorted((each for each in every if isinstance(each, PassedOver)), key=_by_place)),
    )


def _expanded(objects: tuple[AnyObject, ...]) -> "Expansion | None":
    if not any(isinstance(each, ResourceSet) for each in objects):
        return None
    from bot.flux.expansion import expand  # noqa: PLC0415 - four modules, and few trees hold a ResourceSet

    return expand(objects)


def _unless_shared(
    judged: Iterable[Reference | PassedOver], expansion: "Expansion"
) -> Iterator[Reference | PassedOver]:
    """Pass over what is written in a value that something else uses too, which is not a version that is judged."""
    known = tuple(judged)
    if not expansion.objects:
        yield from known
        return
    places = Counter(place for each in known if isinstance(each, Reference) for place in each.pin.places)
    for each in known:
        shared = (
            (place, uses)
            for place in (each.pin.places if isinstance(each, Reference) else ())
            if (uses := expansion.uses(place)).count > places[place]
        )
        yield next((_shared(each, place, uses) for place, uses in shared if isinstance(each, Reference)), each)


def _shared(reference: Reference, place: Place, uses: "Uses") -> PassedOver:
    return PassedOver(
        path=place.path,
        line=place.line,
        object=reference.object,
        suspended=reference.suspended,
        reason=INPUT_SHARED(place=place, uses=", ".join(uses.lines)),
    )


def _by_place(each: Reference | PassedOver) -> tuple[str, int, ObjectId]:
    return each.path, each.line, each.object or ObjectId(kind="", namespace="", name="")


class _Users:
    """Who uses an object: `releases` take their chart from it; `applied` says that a Kustomization applies it."""

    def __init__(self) -> None:
        """Start with nobody."""
        self.releases: list[Head] = []
        self.applied = False

    def suspend(self, head: Head) -> bool:
        """Whether nothing would move: the object says so, or everything that uses it does."""
        return head.suspended or (bool(self.releases) and all(each.suspended for each in self.releases))

    def unsure(self, head: Head) -> bool:
        """Whether nobody can tell that anything would move."""
        doubted = bool(self.releases) and all(each.suspended or each.unsure for each in self.releases)
        return head.unsure is not None or doubted

    @property
    def names(self) -> tuple[ObjectId, ...]:
        return tuple(sorted({each.object for each in self.releases}))

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted({each.path for each in self.releases}))

    @property
    def roots(self) -> set[BuiltBy]:
        return {each.built for each in self.releases if each.built}


class _Tree:
    """The objects of a tree, joined."""

    def __init__(self, objects: tuple[AnyObject, ...], gathered: Gathered, *, apply_policies: bool) -> None:
        """Start empty. `other_uses` is what values decide besides versions that are judged."""
        self.other_uses: dict[Spot, Use] = dict(gathered.other_uses)
        self._objects = objects
        self._broken = gathered.broken
        self._applied_from = applied_from = AppliedFrom(each for each in objects if isinstance(each, Kustomization))
        self._apply_policies = apply_policies
        self._registries: Sources[HelmRepository] = Sources(applied_from, gathered.clusters)
        self._repositories: Sources[OCIRepository] = Sources(applied_from, gathered.clusters)
        self._charts: Sources[HelmChart] = Sources(applied_from, gathered.clusters)
        self._users: dict[Head, _Users] = defaultdict(_Users)
        self._unjoined: list[PassedOver] = []

    @cached_property
    def _policies(self) -> "ImagePolicies":
        from bot.flux.image_policies import ImagePolicies  # noqa: PLC0415 - few trees hold a marker

        return ImagePolicies(self._objects, self._applied_from, apply=self._apply_policies)

    @classmethod
    def of(cls, gathered: Gathered, expansion: "Expansion | None", *, apply_policies: bool) -> "_Tree":
        """All objects, each known to those that name it."""
        objects = (*gathered.objects, *(expansion.objects if expansion else ()))
        tree = cls(objects, gathered, apply_policies=apply_policies)
        for each in objects:
            tree._index(each)
        for each in objects:
            tree._connect(each)
        return tree

    def judged(self) -> Iterable[Reference | PassedOver]:
        """Every object that holds a version, and every release that found none."""
        yield from self._unjoined
        for each in self._objects:
            match each:
                case HelmRelease(chart=ChartTemplate() as chart) | HelmChart(chart=chart):
                    yield self._template(each.head, chart)
                case OCIRepository():
                    yield self._repository(each)
                case _:
                    pass

    def _index(self, each: AnyObject) -> None:
        match each:
            case HelmRepository():
                self._registries.add(Entry(head=each.head, meaning=each.registry, value=each))
            case OCIRepository():
                self._repositories.add(Entry(head=each.head, meaning=each.source, value=each))
            case HelmChart():
                self._charts.add(Entry(head=each.head, meaning=(each.chart.chart, each.chart.source), value=each))
            case _:
                pass

    def _connect(self, each: AnyObject) -> None:
        """Tell the holders of versions who uses them."""
        match each:
            case HelmRelease(chart=SourceRef() as wanted):
                self._connect_release(each.head, wanted)
            case Kustomization(source=SourceRef(kind="OCIRepository") as wanted):
                for entry in self._repositories.find(each.head, wanted).entries:
                    self._users[entry.head].applied = True
            case _:
                pass

    def _connect_release(self, head: Head, wanted: SourceRef) -> None:
        match wanted.kind:
            case "OCIRepository":
                level: Level[OCIRepository] | Level[HelmChart] = self._repositories.find(head, wanted)
            case "HelmChart":
                level = self._charts.find(head, wanted)
            case _:
                self._unjoined.append(head.passed_over(_why_no_version(head, wanted)))
                return
        if problem := _problem(wanted, level):
            self._unjoined.append(head.passed_over(problem))
            return
        for entry in level.entries:
            self._users[entry.head].releases.append(head)

    def _template(self, head: Head, chart: ChartTemplate) -> Reference | PassedOver:
        users = self._users.get(head, _Users())
        source, declared = self._source(head, chart)
        return self._judge(head, chart.wish, users, source, TagRule.HELM_REPOSITORY, declared)

    def _source(self, head: Head, chart: ChartTemplate) -> tuple[ChartSource | Reason, Head | None]:
        """The chart's source and the HelmRepository that says so; or why there is none."""
        wanted = chart.source
        if wanted.kind != "HelmRepository":
            return _why_no_version(head, wanted), None
        level = self._registries.find(head, wanted)
        if problem := _problem(wanted, level):
            return problem, None
        first = level.entries[0]
        registry = first.value.registry
        return registry if isinstance(registry, Reason) else _chart_source(registry, chart.chart), first.head

    def _repository(self, each: OCIRepository) -> Reference | PassedOver:
        """A chart, if Helm's layer is selected or a release uses it; what a Kustomization applies is none."""
        users = self._users.get(each.head, _Users())
        if not each.selects_chart and (users.applied or not users.releases):
            return self._unjudged(each.wish, each.head.passed_over(NOT_A_CHART(), suspended=users.suspend(each.head)))
        rule = TagRule.OCI_REPOSITORY_CHART_LAYER if each.selects_chart else TagRule.OCI_REPOSITORY
        return self._judge(each.head, each.wish, users, each.source, rule)

    def _judge(
        self,
        head: Head,
        wish: Wish,
        users: _Users,
        source: ChartSource | Reason,
        rule: TagRule,
        declared: Head | None = None,
    ) -> Reference | PassedOver:
        suspended = users.suspend(head)
        if isinstance(source, Reason):
            return self._unjudged(wish, head.passed_over(source, suspended=suspended))
        path = wish.path or head.path
        policy = self._policies.followed(path, wish.marked, source.address) if wish.marked else None
        pin = _why_not(wish, path) or wish.pin
        if isinstance(pin, Reason):
            return self._unjudged(wish, head.passed_over(pin, wish.line, path=path, suspended=suspended))
        if isinstance(policy, Reason):
            return self._unjudged(wish, head.passed_over(policy, wish.line, path=path, suspended=suspended))
        return Reference(
            object=head.object,
            path=path,
            line=wish.line or head.line,
            source=source,
            tag_rule=rule,
            pin=pin,
            suspended=suspended,
            unsure=users.unsure(head),
            consumers=users.names,
            consumer_paths=users.paths,
            narrowed_by=wish.narrowed_by,
            also_in=() if path == head.path else (head.path,),
            policy=policy,
            source_declared=Declared(object=declared.object, path=declared.path, line=declared.line)
            if declared
            else None,
            built=self._roots(head, users),
        )

    def _roots(self, head: Head, users: _Users) -> tuple[BuiltBy, ...]:
        """Every root that would run something else if the object's version moved."""
        broken = self._broken.get((head.path, head.line), ())
        return tuple(sorted({*([head.built] if head.built else []), *users.roots, *broken}))

    def _unjudged(self, wish: Wish, passed_over: PassedOver) -> PassedOver:
        """Keep in mind what a value decides besides charts that are judged."""
        if not isinstance(wish.pin, Reason):
            self.other_uses |= {place.spot: Use.of(passed_over) for place in wish.pin.places}
        return passed_over


def _why_not(wish: Wish, path: str) -> Reason | None:
    """Why a version is not edited where it stands."""
    if isinstance(wish.pin, Reason):
        return wish.pin
    if folder := _folder_named_after(path, wish.pin):
        return VERSION_IN_FOLDER(folder=folder)
    other = next((place for place in wish.pin.places if place.path != path), None)
    return NOT_EDITABLE(problem=f"version and digest stand in two files, {path} and {other.path}") if other else None


def _folder_named_after(path: str, pin: Pin) -> str:
    """The folder on the way to a file that is called like its exact version, as in `applications/kiali/2.5.0/`."""
    if not isinstance(pin, ExactPin) or not try_flux(pin.version.text):
        return ""
    version = pin.version.text.removeprefix("v")
    return next((name for name in path.split("/")[:-1] if name.removeprefix("v") == version), "")


def _chart_source(registry: HelmRegistry, chart: str) -> ChartSource | Reason:
    """Helm's client speaks plain HTTP only where the HelmRepository says `insecure`, unlike the OCIRepository's."""
    address = join_chart(registry.url, chart)
    if isinstance(address, Reason):
        return address
    return ChartSource(address=address, plain_http=registry.insecure, provider=registry.provider)


def _problem(
    wanted: SourceRef, level: Level[HelmRepository] | Level[OCIRepository] | Level[HelmChart]
) -> Reason | None:
    """Why a name means no one object."""
    name = ObjectId(kind=wanted.kind, namespace=wanted.namespace, name=wanted.name)
    if not level.entries:
        return SOURCE_NOT_FOUND(kind=wanted.kind, name=str(name).removeprefix(f"{wanted.kind} "))
    if level.of_one_meaning:
        return None
    places = sorted(f"{entry.head.path}:{entry.head.line}" for entry in level.entries)
    shown, more = places[:_MOST_CANDIDATES_SHOWN], len(places) - _MOST_CANDIDATES_SHOWN
    candidates = ", ".join([*shown, f"{more} more"] if more > 0 else shown)
    return SOURCE_AMBIGUOUS(kind=wanted.kind, name=wanted.name, candidates=candidates)


def _why_no_version(head: Head, wanted: SourceRef) -> Reason:
    """Why a kind of source gives no chart of a registry."""
    if wanted.kind in _SOURCES_WITHOUT_CHART_VERSIONS:
        return SOURCE_NOT_OCI(what=f"a {wanted.kind}" if wanted.kind != "ExternalArtifact" else "an ExternalArtifact")
    return NO_NAME(
        kind=head.object.kind, problem="the source it names is of a kind that Flux takes no chart from there"
    )
