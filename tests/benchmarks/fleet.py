"""A fleet of any size, and a registry that holds its charts."""

import http.client
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from doubles.docker_registry import Pusher
from msgspec import Struct

from bot.demo.charts import MANIFEST_TYPE, SampleChart, pack

TIERS = ("dev", "staging", "production")
_CHARTS_OF_A_TEAM = 20
_PUSHERS = 4

CONFIGURATION = """\
tiers:
  dev:
    paths: ["apps/dev/**"]
    follow: minor
  staging:
    paths: ["apps/staging/**"]
    follow: patch
  production:
    production: true
    paths: ["apps/production/**"]
"""

_TEAM = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: {team}
  namespace: flux-system
spec:
  type: oci
  interval: 1h
  insecure: true
  url: oci://{netloc}/{team}
"""

_VALUES = """\
  values:
    replicaCount: 2
    image:
      repository: registry.example.com/{team}/{chart}
      pullPolicy: IfNotPresent
    resources:
      requests: {{cpu: 100m, memory: 128Mi}}
      limits: {{memory: 256Mi}}
    ingress:
      enabled: true
      hosts:
        - host: {chart}.example.com
          paths: ["/"]
"""

_RELEASE = (
    """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: {chart}
  namespace: {team}
spec:
  interval: 30m
  chart:
    spec:
      chart: {chart}
      version: {version}
      sourceRef:
        kind: HelmRepository
        name: {team}
        namespace: flux-system
"""
    + _VALUES
)

_RELEASE_BY_REFERENCE = (
    """\
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: {chart}
  namespace: {team}
spec:
  interval: 1h
  insecure: true
  url: oci://{netloc}/{team}/{chart}
  layerSelector:
    mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip
    operation: copy
  ref:
    tag: "{version}"  # moved by a bot
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: {chart}
  namespace: {team}
spec:
  interval: 30m
  chartRef:
    kind: OCIRepository
    name: {chart}
"""
    + _VALUES
)


class Chart(Struct, frozen=True, kw_only=True):
    """One chart of the fleet; every tenth is followed by a range, every second through an OCIRepository."""

    number: int

    @property
    def team(self) -> str:
        return f"team-{self.number // _CHARTS_OF_A_TEAM:03}"

    @property
    def name(self) -> str:
        return f"chart-{self.number:04}"

    @property
    def repository(self) -> str:
        return f"{self.team}/{self.name}"

    @property
    def tags(self) -> tuple[str, ...]:
        """Fifty versions that no other chart has, so that nothing gains by knowing another's."""
        first = 1 + self.number
        return tuple(f"{first + major}.{minor}.{patch}" for major in (0, 1) for minor in range(5) for patch in range(5))

    def manifest(self, netloc: str, tier: str) -> str:
        """Dev may go on from x.2.0 to x.4.4, staging has the last patch of x.2, production stays: 3 in 10 move."""
        text = _RELEASE if self.number % 2 else _RELEASE_BY_REFERENCE
        patch = "4" if tier == "staging" else "0"
        version = f"{1 + self.number}.x" if self.number % 10 == 1 else f"{1 + self.number}.2.{patch}"
        return text.format(chart=self.name, team=self.team, version=version, netloc=netloc)


def charts(count: int) -> tuple[Chart, ...]:
    """The charts of a fleet: three references each."""
    return tuple(Chart(number=number) for number in range(count))


def write_fleet(folder: Path, every: Iterable[Chart], netloc: str) -> Path:
    """Three tiers as folders of one branch, with a configuration."""
    for path, text in _files(tuple(every), netloc):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def _files(every: tuple[Chart, ...], netloc: str) -> Iterator[tuple[str, str]]:
    yield ".github/flux-chart-bot.yaml", CONFIGURATION
    for tier in TIERS:
        for team in dict.fromkeys(chart.team for chart in every):
            yield f"apps/{tier}/sources/{team}.yaml", _TEAM.format(team=team, netloc=netloc)
        for chart in every:
            yield f"apps/{tier}/{chart.team}/{chart.name}.yaml", chart.manifest(netloc, tier)


def fill(netloc: str, every: Iterable[Chart], more: tuple[str, ...] = ()) -> None:
    """Push every chart once, and give it all its tags: a listing does not tell them from versions of their own."""
    with ThreadPoolExecutor(_PUSHERS) as pushers:
        list(pushers.map(lambda chart: _push(netloc, chart, more), every))


def _push(netloc: str, chart: Chart, more: tuple[str, ...]) -> None:
    packed = pack(SampleChart(name=chart.name, version=chart.tags[0]))
    with Pusher(netloc) as pusher:
        pusher.push_packed(chart.repository, packed)
    connection = http.client.HTTPConnection(netloc)
    for tag in (*chart.tags, *more):
        path = f"/v2/{chart.repository}/manifests/{tag}"
        connection.request("PUT", path, packed.manifest, {"Content-Type": MANIFEST_TYPE})
        response = connection.getresponse()
        assert response.status == http.client.CREATED, response.read()
        response.read()
    connection.close()
