"""Trees as kustomize meets them, made from a seed: bases, overlays on overlays, components, every kind of patch.

What a seed gives must not change without need: kept answers of the real program belong to it (see `kept_answers`).
"""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from random import Random

from kustomize.yaml_styles import Raw, Styles, Value
from msgspec import Struct

_HELM, _SOURCE = "helm.toolkit.fluxcd.io/v2", "source.toolkit.fluxcd.io/v1"
_VERSIONS = ("1.2.3", "1.3.0", "2.0.0", "v2.1.4", "6.5.4", "0.9.1-rc.1", "1.x", ">=1.0.0 <2.0.0", "1.10", "3", "*")
_NAMES = ("podinfo", "redis", "ingress", "grafana", "loki", "vault", "pod-info", "api")
_DIGESTS = ("sha256:" + "ab" * 32, "sha256:" + "01" * 32)


class GeneratedTree(Struct, frozen=True, kw_only=True):
    """A tree and the folders that nobody includes.

    Attributes:
        files: Bytes by path.
        roots: The folders.
        unfollowed: It uses something that is not followed, and so holds more than others.
    """

    files: Mapping[str, bytes]
    roots: tuple[str, ...]
    unfollowed: bool


@dataclass(slots=True, kw_only=True)
class _Object:
    """What the generator knows of an object: its first and present name, and how its version is written."""

    kind: str
    api: str
    first: tuple[str, str]
    now: tuple[str, str]
    labels: dict[str, str] = field(default_factory=dict)
    fields: frozenset[tuple[str, ...]] = frozenset()


def generate(seed: int) -> GeneratedTree:
    """The tree of a seed."""
    return _Maker(Random(seed)).make()


class _Maker:
    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.styles = Styles(rng)
        self.files: dict[str, bytes] = {}
        self.number = 0
        self.unfollowed = False

    def make(self) -> GeneratedTree:
        chance, rng = self.styles.chance, self.rng
        base = self._base("apps/base")
        lowest = "base"
        if chance(0.25):
            lowest = "middle"
            base = self._layer("apps/middle", ["../base"], base, depth=1)
        roots: list[str] = []
        for name in rng.sample(("dev", "staging", "production"), rng.choice((1, 2, 2, 3))):
            objects = self._layer(f"apps/{name}", [f"../{lowest}"], base, depth=2)
            if chance(0.25):
                folder = f"clusters/{name}"
                self._layer(folder, [f"../../apps/{name}"], objects, depth=3)
                roots.append(folder)
            else:
                roots.append(f"apps/{name}")
        if chance(0.15) and len(roots) > 1:
            self._kustomization("fleet", {"resources": [f"../{each}" for each in roots]})
            roots = ["fleet"]
        return GeneratedTree(files=self.files, roots=tuple(roots), unfollowed=self.unfollowed)

    def next(self) -> int:
        self.number += 1
        return self.number

    def version(self) -> str:
        """A version; at times one that is a number to YAML, or has an anchor."""
        match self.rng.random():
            case share if share < 0.01:
                return Raw(self.rng.choice(("1.10", "3", "1e3")))
            case share if share < 0.03:
                return Raw("&version 4.5.6")
            case _:
                return self.rng.choice(_VERSIONS)

    # Bases

    def _base(self, folder: str) -> list[_Object]:
        objects: list[_Object] = []
        paths: list[str] = []
        names = self.rng.sample(_NAMES, self.rng.randint(1, 4))
        namespace = self.rng.choice(("", "", "apps", "flux-system"))
        for name in names:
            made = self._app(name, namespace if self.styles.chance(0.7) else "")
            objects += [each for each, _ in made]
            path = self.rng.choice((f"{name}.yaml", f"{name}/release.yaml", f"{name}.yml"))
            documents = [body for _, body in made]
            if self.styles.chance(0.12):
                documents = [{"apiVersion": "v1", "kind": "List", "items": documents}]
            if self.styles.chance(0.2):
                documents.append(_deployment(name))
            self.files[f"{folder}/{path}"] = self.styles.file(*documents)
            if "/" in path and self.styles.chance(0.4):
                below: Value = {"resources": ["release.yaml"]}
                self.files[f"{folder}/{name}/kustomization.yaml"] = self.styles.file(below)
                path = name
            paths.append(self.rng.choice((path, f"./{path}")))
        self._kustomization(folder, {"resources": paths})
        return objects

    def _app(self, name: str, namespace: str) -> list[tuple[_Object, Value]]:
        match self.rng.choice(("chart", "chart", "reference", "reference", "helm-chart")):
            case "chart":
                return [self._release(name, namespace)]
            case "reference":
                return [self._repository(name, namespace), self._user(name, namespace)]
            case _:
                return [self._helm_chart(name, namespace)]

    def _object(self, kind: str, api: str, name: str, namespace: str, spec: Value) -> tuple[_Object, Value]:
        labels = {"app": name, "tier": self.rng.choice(("web", "data"))} if self.styles.chance(0.4) else {}
        metadata: dict[str, Value] = {"name": name}
        if namespace:
            metadata["namespace"] = namespace
        if labels:
            metadata["labels"] = dict(labels)
        if self.styles.chance(0.05):
            metadata["annotations"] = {"config.kubernetes.io/local-config": self.rng.choice(("true", "false"))}
        body: Value = {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec}
        place = namespace, name
        return _Object(kind=kind, api=api, first=place, now=place, labels=labels, fields=_fields(spec)), body

    def _release(self, name: str, namespace: str) -> tuple[_Object, Value]:
        inner: dict[str, Value] = {"chart": name, "sourceRef": {"kind": "HelmRepository", "name": "charts"}}
        if self.styles.chance(0.85):
            inner["version"] = self.version()
        again = Raw("*version") if str(inner.get("version")).startswith("&") else "1.2.3"
        spec: Value = {"interval": "10m", "chart": {"spec": inner}, "values": {"image": {"tag": again}}}
        return self._object("HelmRelease", _HELM, name, namespace, spec)

    def _user(self, name: str, namespace: str) -> tuple[_Object, Value]:
        spec: Value = {"interval": "10m", "chartRef": {"kind": "OCIRepository", "name": name}}
        return self._object("HelmRelease", _HELM, name, namespace, spec)

    def _repository(self, name: str, namespace: str) -> tuple[_Object, Value]:
        spec: dict[str, Value] = {"interval": "10m", "url": f"oci://ghcr.io/charts/{name}"}
        if self.styles.chance(0.9):
            spec["ref"] = self._ref()
        return self._object("OCIRepository", _SOURCE, name, namespace, spec)

    def _ref(self) -> dict[str, Value]:
        key = self.rng.choice(("tag", "tag", "semver"))
        ref: dict[str, Value] = {key: self.version()}
        if self.styles.chance(0.2):
            ref["digest"] = self.rng.choice(_DIGESTS)
        return ref

    def _helm_chart(self, name: str, namespace: str) -> tuple[_Object, Value]:
        spec: Value = {
            "chart": name,
            "version": self.version(),
            "sourceRef": {"kind": "HelmRepository", "name": "charts"},
        }
        return self._object("HelmChart", _SOURCE, name, namespace, spec)

    # Layers

    def _kustomization(self, folder: str, body: dict[str, Value], *, kind: str = "Kustomization") -> None:
        version = "v1alpha1" if kind == "Component" else "v1beta1"
        head: dict[str, Value] = {"apiVersion": f"kustomize.config.k8s.io/{version}", "kind": kind}
        if kind != "Component" and self.styles.chance(0.3):
            head = {}
        names = ("kustomization.yaml",) * 8 + ("kustomization.yml", "Kustomization")
        self.files[f"{folder}/{self.rng.choice(names)}"] = self.styles.file(head | body)

    def _layer(self, folder: str, below: list[str], objects: list[_Object], *, depth: int) -> list[_Object]:
        """An overlay on objects; what it makes of them."""
        objects = [copy(each) for each in objects]
        body: dict[str, Value] = {"resources": [*below]}
        chance = self.styles.chance
        if chance(0.3):
            body["components"] = [self._component(folder, objects)]
        self._patches(folder, body, objects, self.rng.choice((0, 1, 1, 2, 3)))
        if chance(0.25):
            name = f"extra-{self.next()}"
            made = self._app(name, "")
            self.files[f"{folder}/{name}.yaml"] = self.styles.file(*(each for _, each in made))
            body["resources"] = [*below, f"{name}.yaml"]
            objects += [each for each, _ in made]
        self._names(body, objects, depth)
        if chance(0.12):
            self._labels(body)
        if chance(0.1):
            body["configMapGenerator"] = [{"name": f"settings-{self.next()}", "literals": ["CHART=1.2.3", "a='b'"]}]
        if chance(0.04):
            self._fault(folder, body)
        if chance(0.04):
            self._unfollowed(body)
        pairs = list(body.items())
        self.rng.shuffle(pairs)
        self._kustomization(folder, dict(pairs))
        return objects

    def _names(self, body: dict[str, Value], objects: list[_Object], depth: int) -> None:
        namespace = prefix = suffix = ""
        if self.styles.chance(0.4):
            body["namespace"] = namespace = self.rng.choice(("apps", "web", f"ns{depth}"))
        if self.styles.chance(0.2):
            body["namePrefix"] = prefix = self.rng.choice(("dev-", "x-"))
        if self.styles.chance(0.15):
            body["nameSuffix"] = suffix = self.rng.choice(("-eu", "-2"))
        for each in objects:
            each.now = namespace or each.now[0], f"{prefix}{each.now[1]}{suffix}"

    def _labels(self, body: dict[str, Value]) -> None:
        match self.rng.choice(("commonLabels", "labels", "commonAnnotations")):
            case "labels":
                body["labels"] = [{"pairs": {"tier": "data", "team": "a"}, "includeSelectors": False}]
            case key:
                body[key] = {"tier": "data"}

    def _component(self, folder: str, objects: list[_Object]) -> str:
        name = f"components/c{self.next()}"
        body: dict[str, Value] = {}
        self._patches(name, body, objects, self.rng.choice((1, 2)))
        if self.styles.chance(0.3):
            self._names(body, objects, 9)
        if self.styles.chance(0.2):
            made = self._app(f"part-{self.next()}", "")
            self.files[f"{name}/part.yaml"] = self.styles.file(*(each for _, each in made))
            body["resources"] = ["part.yaml"]
            objects += [each for each, _ in made]
        if not body:
            body["namePrefix"] = ""
        self._kustomization(name, body, kind="Component")
        return "/".join(".." for _ in folder.split("/")) + f"/{name}"

    def _unfollowed(self, body: dict[str, Value]) -> None:
        self.unfollowed = True
        release: Value = {"kind": "HelmRelease"}
        source: Value = {"kind": "HelmRelease", "fieldPath": "metadata.name"}
        target: Value = {"select": release, "fieldPaths": ["spec.chart.spec.version"], "options": {"create": False}}
        match self.rng.choice(("replacements", "images", "annotations")):
            case "replacements":
                body["replacements"] = [{"source": source, "targets": [target]}]
            case "images":
                body["images"] = [{"name": "nginx", "newTag": "1.2.3"}]
            case _:
                body["buildMetadata"] = ["originAnnotations"]

    def _fault(self, folder: str, body: dict[str, Value]) -> None:
        """Something at which kustomize stops, mostly."""
        match self.rng.choice(("resource", "patch", "cycle", "twice", "target", "field", "kind")):
            case "resource":
                body["resources"] = [*_list(body, "resources"), "absent.yaml"]
            case "patch":
                body["patches"] = [*_list(body, "patches"), {"path": "absent-patch.yaml"}]
            case "cycle":
                body["resources"] = [*_list(body, "resources"), f"../{folder.rpartition('/')[2]}"]
            case "twice":
                body["resources"] = [*_list(body, "resources"), *_list(body, "resources")]
            case "target":
                merge: Value = {"apiVersion": _HELM, "kind": "HelmRelease", "metadata": {"name": "nobody"}}
                body["patches"] = [*_list(body, "patches"), {"patch": self.styles.text(merge)}]
            case "field":
                body["resourcess"] = ["a"]
            case _:
                body["kind"] = "Kustomisation"

    # Patches

    def _patches(self, folder: str, body: dict[str, Value], objects: list[_Object], count: int) -> None:
        for _ in range(count):
            wanted = [each for each in objects if each.fields]
            if not wanted:
                return
            chosen = self.rng.choice(wanted)
            makers: tuple[Callable[[str, dict[str, Value], _Object], None], ...]
            makers = (self._merge_named, self._merge_targeted, self._operations, self._operations, self._legacy)
            self.rng.choice(makers)(folder, body, chosen)

    def _change(self, chosen: _Object) -> Value:
        """A partial spec with another version."""
        version: Value = self.version()
        if self.styles.chance(0.03):
            version = Raw("null")
        match chosen.kind:
            case "HelmRelease":
                inner: dict[str, Value] = {"version": version}
                if self.styles.chance(0.1):
                    inner["sourceRef"] = {"name": "mirror"}
                return {"chart": {"spec": inner}, "values": {"replicas": 2}}
            case "OCIRepository":
                if self.styles.chance(0.2):
                    return {"ref": {"tag": Raw("null"), "semver": self.version()}}
                if self.styles.chance(0.1):
                    return {"ref": {"$patch": "replace", "digest": self.rng.choice(_DIGESTS)}}
                return {"ref": {"tag": version}}
            case _:
                return {"version": version}

    def _merge(self, chosen: _Object, *, name: str, namespace: str) -> Value:
        metadata: dict[str, Value] = {"name": name}
        if namespace:
            metadata["namespace"] = namespace
        if self.styles.chance(0.04):
            return {"apiVersion": chosen.api, "kind": chosen.kind, "metadata": metadata, "$patch": "delete"}
        return {"apiVersion": chosen.api, "kind": chosen.kind, "metadata": metadata, "spec": self._change(chosen)}

    def _merge_named(self, folder: str, body: dict[str, Value], chosen: _Object) -> None:
        namespace, name = self.rng.choice((chosen.first, chosen.now, chosen.now))
        patch = self._merge(chosen, name=name, namespace=namespace)
        if self.styles.chance(0.1):
            self._merge_several(folder, body, chosen, patch)
        elif self.styles.chance(0.3):
            entry: Value
            if self.styles.chance(0.5):
                entry = self._file_of(folder, patch)
            else:
                text = self.styles.text(patch)
                entry = text if "\n" in text else f"{text}\n"
            body["patchesStrategicMerge"] = [*_list(body, "patchesStrategicMerge"), entry]
        else:
            body["patches"] = [*_list(body, "patches"), self._entry(folder, patch, None)]

    def _merge_several(self, folder: str, body: dict[str, Value], chosen: _Object, first: Value) -> None:
        """Two patches in one file, and the second wins."""
        namespace, name = chosen.now
        path = self._file_of(folder, first, self._merge(chosen, name=name, namespace=namespace))
        if self.styles.chance(0.5):
            body["patches"] = [*_list(body, "patches"), {"path": path}]
        else:
            body["patchesStrategicMerge"] = [*_list(body, "patchesStrategicMerge"), path]

    def _merge_targeted(self, folder: str, body: dict[str, Value], chosen: _Object) -> None:
        patch = self._merge(chosen, name=self.rng.choice((chosen.now[1], "ignored")), namespace="")
        body["patches"] = [*_list(body, "patches"), self._entry(folder, patch, self._target(chosen))]

    def _target(self, chosen: _Object) -> dict[str, Value]:
        target: dict[str, Value] = {"kind": chosen.kind}
        name = self.rng.choice((chosen.first, chosen.now))[1]
        if self.styles.chance(0.3):
            group, _, version = chosen.api.partition("/")
            target |= {"group": group, "version": version}
        match self.rng.choice(("name", "name", "name", "start", "any", "label", "kind", "namespace", "pattern")):
            case "name":
                target["name"] = name
            case "pattern":
                pattern = self.rng.choice((f"{name}|nothing", f"[a-z]+{name[-1]}", f"{name[:-1]}.?", f"^{name}$"))
                target |= {
                    "name": pattern,
                    "kind": self.rng.choice((chosen.kind, f"{chosen.kind[:4]}.*{chosen.kind[4:]}")),
                }
                target |= self.rng.choice(({}, {"version": "v[0-9]"}, {"group": ".*fluxcd.io"}, {"namespace": ".*"}))
            case "start":
                target["name"] = f"{name[:3]}.*"
            case "any":
                target["name"] = ".*"
            case "label" if chosen.labels:
                key, value = self.rng.choice(sorted(chosen.labels.items()))
                selectors = (f"{key}={value}", f"{key} in ({value}, other)", f"{key}!=nothing", key, f"!{key}")
                target["labelSelector"] = self.rng.choice(selectors)
            case "namespace" if chosen.now[0]:
                target |= {"namespace": chosen.now[0], "name": name}
            case _:
                pass
        return target

    def _operations(self, folder: str, body: dict[str, Value], chosen: _Object) -> None:
        entry = self._entry(folder, self._steps(chosen), self._target(chosen))
        body["patches"] = [*_list(body, "patches"), entry]

    def _legacy(self, folder: str, body: dict[str, Value], chosen: _Object) -> None:
        group, _, version = chosen.api.partition("/")
        target: dict[str, Value] = {"group": group, "version": version, "kind": chosen.kind, "name": chosen.now[1]}
        entry = self._entry(folder, self._steps(chosen), target)
        body["patchesJson6902"] = [*_list(body, "patchesJson6902"), entry]

    def _steps(self, chosen: _Object) -> Value:
        """Operations of a JSON patch: most of them fit what the object holds."""
        route = self.rng.choice(sorted(chosen.fields))
        path, version = "/" + "/".join(route), self.version()
        whole: Value = {"tag": version} if chosen.kind == "OCIRepository" else {"chart": "x", "version": version}
        match self.rng.choice(("replace", "replace", "add", "whole", "test", "swap", "label", "copy", "parent")):
            case "replace":
                steps: list[Value] = [{"op": "replace", "path": path, "value": version}]
            case "add":
                steps = [{"op": "add", "path": path, "value": version}]
            case "whole" if len(route) > 2:
                steps = [{"op": "replace", "path": path.rpartition("/")[0], "value": whole}]
            case "test":
                steps = [
                    {"op": "test", "path": "/kind", "value": chosen.kind},
                    {"op": "replace", "path": path, "value": version},
                ]
            case "swap" if chosen.kind == "OCIRepository":
                steps = [{"op": "remove", "path": path}, {"op": "add", "path": "/spec/ref/semver", "value": version}]
            case "copy":
                steps = [
                    {"op": "copy", "from": path, "path": "/spec/copied"},
                    {"op": "replace", "path": path, "value": version},
                ]
            case "parent" if self.styles.chance(0.3):
                steps = [{"op": "add", "path": "/spec/absent/field", "value": version}]
            case _:
                steps = [
                    {"op": "replace", "path": "/spec/interval" if chosen.kind != "HelmChart" else path, "value": "1h"}
                ]
        return steps

    def _file_of(self, folder: str, *documents: Value) -> str:
        name = self.rng.choice(("patch-{}.yaml", "patches/{}.yaml", "patch-{}.json6902.yml")).format(self.next())
        self.files[f"{folder}/{name}"] = self.styles.file(*documents)
        return name

    def _entry(self, folder: str, patch: Value, target: Value) -> dict[str, Value]:
        entry: dict[str, Value] = {}
        if self.styles.chance(0.4):
            entry["path"] = self._file_of(folder, patch)
        else:
            entry["patch"] = self.styles.text(patch)
        if target is not None:
            entry = {"target": target, **entry} if self.styles.chance(0.5) else {**entry, "target": target}
        if self.styles.chance(0.05):
            entry["options"] = {"allowNameChange": True}
        return entry


def _list(body: Mapping[str, Value], key: str) -> list[Value]:
    found = body.get(key, [])
    return list(found) if isinstance(found, list) else []


def _deployment(name: str) -> Value:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": {"version": "1.2.3"}}


def _fields(spec: Value) -> frozenset[tuple[str, ...]]:
    """Routes of versions that are there."""
    routes = (
        ("spec", "chart", "spec", "version"),
        ("spec", "version"),
        *(("spec", "ref", key) for key in ("tag", "semver", "digest")),
    )
    return frozenset(each for each in routes if _is_there(spec, each[1:]))


def _is_there(value: Value, route: tuple[str, ...]) -> bool:
    for key in route:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return isinstance(value, str)
