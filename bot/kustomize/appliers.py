"""Flux Kustomizations: what each applies, with what on top of it, and with which variables.

Source: https://github.com/fluxcd/kustomize-controller/blob/main/docs/spec/v1/kustomizations.md
"""

import re
from collections.abc import Callable

from msgspec import Struct

from bot.kustomize.decisions import Definitions, Scope, field_of, plain_text, scope_of
from bot.kustomize.kustomization import Overlay, Patch, read_patches
from bot.kustomize.kustomize_reasons import BUILD_FAILS, NOT_FOLLOWED, NOT_IN_TREE
from bot.kustomize.own_tree import OwnTree, folder_of
from bot.kustomize.resources import Resource
from bot.kustomize.tree import Tree, get, items, known_text
from bot.reason import Reason

# https://github.com/fluxcd/pkg/blob/main/kustomize/kustomize_varsub.go (`varsubRegex`): one wrong name stops all.
_VARIABLE = re.compile(r"[_A-Za-z][_A-Za-z0-9]*", re.ASCII)
_TRUE = frozenset({"true", "yes", "on", "y"})
Lookup = Callable[[str, str, str], tuple[tuple[Resource, Scope | None], ...]]
"""Objects of a cluster by kind, namespace and name."""


class Applier(Struct, frozen=True, kw_only=True):
    """One Flux Kustomization as a cluster has it.

    Attributes:
        resource: The object, built.
        folder: What it applies, as a folder of the tree; or why that is not known.
        overlay: What it adds to the kustomization there.
        scope: Its variables.
        suspended: It says `suspend: true`.
        needs: Names of those it waits for (`dependsOn`), `namespace/name` or `name`.
        source: Kind and name of what its folder is of, with the namespace where that is another.
    """

    resource: Resource
    folder: str | Reason
    overlay: Overlay
    scope: Scope
    suspended: bool
    needs: tuple[str, ...]
    source: str


def read_applier(resource: Resource, above: Scope | None, lookup: Lookup, own: OwnTree) -> Applier:
    """Read a Flux Kustomization.

    Args:
        resource: The object, built.
        above: The scope of the Kustomization that applies it, None where none is known.
        lookup: Finds objects of its cluster, once all of them are built.
        own: Which sources are this tree.
    """
    needs = items(get(resource.tree, "spec", "dependsOn")) or ()
    return Applier(
        resource=resource,
        folder=_folder(resource, above, own),
        overlay=_overlay(resource, above),
        scope=_scope(resource, above, lookup),
        suspended=_is_true(resource, "suspend"),
        needs=tuple(map(_needed, needs)),
        source=_source(resource, above),
    )


def _needed(entry: Tree) -> str:
    namespace, name = known_text(get(entry, "namespace")), known_text(get(entry, "name"))
    return f"{namespace}/{name}" if namespace else name


def _source(resource: Resource, above: Scope | None) -> str:
    found = {key: plain_text(field_of(resource, above, "spec", "sourceRef", key)) for key in ("kind", "name")}
    kind, name = (each if isinstance(each, str) else "?" for each in found.values())
    namespace = known_text(get(resource.tree, "spec", "sourceRef", "namespace"))
    away = namespace and namespace != resource.namespace
    return f"{kind} {namespace}/{name}" if away else f"{kind} {name}"


def _is_true(resource: Resource, field: str) -> bool:
    """A truth value is no text, so it has no place that decides it."""
    return known_text(get(resource.tree, "spec", field)).lower() in _TRUE


def _folder(resource: Resource, above: Scope | None, own: OwnTree) -> str | Reason:
    path = plain_text(field_of(resource, above, "spec", "path"))
    kind = known_text(get(resource.tree, "spec", "sourceRef", "kind"))
    if isinstance(path, Reason):
        return path
    if kind != "GitRepository":
        return NOT_IN_TREE(folder=path or ".", source=f"a source of kind {kind or 'unknown'}")
    folder, name = folder_of(path), plain_text(field_of(resource, above, "spec", "sourceRef", "name"))
    if isinstance(name, str) and own.lacks(name, folder):
        return NOT_IN_TREE(folder=folder or ".", source=name)
    return folder


def _overlay(resource: Resource, above: Scope | None) -> Overlay:
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
        may_lack_components=_is_true(resource, "ignoreMissingComponents"),
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
