"""What a golden tree builds: as we say, and as the real kustomize and flate say.

`built.txt` keeps what the programs said: one value a line, `old -> new` where our edits change it.
`python -m golden.builds FOLDER…` (with the repository and `tests` on PYTHONPATH, and both programs on PATH) writes it,
`verdicts.txt` and `after` anew: read the difference before it is committed.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from golden.stories import HERE, after, before, changed, verdicts
from kustomize.flux_judging import commit, listed
from kustomize.judging import HELD, Built, as_kustomize_says, as_we_say, given, graph_of, write

from bot.kustomize.built_object import BuiltObject
from bot.kustomize.decisions import Field
from bot.kustomize.files import Files
from bot.kustomize.graph import Graph, Root, read_graph
from bot.reason import Reason

FAILS, NOTHING = "fails", "nothing"
Values: TypeAlias = dict[str, str]
"""By program and root, object and field."""

_FLUX = b"kustomize.toolkit.fluxcd.io/v1"
_DULL = frozenset({"spec.chart.spec.chart", "spec.chart.spec.sourceRef.name"})
_LONGEST = 20


def as_we_build(files: Mapping[str, bytes]) -> Values:
    """What the roots and clusters of a tree build, as we say."""
    found: Values = {}
    for root in _plain_roots(files):
        found |= _of_root(root.folder, as_we_say(root))
    graph = graph_of(files)
    return found | {key: value for cluster in _clusters(graph) for key, value in _of_cluster(cluster, graph)}


def as_programs_build(files: Mapping[str, bytes], kustomize: str, flate: str) -> Values:
    """What the real programs build of the same roots and clusters."""
    found: Values = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write(files, folder)
        for root in _plain_roots(files):
            found |= _of_root(root.folder, as_kustomize_says(kustomize, folder / root.folder))
        commit(folder)
        for cluster in _clusters(graph_of(files)):
            found |= _listed(flate, folder, cluster)
    return found


def as_text(old: Values, new: Values) -> str:
    """The text of `built.txt`."""
    return "".join(f"{key}: {_both(old, new, key)}\n" for key in sorted(old.keys() | new.keys()))


def kept(name: str) -> tuple[Values, Values]:
    """The values of `built.txt`, before and after the edit."""
    old: Values = {}
    new: Values = {}
    for line in (HERE / name / "built.txt").read_text(encoding="utf-8").splitlines():
        key, _, both = line.rpartition(": ")
        first, _, second = both.partition(" -> ")
        old[key], new[key] = first, second or first
    return old, new


def _both(old: Values, new: Values, key: str) -> str:
    first, second = old.get(key, NOTHING), new.get(key, NOTHING)
    return first if first == second else f"{first} -> {second}"


def _plain_roots(files: Mapping[str, bytes]) -> tuple[Root, ...]:
    """What `kustomize build` is asked about: it knows no Flux Kustomizations, and shall fetch nothing."""
    told = {path: data for path, data in given(files).items() if _FLUX not in data}
    return tuple(root for root in read_graph(Files(tuple(files), told)).roots if not root.remarks)


def _of_root(folder: str, built: Built | None) -> Values:
    if built is None:
        return {f"kustomize {folder}": FAILS}
    return {
        f"kustomize {folder} {name} {field}": shortened(value)
        for name, fields in built.items()
        for field, value in fields.items()
        if field not in _DULL
    }


def _clusters(graph: Graph) -> list[str]:
    return sorted({root.cluster for root in graph.roots if root.applier})


def _listed(flate: str, folder: Path, cluster: str) -> Values:
    """The releases of a cluster; flate lists those of bases, as they stand there, besides, without a namespace."""
    found = listed(flate, folder, cluster)
    return {
        f"flate {cluster} HelmRelease {name}": shortened(version)
        for name, version in found.items()
        if not name.startswith("/")
    }


def _of_cluster(cluster: str, graph: Graph) -> Iterator[tuple[str, str]]:
    """The releases of a cluster: those of suspended and broken Kustomizations are not listed."""
    roots = [root for root in graph.roots if root.cluster == cluster and not root.suspended and not root.trouble]
    for root in roots:
        for each in root.objects:
            if each.object.kind == "HelmRelease":
                name = f"{_namespace(each, root)}/{each.object.name}"
                yield f"flate {cluster} HelmRelease {name}", shortened(_version(each, root, roots))


def _namespace(each: BuiltObject, root: Root) -> str:
    """Where none is written, flate takes that of the Kustomization."""
    return each.object.namespace or (root.applier.namespace if root.applier else "")


def _version(release: BuiltObject, home: Root, roots: Iterable[Root]) -> str:
    name = _told(release.field("spec", "chartRef", "name"))
    if not name:
        return _told(release.field("spec", "chart", "spec", "version"))
    wanted = _told(release.field("spec", "chartRef", "namespace")) or _namespace(release, home), name
    sources = ((each, root) for root in roots for each in root.objects if each.object.kind == "OCIRepository")
    found = [each for each, root in sources if (_namespace(each, root), each.object.name) == wanted]
    return _ref(found[0]) if len(found) == 1 else HELD


def _ref(source: BuiltObject) -> str:
    found = (_told(source.field("spec", "ref", key)) for key in ("digest", "semver", "tag"))
    return next(filter(None, found), "")


def _told(field: Field) -> str:
    return HELD if isinstance(field, Reason) else "" if field is None else field.text


def shortened(text: str) -> str:
    """A digest is one repeated sign, so that its beginning says it all."""
    return text[:_LONGEST] if text.startswith("sha256:") else text


def _write_anew(name: str) -> None:
    kustomize, flate = (shutil.which(program) for program in ("kustomize", "flate"))
    assert kustomize, "kustomize must be on PATH"
    assert flate, "flate must be on PATH"
    folder = HERE / name
    shutil.rmtree(folder / "after", ignore_errors=True)
    write(changed(name), folder / "after")
    (folder / "verdicts.txt").write_text(verdicts(name), encoding="utf-8")
    old, new = (as_programs_build(files, kustomize, flate) for files in (before(name), after(name)))
    (folder / "built.txt").write_text(as_text(old, new), encoding="utf-8")


if __name__ == "__main__":
    for each in sys.argv[1:]:
        _write_anew(each)
