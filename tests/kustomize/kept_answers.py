"""What the real kustomize made of some generated trees, kept so that every run is judged by it.

`python -m kustomize.kept_answers KUSTOMIZE` (with the repository and `tests` on PYTHONPATH) asks the program again.
"""

import gzip
import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import TypedDict

from kustomize.generated_trees import GeneratedTree, generate
from kustomize.judging import Built, ask

SEEDS = range(150)
_FILE = Path(__file__).with_name("kustomize_answers.json.gz")


class Answer(TypedDict):
    """What is built of each root of a tree, None where the build fails; `tree` says which bytes were asked about."""

    tree: str
    roots: dict[str, Built | None]


def mark(tree: GeneratedTree) -> str:
    """What tells one tree from another."""
    found = hashlib.sha256()
    for path, data in sorted(tree.files.items()):
        found.update(path.encode() + b"\0" + data + b"\0")
    return found.hexdigest()[:16]


def kept() -> dict[int, Answer]:
    """Answers by seed."""
    loaded: dict[str, Answer] = json.loads(gzip.decompress(_FILE.read_bytes()))
    return {int(seed): answer for seed, answer in loaded.items()}


def answer(kustomize: str, seed: int) -> Answer:
    """What the program says now."""
    tree = generate(seed)
    with tempfile.TemporaryDirectory() as folder:
        return Answer(tree=mark(tree), roots=ask(kustomize, tree, Path(folder)))


def main(kustomize: str) -> None:
    answers = json.dumps({str(seed): answer(kustomize, seed) for seed in SEEDS}, sort_keys=True)
    _FILE.write_bytes(gzip.compress(answers.encode(), mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
