"""Fleets as Flux meets them, made from a seed: clusters with Kustomizations, variables, patches, components.

What a seed gives must not change without need: kept answers of the real program belong to it.
"""

from collections.abc import Mapping
from random import Random

from kustomize.yaml_styles import Styles, Value
from msgspec import Struct

_HELM, _SOURCE = "helm.toolkit.fluxcd.io/v2", "source.toolkit.fluxcd.io/v1"
_FLUX = "kustomize.toolkit.fluxcd.io/v1"
_VERSIONS = ("1.2.3", "1.3.0", "2.0.0", "v2.1.4", "6.5.4", "0.9.1-rc.1", "1.x")
_ODD = ("1.10", ">=1.0.0", "3")
AS_WRITTEN = "as-written"
"""The namespace of objects that no Kustomization moves."""

_NAMES = ("podinfo", "redis", "ingress", "grafana")
_VARIABLES = ("VERSION", "CHART_VERSION", "redis_version", "ZONE")


class GeneratedFleet(Struct, frozen=True, kw_only=True):
    """Files, and the folders of the clusters."""

    files: Mapping[str, bytes]
    clusters: tuple[str, ...]


def generate_fleet(seed: int) -> GeneratedFleet:
    """The fleet of a seed."""
    return _Maker(Random(seed)).make()


class _Maker:
    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.styles = Styles(rng)
        self.files: dict[str, bytes] = {}
        self.objects: list[tuple[str, str]] = []

    def make(self) -> GeneratedFleet:
        self._apps()
        names = self.rng.sample(("dev", "staging", "production"), self.rng.choice((1, 2, 2)))
        for name in names:
            self._cluster(name)
        return GeneratedFleet(files=self.files, clusters=tuple(f"clusters/{each}" for each in names))

    def _version(self) -> str:
        """A version as manifests write it: often with a variable."""
        name, other = self.rng.sample(_VARIABLES, 2)
        version = self.rng.choice(_VERSIONS)
        kinds = (version, version, f"${{{name}}}", f"${{{name}}}", f"${{{name}:={version}}}", f"${{{name}:-{version}}}")
        rare = (
            f"v${{{name}}}",
            f"${{{name}}}-rc1",
            f"${{{name}}}-${{{other}:=x}}",
            f"a$${{{name}}}",
            "a$b",
            f"${{{name}^^}}",
        )
        return self.rng.choice(kinds if self.styles.chance(0.85) else rare)

    def _apps(self) -> None:
        paths = []
        for name in self.rng.sample(_NAMES, self.rng.randint(1, 4)):
            self.files[f"apps/base/{name}.yaml"] = self.styles.file(*self._app(name))
            paths.append(f"{name}.yaml")
        if self.styles.chance(0.5):
            self.files["apps/base/kustomization.yaml"] = self.styles.file({"resources": paths})

    def _app(self, name: str) -> list[Value]:
        source: Value = {"kind": "HelmRepository", "name": "charts"}
        self.objects.append(("HelmRelease", name))
        if self.styles.chance(0.5):
            inner: Value = {"chart": name, "version": self._version(), "sourceRef": source}
            return [self._object(_HELM, "HelmRelease", name, {"interval": "10m", "chart": {"spec": inner}})]
        self.objects[-1] = ("OCIRepository", name)
        oci: Value = {"interval": "10m", "url": f"oci://ghcr.io/charts/{name}", "ref": {"tag": self._version()}}
        user: Value = {"interval": "10m", "chartRef": {"kind": "OCIRepository", "name": name}}
        return [self._object(_SOURCE, "OCIRepository", name, oci), self._object(_HELM, "HelmRelease", name, user)]

    def _object(self, api: str, kind: str, name: str, spec: Value) -> Value:
        metadata: dict[str, Value] = {"name": name, "namespace": AS_WRITTEN}
        if self.styles.chance(0.06):
            switch: Value = {"kustomize.toolkit.fluxcd.io/substitute": "disabled"}
            metadata[self.rng.choice(("annotations", "labels"))] = switch
        return {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec}

    def _cluster(self, name: str) -> None:
        folder = f"clusters/{name}"
        path = self._overlay(name) if self._has_base() and self.styles.chance(0.5) else "./apps/base"
        spec: dict[str, Value] = {
            "interval": "10m",
            "path": path,
            "prune": True,
            "sourceRef": {"kind": "GitRepository", "name": "flux-system"},
        }
        chance = self.styles.chance
        if chance(0.7):
            spec["targetNamespace"] = self.rng.choice(("web", "apps"))
        if chance(0.15):
            spec["namePrefix"] = "x-"
        if chance(0.4):
            spec["patches"] = [self._patch() for _ in range(self.rng.choice((1, 2)))]
        if chance(0.25):
            self._component(name)
            spec["components"] = [f"../../components/{name}"]
        maps = self._post_build(spec)
        documents: list[Value] = [self._flux("apps", spec)]
        if chance(0.3):
            infra = {key: value for key, value in spec.items() if key not in {"patches", "components"}}
            documents.append(self._flux("infra", infra | {"path": "./infra", "dependsOn": [{"name": "apps"}]}))
            self.files.setdefault("infra/map.yaml", self.styles.file(_config_map("other", {"A": "1.2.3"})))
        if maps and chance(0.7):
            documents += maps
        elif maps:
            self.files[f"{folder}/maps.yaml"] = self.styles.file(*maps)
        self.files[f"{folder}/apps.yaml"] = self.styles.file(*documents)
        self._sync(folder)

    def _has_base(self) -> bool:
        return "apps/base/kustomization.yaml" in self.files

    def _sync(self, folder: str) -> None:
        """What `flux bootstrap` writes: a Kustomization that applies the folder in which it lies."""
        source: Value = {"kind": "GitRepository", "name": "flux-system"}
        spec: Value = {"interval": "10m", "path": f"./{folder}", "prune": True, "sourceRef": source}
        self.files[f"{folder}/flux-system/gotk-sync.yaml"] = self.styles.file(self._flux("flux-system", spec))
        self.files[f"{folder}/flux-system/kustomization.yaml"] = self.styles.file({"resources": ["gotk-sync.yaml"]})

    def _flux(self, name: str, spec: Value) -> Value:
        metadata: Value = {"name": name, "namespace": "flux-system"}
        return {"apiVersion": _FLUX, "kind": "Kustomization", "metadata": metadata, "spec": spec}

    def _overlay(self, name: str) -> str:
        body: dict[str, Value] = {"resources": ["../base"]}
        if self.styles.chance(0.6):
            body["patches"] = [self._patch()]
        if self.styles.chance(0.3):
            body["namespace"] = "overlay"
        self.files[f"apps/{name}/kustomization.yaml"] = self.styles.file(body)
        return self.rng.choice((f"./apps/{name}", f"apps/{name}/", f"/apps/{name}"))

    def _component(self, name: str) -> None:
        body: Value = {
            "apiVersion": "kustomize.config.k8s.io/v1alpha1",
            "kind": "Component",
            "patches": [self._patch()],
        }
        self.files[f"components/{name}/kustomization.yaml"] = self.styles.file(body)

    def _patch(self) -> Value:
        kind, name = self.rng.choice(self.objects)
        version = self._version()
        target: Value = {"kind": kind, "name": name}
        if self.styles.chance(0.5):
            route = "/spec/chart/spec/version" if kind == "HelmRelease" else "/spec/ref/tag"
            return {"patch": self.styles.text([{"op": "replace", "path": route, "value": version}]), "target": target}
        change: Value = (
            {"chart": {"spec": {"version": version}}} if kind == "HelmRelease" else {"ref": {"tag": version}}
        )
        api = _HELM if kind == "HelmRelease" else _SOURCE
        metadata: dict[str, Value] = {"name": name}
        if self.styles.chance(0.9):
            metadata["namespace"] = AS_WRITTEN
        patch: Value = {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": change}
        if self.styles.chance(0.5):
            return {"patch": self.styles.text(patch)}
        return {"patch": self.styles.text(patch), "target": {"kind": kind, "name": self.rng.choice((name, ".*"))}}

    def _value(self) -> str:
        return self.rng.choice(_VERSIONS if self.styles.chance(0.98) else _ODD)

    def _values(self) -> dict[str, Value]:
        names = self.rng.sample(_VARIABLES, self.rng.choice((1, 3, 4, 4, 4, 4)))
        return {each: self._value() + ("\n" if self.styles.chance(0.03) else "") for each in names}

    def _post_build(self, spec: dict[str, Value]) -> list[Value]:
        """Variables of a Kustomization; the ConfigMaps that hold some of them."""
        post: dict[str, Value] = {}
        maps: list[Value] = []
        if self.styles.chance(0.95):
            post["substitute"] = self._values()
        sources: list[Value] = []
        for name in self.rng.sample(("settings", "versions"), self.rng.choice((0, 0, 1, 2))):
            sources.append({"kind": "ConfigMap", "name": name})
            maps.append(_config_map(name, self._values()))
        if self.styles.chance(0.05):
            sources.insert(0, {"kind": "ConfigMap", "name": "absent", "optional": True})
        if sources:
            post["substituteFrom"] = sources
        if post:
            spec["postBuild"] = post
        return maps


def _config_map(name: str, data: Mapping[str, Value]) -> Value:
    metadata: Value = {"name": name, "namespace": "flux-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(data)}
