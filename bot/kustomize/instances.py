"""FluxInstances of the Flux Operator: each makes a source and a Kustomization, with which a cluster begins.

Source: https://github.com/controlplaneio-fluxcd/flux-operator/blob/main/internal/builder/templates.go (`syncTmpl`)
"""

from bot.kustomize.building import Builder
from bot.kustomize.kustomization import read_patches
from bot.kustomize.resources import FLUX_KUSTOMIZATION, GIT_REPOSITORY, OCI_REPOSITORY, Resource
from bot.kustomize.tree import EMPTY, Made, Table, Tree, get, known_text, table

_NAMESPACE = "flux-system"
"""Where an instance lies whose namespace nobody writes: that of the operator, as it is installed."""


def kustomization_of(instance: Resource, builder: Builder) -> Resource | None:
    """The Kustomization that an instance makes, with the instance's patches on it; None where it syncs nothing."""
    sync = get(instance.tree, "spec", "sync")
    if table(sync) is None:
        return None
    source = Table({"kind": get(sync, "kind") or EMPTY, "name": Made(_name(instance))})
    spec = {"path": get(sync, "path") or EMPTY, "sourceRef": source}
    patches = read_patches(get(instance.tree, "spec", "kustomize", "patches"))
    return builder.patched(_made(instance, FLUX_KUSTOMIZATION, spec), patches)


def repository_of(instance: Resource) -> Resource | None:
    """The GitRepository or OCIRepository that an instance makes; None where it makes another source, or none."""
    sync = get(instance.tree, "spec", "sync")
    kind = next((each for each in (GIT_REPOSITORY, OCI_REPOSITORY) if each[1] == known_text(get(sync, "kind"))), None)
    if kind is None:
        return None
    return _made(instance, kind, {key: get(sync, key) or EMPTY for key in ("url", "ref")})


def _name(instance: Resource) -> str:
    return known_text(get(instance.tree, "spec", "sync", "name")) or instance.namespace or _NAMESPACE


def _made(instance: Resource, api: tuple[str, str], spec: dict[str, Tree]) -> Resource:
    group, kind = api
    names = {"name": Made(_name(instance)), "namespace": Made(instance.namespace or _NAMESPACE)}
    tree = Table(
        {"apiVersion": Made(f"{group}/v1"), "kind": Made(kind), "metadata": Table(dict(names)), "spec": Table(spec)}
    )
    return Resource.of(tree, instance.origin)._replace(doubt=instance.doubt)
