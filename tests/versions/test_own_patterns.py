"""Python's `re` runs our own patterns only: no text from outside can ever become one (foreign ones run on RE2)."""

import ast
from pathlib import Path

import pytest

import bot

SOURCES = sorted(Path(bot.__path__[0]).rglob("*.py"))
PATTERN_FIRST = {"compile", "match", "fullmatch", "search", "findall", "finditer", "split", "sub", "subn"}


def is_literal(node: ast.expr, constants: set[str]) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name in constants
        case ast.JoinedStr(values=parts):
            return all(is_literal(part, constants) for part in parts)
        case ast.FormattedValue(value=value):
            return is_literal(value, constants)
        case _:
            return False


def loose_patterns(source: str) -> list[int]:
    """Lines where `re` gets more than literals and constants of its module, or an import hides whether it does."""
    lines = []
    module = ast.parse(source)
    constants = {
        target.id
        for statement in module.body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module):
        match node:
            case ast.ImportFrom(module="re") | ast.Import(names=[*_, ast.alias(name="re", asname=str())]):
                lines.append(node.lineno)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name)) if name in PATTERN_FIRST:
                if not (node.args and is_literal(node.args[0], constants)):
                    lines.append(node.lineno)
            case _:
                pass
    return lines


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(SOURCES[0].parent)))
def test_every_pattern_of_re_is_a_literal(path: Path) -> None:
    assert loose_patterns(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    ["import re\nre.compile(text)", "import re\nre.sub(f'{a}', b, c)", "\nfrom re import compile", "\nimport re as r"],
)
def test_a_pattern_from_elsewhere_would_be_seen(source: str) -> None:
    assert loose_patterns(source) == [2]
