"""Chart versions that other tools read: seen and said, since nobody who looks for them should find silence.

Sources: https://kubectl.docs.kubernetes.io/references/kustomize/builtins/#_helmchartinflationgenerator_,
https://helmfile.readthedocs.io/en/latest/#configuration
"""

from collections.abc import Iterable, Iterator

from bot.flux.manifest import Manifest
from bot.kustomize.needles import is_kustomization
from bot.model.references import PassedOver
from bot.reasons import OTHER_TOOL
from bot.yamltext.nodes import Mapping, Scalar, Sequence

HELM_CHARTS = b"helmCharts"
"""In every kustomization that takes charts by itself."""

_HELMFILE, _HELMFILE_FOLDER = "helmfile.", "helmfile.d"


def is_helmfile(path: str) -> bool:
    """Whether a file is one that Helmfile looks for."""
    *folders, name = path.split("/")
    return name.startswith(_HELMFILE) or folders[-1:] == [_HELMFILE_FOLDER]


def foreign_pins(path: str, manifests: Iterable[Manifest]) -> Iterator[PassedOver]:
    """The charts of a file that another tool installs.

    Args:
        path: The file.
        manifests: Its documents, as if they were objects.
    """
    if is_kustomization(path):
        for manifest in manifests:
            yield from _pins(path, manifest, "helmCharts", "name", "Kustomize's `helmCharts`")
    elif is_helmfile(path):
        for manifest in manifests:
            yield from _pins(path, manifest, "releases", "chart", "Helmfile")


def _pins(path: str, manifest: Manifest, field: str, name: str, tool: str) -> Iterator[PassedOver]:
    items = manifest.node(field)
    for index, item in enumerate(items.values if isinstance(items, Sequence) else ()):
        chart, version = manifest.node(field, index, name), manifest.node(field, index, "version")
        if isinstance(item, Mapping) and isinstance(chart, Scalar) and isinstance(version, Scalar) and version.text:
            reason = OTHER_TOOL(chart=chart.text, version=version.text, tool=tool)
            yield PassedOver(path=path, line=version.line, reason=reason)
