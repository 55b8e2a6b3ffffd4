"""What clusters get of a fleet: as we say, and as the real flate says, which does what Flux does."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from kustomize.generated_clusters import AS_WRITTEN, GeneratedFleet
from kustomize.judging import HELD, graph_of, write

from bot.kustomize.built_object import BuiltObject
from bot.kustomize.decisions import Field
from bot.kustomize.graph import Graph, Root
from bot.reason import Reason

INSTALL = "GOTOOLCHAIN=go1.27.0 go install github.com/home-operations/flate/cmd/flate@v0.6.5"
Releases: TypeAlias = dict[str, str]
"""The version of every HelmRelease (`namespace/name`) of a cluster."""


def program() -> str:
    """The real flate."""
    found = shutil.which("flate")
    if found is None:
        pytest.skip(f"the real flate is not on PATH; `{INSTALL}` installs it")
    return found


def ask(flate: str, fleet: GeneratedFleet, folder: Path) -> dict[str, Releases]:
    """What flate lists of every cluster."""
    write(fleet.files, folder)
    commit(folder)
    return {each: listed(flate, folder, each) for each in fleet.clusters}


def commit(folder: Path) -> None:
    """Make a Git tree of a folder: flate reads nothing else."""
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-C", str(folder))
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "fleet")):
        subprocess.run([*git, *command], check=True)


def listed(flate: str, folder: Path, cluster: str) -> Releases:
    """What flate lists of one cluster of a Git tree."""
    command = [flate, "get", "hr", "-p", cluster, "--no-progress", "--source-retry-attempts", "1", "-o", "json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return {f"{each['namespace']}/{each['name']}": each["version"] for each in json.loads(done.stdout or b"[]")}


def differences(fleet: GeneratedFleet, real: dict[str, Releases]) -> Iterator[str]:
    """Where we say otherwise; a release that flate does not list, for its Kustomization fails, must be held by us."""
    graph = graph_of(fleet.files)
    for cluster, wanted in real.items():
        roots = [each for each in graph.roots if each.cluster == cluster]
        ours = {name: version for root in roots for name, version in releases(root, roots)}
        for name in sorted(ours.keys() | wanted.keys()):
            if name not in ours and _is_moved(name, ours):
                continue
            if name not in ours:
                yield f"{cluster}: {name} is listed, and we do not know it"
            elif name in wanted and ours[name] not in {HELD, wanted[name]}:
                yield f"{cluster}: {name} has {wanted[name]!r}, and we say {ours[name]!r}"
            elif name not in wanted and ours[name] != HELD and not _is_doubted(roots, name):
                yield f"{cluster}: {name} is not listed, and we say {ours[name]!r}"


def _is_moved(name: str, ours: Releases) -> bool:
    """Whether a Kustomization moves what is listed here: flate lists its file as well, as it is written."""
    namespace, _, short = name.partition("/")
    return namespace == AS_WRITTEN and any(each.rpartition("/")[2].endswith(short) for each in ours)


def _is_doubted(roots: list[Root], name: str) -> bool:
    """Whether something is held in the root of a release: it may be what stops the whole Kustomization."""
    found = (root for root in roots if name in dict(releases(root, roots)))
    return any(root.trouble or HELD in dict(releases(root, roots)).values() or _holds(root) for root in found)


def _holds(root: Root) -> bool:
    return any(isinstance(each.field("spec", "ref", "tag"), Reason) for each in root.objects)


def releases(root: Root, roots: list[Root]) -> Iterator[tuple[str, str]]:
    """The releases of one root and their versions, through their sources."""
    for each in root.objects:
        if each.object.kind == "HelmRelease":
            yield f"{each.object.namespace}/{each.object.name}", _version(each, roots)


def _version(release: BuiltObject, roots: list[Root]) -> str:
    source = release.field("spec", "chartRef", "name")
    if source is None:
        return _told(release.field("spec", "chart", "spec", "version"))
    wanted = release.object.namespace, _told(source)
    found = [each for root in roots for each in root.objects if each.object.kind == "OCIRepository"]
    named = [each for each in found if (each.object.namespace, each.object.name) == wanted]
    return _told(named[0].field("spec", "ref", "tag")) if len(named) == 1 else HELD


def _told(field: Field) -> str:
    return HELD if isinstance(field, Reason) else "" if field is None else field.text


def held_share(graph: Graph) -> tuple[int, int]:
    """How many releases there are, and of how many the version is held."""
    clusters = [
        [each for each in graph.roots if each.cluster == name] for name in {each.cluster for each in graph.roots}
    ]
    versions = [version for roots in clusters for root in roots for _, version in releases(root, roots)]
    return len(versions), versions.count(HELD)
