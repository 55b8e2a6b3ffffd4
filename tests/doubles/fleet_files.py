"""A small fleet as people write one, with every version beside a decoy that reads the same and must stay."""

from __future__ import annotations

CONFIGURATION = ".github/flux-chart-bot.yaml"

BRANCHES = """\
tiers:
  dev: {paths: ["apps/**"], branch: develop, follow: minor}
  staging: {paths: ["apps/**"], branch: staging, follow: patch}
  production: {paths: ["apps/**"], branch: main, production: true}
"""
"""Three tiers as branches with the same paths."""

FOLDERS = """\
tiers:
  dev: {paths: ["apps/dev/**"], follow: minor}
  staging: {paths: ["apps/staging/**"], follow: patch}
  production: {paths: ["apps/production/**"], production: true}
"""
"""Three tiers as folders of the default branch."""


def source(registry: str, group: str, *, name: str = "charts") -> bytes:
    """The HelmRepository that releases name; `group` is the path of its charts."""
    return f"""\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {{name: {name}, namespace: flux-system}}
spec:
  type: oci
  insecure: true # a process on this machine
  url: oci://{registry}/{group}
""".encode()


def podinfo(version: str, *, chart: str = "podinfo", repository: str = "charts") -> bytes:
    """A release with its version in quotes, a comment behind it, and Windows' line ends."""
    return f"""\
# podinfo 6.5.3: the release that everybody watches
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name:   {chart}
  namespace: apps
spec:
  interval: 10m
  chart:
    spec:
      chart: {chart}
      version:   '{version}'   # quotes, blanks and this comment stay
      sourceRef: {{kind: HelmRepository, name: {repository}, namespace: flux-system}}
  values:
    image: {{tag: 6.5.3, digest: "20.1.0"}}
""".replace("\n", "\r\n").encode()


def redis(registry: str, group: str, tag: str, digest: str) -> bytes:
    """An OCIRepository with tag and digest, and no line end at its end."""
    return f"""\
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
    name: redis
    namespace: apps
spec:
    interval: 1h
    insecure: true
    url: "oci://{registry}/{group}/redis"
    layerSelector:
        mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip
        operation: copy
    ref:
        tag: "{tag}"
        digest: {digest}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
    name: redis
    namespace: apps
spec:
    interval: 10m
    chartRef: {{kind: OCIRepository, name: redis}}
    values: {{tag: "20.1.0"}}""".encode()


LEGACY = b"""\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: legacy, namespace: apps}
spec: {interval: 1h, url: "https://charts.example.com/stable"}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: metrics, namespace: apps}
spec:
  chart: {spec: {chart: metrics-server, version: 3.12.1, sourceRef: {kind: HelmRepository, name: legacy}}}
"""
"""A chart over HTTP, which is said and never edited."""
