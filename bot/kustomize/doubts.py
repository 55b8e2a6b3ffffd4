"""What a kustomization does that is not followed: the values it could reach are marked, all others stay sure."""

from collections.abc import Callable, Iterator
from functools import partial

from bot.kustomize.accumulation import Accumulation
from bot.kustomize.files import Files, inside
from bot.kustomize.kustomization import Kustomization
from bot.kustomize.kustomize_reasons import NOT_FOLLOWED
from bot.kustomize.resources import Resource
from bot.kustomize.tree import Tree, Unknown, get, items, known_text, put, root_of, table
from bot.reason import Reason

_UNPLAIN = frozenset("*[]=\\")


def doubt_unfollowed(to: Accumulation, what: str) -> None:
    """Doubt every object so far, and say it of the build: it may make objects of Flux of others."""
    reason = NOT_FOLLOWED(what=what)
    to.remark(what)
    to.transform(lambda each: each._replace(doubt=each.doubt or reason))


def doubt_configurations(to: Accumulation, files: Files, folder: str, what: Kustomization) -> None:
    """Doubt the fields that `configurations` may change."""
    for name in what.configurations:
        _doubt_configuration(to, files, folder, name)


def _doubt_configuration(to: Accumulation, files: Files, folder: str, path: str) -> None:
    """Of the configurations of transformers the usual one names references; others may reach anything."""
    loaded = loaded_of(files, folder, path)
    tables = [table(each) for each in loaded or ()]
    if loaded is None or any(each is None or each.rest or set(each.entries) - {"nameReference"} for each in tables):
        doubt_unfollowed(to, f"{folder or '.'} has `configurations`")
        return
    for each in loaded:
        for kind, route in _references(each):
            reaches = partial(_is_of, kind)
            doubt_field(to, reaches, route, f"{folder or '.'} has `configurations` that rename this field")


def _references(configuration: Tree) -> Iterator[tuple[str, tuple[str, ...]]]:
    for reference in items(get(configuration, "nameReference")) or ():
        for spec in items(get(reference, "fieldSpecs")) or ():
            path = known_text(get(spec, "path")).removesuffix("[]").replace("[]", "")
            yield known_text(get(spec, "kind")), tuple(path.split("/"))


def loaded_of(files: Files, folder: str, path: str) -> tuple[Tree, ...] | None:
    """The mappings of a file; a list stands for its items."""
    place = inside(folder, path)
    source = files.source(place) if place and place in files.paths else None
    if source is None or isinstance(source, Reason):
        return None
    roots = [root_of(source, document) for document in source.file.documents]
    return tuple(one for root in roots for one in (items(root) or (root,)))


def plain_route(path: str) -> tuple[str, ...]:
    """The beginning of a field path up to its first part that is more than a key."""
    parts: list[str] = []
    for part in path.split("."):
        if _UNPLAIN & set(part):
            break
        parts.append(part)
    return tuple(parts)


def _is_of(kind: str, resource: Resource) -> bool:
    return kind in {"", resource.kind}


def doubt_field(to: Accumulation, reaches: Callable[[Resource], bool], route: tuple[str, ...], what: str) -> None:
    """Doubt a field of those objects that `what` reaches, or all of an object where its name may change."""
    reason = NOT_FOLLOWED(what=what)

    def doubted(resource: Resource) -> Resource:
        if not reaches(resource):
            return resource
        if len(route) < 2 or route[0] == "metadata":  # noqa: PLR2004 - not even one field of `spec` is named
            return resource._replace(doubt=resource.doubt or reason)
        if get(resource.tree, *route[:-1]) is None:
            return resource
        return resource._replace(tree=put(resource.tree, route, Unknown(reason, get(resource.tree, *route))))

    to.transform(doubted)
