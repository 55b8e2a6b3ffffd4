"""The command line as a user meets it, and a small fleet for it to judge."""

import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from bot.registry.limits import Limits

ROOT = Path(__file__).resolve().parents[2]
# As the environment of the bot has it: isolated, the project found by a path of its own.
PROGRAM = "import sys; sys.path.insert(0, {root!r}); from bot.__main__ import main; sys.exit(main())"

QUICK = Limits(
    connect_seconds=2,
    idle_seconds=0.4,
    request_seconds=0.8,
    host_seconds=10,
    run_seconds=15,
    attempts=2,
    first_wait_seconds=0.01,
    longest_wait_seconds=1,
    pages=20,
)
"""So that a server which never answers is found out at once."""


class Said(Struct, frozen=True, kw_only=True):
    """What a person gets of a run."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def plan(self) -> dict[str, Any]:
        """Standard output, where it is the plan and nothing else."""
        plan: dict[str, Any] = json.loads(self.out)
        return plan

    def decisions(self) -> dict[str, str]:
        """The kind of the decision, or the reason's id, for each chart by its last name."""
        return {
            verdict["chart"].rpartition("/")[2]: (verdict["decision"].get("reason") or {}).get("id")
            or verdict["decision"]["kind"]
            for verdict in self.plan["verdicts"]
        }


Bot = Callable[..., Said]


def command(*arguments: str | Path) -> list[str]:
    """The command line of a process of its own."""
    return [sys.executable, "-I", "-c", PROGRAM.format(root=str(ROOT)), *map(str, arguments)]


CONFIGURATION = """\
tiers:
  dev:
    paths: ["apps/dev/**"]
    follow: minor
  production:
    paths: ["apps/production/**"]
    production: true
"""


SOURCES = "sources: {OCIRepository flux-system/apps: apps}\n"
"""Of the configuration, where CI packs the folder of the apps."""


def release(chart: str = "podinfo", version: str = "1.2.3", source: str = "charts") -> str:
    """A HelmRelease."""
    return (
        f"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {chart}, namespace: x}}\n"
        f"spec:\n  chart:\n    spec:\n      chart: {chart}\n      version: {version}\n"
        f"      sourceRef: {{kind: HelmRepository, name: {source}}}\n"
    )


def repository(netloc: str, name: str = "charts", provider: str = "generic") -> str:
    """A HelmRepository at a registry of this machine."""
    return (
        f"apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {{name: {name}, namespace: x}}\n"
        f"spec: {{type: oci, insecure: true, provider: {provider}, url: oci://{netloc}/charts}}\n"
    )


def fleet(netloc: str, configuration: str = CONFIGURATION) -> dict[str, str]:
    """Two charts in dev, one in production."""
    return {
        ".github/flux-chart-bot.yaml": configuration,
        "sources/charts.yaml": repository(netloc),
        "apps/dev/podinfo.yaml": release("podinfo"),
        "apps/dev/redis.yaml": release("redis"),
        "apps/production/nginx.yaml": release("nginx"),
    }


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Put files into a folder, which need not exist."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
    return folder


_COMMAND = re.compile(r"^\s*::(?P<name>[^\s:]+)[^:]*::|##\[(?P<old>[^\]\s]+)")


def runner_commands(text: str) -> list[str]:
    """The names of the commands that GitHub's runner would take from a log, more generously than it does.

    https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    """
    found = (_COMMAND.search(line) for line in re.split(r"\r\n|\r|\n", text))
    return [match["name"] or match["old"] for match in found if match]


def packed() -> dict[str, str]:
    """What packs the fleet's first chart, and applies it with its version: only `SOURCES` tells that."""
    applier = (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        "metadata: {name: dev, namespace: flux-system}\nspec:\n  path: ./dev\n"
        "  sourceRef: {kind: OCIRepository, name: apps}\n  postBuild: {substitute: {V: 1.2.3}}\n"
    )
    return {"clusters/dev.yaml": applier, "apps/dev/podinfo.yaml": release("podinfo", "${V}")}
