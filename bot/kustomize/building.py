"""What Kustomize builds of a folder, in its order: resources, generators, components, then what it does to all of them.

Source: https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/internal/target/kusttarget.go
"""

from collections.abc import Iterable, Iterator
from posixpath import basename

from msgspec.structs import replace

from bot.kustomize.accumulation import Accumulation, Budget
from bot.kustomize.doubts import doubt_configurations, doubt_unfollowed
from bot.kustomize.files import Files, inside, is_remote
from bot.kustomize.generating import generate
from bot.kustomize.kustomization import Kustomization, Overlay, Patch, read_kustomization
from bot.kustomize.kustomize_reasons import NOT_FOLLOWED
from bot.kustomize.needles import SUFFIXES, is_kustomization
from bot.kustomize.patching import Patcher
from bot.kustomize.replacing import replace_values
from bot.kustomize.resources import Resource, name_problem, objects_of, opened, read_resource
from bot.kustomize.tree import Tree, get, known_text, put, root_of, table
from bot.reason import Reason

_DEEPEST = 50
_LOCAL = "config.kubernetes.io/local-config"


class Builder:
    """Builds folders of one tree. A folder without an overlay of Flux is built once, whoever includes it."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.budget = Budget.of(len(files.paths))
        self.included: set[str] = set()
        self._patcher = Patcher(files)
        self._built: dict[str, Accumulation] = {}
        self._read: dict[str, Kustomization | Reason | str] = {}

    @property
    def patches(self) -> frozenset[str]:
        """The files that patches came from."""
        return frozenset(self._patcher.read)

    def build(self, folder: str, overlay: Overlay | None = None) -> Accumulation:
        """Build a folder as Flux or `kustomize build` would.

        Args:
            folder: Of the tree.
            overlay: What a Flux Kustomization adds; a folder without a kustomization gets one then.
        """
        done = Accumulation(folder=folder, budget=self.budget)
        kustomization = self._root(folder, overlay)
        if isinstance(kustomization, str | Reason):
            done.fail(kustomization)
            return done
        self._accumulate(kustomization, folder, done, () if overlay and overlay.above else (folder,))
        done.transform(lambda each: None if _is_local(each) else each)
        done.resources = [each for holder in done.resources for each in _opened(holder)]
        return done

    def visit(self, folder: str) -> None:
        """Build a folder for what it includes only."""
        if folder not in self._built:
            kustomization = self._load(folder)
            done = Accumulation(folder=folder, budget=self.budget)
            if isinstance(kustomization, Kustomization) and kustomization.kind == "Component":
                self.included.add(folder)
                self._accumulate(kustomization, folder, Accumulation(folder=folder, budget=self.budget), (folder,))
                return
            if isinstance(kustomization, str | Reason):
                done.fail(kustomization)
            else:
                self._accumulate(kustomization, folder, done, (folder,))
            self._built[folder] = done

    def patched(self, resource: Resource, patches: Iterable[Patch]) -> Resource | None:
        """One object with those of some patches on it that are for it; None where they remove it."""
        done = Accumulation(folder="", budget=self.budget, resources=[resource], open=True)
        for each in patches:
            self._patcher.apply(done, "", each)
        return done.resources[0]._replace(doubt=resource.doubt or done.trouble) if done.resources else None

    def _root(self, folder: str, overlay: Overlay | None) -> Kustomization | Reason | str:
        if overlay is None:
            return self._load(folder)
        if not self.files.is_folder(folder):
            return "the folder does not exist"
        if overlay.above and overlay.components:
            return NOT_FOLLOWED(what="a component is sought from a folder that an artifact does not copy")
        if self.files.kustomizations(folder) and overlay.above:
            found: Kustomization | Reason | str = Kustomization(resources=(f"../{basename(folder)}",))
        elif self.files.kustomizations(folder):
            found = self._load(folder, first=True)
        else:
            found = Kustomization(resources=tuple(self._scan(folder, folder)))
        if not isinstance(found, Kustomization):
            return found
        if overlay.may_lack_components:
            there = (each for each in overlay.components if self._has(folder, each))
            overlay = replace(overlay, components=tuple(there))
        return found.under(overlay)

    def _has(self, folder: str, path: str) -> bool:
        place = inside(folder, path)
        return place is not None and self.files.is_folder(place)

    def _scan(self, folder: str, top: str) -> Iterator[str]:
        """What Flux puts into a kustomization that is not there: folders that have one, and else every YAML file.

        Source: https://github.com/fluxcd/pkg/blob/main/kustomize/kustomize_generator.go (`scanManifests`)
        """
        for path in self.files.entries(folder):
            short = path.removeprefix(f"{top}/") if top else path
            if not self.files.is_folder(path):
                if path.endswith(SUFFIXES):
                    yield f"./{short}"
            elif self.files.kustomizations(path):
                yield f"./{short}"
            else:
                yield from self._scan(path, top)

    def _load(self, folder: str, *, first: bool = False) -> Kustomization | Reason | str:
        if folder not in self._read:
            self._read[folder] = self._load_anew(folder, first=first)
        return self._read[folder]

    def _load_anew(self, folder: str, *, first: bool) -> Kustomization | Reason | str:
        found = self.files.kustomizations(folder)
        if not found:
            return "it has no kustomization file"
        if len(found) > 1 and not first:
            return "it has several kustomization files"
        source = self.files.source(found[0])
        if source is None:
            return f"{found[0]} was not read"
        if isinstance(source, Reason):
            return source
        if not source.file.documents:
            return "its kustomization file is empty"
        return read_kustomization(root_of(source, source.file.documents[0]))

    def _accumulate(self, what: Kustomization, folder: str, to: Accumulation, way: tuple[str, ...]) -> None:
        self._patcher.note(folder, what)
        if problem := what.wrong or what.refused:
            self._note(what, folder)
            to.fail(problem)
            return
        for path in what.resources:
            self._resource(path, folder, to, way)
        if what.config_maps:
            home = self.files.kustomizations(folder)[0]
            for arguments in what.config_maps:
                generate(to, home, arguments, what.generator_options)
        for field in what.generates:
            to.remark(f"{folder or '.'} has `{field}`, which makes objects")
        for path in what.components:
            self._component(path, folder, to, way)
        if to.trouble is None:
            self._transform(what, folder, to)

    def _note(self, what: Kustomization, folder: str) -> None:
        """Note what a kustomization includes that is not built: no root of its own, whatever becomes of this one."""
        places = (inside(folder, path) for path in (*what.resources, *what.components) if not is_remote(path))
        self.included |= {each for each in places if each is not None and self.files.is_folder(each)} - {folder}

    def _resource(self, path: str, folder: str, to: Accumulation, way: tuple[str, ...]) -> None:
        if is_remote(path):
            to.remark(f"{folder or '.'} includes objects of another place")
            return
        place = inside(folder, path)
        if place is None:
            to.fail(f"{path} lies outside of the repository")
        elif place in self.files.paths:
            self._file(place, to)
        elif self.files.is_folder(place):
            self._folder(place, to, way)
        else:
            to.fail(self.files.absence(place, path))

    def _file(self, path: str, to: Accumulation) -> None:
        if is_kustomization(path):
            to.fail(f"{path} stands among the resources, and is no object")
            return
        source = self.files.source(path)
        if source is None:
            if path in self.files.large:
                to.remark(f"{path} is too large to be read")
            return
        if isinstance(source, Reason):
            to.fail(source)
            return
        for document in source.file.documents:
            found = [read for each in objects_of(source, document) if (read := read_resource(each))]
            for problem in filter(None, map(name_problem, found)):
                to.remark(f"{path}: {problem}")
            to.add(each for each in found if not name_problem(each))

    def _folder(self, folder: str, to: Accumulation, way: tuple[str, ...]) -> None:
        if _is_above(folder, way):
            to.fail(f"{folder or '.'} includes itself")
            return
        self.included.add(folder)
        if folder not in self._built:
            done = Accumulation(folder=folder, budget=self.budget)
            kustomization = self._load(folder)
            if isinstance(kustomization, str | Reason):
                done.fail(kustomization)
            elif kustomization.kind == "Component":
                done.fail("a Component stands among the resources")
            elif len(way) > _DEEPEST:
                done.fail(f"more than {_DEEPEST} folders include each other")
            else:
                self._accumulate(kustomization, folder, done, (*way, folder))
            self._built[folder] = done
        to.absorb(self._built[folder])

    def _component(self, path: str, folder: str, to: Accumulation, way: tuple[str, ...]) -> None:
        if is_remote(path):
            doubt_unfollowed(to, f"{folder or '.'} has a component of another place")
            to.open = True
            return
        place = inside(folder, path)
        if place is None or not self.files.is_folder(place):
            to.fail(self.files.absence(place or "", f"the component {path}"))
            return
        self.included.add(place)
        kustomization = self._load(place)
        if isinstance(kustomization, str | Reason):
            to.fail(kustomization)
        elif kustomization.kind != "Component":
            to.fail(f"{place} is no Component")
        elif _is_above(place, way) or len(way) > _DEEPEST:
            to.fail(f"{place} includes itself")
        else:
            self._accumulate(kustomization, place, to, (*way, place))

    def _transform(self, what: Kustomization, folder: str, to: Accumulation) -> None:
        for entry in what.strategic:
            self._patcher.apply_strategic(to, folder, entry)
        for patch in what.patches:
            self._patcher.apply(to, folder, patch)
        if what.namespace:
            to.transform(lambda each: each.remembering().placed(what.namespace))
            to.check_names()
        if what.prefix:
            to.transform(lambda each: _renamed(each, what.prefix + each.name))
        if what.suffix:
            to.transform(lambda each: _renamed(each, each.name + what.suffix))
        if what.labels:
            to.transform(lambda each: _marked(each, "labels", what.labels))
        if what.annotations:
            to.transform(lambda each: _marked(each, "annotations", what.annotations))
        for patch in what.json_patches:
            self._patcher.apply(to, folder, patch, operations_only=True)
        replace_values(to, self.files, folder, what)
        doubt_configurations(to, self.files, folder, what)
        for name in what.unfollowed:
            doubt_unfollowed(to, f"{folder or '.'} has `{name}`")


def _is_above(folder: str, way: tuple[str, ...]) -> bool:
    """Whether a folder is, or holds, one that is being built: Kustomize calls both a cycle."""
    return not folder or any(each == folder or each.startswith(f"{folder}/") for each in way)


def _renamed(resource: Resource, name: str) -> Resource:
    return resource if resource.is_namespace else resource.remembering().named(name)


def _marked(resource: Resource, field: str, pairs: tuple[tuple[str, Tree], ...]) -> Resource:
    tree = resource.tree
    for key, value in pairs:
        tree = put(tree, ("metadata", field, key), value)
    return resource._replace(tree=tree)


def _opened(holder: Resource) -> tuple[Resource, ...]:
    inner = opened(holder)
    return inner if inner == (holder,) else tuple(each for each in inner if each.may_decide)


def _is_local(resource: Resource) -> bool:
    """Whether an object is there for Kustomize only."""
    found = table(get(resource.tree, "metadata", "annotations"))
    return found is not None and _LOCAL in found.entries and known_text(found.entries[_LOCAL]) != "false"
