"""What a tree builds: as we say, and as the real kustomize says."""

import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest
from kustomize.generated_trees import GeneratedTree

from bot.kustomize.built_object import BuiltObject
from bot.kustomize.files import Files
from bot.kustomize.graph import Graph, Root, read_graph
from bot.kustomize.naming import files_named
from bot.kustomize.needles import is_kustomization, may_matter
from bot.kustomize.tree import Source, Tree, get, known_text, root_of, text
from bot.reason import Reason
from bot.yamltext.reading import read
from bot.yamltext.unreadable import UnreadableYaml

INSTALL = "go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.1"
FIELDS = (
    ("spec", "chart", "spec", "version"),
    ("spec", "chart", "spec", "chart"),
    ("spec", "chart", "spec", "sourceRef", "name"),
    ("spec", "chartRef", "name"),
    ("spec", "ref", "tag"),
    ("spec", "ref", "semver"),
    ("spec", "ref", "digest"),
    ("spec", "url"),
    ("spec", "version"),
)
"""What decides charts and their versions."""

CHARTS = frozenset({"HelmRelease", "OCIRepository", "HelmRepository", "HelmChart"})
HELD = "(held)"
Built: TypeAlias = dict[str, dict[str, str]]
"""Fields by object (`kind namespace/name`), for one root."""


def given(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The bytes that the graph is to be given: what it asks for, and no more."""
    kustomizations = [path for path in files if is_kustomization(path)]
    named = {found for path in kustomizations for found in files_named(path, files[path])}
    return {path: data for path, data in files.items() if path in named or is_kustomization(path) or may_matter(data)}


def graph_of(files: Mapping[str, bytes]) -> Graph:
    return read_graph(Files(tuple(files), given(files)))


def root_at(graph: Graph, folder: str) -> Root:
    [root] = [each for each in graph.roots if each.folder == folder and each.applier is None]
    return root


def as_we_say(root: Root) -> Built | None:
    """The root's objects; None where it says that the build fails."""
    if root.trouble is not None and root.trouble.id == "build-fails":
        return None
    return {_name(each): dict(_fields(each)) for each in root.objects}


def _name(each: BuiltObject) -> str:
    return f"{each.object.kind} {each.object.namespace}/{each.object.name}"


def _fields(each: BuiltObject) -> Iterable[tuple[str, str]]:
    for route in FIELDS:
        found = each.field(*route)
        if found is not None:
            yield ".".join(route), HELD if isinstance(found, Reason) else found.text


def objects_in(output: bytes) -> Built:
    """The charts of what kustomize printed."""
    found = read(output)
    assert not isinstance(found, UnreadableYaml), found
    source = Source(path="", file=found)
    roots = (root_of(source, document) for document in found.documents)
    return {_title(each): dict(_texts(each)) for each in roots if known_text(get(each, "kind")) in CHARTS}


def _title(tree: Tree) -> str:
    kind, namespace, name = (
        known_text(get(tree, *each)) for each in (("kind",), ("metadata", "namespace"), ("metadata", "name"))
    )
    return f"{kind} {namespace}/{name}"


def _texts(tree: Tree) -> Iterable[tuple[str, str]]:
    for route in FIELDS:
        found = text(get(tree, *route))
        if isinstance(found, str):
            yield ".".join(route), found


def program() -> str:
    """The real kustomize."""
    found = shutil.which("kustomize")
    if found is None:
        pytest.skip(f"the real kustomize is not on PATH; `{INSTALL}` installs it")
    return found


def write(files: Mapping[str, bytes], folder: Path) -> None:
    for path, data in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def as_kustomize_says(kustomize: str, folder: Path) -> Built | None:
    """The objects that a folder builds; None where it fails."""
    done = subprocess.run(
        [kustomize, "build", "--load-restrictor", "LoadRestrictionsNone", str(folder)], capture_output=True, check=False
    )
    return objects_in(done.stdout) if done.returncode == 0 else None


def ask(kustomize: str, tree: GeneratedTree, folder: Path) -> dict[str, Built | None]:
    """What kustomize builds of every root of a tree."""
    write(tree.files, folder)
    return {root: as_kustomize_says(kustomize, folder / root) for root in tree.roots}
