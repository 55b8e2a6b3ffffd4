"""What the real kustomize and flate made of some generated trees, kept so that every run is judged by it.

`python -m kustomize.kept_answers KUSTOMIZE FLATE` (with the repository and `tests` on PYTHONPATH) asks them again.
"""

import gzip
import hashlib
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from kustomize import flux_judging
from kustomize.flux_judging import Releases
from kustomize.generated_clusters import generate_fleet
from kustomize.generated_trees import generate
from kustomize.judging import Built, ask

SEEDS = range(150)
FLEET_SEEDS = range(30)
_FILE = Path(__file__).with_name("kustomize_answers.json.gz")
_FLEETS = Path(__file__).with_name("flate_answers.json.gz")


class Answer(TypedDict):
    """What is built of each root of a tree, None where the build fails; `tree` says which bytes were asked about."""

    tree: str
    roots: dict[str, Built | None]


class FleetAnswer(TypedDict):
    """What each cluster of a fleet gets."""

    tree: str
    clusters: dict[str, Releases]


def mark(files: Mapping[str, bytes]) -> str:
    """What tells one tree from another."""
    found = hashlib.sha256()
    for path, data in sorted(files.items()):
        found.update(path.encode() + b"\0" + data + b"\0")
    return found.hexdigest()[:16]


def kept() -> dict[int, Answer]:
    """Answers of kustomize by seed."""
    loaded: dict[str, Answer] = json.loads(gzip.decompress(_FILE.read_bytes()))
    return {int(seed): answer for seed, answer in loaded.items()}


def kept_of_fleets() -> dict[int, FleetAnswer]:
    """Answers of flate by seed."""
    loaded: dict[str, FleetAnswer] = json.loads(gzip.decompress(_FLEETS.read_bytes()))
    return {int(seed): answer for seed, answer in loaded.items()}


def answer(kustomize: str, seed: int) -> Answer:
    """What kustomize says now."""
    tree = generate(seed)
    with tempfile.TemporaryDirectory() as folder:
        return Answer(tree=mark(tree.files), roots=ask(kustomize, tree, Path(folder)))


def answer_of_fleet(flate: str, seed: int) -> FleetAnswer:
    """What flate says now."""
    fleet = generate_fleet(seed)
    with tempfile.TemporaryDirectory() as folder:
        return FleetAnswer(tree=mark(fleet.files), clusters=flux_judging.ask(flate, fleet, Path(folder)))


def main(kustomize: str, flate: str) -> None:
    _keep(_FILE, {str(seed): answer(kustomize, seed) for seed in SEEDS})
    _keep(_FLEETS, {str(seed): answer_of_fleet(flate, seed) for seed in FLEET_SEEDS})


def _keep(path: Path, answers: Mapping[str, Answer | FleetAnswer]) -> None:
    path.write_bytes(gzip.compress(json.dumps(answers, sort_keys=True).encode(), mtime=0))


if __name__ == "__main__":
    main(*sys.argv[1:])
