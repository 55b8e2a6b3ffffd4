"""`replacements`: a value of one object written into fields of others.

Followed where a text is copied as it is; such a text is no value to edit, but names and addresses may hang on it. What
else a replacement could reach is doubted.

Source: https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/filters/replacement/replacement.go
"""

from bot.kustomize.accumulation import Accumulation
from bot.kustomize.doubts import doubt_field, doubt_unfollowed, loaded_of, plain_route
from bot.kustomize.files import Files
from bot.kustomize.kustomization import Kustomization
from bot.kustomize.resources import HEADING, KEPT, NAMESPACE, Former, Resource
from bot.kustomize.targets import BadTarget, Filter, Selector
from bot.kustomize.tree import EMPTY, Made, Tree, Written, get, is_null, items, known_text, put, table
from bot.yamltext.nodes import Scalar
from bot.yamltext.strings import reads_as_string

_NAME = Made("metadata.name")


def replace_values(to: Accumulation, files: Files, folder: str, what: Kustomization) -> None:
    """Carry out the replacements of a kustomization."""
    for each in what.replacements:
        read = loaded_of(files, folder, known_text(get(each, "path"))) if get(each, "path") else (each,)
        if read is None:
            doubt_unfollowed(to, f"{folder or '.'} has `replacements` in a file that cannot be read")
        for replacement in read or ():
            _replace(to, folder, replacement)


def _replace(to: Accumulation, folder: str, replacement: Tree) -> None:
    source = get(replacement, "source")
    found = None if source is None else _sources(to, source)
    if found is not None and len(found) != 1 and not to.open:
        to.fail("a replacement has no source, or several")
    value = _copied(source, found[0]) if source is not None and found and len(found) == 1 else None
    for target in items(get(replacement, "targets")) or ():
        try:
            wanted = Filter(Selector.read(get(target, "select") or EMPTY))
        except BadTarget as error:
            to.fail(error.problem)
            continue
        creates = known_text(get(target, "options", "create")) == "true"
        # A part of a text is replaced behind a delimiter; what is rejected need not be told apart to be doubted.
        simple = get(target, "options", "delimiter") is None and get(target, "reject") is None
        for written in items(get(target, "fieldPaths")) or (_NAME,):
            _write(to, folder, wanted, known_text(written), value if simple else None, creates=creates)


def _write(to: Accumulation, folder: str, wanted: Filter, path: str, value: Made | None, *, creates: bool) -> None:
    route = plain_route(path)
    whole = route == tuple(path.split("."))
    if not route or route[0] in HEADING:
        to.remark(f"{folder or '.'} has a replacement of what objects are, which may make others of Flux")
    if whole and not creates and _lacks(to, wanted, route):
        to.fail("a replacement finds no field to change")
    if value is None or not whole or route[0] == "metadata" or not _takes_text(to, wanted, route):
        doubt_field(to, wanted.selects, route, f"{folder or '.'} has a replacement for this field")
        return
    to.transform(lambda each: each.with_tree(put(each.tree, route, value)) if wanted.selects(each) else each)


def _sources(to: Accumulation, source: Tree) -> list[Resource] | None:
    """The objects that may be the source; None where it may be one of a kind that is not followed, or not read."""
    keys = ("group", "version", "kind", "name", "namespace")
    group, version, kind, name, namespace = (known_text(get(source, key)) for key in keys)
    if kind not in {known for _, known in KEPT}:
        return None
    wanted = (namespace, name, kind)
    found = [
        each
        for each in to.resources
        if group in {"", each.group} and version in {"", each.version} and _is_called(each, wanted)
    ]
    # Of Namespaces only those that are written as everybody does are read.
    return None if kind == NAMESPACE[1] and not found else found


def _copied(source: Tree, resource: Resource) -> Made | None:
    """The text that is copied, None where it cannot be told."""
    path = known_text(get(source, "fieldPath")) or _NAME.text
    route = plain_route(path)
    if resource.doubt or get(source, "options", "delimiter") is not None or route != tuple(path.split(".")):
        return None
    match get(resource.tree, *route):
        case Made(text) if text:
            return Made(text)
        case Written(node=Scalar(text=text, style=style)) as found if not is_null(found):
            return Made(text) if style or reads_as_string(text) else None
        case _:
            return None


def _takes_text(to: Accumulation, wanted: Filter, route: tuple[str, ...]) -> bool:
    """Whether the field is a text, or can be made one, in every object that is meant."""
    for each in filter(wanted.selects, to.resources):
        above = (get(each.tree, *route[:end]) for end in range(1, len(route)))
        there = get(each.tree, *route)
        if any(step is not None and table(step) is None for step in above):
            return False
        if table(there) is not None or items(there) is not None:
            return False
    return True


def _is_called(resource: Resource, wanted: Former) -> bool:
    return any(all(map(_fits, wanted, known)) for known in (*resource.former, resource.now))


def _fits(wanted: str, known: str) -> bool:
    return wanted in {"", known}


def _lacks(to: Accumulation, wanted: Filter, route: tuple[str, ...]) -> bool:
    return any(get(each.tree, *route) is None for each in to.resources if wanted.selects(each))
