"""What a kustomization does that is not followed: the values it could reach are marked, all others stay sure."""

from collections.abc import Callable, Iterator
from functools import partial

from bot.kustomize.accumulation import Accumulation
from bot.kustomize.files import Files, inside
from bot.kustomize.kustomization import Kustomization
from bot.kustomize.kustomize_reasons import NOT_FOLLOWED
from bot.kustomize.resources import TRACKED, Former, Resource
from bot.kustomize.targets import BadTarget, Filter, Selector
from bot.kustomize.tree import EMPTY, Made, Tree, Unknown, get, items, known_text, put, root_of, table
from bot.reason import Reason

_UNPLAIN = frozenset("*[]=\\")


def doubt_unfollowed(to: Accumulation, what: str) -> None:
    """Doubt every object so far."""
    reason = NOT_FOLLOWED(what=what)
    to.transform(lambda each: each._replace(doubt=each.doubt or reason))


def doubt_replacements(to: Accumulation, files: Files, folder: str, what: Kustomization) -> None:
    """Doubt the fields that `replacements` and `configurations` may change.

    Source: https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/filters/replacement/replacement.go
    """
    for each in what.replacements:
        read = _loaded(files, folder, known_text(get(each, "path"))) if get(each, "path") else (each,)
        if read is None:
            doubt_unfollowed(to, f"{folder or '.'} has `replacements` in a file that cannot be read")
        for replacement in read or ():
            _doubt_replacement(to, folder, replacement)
    for name in what.configurations:
        _doubt_configuration(to, files, folder, name)


def _doubt_replacement(to: Accumulation, folder: str, replacement: Tree) -> None:
    source = get(replacement, "source")
    if source is not None and not to.open and _may_be_source(to, source) is False:
        to.fail("a replacement has no source, or several")
    for target in items(get(replacement, "targets")) or ():
        try:
            wanted = Filter(Selector.read(get(target, "select") or EMPTY))
        except BadTarget as error:
            to.fail(error.problem)
            continue
        creates = known_text(get(target, "options", "create")) == "true"
        for written in items(get(target, "fieldPaths")) or (Made("metadata.name"),):
            path = known_text(written)
            route = _plain(path)
            if not creates and route == tuple(path.split(".")) and _lacks(to, wanted, route):
                to.fail("a replacement finds no field to change")
            _doubt_field(to, wanted.selects, route, f"{folder or '.'} has a replacement for this field")


def _may_be_source(to: Accumulation, source: Tree) -> bool | None:
    """Whether one object is the source of a replacement; None where it may be one that is not followed."""
    keys = ("group", "version", "kind", "name", "namespace")
    group, version, kind, name, namespace = (known_text(get(source, key)) for key in keys)
    if kind not in {known for _, known in TRACKED}:
        return None
    wanted = (namespace, name, kind)
    found = [
        each
        for each in to.resources
        if group in {"", each.group} and version in {"", each.version} and _is_called(each, wanted)
    ]
    return len(found) == 1


def _is_called(resource: Resource, wanted: Former) -> bool:
    return any(all(map(_fits, wanted, known)) for known in (*resource.former, resource.now))


def _fits(wanted: str, known: str) -> bool:
    return wanted in {"", known}


def _lacks(to: Accumulation, wanted: Filter, route: tuple[str, ...]) -> bool:
    return any(get(each.tree, *route) is None for each in to.resources if wanted.selects(each))


def _doubt_configuration(to: Accumulation, files: Files, folder: str, path: str) -> None:
    """Of the configurations of transformers the usual one names references; others may reach anything."""
    loaded = _loaded(files, folder, path)
    tables = [table(each) for each in loaded or ()]
    if loaded is None or any(each is None or each.rest or set(each.entries) - {"nameReference"} for each in tables):
        doubt_unfollowed(to, f"{folder or '.'} has `configurations`")
        return
    for each in loaded:
        for kind, route in _references(each):
            reaches = partial(_is_of, kind)
            _doubt_field(to, reaches, route, f"{folder or '.'} has `configurations` that rename this field")


def _references(configuration: Tree) -> Iterator[tuple[str, tuple[str, ...]]]:
    for reference in items(get(configuration, "nameReference")) or ():
        for spec in items(get(reference, "fieldSpecs")) or ():
            path = known_text(get(spec, "path")).removesuffix("[]").replace("[]", "")
            yield known_text(get(spec, "kind")), tuple(path.split("/"))


def _loaded(files: Files, folder: str, path: str) -> tuple[Tree, ...] | None:
    """The mappings of a file; a list stands for its items."""
    place = inside(folder, path)
    source = files.source(place) if place and place in files.paths else None
    if source is None or isinstance(source, Reason):
        return None
    roots = [root_of(source, document) for document in source.file.documents]
    return tuple(one for root in roots for one in (items(root) or (root,)))


def _plain(path: str) -> tuple[str, ...]:
    """The beginning of a field path up to its first part that is more than a key."""
    parts: list[str] = []
    for part in path.split("."):
        if _UNPLAIN & set(part):
            break
        parts.append(part)
    return tuple(parts)


def _is_of(kind: str, resource: Resource) -> bool:
    return kind in {"", resource.kind}


def _doubt_field(to: Accumulation, reaches: Callable[[Resource], bool], route: tuple[str, ...], what: str) -> None:
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
