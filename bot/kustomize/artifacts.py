"""ExternalArtifacts: which folders of the tree an ArtifactGenerator copies into one.

Followed where whole folders are copied and stand to each other as they do in the tree: then a path of the artifact is
one of the tree, and bases are found where they are looked for.

Sources: https://github.com/fluxcd/source-watcher/blob/main/docs/spec/v1beta1/artifactgenerators.md and
https://github.com/fluxcd/source-watcher/blob/main/internal/builder/builder.go (`applyCopyOperation`)
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from posixpath import basename, commonprefix, dirname, join, normpath
from typing import NamedTuple

from msgspec import Struct

from bot.kustomize.appliers import Find
from bot.kustomize.decisions import Scope, decide, field_of, plain_text, scope_of
from bot.kustomize.files import Files
from bot.kustomize.kustomize_reasons import NOT_IN_TREE, NOT_PACKED
from bot.kustomize.own_tree import Held, OwnTree, SourceName, folder_of
from bot.kustomize.resources import Origin, Resource, effective
from bot.kustomize.tree import Made as MadeText
from bot.kustomize.tree import get, items, known_text
from bot.reason import Reason

_PATTERN = re.compile(r"[*?\[\]]")
_NO_MANIFEST = re.compile(r"\*\.(?!ya?ml$|json$)[a-z]+")
"""What may be left out of a copy and changes no build: files by an end that no manifest has."""

_DISABLED = "source.extensions.fluxcd.io/reconcile"


class Made(Struct, frozen=True, kw_only=True):
    """One artifact of a generator.

    Attributes:
        generator: As it is built.
        scope: The variables of what applies it.
        index: Which of its artifacts; None where their names cannot be told.
    """

    generator: Resource
    scope: Scope | None
    index: int | None

    def text(self, *route: str | int) -> str | Reason:
        """A field of the artifact."""
        return self.whole("spec", "artifacts", self.index or 0, *route)

    def path(self, copied: int, key: str) -> str | Reason:
        """An end of a copy: any text, for what begins with `@` stands in quotes where Flux puts variables into it."""
        written = get(self.generator.tree, "spec", "artifacts", self.index or 0, "copy", copied, key)
        text = known_text(written)
        if self.generator.doubt or not text.startswith("@"):
            return self.text("copy", copied, key)
        made = plain_text(decide(MadeText(text[1:]), scope_of(self.generator, self.scope)))
        return made if isinstance(made, Reason) else f"@{made}"

    def whole(self, *route: str | int) -> str | Reason:
        """A field of the generator."""
        return plain_text(field_of(self.generator, self.scope, *route))

    def count(self, *route: str | int) -> range:
        """The places of a list of the generator."""
        return range(len(items(get(self.generator.tree, *route)) or ()))


class Generators:
    """ArtifactGenerators by what they make."""

    def __init__(self) -> None:
        """Start empty."""
        self._by_name: dict[str, dict[Origin, Made]] = {}
        self._open: dict[Origin, Made] = {}

    def add(self, generator: Resource, scope: Scope | None) -> None:
        """Note one; a later word about the same object counts."""
        for known in (self._open, *self._by_name.values()):
            known.pop(generator.origin, None)
        whole = Made(generator=generator, scope=scope, index=None)
        for index in whole.count("spec", "artifacts"):
            made = Made(generator=generator, scope=scope, index=index)
            name = made.text("name")
            if isinstance(name, Reason) or whole.whole("spec", "pathPattern"):
                self._open[generator.origin] = whole
            else:
                self._by_name.setdefault(name, {})[generator.origin] = made

    def find(self, source: SourceName) -> tuple[Made, ...]:
        """Those of its namespace that make an artifact, or whose artifacts have names that cannot be told."""
        found = (*self._by_name.get(source.name, {}).values(), *self._open.values())
        return tuple(each for each in found if _is_in(each.generator, source.namespace))

    def nearest(self, path: str, source: SourceName, owned: Callable[[Origin], bool]) -> tuple[Made, ...]:
        """Of those that files write and that may be meant, the ones in the nearest folder to a file."""
        found = tuple(each for each in self.find(source) if owned(each.generator.origin))
        while found and path:
            path = dirname(path)
            near = tuple(each for each in found if not path or each.generator.origin.path.startswith(f"{path}/"))
            if near:
                return near
        return found


def _anybody(_generator: Origin) -> bool:
    return True


def _is_in(generator: Resource, namespace: str) -> bool:
    known = generator.namespace
    return not namespace or not known or effective(known) == effective(namespace)


class Sources:
    """Which folders of a tree Kustomizations apply."""

    def __init__(self, files: Files, own: OwnTree, generators: Iterable[Resource]) -> None:
        """Keep what files tell.

        Args:
            files: The tree.
            own: Which sources are it.
            generators: As files write them: what applies those of a cluster may stand outside of Git.
        """
        self._files, self._own = files, own
        self._applied: Collection[Origin] = ()
        self._clusters: tuple[str, ...] = ()
        self._written = Generators()
        for each in generators:
            self._written.add(each, None)

    def settle(self, applied: Collection[Origin], clusters: Iterable[str]) -> None:
        """Learn whose the generators are that files write: what something applies, and what lies in whose folder."""
        self._applied, self._clusters = applied, tuple(clusters)

    def find(self, kustomization: Resource, source: SourceName, path: str) -> Held | Reason:
        """What folder of the tree a path is, of the source that a Kustomization names, whosever the generator is."""
        return self._find(source, path, lambda: self._written.nearest(kustomization.origin.path, source, _anybody))

    def among(self, built: Generators, cluster: str) -> Find:
        """The same for one cluster: its own generators count, first as they are built.

        Args:
            built: Those that it builds.
            cluster: Its folder. What applies that often stands outside of Git, so a generator in it counts as written.
        """

        def find(kustomization: Resource, source: SourceName, path: str) -> Held | Reason:
            home = kustomization.origin.path

            def owned(generator: Origin) -> bool:
                return self._is_of(generator, cluster, home)

            return self._find(source, path, lambda: built.find(source) or self._written.nearest(home, source, owned))

        return find

    def _is_of(self, generator: Origin, cluster: str, home: str) -> bool:
        """Whether a generator that a file writes is a cluster's: in or above its folder, and no other cluster's."""
        folder = dirname(generator.path)
        near = _is_below(dirname(home), folder) or (bool(cluster) and _is_below(folder, cluster))
        owners = (each for each in (*self._clusters, cluster) if _is_below(folder, each))
        return near and generator not in self._applied and max(owners, key=len, default=cluster) == cluster

    def _find(self, source: SourceName, path: str, made: Callable[[], tuple[Made, ...]]) -> Held | Reason:
        if not source.is_artifact or self._own.packed(source) is not None:
            return self._own.holds(source, path)
        return self._held(source, path, made())

    def _held(self, source: SourceName, path: str, made: tuple[Made, ...]) -> Held | Reason:
        folder = folder_of(path)
        answers = {_held(each, folder, self._own, self._files) for each in made}
        if not answers:
            return NOT_IN_TREE(folder=folder or ".", source=source)
        if len(answers) > 1:
            return NOT_PACKED(source=source, problem="several ArtifactGenerators make it")
        answer = answers.pop()
        return NOT_PACKED(source=source, problem=answer) if isinstance(answer, str) else answer


def _held(made: Made, folder: str, own: OwnTree, files: Files) -> Held | Reason | str:
    """The folder, or what is not followed."""
    if problem := _refusal(made):
        return problem
    copies = [_copy(made, index, own, files) for index in made.count("spec", "artifacts", made.index or 0, "copy")]
    told = [each for each in copies if isinstance(each, _Copy)]
    problem = next((each for each in copies if not isinstance(each, _Copy)), "" if copies else "it copies nothing")
    if problem:
        return problem
    shifts = {_shift(each.here, each.there) for each in told}
    if len(shifts) > 1:
        return "its folders do not stand to each other as they do here"
    folders = tuple(sorted({each.here for each in told}))
    within, of = () if "" in folders else folders, tuple(sorted({each.source for each in told}))
    if not any(_is_below(folder, each.there) for each in told):
        if len(told) == 1 and folders[0] and _is_below(told[0].there, folder):
            return Held(folders[0], within, alone=True, of=of)
        return f"{folder or '.'} is none of the folders that are copied into it, nor below one"
    [(here, there)] = shifts
    beneath = folder[len(there) :].strip("/")
    return Held(join(here, beneath).rstrip("/"), within, of=of)


class _Copy(NamedTuple):
    """A folder of the tree that becomes one of an artifact, and of which source."""

    here: str
    there: str
    source: SourceName


def _refusal(made: Made) -> Reason | str:
    """Why an artifact is made of nothing that can be told."""
    if made.generator.doubt:
        return made.generator.doubt
    if made.whole("spec", "pathPattern"):
        return "its ArtifactGenerator has a `pathPattern`"
    if made.index is None:
        return "its ArtifactGenerator has names that cannot be told"
    if made.whole("metadata", "annotations", _DISABLED) == "disabled":
        return "its ArtifactGenerator is switched off"
    names = [made.whole("spec", "artifacts", each, "name") for each in made.count("spec", "artifacts")]
    if names.count(names[made.index]) > 1:
        return "its ArtifactGenerator makes it twice"
    return ""


def _copy(made: Made, index: int, own: OwnTree, files: Files) -> _Copy | Reason | str:
    """Which folder of the tree becomes which of the artifact; or what is not followed."""
    found = [made.path(index, "from"), made.path(index, "to"), made.text("copy", index, "strategy")]
    if reason := next((each for each in found if isinstance(each, Reason)), None):
        return reason
    taken, to, strategy = (each if isinstance(each, str) else "" for each in found)
    shown = f"the copy of `{taken[:60]}` to `{to[:60]}`"
    alias, _, path = taken.removeprefix("@").partition("/")
    if strategy not in {"", "Overwrite"} or any(_leaves_out(made, index)):
        return f"{shown} does not take all of a folder as it is"
    inner = path == "**" or path.endswith("/**")
    whole = path[:-2] if inner else path
    folder, there = _within(whole), _within(to.removeprefix("@artifact/"))
    if folder is None or there is None or not (taken.startswith("@") and to.startswith("@artifact/")):
        return f"{shown} leads out of a source or an artifact"
    if _PATTERN.search(whole) or (inner and whole != (f"{folder}/" if folder else "")):
        return f"{shown} is not that of a folder"
    source = _source(made, alias)
    if not isinstance(source, SourceName):
        return source
    held = own.holds(source, folder)
    if isinstance(held, Reason):
        return held
    if not files.is_folder(held.folder):
        return f"{shown} finds no folder here"
    return _Copy(held.folder, there if inner else join(there, basename(folder)).rstrip("/"), source)


def _within(path: str) -> str | None:
    """A path of a source or an artifact without what changes nothing; None for one that leads out of it."""
    found = normpath(path) if path else "."
    if found.startswith("/") or found.split("/")[0] == "..":
        return None
    return "" if found == "." else found


def _leaves_out(made: Made, index: int) -> Iterator[bool]:
    route = ("spec", "artifacts", made.index or 0, "copy", index, "exclude")
    for each in made.count(*route):
        pattern = made.whole(*route, each)
        yield isinstance(pattern, Reason) or not _NO_MANIFEST.fullmatch(pattern)


def _source(made: Made, alias: str) -> SourceName | Reason | str:
    """The one source of a generator that an alias means."""
    at = [each for each in made.count("spec", "sources") if made.whole("spec", "sources", each, "alias") == alias]
    if len(at) != 1:
        return f"no one source of its ArtifactGenerator is `{alias[:60]}`"
    found = [made.whole("spec", "sources", at[0], key) for key in ("kind", "namespace", "name")]
    if reason := next((each for each in found if isinstance(each, Reason)), None):
        return reason
    kind, namespace, name = (each if isinstance(each, str) else "" for each in found)
    return SourceName(kind, namespace or made.generator.namespace, name)


def _shift(here: str, there: str) -> tuple[str, str]:
    """The two folders without what both end in: what a path of one is in the other follows from these."""
    ends = [each.split("/")[::-1] if each else [] for each in (here, there)]
    same = len(commonprefix(ends))
    return "/".join(reversed(ends[0][same:])), "/".join(reversed(ends[1][same:]))


def _is_below(folder: str, above: str) -> bool:
    return not above or folder == above or folder.startswith(f"{above}/")
