"""Asks the Go program again and keeps its answers beside this file, for machines without Go.

Run `PYTHONPATH=.:tests python -m versions.oracle.record` after a change of the program, its modules, the questions
or the patterns in patterns.json (a new one is a key with the value null).
"""

import gzip
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from versions.oracle.judge import Answer, ask, build
from versions.oracle.questions import Pair, Questions

VERDICTS = Path(__file__).with_name("verdicts.json.gz")
PATTERNS = Path(__file__).with_name("patterns.json")
SEED = 20261121
PAIRS = 5_000
ORDERS = 2_000


def kept_verdicts() -> dict[str, Any]:
    """`pair` and `order`: lists of the Go program's answers to the first questions of `SEED`."""
    kept: dict[str, Any] = json.loads(gzip.decompress(VERDICTS.read_bytes()))
    return kept


def kept_patterns() -> dict[str, Any]:
    """`texts`: a list; `patterns`: for each pattern a `1` or `0` a text, or null where Go does not compile it."""
    kept: dict[str, Any] = json.loads(PATTERNS.read_text(encoding="utf-8"))
    return kept


def asked_patterns() -> list[Pair]:
    """Every pattern with every text."""
    kept = kept_patterns()
    return [(pattern, text) for pattern in kept["patterns"] for text in kept["texts"]]


def row(answers: Sequence[Answer]) -> str | None:
    """One pattern's answers in the form in which they are kept."""
    return None if answers[0] is None else "".join(str(int(answer["match"])) for answer in answers if answer)


def _record(program: Path) -> None:
    pairs, orders = list(Questions(SEED).pairs(PAIRS)), list(Questions(SEED).orders(ORDERS))
    verdicts = {
        "pair": [[*pair, answer] for pair, answer in zip(pairs, ask(program, "pair", pairs), strict=True)],
        "order": [[*pair, answer] for pair, answer in zip(orders, ask(program, "order", orders), strict=True)],
    }
    VERDICTS.write_bytes(gzip.compress(json.dumps(verdicts, separators=(",", ":")).encode(), mtime=0))
    kept = kept_patterns()
    answers = iter(ask(program, "pattern", asked_patterns()))
    kept["patterns"] = {pattern: row([next(answers) for _ in kept["texts"]]) for pattern in kept["patterns"]}
    PATTERNS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        _record(build(Path(folder)))
