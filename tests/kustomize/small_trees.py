"""Small trees, written by hand, and short questions about what is built of them."""

from collections.abc import Mapping

from kustomize.judging import given

from bot.kustomize.built_object import BuiltObject
from bot.kustomize.decisions import Decision, Field
from bot.kustomize.files import Files
from bot.kustomize.graph import Graph, Root, read_graph
from bot.reason import Reason

VERSION = ("spec", "chart", "spec", "version")


def release(name: str = "app", version: str = "1.2.3", *, more: str = "") -> str:
    """A HelmRelease; `more` are lines of `metadata`."""
    return f"""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: {name}
  {more}
spec:
  chart:
    spec: {{chart: app, version: "{version}", sourceRef: {{kind: HelmRepository, name: charts}}}}
"""


def merge(name: str = "app", version: str = "2.0.0") -> str:
    """A strategic merge for a release."""
    return f"""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: {name}}}
spec: {{chart: {{spec: {{version: {version}}}}}}}
"""


def applier(path: str, *, name: str = "apps", spec: str = "") -> str:
    """A Flux Kustomization; `spec` are lines of it."""
    return f"""\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec:
  path: {path}
  sourceRef: {{kind: GitRepository, name: flux-system}}
  {spec}
"""


def config_map(data: str, *, name: str = "settings", namespace: str = "flux-system") -> str:
    """A ConfigMap; `data` is the inside of a flow mapping."""
    return f"""\
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}, namespace: {namespace}}}
data: {{{data}}}
"""


def read(files: Mapping[str, str | bytes], *, links: tuple[str, ...] = ()) -> Graph:
    """The graph of a tree."""
    data = {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
    return read_graph(Files(tuple(data), given(data), links))


def root(files: Mapping[str, str | bytes], folder: str = "app") -> Root:
    """The one root of a folder."""
    [found] = [each for each in read(files).roots if each.folder == folder]
    return found


def trouble(files: Mapping[str, str | bytes], folder: str = "app") -> str:
    """Why the root of a folder is not built: id and sentence."""
    found = root(files, folder).trouble
    return f"{found.id}: {found.sentence}" if found else ""


def only(files: Mapping[str, str | bytes], folder: str = "app") -> BuiltObject:
    """The one object of the root of a folder."""
    found = root(files, folder)
    assert found.trouble is None, found.trouble
    [built] = found.objects
    return built


def names(files: Mapping[str, str | bytes], folder: str = "app") -> list[str]:
    """The objects of the root of a folder."""
    found = root(files, folder)
    assert found.trouble is None, found.trouble
    return [str(each.object) for each in found.objects]


def version(files: Mapping[str, str | bytes], folder: str = "app") -> str:
    """The version of the one release of a folder, with the place that decides it; a reason's id where it is held."""
    return told(only(files, folder).field(*VERSION))


def told(field: Field) -> str:
    """A field in short: value and place, or the reason."""
    match field:
        case Decision(text=text, place=place):
            return f"{text}, {place.id}" if isinstance(place, Reason) else f"{text} at {place}"
        case Reason(id=name):
            return f"({name})"
        case None:
            return ""


def kustomization(*lines: str) -> str:
    """A kustomization with a release beside it, and more lines."""
    return "\n".join(["resources: [release.yaml]", *lines, ""])


def app(*lines: str, **files: str) -> dict[str, str | bytes]:
    """A folder `app` with a release and a kustomization; files by name, `patch_yaml` for `app/patch.yaml`."""
    more = {f"app/{name.replace('_', '.')}": text for name, text in files.items()}
    return {"app/release.yaml": release(), "app/kustomization.yaml": kustomization(*lines), **more}
