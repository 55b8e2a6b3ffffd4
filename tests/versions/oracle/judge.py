"""The Go program beside this file, and our own answers in the same words."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from bot.versions.constraint import Constraint, InvalidConstraint
from bot.versions.patterns import InvalidPattern, Pattern
from bot.versions.version import Version, try_flux, try_loose, try_strict

Kind = Literal["pair", "order", "pattern"]
Answer = dict[str, Any] | None


class NoJudge(Exception):
    """Go or the modules it needs are not to be had here; the text says which."""


def build(folder: Path) -> Path:
    """Compile the program into a folder. Raises `NoJudge` without Go or its modules."""
    go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if go is None:
        raise NoJudge("no `go` on PATH")
    source = Path(__file__).parent
    environment = {**os.environ, "GOFLAGS": "-mod=readonly"}
    fetched = subprocess.run([go, "mod", "download"], cwd=source, env=environment, capture_output=True, check=False)
    if fetched.returncode:
        raise NoJudge(f"go mod download: {fetched.stderr.decode(errors='replace')}")
    program = folder / "judge"
    subprocess.run([go, "build", "-o", str(program), "."], cwd=source, env=environment, check=True)
    return program


def ask(program: Path, kind: Kind, questions: Iterable[Sequence[str]]) -> list[Answer]:
    """The Go program's answers, in order."""
    lines = "".join(json.dumps({kind: list(question)}) + "\n" for question in questions)
    done = subprocess.run([program], input=lines.encode(), capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def ours(kind: Kind, question: Sequence[str]) -> Answer:
    """Our answer to one question."""
    first, second = question
    match kind:
        case "pair":
            return _judge(first, second)
        case "order":
            return _order(try_loose(first), try_loose(second))
        case "pattern":
            return _match(first, second)


def _judge(text: str, expression: str) -> Answer:
    loose = try_loose(text)
    fault, check = "", False
    try:
        constraint = Constraint.parse(expression)
    except InvalidConstraint as problem:
        fault = problem.fault.name
    else:
        check = loose is not None and constraint.check(loose)
    read = {"loose": loose, "strict": try_strict(text), "flux": try_flux(text)}
    texts = {name: None if version is None else str(version) for name, version in read.items()}
    return {**texts, "fault": fault, "check": check}


def _order(first: Version | None, second: Version | None) -> Answer:
    if first is None or second is None:
        return None
    assert (first == second) == (not first < second and not first > second)
    return {"compare": (first > second) - (first < second)}


def _match(pattern: str, text: str) -> Answer:
    try:
        return {"match": Pattern.parse(pattern).found_in(text)}
    except InvalidPattern:
        return None
