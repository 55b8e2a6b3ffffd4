"""A fleet of three clusters in which versions live everywhere they can."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.fleet import Chart

CLUSTERS = ("dev", "staging", "production")
MANIFESTS_OF_FIVE = 44
"""Files of one application of each form, over all clusters."""

_FORMS = 5

_CONFIGURATION = """\
tiers:
  dev:
    paths: ["apps/dev/**", "clusters/dev/**"]
    follow: minor
  staging:
    paths: ["apps/staging/**", "clusters/staging/**"]
    follow: patch
  production:
    production: true
    paths: ["apps/production/**", "clusters/production/**"]
"""

_SOURCE = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: {app}
spec:
  interval: 1h
  insecure: true
  url: oci://{netloc}/{repository}
  layerSelector:
    mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip
    operation: copy
  ref:
    tag: "{version}"
"""

_RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: {app}
spec:
  interval: 30m
  chartRef:
    kind: OCIRepository
    name: {app}
  values:
    replicaCount: 2
    image:
      repository: registry.example.com/{app}
      pullPolicy: IfNotPresent
    resources:
      requests: {{cpu: 100m, memory: 128Mi}}
      limits: {{memory: 256Mi}}
    ingress:
      enabled: true
      hosts:
        - host: {app}.example.com
          paths: ["/"]
"""

_VALUES = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {app}
data:
  values.yaml: |
    podAnnotations:
      team: platform
"""

_MERGE = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: {app}
spec:
  ref:
    tag: "{version}" # of this cluster
"""

_INLINE = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../../base/{app}
patches:
  - target:
      kind: OCIRepository
      name: {app}
    patch: |-
      - op: replace
        path: /spec/ref/tag
        value: {version}
"""

_APPLIED = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: {app}
  namespace: flux-system
spec:
  interval: 10m
  path: ./{folder}
  prune: true
  targetNamespace: {app}
  sourceRef:
    kind: GitRepository
    name: flux-system
{more}"""

_SUBSTITUTED = """\
  postBuild:
    substitute:
      VERSION: "{version}"
"""

_PATCHED = """\
  patches:
    - target:
        kind: OCIRepository
      patch: |
        - op: replace
          path: /spec/ref/tag
          value: {version}
"""

_SET = """\
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata:
  name: {app}
  namespace: flux-system
spec:
  inputs:
    - version: "{version}"
  resources:
    - apiVersion: source.toolkit.fluxcd.io/v1
      kind: OCIRepository
      metadata: {{name: {app}, namespace: {app}}}
      spec:
        insecure: true
        url: oci://{netloc}/{repository}
        layerSelector: {{mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip}}
        ref: {{tag: << inputs.version | quote >>}}
"""


def write_forms(folder: Path, every: tuple[Chart, ...], netloc: str, manifests: int) -> int:
    """Write a fleet of about so many manifests, with a configuration; how many it really has."""
    files = dict(_files(every, netloc, _FORMS * manifests // MANIFESTS_OF_FIVE))
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return len(files) - 1


def _files(every: tuple[Chart, ...], netloc: str, apps: int) -> Iterator[tuple[str, str]]:
    yield ".github/flux-chart-bot.yaml", _CONFIGURATION
    overlays: list[str] = []
    for number in range(apps):
        chart = every[number % len(every)]
        app = f"app-{number:04}"
        facts = {"app": app, "netloc": netloc, "repository": chart.repository, "version": f"{1 + chart.number}.2.0"}
        form = number % _FORMS
        if form in {0, 1}:
            overlays.append(app)
        yield from _base(facts, form)
        for cluster in CLUSTERS:
            yield from _of_cluster(facts, form, cluster)
    for cluster in CLUSTERS:
        sync = _APPLIED.format(app="flux-system", folder=f"clusters/{cluster}", more="")
        yield f"clusters/{cluster}/flux-system/gotk-sync.yaml", sync.replace("  targetNamespace: flux-system\n", "")
        yield f"clusters/{cluster}/apps.yaml", _APPLIED.format(app="apps", folder=f"apps/{cluster}", more="")
        yield f"apps/{cluster}/kustomization.yaml", "resources:\n" + "".join(f"  - {app}\n" for app in overlays)


def _base(facts: dict[str, str], form: int) -> Iterator[tuple[str, str]]:
    """What all clusters share."""
    if form == 3:
        return
    at = f"apps/base/{facts['app']}" if form in {0, 1} else f"components/{facts['app']}"
    version = "${VERSION:=0.1.0}" if form == 2 else facts["version"]
    yield f"{at}/source.yaml", _SOURCE.format(**{**facts, "version": version})
    yield f"{at}/release.yaml", _RELEASE.format(**facts)
    yield f"{at}/values.yaml", _VALUES.format(**facts)
    yield f"{at}/kustomization.yaml", "resources:\n  - source.yaml\n  - release.yaml\n  - values.yaml\n"


def _of_cluster(facts: dict[str, str], form: int, cluster: str) -> Iterator[tuple[str, str]]:
    """What one cluster has of an application, by the form in which its version is written."""
    app, overlay = facts["app"], f"apps/{cluster}/{facts['app']}"
    match form:
        case 0:
            yield f"{overlay}/kustomization.yaml", f"resources: [../../base/{app}]\npatches: [{{path: version.yaml}}]\n"
            yield f"{overlay}/version.yaml", _MERGE.format(**facts)
        case 1:
            yield f"{overlay}/kustomization.yaml", _INLINE.format(**facts)
        case 2 | 4:
            more = (_SUBSTITUTED if form == 2 else _PATCHED).format(**facts)
            yield f"clusters/{cluster}/{app}.yaml", _APPLIED.format(app=app, folder=f"components/{app}", more=more)
        case _:
            yield f"clusters/{cluster}/{app}/source.yaml", _SOURCE.format(**facts)
            yield f"clusters/{cluster}/{app}/release.yaml", _RELEASE.format(**facts)
            yield f"clusters/{cluster}/{app}/values.yaml", _VALUES.format(**facts)
            yield f"clusters/{cluster}/{app}/set.yaml", _SET.format(**{**facts, "app": f"set-{app}"})
