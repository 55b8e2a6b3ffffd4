"""The Go program beside this file, our own answers, and the answers of Go that are kept.

`python -m imagepolicies.oracle.judge` in `tests/` records them anew.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.imagepolicies.filters import expand
from bot.imagepolicies.policies import parse_float
from bot.versions.patterns import Pattern

HERE = Path(__file__).parent
KEPT = HERE / "answers.json"
Expansion = tuple[str, str, str]
"""Pattern, template, text."""

PATTERNS = (
    r"ver(\d+)",
    r"^(?P<tag>1[0-9]+\.[a-z0-9]+)(x)?",
    r"(?P<a>x)|(?P<b>y)",
    r"^v?(?P<major>[0-9]+)\.(?P<minor>[0-9]+)",
    r"(?<n>a)(b)?",
    "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)",
)
TEXTS = ("ver12", "123.abcx", "y", "v1.2.3", "ab", "main-a", "abcdefghijk", "")
TEMPLATES = (
    *("$1", "${1}", "$tag", "${tag}", "$tagx", "${tag}x", "$$", "$$1", "$", "a$", "${", "${}", "${1", "$1x", "${1}x"),
    *("$01", "$0", "${0}", "$10", "$11", "$12", "$2$1", "$a$b", "$é", "${é}", "$-", "$1-$2", "$99999999999", "x$1y$"),
    *("${major}.${minor}", "$major.$minor", "$major_$minor", "$n", "$ 1", "$²", "$½", "${ 1}", "$1{", "$_", "$__1"),
)
FLOATS = (
    *("1", "-62", "+5", "1.5", ".5", "5.", "1e3", "1E+3", "1e400", "-1e400", "1e-400", "inf", "+Inf", "-infinity"),
    *("nan", "+nan", "NaN", "0x1p-2", "0x1P3", "0x1", "0x_1p1", "1_000", "0b1", "1_0.5", "", "-", ".", "e5", "1e"),
    *("1a", " 1", "1 ", "٣", "0x1.8p0", "0X.8p1", "00012", "1606234201", "47.40896403322944", "20240101.1"),
    *("0x1p99999", "i", "infi", "1.2.3", "0x.p1", "1e+", "9" * 400, "0x1_0p1", "1__0", "_1", "1_", "1_.5", "1._5"),
    *("1e1_0", "0x1p1_0", "0x_.8p0", "0x1_p1", "1e_1", "0_1", "v1", "1-2"),
)


class NoJudge(Exception):
    """Go is not to be had here."""


def expansions() -> tuple[Expansion, ...]:
    return tuple((pattern, template, text) for pattern in PATTERNS for template in TEMPLATES for text in TEXTS)


def build(folder: Path) -> Path:
    """Compile the program into a folder; it needs Go and no module."""
    go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if go is None:
        raise NoJudge("no `go` on PATH")
    program = folder / "judge"
    subprocess.run([go, "build", "-o", str(program), "main.go"], cwd=HERE, check=True)
    return program


def ask(program: Path, kind: str, questions: Iterable[Any]) -> list[str | None]:
    """Go's answers, in order."""
    lines = "".join(json.dumps({kind: question}) + "\n" for question in questions)
    done = subprocess.run([program], input=lines.encode(), capture_output=True, check=True)
    answers = map(json.loads, done.stdout.splitlines())
    return [answer and next(iter(answer.values())) for answer in answers]


def our_expansion(question: Expansion) -> str | None:
    pattern, template, text = question
    found = Pattern.parse(pattern).find(text)
    return None if found is None else expand(template, found)


def our_float(text: str) -> str | None:
    """The number as Python writes it, which is the shortest form as well."""
    number = parse_float(text)
    return None if number is None else repr(number)


def as_ours(answer: str | None) -> str | None:
    return None if answer is None else repr(float(answer))


def kept() -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = json.loads(KEPT.read_bytes())
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        judge = build(Path(made))
        told = {"expand": ask(judge, "expand", expansions()), "float": ask(judge, "float", FLOATS)}
    KEPT.write_text(json.dumps(told, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"{sum(map(len, told.values()))} answers\n")
