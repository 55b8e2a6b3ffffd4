"""Objects as a cluster gets them: read like those of files, each value where it is decided."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from bot.flux.fields import Written
from bot.flux.kinds import Read, read_object
from bot.flux.merging import Use
from bot.flux.objects import AnyObject, Head
from bot.flux.unread import DECIDING, why_held, with_unread
from bot.kustomize.built_object import BuiltObject
from bot.kustomize.graph import Graph, Root
from bot.model.places import Place, Route, Spot
from bot.model.references import BuiltBy, PassedOver
from bot.reason import Reason
from bot.reasons import HELM_TEMPLATE

_API = ("apiVersion",)
_VERSIONS = frozenset(
    {
        ("spec", "chart", "spec", "version"),
        ("spec", "version"),
        *(("spec", "ref", field) for field in ("tag", "semver", "digest")),
    }
)
"""Fields that are judged, of whatever kind that decides charts has them."""
_DECIDING = (
    ("spec", "chart", "spec", "version"),
    ("spec", "chart", "spec", "chart"),
    ("spec", "ref", "digest"),
    ("spec", "ref", "semver"),
    ("spec", "ref", "tag"),
    ("spec", "url"),
    ("spec", "version"),
    ("spec", "chart"),
)
"""What makes a cluster run another chart."""


class BuiltFields(Struct, frozen=True, kw_only=True):
    """The fields of a built object."""

    built: BuiltObject

    @property
    def path(self) -> str:
        """The file in which it is written first."""
        return self.built.origin.path

    @property
    def line(self) -> int:
        """1-based line of its first key there."""
        return self.built.origin.line

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.built.object.kind

    def has(self, *route: str) -> bool:
        """Whether a field is there with something in it."""
        return self.built.field(*route) is not None

    def line_of(self, *route: str) -> int:
        """1-based line of a field where its object begins too, else of the object."""
        found = self.built.field(*route)
        place = None if found is None or isinstance(found, Reason) else found.place
        return self.line if place is None or isinstance(place, Reason) or place.path != self.path else place.line

    def text(self, *route: str) -> str | Reason:
        """One field as text."""
        text = self.built.api if route == _API else self.built.text(*route)
        return HELM_TEMPLATE() if isinstance(text, str) and "{{" in text else text

    def texts(self, *routes: tuple[str, ...]) -> tuple[str, ...] | Reason:
        """Several fields as text."""
        found: list[str] = []
        for route in routes:
            text = self.text(*route)
            if isinstance(text, Reason):
                return text
            found.append(text)
        return tuple(found)

    def written(self, *route: str) -> Written | Reason | None:
        """A field that is to be edited, at the one place that decides it."""
        found = self.built.field(*route)
        if found is None or isinstance(found, Reason):
            return found
        if "{{" in found.text:
            return HELM_TEMPLATE()
        if isinstance(found.place, Reason):
            return found.place
        if not found.text:
            return None
        return Written(place=found.place, comment=found.comment, bare=found.read_again)


def built_objects(graph: Graph) -> Iterator[tuple[AnyObject | PassedOver, frozenset[Spot]]]:
    """Every object that decides a chart's version, once for each root that builds it.

    With it, where it is not to be judged, every place that may decide it all the same.
    """
    for root in graph.roots:
        for each in root.objects:
            found = _read(root, each)
            if found is not None:
                held = why_held(found) is not None
                spots = _spots(each) if held and root.trouble is None else frozenset()
                yield _told_by(with_unread(found, _unread(each)) if held else found, root), spots


def _unread(each: BuiltObject) -> bytes:
    """What may decide the version of an object that is held; all of it where its fields may be any."""
    content = each.content()
    own = [(route, text) for route, text in content if any(route[: len(one)] == one for one in DECIDING)]
    return repr(content if each.unknown else own).encode(errors="replace")


def _spots(each: BuiltObject) -> frozenset[Spot]:
    return frozenset(spot for route in _DECIDING for spot in each.spots_behind(*route))


def other_uses(graph: Graph) -> Iterator[tuple[Spot, Use]]:
    """What else the variables of builds decide, besides versions that are judged: an edit would change that unseen."""
    for root in graph.roots:
        for each in (*root.objects, *root.others):
            for route, places in each.substituted():
                if len(places) > 1 or not (_is_judged(each, route) or _defines(each, route, graph)):
                    field = ".".join(map(str, route))
                    use = Use(what=f"{field} of {each.object}", where=f"{each.origin.path}:{each.origin.line}")
                    yield from ((place.spot, use) for place in places)


def definers(graph: Graph, places: Collection[Place]) -> Mapping[Spot, frozenset[BuiltBy]]:
    """Which roots build anything of the text that each value is written in, whatever they make of it.

    That is the ConfigMap that holds it, whoever takes it from there; and what a patch copies or moves elsewhere.
    """
    wanted: dict[str, dict[int, Spot]] = defaultdict(dict)
    for place in places:
        wanted[place.path][place.start] = place.spot
    found: dict[Spot, set[BuiltBy]] = defaultdict(set)
    for root in graph.roots:
        for each in (*root.objects, *root.others):
            for path, start, end in each.scalars(wanted):
                for at, spot in wanted[path].items():
                    if start <= at < end:
                        found[spot].add(root.by)
    return {spot: frozenset(roots) for spot, roots in found.items()}


def _is_judged(each: BuiltObject, route: Route) -> bool:
    return each.decides and route in _VERSIONS


def _defines(each: BuiltObject, route: Route, graph: Graph) -> bool:
    """Whether a field defines a variable: what that decides is told where the variable is used."""
    if route[:3] == ("spec", "postBuild", "substitute"):
        return each.object.kind == "Kustomization"
    return route[:1] == ("data",) and each.origin in graph.definitions


def _read(root: Root, each: BuiltObject) -> Read:
    """A root that cannot be built makes nothing that could be judged; its repositories are taken as files have them."""
    if root.trouble is None and each.unknown is None:
        return read_object(BuiltFields(built=each))
    if each.object.kind == "HelmRepository":
        return None
    head = Head(object=each.object, path=each.origin.path, line=each.origin.line)
    why = root.trouble or each.unknown
    return head.passed_over(why) if why else None


def _told_by(found: AnyObject | PassedOver, root: Root) -> AnyObject | PassedOver:
    if isinstance(found, PassedOver):
        return replace(found, built=(root.by,), suspended=found.suspended or root.suspended)
    suspended, unsure = found.head.suspended or root.suspended, found.head.unsure or root.unsure
    head = replace(found.head, built=root.by, suspended=suspended, unsure=unsure)
    return replace(found, head=head)
