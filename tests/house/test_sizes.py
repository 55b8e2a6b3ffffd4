"""Nothing grows past what a person can hold in mind."""

import ast
from statistics import median, quantiles

from doubles.source import House, Module


def _length(function: ast.FunctionDef) -> int:
    """Lines without the docstring: explaining is never too long."""
    last = function.end_lineno or function.lineno
    first = function.body[0]
    explained = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return last - function.lineno + 1 - ((first.end_lineno or 0) - first.lineno + 1) * explained


def _lengths(house: House) -> dict[str, int]:
    return {
        f"{module.name}.{function.name}": _length(function)
        for module in house.modules
        for function in module.functions()
    }


def _telling(house: House) -> tuple[Module, ...]:
    return tuple(module for module in house.modules if module.path.name != "__init__.py")


def test_modules_hold_one_idea(house: House) -> None:
    assert {module.name: module.lines for module in house.modules if module.lines > 400} == {}
    assert median(module.lines for module in _telling(house)) <= 130


def test_functions_are_short(house: House) -> None:
    lengths = _lengths(house)

    assert {name: lines for name, lines in lengths.items() if lines > 60} == {}
    assert median(lengths.values()) <= 10
    assert quantiles(lengths.values(), n=10)[-1] <= 30


def test_the_story_is_told_on_one_screen(house: House) -> None:
    [pipeline] = house.of("pipeline")
    [run] = [function for function in pipeline.functions() if function.name == "run"]

    assert (run.end_lineno or 0) - run.lineno < 60
