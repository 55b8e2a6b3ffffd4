"""The objects that ResourceSets make, each as if it were written out, its values where they are really written.

Every resource is made once a set of inputs; of objects with one name only the first is. An edit of an input changes
whatever else uses it, so all uses are counted: a value moves only where each of them is a chart version that moves.

Source: https://github.com/controlplaneio-fluxcd/flux-operator/blob/v0.58.1/internal/builder/resourceset.go
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from bot.flux.inputs import InputSet
from bot.flux.kinds import read_object
from bot.flux.manifest import Manifest
from bot.flux.nearest import AppliedFrom
from bot.flux.objects import AnyObject, InputProvider, Kustomization, ResourceSet
from bot.flux.resource_sets import Providers, input_sets
from bot.flux.templates import InputPath, inputs_used, is_templated, overlap, reaches_beyond
from bot.flux.unplain import TEMPLATE as TEMPLATE_SIGN
from bot.flux.unplain import unplain
from bot.flux.unread import told_unread, whole
from bot.model.places import ObjectId, Place, Route
from bot.model.references import PassedOver
from bot.reason import Reason
from bot.reasons import EMBEDDED, TEMPLATE, TOO_LARGE
from bot.yamltext.nodes import Mapping, Node, Scalar, Sequence

_TELLING = ("HelmRelease", "HelmChart", "OCIRepository")
# What an object is, or a line of its own, as an action says it: nobody knows what that makes.
_MAY_BE_ANY = re.compile(
    r"\b(?:kind|apiVersion)[\"']?[ \t]*:[ \t]*[\"']?[^\s,}\"']{0,200}<<"
    r"|^[ \t]*(?:- +)?<<(?![- \t]*(?:(?:if|else|end|range|with|define|block)\b|/\*))[^>\n]*>>[ \t]*$",
    re.MULTILINE,
)
_LONGEST_SHOWN = 60
_MOST_LINES = 5
MOST_MADE = 5000
"""Objects of one ResourceSet; the operator itself stops at 10,000 sets of inputs."""

Value = tuple[str, int, Route]
"""Path, document and route of a value."""


class Resource(Struct, frozen=True, kw_only=True):
    """One resource of a ResourceSet, or a text that holds several.

    Attributes:
        manifest: None for a text.
        uses: Every use of an input in it, with its 1-based line.
    """

    path: str
    document: int
    route: Route
    manifest: Manifest | None
    uses: tuple[tuple[InputPath, int], ...]


class Uses(Struct, frozen=True, kw_only=True):
    """Where a value is used.

    Attributes:
        count: How often, each object that is made of it counted.
        lines: Some of these places, as `path:line`.
    """

    count: int
    lines: tuple[str, ...]


class Expansion(Struct, kw_only=True):
    """What the ResourceSets of a tree make.

    Attributes:
        objects: As if they were written out.
        passed_over: What is not followed.
    """

    objects: list[AnyObject] = field(default_factory=list)
    passed_over: dict[PassedOver, None] = field(default_factory=dict)
    _made: Counter[Value] = field(default_factory=Counter)
    """How often each resource is made, by its place."""
    _users: dict[Value, list[Resource]] = field(default_factory=lambda: defaultdict(list))
    """The resources that each set of inputs makes, by the place of the set."""
    _known: dict[Value, Uses] = field(default_factory=dict)

    def uses(self, place: Place) -> Uses:
        """Where a value is used by what ResourceSets make: nowhere if it is a value of another object."""
        value = (place.path, place.document, place.route)
        if value not in self._known:
            self._known[value] = self._uses(place)
        return self._known[value]

    def _uses(self, place: Place) -> Uses:
        count, lines = 0, dict[str, None]()
        for length in range(len(place.route) + 1):
            above = (place.path, place.document, place.route[:length])
            if above in self._made:
                count += self._made[above]
                lines[f"{place.path}:{place.line}"] = None
            if above in self._users:
                wanted = tuple(map(str, place.route[length:]))
                for resource in self._users[above]:
                    found = [line for path, line in resource.uses if overlap(path, wanted)]
                    count += len(found)
                    lines |= dict.fromkeys(f"{resource.path}:{line}" for line in found)
        return Uses(count=count, lines=tuple(lines)[:_MOST_LINES])

    def add(self, each: ResourceSet, providers: Providers) -> None:
        """Make the objects of one ResourceSet."""
        sets, resources = input_sets(each, providers), tuple(_resources(each))
        for inputs in sets:
            self._hold(each, inputs.may_use)
        if len(sets) * len(resources) > MOST_MADE:
            reason = TOO_LARGE(problem=f"{each.head.object} makes more than {MOST_MADE} objects")
            self.passed_over[each.head.passed_over(reason)] = None
            self._hold(each, (inputs.values for inputs in sets if inputs.values))
            return
        made: set[ObjectId] = set()
        for resource in resources:
            if resource.manifest is None:
                self._not_read(each, resource, sets)
            for inputs in sets:
                found = _make(each, resource, inputs)
                if found is None or (found.object and found.object in made):
                    continue
                made |= {found.object} if found.object else set()
                self._count(resource, inputs)
                match found.value:
                    case PassedOver():
                        self.passed_over[found.value] = None
                    case None:
                        pass
                    case _:
                        self.objects.append(found.value)

    def _count(self, resource: Resource, inputs: InputSet) -> None:
        self._made[resource.path, resource.document, resource.route] += 1
        if inputs.values is not None:
            self._users[_place(inputs.values)].append(resource)

    def _hold(self, each: ResourceSet, held: Iterable[Manifest]) -> None:
        """Values that a ResourceSet may use, nobody knows how: as if it used all of them for something else."""
        path, document, route = _place(each.manifest)
        unseen = Resource(path=path, document=document, route=route, manifest=None, uses=(((), each.head.line),))
        for values in held:
            self._users[_place(values)].append(unseen)

    def _not_read(self, each: ResourceSet, resource: Resource, sets: tuple[InputSet, ...]) -> None:
        route = resource.route[len(each.manifest.route) :]
        node = each.manifest.node(*route)
        text = node.text if isinstance(node, Scalar) else _TELLING[0]
        if any(kind in text for kind in _TELLING) or _MAY_BE_ANY.search(text):
            reason = EMBEDDED(kind=each.head.object.kind, field=".".join(map(str, route)))
            beside = (values for inputs in sets for values in (inputs.values, *inputs.may_use) if values)
            over = each.head.passed_over(reason, each.manifest.line_of(*route))
            unread = b"\n".join((text.encode(errors="replace"), *map(whole, beside)))
            self.passed_over[replace(over, unread=unread)] = None


class _Made(Struct, frozen=True, kw_only=True):
    """What comes of a resource and a set of inputs; `value` is None for what holds no chart version."""

    object: ObjectId | None = None
    value: AnyObject | PassedOver | None = None


def expand(objects: Iterable[AnyObject]) -> Expansion:
    """Make the objects of all ResourceSets.

    Args:
        objects: Everything that the files of a tree say.
    """
    known = tuple(objects)
    expansion = Expansion()
    sets = tuple(each for each in known if isinstance(each, ResourceSet))
    if sets:
        applied_from = AppliedFrom(each for each in known if isinstance(each, Kustomization))
        providers = Providers((each for each in known if isinstance(each, InputProvider)), applied_from)
        for each in sets:
            expansion.add(each, providers)
    return expansion


def _resources(each: ResourceSet) -> Iterator[Resource]:
    manifest = each.manifest
    steps = manifest.node("spec", "steps")
    holders: list[Route] = [("spec",)]
    holders += [("spec", "steps", index) for index, _ in enumerate(steps.values if isinstance(steps, Sequence) else ())]
    for holder in holders:
        items = manifest.node(*holder, "resources")
        for index, item in enumerate(items.values if isinstance(items, Sequence) else ()):
            yield _resource(manifest, item, (*holder, "resources", index))
        text = manifest.node(*holder, "resourcesTemplate")
        if isinstance(text, Scalar):
            yield _resource(manifest, text, (*holder, "resourcesTemplate"))


def _resource(manifest: Manifest, node: Node, route: Route) -> Resource:
    whole = (*manifest.route, *route)
    own = None
    if isinstance(node, Mapping):
        own = Manifest.at(manifest.path, manifest.file, manifest.document, node, *whole)
    uses = ((path, text.line) for text in _texts(manifest, node) for path in inputs_used(text.text))
    return Resource(path=manifest.path, document=manifest.document.index, route=whole, manifest=own, uses=tuple(uses))


def _texts(manifest: Manifest, node: Node) -> Iterator[Scalar]:
    """Every templated scalar, keys too. An alias counts as what it stands for, but no text counts twice for it."""
    pending, met = [node], set[int]()
    while pending:
        each = manifest.document.follow(pending.pop())
        if id(each) in met:
            continue
        met.add(id(each))
        match each:
            case Scalar(text=text) if is_templated(text):
                yield each
            case Mapping(keys=keys, values=values):
                pending += [*keys, *values]
            case Sequence(values=values):
                pending += values
            case _:
                pass


def _make(each: ResourceSet, resource: Resource, inputs: InputSet) -> _Made | None:
    """Make one resource once; None where its own annotation excludes it."""
    if resource.manifest is None:
        return _Made()
    filled = replace(resource.manifest, filling=inputs, _above={})
    kind = filled.text("kind")
    filled = filled if isinstance(kind, Reason) else replace(filled, kind=kind, _above={})
    if _excluded(filled):
        return None
    found = unplain(filled, TEMPLATE_SIGN) or read_object(filled)
    if found is None:
        return _Made()
    found = told_unread(found, filled, *(each for each in (inputs.values, *inputs.may_use) if each))
    about = found if isinstance(found, PassedOver) else found.head
    suspended = about.suspended or each.head.suspended
    beyond = next((text for text in _texts(filled, filled.root) if reaches_beyond(text.text)), None)
    if beyond is not None:
        reason = TEMPLATE(field="the resource", template=beyond.text[:_LONGEST_SHOWN])
        over = PassedOver(
            path=resource.path,
            line=beyond.line,
            object=about.object,
            suspended=suspended,
            reason=reason,
            unread=whole(filled),
        )
        return _Made(object=about.object, value=over)
    if isinstance(found, PassedOver):
        return _Made(object=found.object, value=replace(found, suspended=suspended))
    if isinstance(found, ResourceSet):
        nested = replace(found.head, unread=whole(filled)).passed_over(
            EMBEDDED(kind=found.head.object.kind, field="spec.resources")
        )
        return _Made(object=found.head.object, value=nested)
    head = replace(found.head, suspended=suspended, unsure=found.head.unsure or each.head.unsure)
    return _Made(object=found.head.object, value=replace(found, head=head))


def _place(manifest: Manifest) -> Value:
    return manifest.path, manifest.document.index, manifest.route


def _excluded(manifest: Manifest) -> bool:
    """https://fluxoperator.dev/docs/crd/resourceset/#conditional-resource-exclusion."""
    annotation = manifest.text("metadata", "annotations", "fluxcd.controlplane.io/reconcile")
    return annotation == "disabled"
