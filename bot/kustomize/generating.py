"""ConfigMaps that a kustomization generates: only their literals can be followed to a place.

Source: https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/kv/kv.go
"""

from posixpath import basename

from bot.kustomize.accumulation import Accumulation
from bot.kustomize.kustomize_reasons import NOT_FOLLOWED
from bot.kustomize.resources import CONFIG_MAP, Origin, Resource
from bot.kustomize.tree import (
    EMPTY,
    Made,
    Part,
    Table,
    Tree,
    Unknown,
    Written,
    get,
    items,
    known_text,
    put,
    table,
    text,
)
from bot.reason import Reason

_TRUE = frozenset({"true", "yes", "on"})
_QUOTES = frozenset({"'", '"'})


def generate(to: Accumulation, path: str, arguments: Tree, general: Tree) -> None:
    """Add or change the ConfigMap of one entry of `configMapGenerator`.

    Args:
        to: The build.
        path: The kustomization file.
        arguments: The entry.
        general: `generatorOptions`.
    """
    name, namespace = known_text(get(arguments, "name")), known_text(get(arguments, "namespace"))
    literals = [known_text(each) for each in items(get(arguments, "literals")) or () if isinstance(text(each), str)]
    if not name or any("=" not in each for each in literals):
        to.fail("a generated ConfigMap has no name, or a literal that is none")
        return
    new = _config_map(path, arguments, name, namespace)
    switch = get(arguments, "options", "disableNameSuffixHash") or get(general, "disableNameSuffixHash")
    new = new._replace(hashed=known_text(switch) not in _TRUE)
    behavior = known_text(get(arguments, "behavior"))
    if behavior not in {"merge", "replace"}:
        to.add((new,))
        return
    named = to.called(*("", "v1"), new.now)
    if len(named) != 1:
        if not to.open:
            to.fail(f"no one ConfigMap {name} is there to {behavior}")
        return
    old = to.resources[named[0]]
    data = get(new.tree, "data") or EMPTY
    if behavior == "merge":
        data = _both(get(old.tree, "data"), data)
    to.replace(named[0], old._replace(tree=put(old.tree, ("data",), data), hashed=new.hashed))


def _config_map(path: str, arguments: Tree, name: str, namespace: str) -> Resource:
    metadata: dict[str, Tree] = {"name": Made(name)}
    if namespace:
        metadata["namespace"] = Made(namespace)
    entries: dict[str, Tree] = {"apiVersion": Made("v1"), "kind": Made(CONFIG_MAP[1]), "metadata": Table(metadata)}
    tree = Table(entries | {"data": _data(arguments)})
    if isinstance(arguments, Written):
        return Resource.of(tree, Origin(path, arguments.document.index, arguments.route, arguments.node.line))
    return Resource.of(tree, Origin(path, 0, (), 0))


def _data(arguments: Tree) -> Tree:
    if items(get(arguments, "envs")) or get(arguments, "env") is not None:
        return Unknown(NOT_FOLLOWED(what="a ConfigMap is generated from a file of variables"))
    entries: dict[str, Tree] = {}
    for each in items(get(arguments, "files")) or ():
        key, _, file = known_text(each).partition("=")
        entries[key if file else basename(key)] = Unknown(NOT_FOLLOWED(what="a ConfigMap is generated from a file"))
    for each in items(get(arguments, "literals")) or ():
        written = text(each)
        if isinstance(written, Reason) or not isinstance(each, Written):
            return Unknown(NOT_FOLLOWED(what="a ConfigMap is generated from a value that cannot be told"))
        if written:
            key, value = _literal(each, written)
            entries[key] = value
    return Table(entries)


def _literal(whole: Written, written: str) -> tuple[str, Part]:
    key, _, value = written.partition("=")
    quote = value[0] if len(value) > 1 and value[0] == value[-1] and value[0] in _QUOTES else ""
    inner = value[1:-1] if quote else value
    return key, Part(whole, f"{key}={quote}", inner, quote)


def _both(old: Tree | None, new: Tree) -> Tree:
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        return Unknown(NOT_FOLLOWED(what="a ConfigMap is generated from a file"))
    before, after = table(old) or EMPTY, table(new) or EMPTY
    return Table({**before.entries, **after.entries}, before.rest or after.rest)
