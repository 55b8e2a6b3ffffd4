"""Short manifests of Flux's kinds, and small trees of them."""

from collections.abc import Mapping
from pathlib import Path

from bot.flux.files import FileReading, may_concern_flux, read_file
from bot.flux.references import Resolution, resolve
from bot.kustomize.files import Files
from bot.kustomize.graph import read_graph
from bot.model.references import PassedOver, Reference

CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"


def release(name: str = "app", *, version: str = "version: 1.2.3", source: str = "charts", more: str = "") -> str:
    """A HelmRelease with a template; `version` is a line of `spec.chart.spec`, `more` are lines of `spec`."""
    return f"""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: {name}
spec:
  chart:
    spec:
      chart: podinfo
      {version}
      sourceRef: {{kind: HelmRepository, name: {source}}}
  {more}
"""


def user(name: str = "app", *, kind: str = "OCIRepository", source: str = "app", more: str = "") -> str:
    """A HelmRelease with a `chartRef`."""
    return f"""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: {name}
spec:
  chartRef: {{kind: {kind}, name: {source}}}
  {more}
"""


def repository(
    name: str = "app", *, ref: str = "tag: 1.2.3", url: str = "oci://ghcr.io/a/app", more: str = "", namespace: str = ""
) -> str:
    """An OCIRepository; `ref` is the inside of a flow mapping."""
    return f"""\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  url: {url}
  ref:
    {ref}
  {more}
"""


def helm_repository(
    name: str = "charts", *, url: str = "oci://ghcr.io/a", kind: str = "oci", namespace: str = "", more: str = ""
) -> str:
    """A HelmRepository."""
    return f"""\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  url: {url}
  type: {kind}
  {more}
"""


def helm_chart(name: str = "app", *, version: str = "version: 1.2.3", more: str = "") -> str:
    """A HelmChart."""
    return f"""\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmChart
metadata: {{name: {name}}}
spec:
  chart: podinfo
  {version}
  sourceRef: {{kind: HelmRepository, name: charts}}
  {more}
"""


def applied(folder: str, *, kind: str = "GitRepository", source: str = "flux-system") -> str:
    """A Kustomization of Flux."""
    return f"""\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps}}
spec:
  path: ./{folder}
  sourceRef: {{kind: {kind}, name: {source}}}
"""


def together(*documents: str) -> str:
    """One file of several documents."""
    return "---\n".join(documents)


def readings(files: Mapping[str, str | bytes]) -> tuple[FileReading, ...]:
    """What the files of a tree say, those that could not concern Flux left out."""
    return tuple(read_file(path, each) for path, each in _bytes(files).items() if may_concern_flux(path, each))


def _bytes(files: Mapping[str, str | bytes]) -> dict[str, bytes]:
    return {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}


def resolved(files: Mapping[str, str | bytes]) -> Resolution:
    """A tree, built and resolved."""
    return resolve(readings(files), read_graph(Files(frozenset(files), _bytes(files))))


def resolved_folder(folder: Path) -> Resolution:
    """A tree on disk, resolved."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in {".yaml", ".yml"})
    return resolved({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})


def only_reference(files: Mapping[str, str | bytes]) -> Reference:
    """The one reference of a tree that has no other, and nothing passed over."""
    resolution = resolved(files)
    assert not resolution.passed_over, resolution.passed_over
    (reference,) = resolution.references
    return reference


def only_passed_over(files: Mapping[str, str | bytes]) -> PassedOver:
    """The one thing passed over of a tree that has no reference."""
    resolution = resolved(files)
    assert not resolution.references, resolution.references
    (passed_over,) = resolution.passed_over
    return passed_over
