"""Flux Kustomizations: what each applies, with what on top of it, and with which variables.

Source: https://github.com/fluxcd/kustomize-controller/blob/main/docs/spec/v1/kustomizations.md
"""

import re
from collections.abc import Callable, Iterable

from msgspec import Struct

from bot.kustomize.decisions import Definitions, Scope, field_of, plain_text, scope_of, text_of
from bot.kustomize.kustomization import Overlay, Patch, read_patches
from bot.kustomize.kustomize_reasons import BUILD_FAILS, NOT_FOLLOWED
from bot.kustomize.own_tree import EXTERNAL_ARTIFACT, UNKNOWN, Held, SourceName
from bot.kustomize.resources import Resource
from bot.kustomize.tree import Tree, get, items, known_text
from bot.reason import Reason

# https://github.com/fluxcd/pkg/blob/main/kustomize/kustomize_varsub.go (`varsubRegex`): one wrong name stops all.
_VARIABLE = re.compile(r"[_A-Za-z][_A-Za-z0-9]*", re.ASCII)
_TRUE = frozenset({"true", "yes", "on", "y"})
Lookup = Callable[[str, str, str], tuple[tuple[Resource, Scope | None], ...]]
"""Objects of a cluster by kind, namespace and name."""

Find = Callable[[Resource, SourceName, str], Held | Reason]
"""What folder of the tree a path is, of the source that a Kustomization names so."""


class Applier(Struct, frozen=True, kw_only=True):
    """One Flux Kustomization as a cluster has it.

    Attributes:
        resource: The object, built.
        folder: What it applies, as a folder of the tree; or why that is not known.
        within: All that its source holds, where that is not the whole tree.
        overlay: What it adds to the kustomization there.
        scope: Its variables.
        suspended: It says `suspend: true`.
        unsure: Why nobody knows whether it says so: what may run counts as running.
        needs: Names of those it waits for (`dependsOn`), `namespace/name` or `name`.
        source: Kind and name of what its folder is of, with the namespace where that is another; of an artifact, what
            it is made of too.
        made_of: The sources of which that artifact is made.
    """

    resource: Resource
    folder: str | Reason
    overlay: Overlay
    scope: Scope
    suspended: bool
    unsure: Reason | None
    needs: tuple[str, ...]
    source: str
    made_of: tuple[SourceName, ...] = ()
    within: tuple[str, ...] = ()

    def outside(self, paths: Iterable[str]) -> str:
        """The first of some files of the tree that its source does not hold, empty where it holds all of them."""
        folders = tuple(f"{folder}/" for folder in self.within)
        return next((path for path in paths if not path.startswith(folders)), "") if folders else ""


def read_applier(resource: Resource, above: Scope | None, lookup: Lookup, find: Find) -> Applier:
    """Read a Flux Kustomization.

    Args:
        resource: The object, built.
        above: The scope of the Kustomization that applies it, None where none is known.
        lookup: Finds objects of its cluster, once all of them are built.
        find: Finds its folder.
    """
    held = _held(resource, above, find)
    made_of = held.of if isinstance(held, Held) else ()
    needs = items(get(resource.tree, "spec", "dependsOn")) or ()
    suspend = text_of(resource, above, "spec", "suspend")
    return Applier(
        resource=resource,
        folder=held.folder if isinstance(held, Held) else held,
        within=held.within if isinstance(held, Held) else (),
        overlay=_overlay(resource, above, alone=isinstance(held, Held) and held.alone),
        scope=_scope(resource, above, lookup),
        suspended=_is_true(suspend),
        unsure=suspend if isinstance(suspend, Reason) else None,
        needs=tuple(map(_needed, needs)),
        source=_source(resource, above) + (f" of {', '.join(map(str, made_of))}" if made_of else ""),
        made_of=made_of,
    )


def is_of_artifact(resource: Resource) -> bool:
    """Whether a Flux Kustomization applies what is made in its cluster of other sources."""
    return known_text(get(resource.tree, "spec", "sourceRef", "kind")) == EXTERNAL_ARTIFACT


def _needed(entry: Tree) -> str:
    namespace, name = known_text(get(entry, "namespace")), known_text(get(entry, "name"))
    return f"{namespace}/{name}" if namespace else name


def _source(resource: Resource, above: Scope | None) -> str:
    found = {key: plain_text(field_of(resource, above, "spec", "sourceRef", key)) for key in ("kind", "name")}
    kind, name = (each if isinstance(each, str) else "?" for each in found.values())
    namespace = known_text(get(resource.tree, "spec", "sourceRef", "namespace"))
    away = namespace and namespace != resource.namespace
    return f"{kind} {namespace}/{name}" if away else f"{kind} {name}"


def _is_true(found: str | Reason) -> bool:
    """Whether a field is true; what cannot be told is not."""
    return isinstance(found, str) and found.lower() in _TRUE


def _held(resource: Resource, above: Scope | None, find: Find) -> Held | Reason:
    path = plain_text(field_of(resource, above, "spec", "path"))
    return path if isinstance(path, Reason) else find(resource, source_of(resource, above), path)


def source_of(resource: Resource, above: Scope | None) -> SourceName:
    """The source that a Flux Kustomization names, as far as it can be told."""
    found = (plain_text(field_of(resource, above, "spec", "sourceRef", key)) for key in ("namespace", "name"))
    namespace, name = (each if isinstance(each, str) else UNKNOWN for each in found)
    kind = known_text(get(resource.tree, "spec", "sourceRef", "kind"))
    return SourceName(kind, namespace or resource.namespace, name)


def _overlay(resource: Resource, above: Scope | None, *, alone: bool) -> Overlay:
    names = (
        plain_text(field_of(resource, above, "spec", key)) for key in ("targetNamespace", "namePrefix", "nameSuffix")
    )
    namespace, prefix, suffix = (each if isinstance(each, str) else "" for each in names)
    spec = get(resource.tree, "spec")
    merges = tuple(Patch(content=each) for each in items(get(spec, "patchesStrategicMerge")) or ())
    return Overlay(
        namespace=namespace,
        prefix=prefix,
        suffix=suffix,
        patches=(*read_patches(get(spec, "patches")), *merges),
        json_patches=read_patches(get(spec, "patchesJson6902")),
        components=tuple(map(known_text, items(get(spec, "components")) or ())),
        may_lack_components=_is_true(text_of(resource, above, "spec", "ignoreMissingComponents")),
        above=alone,
    )


def doubt_of(applier: Applier, above: Scope | None) -> Reason | None:
    """Why what it builds cannot be told, though its folder can."""
    for key in ("targetNamespace", "namePrefix", "nameSuffix"):
        found = field_of(applier.resource, above, "spec", key)
        if isinstance(found, Reason):
            return found
    if applier.resource.doubt:
        return applier.resource.doubt
    if any(not each for each in applier.overlay.components):
        return NOT_FOLLOWED(what="a component of the Kustomization cannot be told")
    wrong = next((each for each in applier.scope.names() if not _VARIABLE.fullmatch(each)), None)
    if wrong is not None and isinstance(applier.folder, str):
        problem = f"`{wrong[:60]}` is no name of a variable to Flux"
        return BUILD_FAILS(folder=applier.folder or ".", problem=problem)
    return None


def _scope(resource: Resource, above: Scope | None, lookup: Lookup) -> Scope:
    after = get(resource.tree, "spec", "postBuild")
    sources = (_definitions(each, resource.namespace, lookup) for each in items(get(after, "substituteFrom")) or ())
    return Scope(
        inline=get(after, "substitute"),
        sources=tuple(sources),
        always=known_text(get(after, "substituteStrategy")) == "Always",
        above=scope_of(resource, above),
    )


def _definitions(tree: Tree, namespace: str, lookup: Lookup) -> Definitions:
    kind, name = known_text(get(tree, "kind")), known_text(get(tree, "name"))
    return Definitions(kind=kind, name=name, found=lambda: lookup(kind, namespace, name))
