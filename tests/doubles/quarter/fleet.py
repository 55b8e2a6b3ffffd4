"""The fleet of the simulated team: every chart once in each of three tiers."""

import functools
import re
from collections.abc import Mapping
from textwrap import dedent

from doubles.quarter.releases import Version, version
from doubles.story import release, repository

TIERS = ("dev", "staging", "production")
SOAK_HOURS = 72
CONFIGURATION = ".github/flux-chart-bot.yaml"
HOSTS = ("one.example", "two.example")
TEAMS = 5
_VERSION = re.compile(rb"^      version: (\S+)$", re.MULTILINE)
_PATH = re.compile(r"apps/(?P<tier>[a-z]+)/(?P<chart>[a-z0-9-]+)\.yaml")


def host_of(chart: str) -> str:
    """Half of the charts come from one registry, half from another."""
    return HOSTS[int(chart[-1]) % 2]


def address_of(chart: str) -> str:
    """A chart without `oci://`."""
    return f"{host_of(chart)}/{chart}"


def path_of(tier: str, chart: str) -> str:
    """The file in which a tier says which version it runs."""
    return f"apps/{tier}/{chart}.yaml"


def configuration(group: str, charts: tuple[str, ...]) -> str:
    """The team's file; some charts are followed across majors.

    Args:
        group: `tier`, `chart`, or `teams` for named groups.
        charts: All of them.
    """
    named = [charts[place::TEAMS] for place in range(TEAMS)] if group == "teams" else []
    rules = [f'- match: {{chart: {_patterns(each)}}}\n  set: {{group: "team-{at}"}}' for at, each in enumerate(named)]
    bold = [chart for chart in charts if follows_majors(chart)]
    rules.append(f"- match: {{chart: {_patterns(tuple(bold))}, tier: dev}}\n  set: {{follow: any}}")
    said = dedent(f"""\
        tiers:
          dev:
            paths: ["apps/dev/**"]
            follow: minor
            group: {"chart" if group == "chart" else "tier"}
          staging:
            paths: ["apps/staging/**"]
            follow: patch
            from: dev
            soak: 3d
            group: {"chart" if group == "chart" else "tier"}
          production:
            production: true
            paths: ["apps/production/**"]
        rules:
        """)
    return said + "".join(f"  {line}\n" for rule in rules for line in rule.splitlines())


def follows_majors(chart: str) -> bool:
    """One chart in five, in dev."""
    return int(chart[-3:]) % 5 == 0


def files(group: str, charts: tuple[str, ...]) -> dict[str, str]:
    """The first commit."""
    sources = {f"sources/{host.split('.')[0]}.yaml": repository(host.split(".")[0], f"oci://{host}") for host in HOSTS}
    apps = {
        path_of(tier, chart): release("1.0.0", chart=chart, repository=host_of(chart).split(".")[0])
        for tier in TIERS
        for chart in charts
    }
    return {CONFIGURATION: configuration(group, charts), **sources, **apps}


def with_version(data: bytes, wanted: Version) -> bytes:
    """A file with another version, as a person edits it."""
    return _VERSION.sub(f"      version: {wanted}".encode(), data)


def with_values(data: bytes, hour: int) -> bytes:
    """A file with a value that a new version of its chart needs."""
    return data + f"  values:\n    since: hour-{hour}\n".encode()


def runs(tree: Mapping[str, bytes]) -> dict[tuple[str, str], Version]:
    """What each tier runs of each chart, by what the files say."""
    found = {}
    for path, data in tree.items():
        if match := _PATH.fullmatch(path):
            found[match["tier"], match["chart"]] = _said(data)
    return found


@functools.lru_cache(maxsize=10_000)
def _said(data: bytes) -> Version:
    found = _VERSION.search(data)
    assert found, data
    return version(found.group(1).decode())


def _patterns(charts: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{address_of(chart)}"' for chart in charts) + "]"
