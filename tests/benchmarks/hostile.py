"""Files and patterns that kept other programs busy for minutes, each beside a good neighbour (threats 15 and 16)."""

from itertools import pairwise
from pathlib import Path

_KIND = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: hostile}\n"
_NAMES = "abcdefghij"

PATTERN = r"^(([0-9A-Za-z])+.?)+\.final$"
"""Takes a backtracking engine six times longer for every two characters of a tag."""
TAGS_FOR_PATTERN = tuple("a" * length for length in range(20, 128, 4))


def hostile_files() -> dict[str, str]:
    """What each is, and its text."""
    aliases = "".join(f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in pairwise(_NAMES))
    return {
        "alias bomb, 9^9": f"{_KIND}a: &a [x]\n{aliases}",
        "100 KB of [": f"{_KIND}spec: {'[' * 100_000}",
        "100 KB of {": f"{_KIND}spec: {'{' * 100_000}",
        "1 MB of flow scalars": f"{_KIND}spec: [{'a,' * 500_000}]",
        "1 MB of comments": f"{_KIND}{'#' * 1023}\n" * 1000,
        "10,000 digits": f"{_KIND}spec: {{values: {'9' * 10_000}}}\n",
        "10,000 anchors": _KIND + "".join(f"k{number}: &a{number} x\n" for number in range(10_000)),
    }


def write_hostile(folder: Path, text: str) -> None:
    """Beside the good neighbour that must still be judged."""
    (folder / "apps" / "dev" / "hostile.yaml").write_text(text, encoding="utf-8")


def filtered(netloc: str, repository: str) -> str:
    """An OCIRepository whose filter is the pattern."""
    return f"""\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: filtered, namespace: team}}
spec:
  insecure: true
  url: oci://{netloc}/{repository}
  ref:
    semver: ">=1.0.0"
    semverFilter: '{PATTERN}'
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: filtered, namespace: team}}
spec:
  chartRef: {{kind: OCIRepository, name: filtered}}
"""
