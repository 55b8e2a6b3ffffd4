"""Which files a build may need, by their names and bytes only: loaded with every scan, so it is light."""

from typing import Final

FILE_NAMES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""What a kustomization file is called: https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/konfig/general.go."""

SUFFIXES: Final = (".yaml", ".yml")
"""What files are called that Flux applies without a kustomization."""

FLUX_INSTANCE: Final = b"FluxInstance"
"""What is written in every file that begins a cluster with the Flux Operator."""

_NEEDLES = (
    b"toolkit.fluxcd.io",
    b"ConfigMap",
    b"Secret",
    b"kind: Namespace",
    b"${",
    FLUX_INSTANCE,
    b"ArtifactGenerator",
    b"oci://",
    b"HelmRepository",
    b"OCIRepository",
    b"HelmChart",
)


def is_kustomization(path: str) -> bool:
    """Whether a file is one that Kustomize looks for in a folder."""
    return path.rpartition("/")[2] in FILE_NAMES


def may_matter(data: bytes) -> bool:
    """Whether a file may hold an object that is followed through builds: read those, and what kustomizations name."""
    return any(needle in data for needle in _NEEDLES)
