"""With which inputs a ResourceSet makes its resources: its own, then those of the providers that it names.

Source: https://github.com/controlplaneio-fluxcd/flux-operator/blob/v0.58.1/internal/inputs/combine.go
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from bot.flux.inputs import InputSet
from bot.flux.manifest import Manifest
from bot.flux.nearest import AppliedFrom, Entry, Nearest, folders_of
from bot.flux.objects import Head, InputProvider, ResourceSet, SourceRef
from bot.reason import Reason
from bot.yamltext.nodes import Mapping, Node, Scalar, Sequence

_PROVIDER = "ResourceSetInputProvider"
_API = "fluxcd.controlplane.io/v1"
_STATIC = "Static"
_MOST_SHOWN = 5


class Unclear(Struct, frozen=True, kw_only=True):
    """Why it is not known which providers are meant, and all that may be."""

    problem: str
    candidates: tuple[InputProvider, ...] = ()


class Providers:
    """The input providers of a tree."""

    def __init__(self, providers: Iterable[InputProvider], applied_from: AppliedFrom) -> None:
        self._all = tuple(providers)
        self._nearest: Nearest[InputProvider] = Nearest(applied_from)
        for each in self._all:
            meaning = (each.head.path, each.manifest.document.index, each.manifest.route)
            self._nearest.add(Entry(head=each.head, meaning=meaning, value=each))

    def any_for(self, asking: Head) -> tuple[InputProvider, ...]:
        """All that a ResourceSet could name."""
        return tuple(each for each in self._all if _fits(each, asking, {}))

    def named(self, asking: Head, name: str) -> tuple[InputProvider, ...] | Unclear:
        """The provider of a name, in the namespace of the ResourceSet; or why it is not known."""
        wanted = SourceRef(kind=_PROVIDER, name=name, namespace=asking.object.namespace)
        level = self._nearest.find(asking.path, wanted)
        if not level.entries:
            return Unclear(problem=f"{_PROVIDER} {name} is not there")
        if level.of_one_meaning:
            return (level.entries[0].value,)
        problem = f"{_PROVIDER} {name} could be any of {_places(entry.head for entry in level.entries)}"
        return Unclear(problem=problem, candidates=tuple(entry.value for entry in level.entries))

    def labelled(self, asking: Head, labels: dict[str, str]) -> tuple[InputProvider, ...] | Unclear:
        """All providers with these labels, in the operator's order; or why it is not known which these are.

        A tree of several clusters holds those of others too, and no folder says which are meant: there must be none
        elsewhere.
        """
        found = [each for each in self._all if _fits(each, asking, labels)]
        if not found:
            return Unclear(problem=f"no {_PROVIDER} has the labels that it selects")
        near = next(
            here
            for folder in folders_of(asking.path)
            if (here := [each for each in found if folder in folders_of(each.head.path)])
        )
        if len(near) < len(found):
            problem = f"its selector fits {_places(each.head for each in found)}, which may be of other clusters"
            return Unclear(problem=problem, candidates=tuple(found))
        return tuple(sorted(found, key=lambda each: (each.head.object, each.head.path, each.head.line)))


def input_sets(each: ResourceSet, providers: Providers) -> tuple[InputSet, ...]:
    """Every set of inputs, in the order in which the operator takes them; the first object of a name is the one made.

    Where inputs are not known there is one set that says why.
    """
    strategy = each.manifest.text("spec", "inputStrategy", "name")
    if isinstance(strategy, Reason) or strategy not in {"", "Flatten"}:
        problem = "its inputs are combined by a strategy that is not followed"
        return (_unknown(Unclear(problem=problem, candidates=providers.any_for(each.head))),)
    own, foreign = tuple(_own(each)), tuple(_foreign(each, providers))
    return (*own, *foreign) or (InputSet(values=None),)


def _own(each: ResourceSet) -> Iterator[InputSet]:
    inputs = each.manifest.node("spec", "inputs")
    if not isinstance(inputs, Sequence):
        if each.manifest.has("spec", "inputs"):
            yield _unknown(Unclear(problem="`spec.inputs` is not a list that can be read"))
        return
    for index, item in enumerate(inputs.values):
        if isinstance(item, Mapping):
            values = _part(each.manifest, item, "spec", "inputs", index)
            yield InputSet(values=values, made=_about(each.head))
        else:
            yield _unknown(Unclear(problem="an item of `spec.inputs` is not a mapping of its own"))


def _foreign(each: ResourceSet, providers: Providers) -> Iterator[InputSet]:
    sources = each.manifest.node("spec", "inputsFrom")
    if not isinstance(sources, Sequence):
        if each.manifest.has("spec", "inputsFrom"):
            problem = "`spec.inputsFrom` is not a list that can be read"
            yield _unknown(Unclear(problem=problem, candidates=providers.any_for(each.head)))
        return
    met: dict[int, InputProvider] = {}
    for index, item in enumerate(sources.values):
        found = _selected(each, item, index, providers)
        if isinstance(found, Unclear):
            problem = f"item {index + 1} of `spec.inputsFrom`: {found.problem}"
            yield _unknown(Unclear(problem=problem, candidates=found.candidates))
        else:
            met |= {id(one): one for one in found}
    for provider in sorted(met.values(), key=lambda one: (one.head.object.namespace, one.head.object.name)):
        yield _of_provider(provider)


def _selected(each: ResourceSet, item: Node, index: int, providers: Providers) -> tuple[InputProvider, ...] | Unclear:
    anybody = providers.any_for(each.head)
    if not isinstance(item, Mapping):
        return Unclear(problem="it is not a mapping of its own", candidates=anybody)
    source = _part(each.manifest, item, "spec", "inputsFrom", index)
    name, labels = source.text("name"), source.node("selector", "matchLabels")
    if isinstance(name, Reason) or source.has("selector", "matchExpressions"):
        return Unclear(problem="only a name or `selector.matchLabels` is followed", candidates=anybody)
    if name:
        return providers.named(each.head, name)
    wanted = _texts(labels) if isinstance(labels, Mapping) else {}
    if not wanted:
        return Unclear(problem="it names no provider and no labels", candidates=anybody)
    return providers.labelled(each.head, wanted)


def _of_provider(provider: InputProvider) -> InputSet:
    if provider.type != _STATIC:
        problem = f"{provider.head.object} takes it from elsewhere (`type: {provider.type[:40]}`)"
        return _unknown(Unclear(problem=problem))
    unknown = f"{provider.head.object} does not hold it"
    return InputSet(values=_values(provider), made=_about(provider.head), unknown=unknown)


def _values(provider: InputProvider) -> Manifest | None:
    values = provider.manifest.node("spec", "defaultValues")
    return _part(provider.manifest, values, "spec", "defaultValues") if isinstance(values, Mapping) else None


def _part(manifest: Manifest, node: Mapping, *route: str | int) -> Manifest:
    """A mapping of an object, as if it were one: its fields are asked for alike."""
    return Manifest.at(manifest.path, manifest.file, manifest.document, node, *manifest.route, *route)


def _about(head: Head) -> dict[str, str]:
    about = {"apiVersion": _API, "kind": head.object.kind, "name": head.object.name}
    about |= {"namespace": head.object.namespace} if head.object.namespace else {}
    return {f"provider.{key}": value for key, value in about.items()}


def _unknown(unclear: Unclear) -> InputSet:
    held = (_values(each) for each in unclear.candidates)
    return InputSet(values=None, unknown=unclear.problem, may_use=tuple(each for each in held if each))


def _texts(labels: Mapping) -> dict[str, str]:
    return {
        key.text: value.text for key, value in labels.items if isinstance(key, Scalar) and isinstance(value, Scalar)
    }


def _fits(provider: InputProvider, asking: Head, labels: dict[str, str]) -> bool:
    mine, theirs = provider.head.object.namespace, asking.object.namespace
    if mine and theirs and mine != theirs:
        return False
    if not labels:
        return True
    written = provider.manifest.node("metadata", "labels")
    return isinstance(written, Mapping) and labels.items() <= _texts(written).items()


def _places(heads: Iterable[Head]) -> str:
    places = sorted(f"{head.path}:{head.line}" for head in heads)
    more = [f"{len(places) - _MOST_SHOWN} more"] if len(places) > _MOST_SHOWN else []
    return ", ".join([*places[:_MOST_SHOWN], *more])
