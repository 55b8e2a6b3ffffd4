"""Who may know whom: the rules of the house, read off the imports of bot/."""

import ast
import sys
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from graphlib import CycleError, TopologicalSorter
from typing import TypeGuard

import pytest
from doubles.source import House, Module

# They decide, and are given all they need: no network, no files, no clock, no environment.
PURE = (
    "model",
    "reason",
    "reasons",
    "proposal_reasons",
    "errors",
    "versions",
    "yamltext",
    "flux",
    "planning",
    "selection",
    "imagepolicies",
    "kustomize",
    "ledger",
    "maturity",
    "promotion",
)
# They touch the world, and are dull: they know the nouns and what the story asks of them, but no step of it.
ADAPTERS = ("registry", "repository", "forge")
NOUNS = frozenset({"model", "ports", "reason", "reasons", "proposal_reasons", "errors"})
# Who may know both sides.
OUTSIDE = frozenset({"cli", "demo", "__main__"})

PURE_STANDARD_LIBRARY = frozenset(
    {"abc", "base64", "bisect", "codecs", "collections", "dataclasses", "datetime", "enum", "functools", "hashlib"}
    | {"heapq", "importlib", "ipaddress", "itertools", "json", "math", "operator", "posixpath", "re", "string"}
    | {"textwrap", "types", "typing", "unicodedata"}
)
# What the values that flow between all of them are made of.
MATERIAL = frozenset({"msgspec"})
CLOCKS = frozenset({"now", "utcnow", "today"})
HOMES = {
    "actions_toolkit": {"report"},
    "certifi": {"registry"},
    "cronsim": {"planning"},
    "git": {"repository"},
    "github": {"forge"},
    "jinja2": {"report"},
    "jsonschema": {"config"},
    "oras": {"registry"},
    "re2": {"versions"},
    "requests": {"registry", "forge"},  # the forge catches its exceptions, which PyGithub lets through
    "rich": {"report"},
    "ruamel": {"yamltext"},
    "semver": {"versions"},
    "urllib3": {"registry", "forge"},
}
VAGUE = frozenset({"common", "helper", "helpers", "misc", "util", "utils"})


def _at(module: Module, node: ast.expr) -> str:
    return f"{module.name}:{node.lineno}"


def test_what_decides_imports_nothing_that_touches_the_world(house: House) -> None:
    homes = {library for library, rooms in HOMES.items() if rooms <= set(PURE)}
    foreign = {
        (module.name, name)
        for module in house.of(*PURE)
        for name in module.outside - PURE_STANDARD_LIBRARY - MATERIAL - homes
        if name != "pathlib"
    }

    assert foreign == set(), "pass what is needed into the pure packages"


def test_what_decides_knows_paths_only_as_text(house: House) -> None:
    taken = {
        (module.name, member) for module in house.of(*PURE) for name, member in module.members if name == "pathlib"
    }

    assert {member for _, member in taken} <= {"PurePath", "PurePosixPath"}, taken


def test_what_decides_reads_no_clock_and_opens_no_file(house: House) -> None:
    calls = [
        (module, node)
        for module in house.of(*PURE)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS)
            or (isinstance(node.func, ast.Name) and node.func.id in {"open", "print", "input"})
        )
    ]

    assert [_at(module, node) for module, node in calls] == []


def test_what_decides_knows_only_what_decides(house: House) -> None:
    assert {
        (module.name, target)
        for module in house.of(*PURE)
        for target in module.inside
        if target.split(".")[1:2] not in [[name] for name in PURE]
    } == set()


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_an_adapter_knows_the_nouns_and_no_step(house: House, adapter: str) -> None:
    assert {
        (module.name, target)
        for module in house.of(adapter)
        for target in module.inside
        if target.split(".")[1] not in NOUNS | {adapter}
    } == set(), "an adapter translates one library into our words; the steps know it through bot/ports.py"


def test_the_runner_is_an_adapter_too(house: House) -> None:
    runners = [module for module in house.of("report") if "actions_toolkit" in module.outside]

    assert runners
    assert {
        (module.name, target)
        for module in runners
        for target in module.inside
        if target.split(".")[1] not in NOUNS | {"report"}
    } == set()


def test_only_the_command_line_knows_the_adapters(house: House) -> None:
    assert {
        (module.name, target)
        for module in house.modules
        if module.package not in OUTSIDE
        for target in module.inside
        if target.split(".")[1:2] in [[adapter] for adapter in ADAPTERS] and module.package not in ADAPTERS
    } == set(), "the story gets what it needs through bot/ports.py"


def test_every_library_has_one_home(house: House) -> None:
    outside = {(name, module.package) for module in house.modules for name in module.outside}
    libraries = {(name, room) for name, room in outside if name not in sys.stdlib_module_names | MATERIAL}

    assert {(name, room) for name, room in libraries if room not in HOMES.get(name, ())} == set()
    assert {name for name, _ in libraries} == set(HOMES)  # or the table speaks of a library that is gone


def test_imports_go_round_in_no_circle(house: House) -> None:
    assert _circle({module.name: module.inside for module in house.modules}) == []


def test_packages_go_round_in_no_circle(house: House) -> None:
    graph: dict[str, set[str]] = {}
    for module in house.modules:
        targets = {_room(target.split(".")[1]) for target in module.inside if "." in target}
        graph.setdefault(_room(module.package), set()).update(targets - {_room(module.package)})

    assert _circle(graph) == []


def test_the_rooms_of_the_steps_go_round_in_no_circle(house: House) -> None:
    graph: dict[str, set[str]] = {}
    for module in house.of("steps"):
        room = _step_room(module.name)
        rooms = {_step_room(target) for target in module.inside if target.startswith("bot.steps.")}
        graph.setdefault(room, set()).update(rooms - {room, ""})  # the steps themselves are known to all

    assert _circle({room: known for room, known in graph.items() if room}) == []


def _circle(graph: Mapping[str, AbstractSet[str]]) -> list[str]:
    """The names along one circle; none where there is no circle."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _step_room(module: str) -> str:
    """Which room below `bot.steps` a module lies in; empty for a step of the story itself."""
    parts = module.split(".")
    return parts[2] if len(parts) > 3 else ""


def _room(package: str) -> str:
    return "the outside" if package in OUTSIDE else package  # the demo is a command, and runs others


def test_no_module_has_a_vague_name_or_that_of_a_standard_one(house: House) -> None:
    names = {module.name.rpartition(".")[2] for module in house.modules} - {"__main__"}

    assert names & (VAGUE | sys.stdlib_module_names) == set()


def test_a_package_says_what_it_is_and_imports_nothing(house: House) -> None:
    packages = [module for module in house.modules if module.path.name == "__init__.py"]

    assert packages
    assert [module.name for module in packages if module.imports or not ast.get_docstring(module.tree)] == []


def test_bootstrap_needs_the_standard_library_only(house: House) -> None:
    [bootstrap] = house.of("bootstrap")

    assert bootstrap.inside == set()
    assert bootstrap.outside <= sys.stdlib_module_names


PATTERN_FUNCTIONS = frozenset(
    {"compile", "match", "fullmatch", "search", "split", "findall", "finditer", "sub", "subn"}
)


def test_our_own_patterns_are_literals(house: House) -> None:
    """Foreign patterns run on RE2, so every pattern of `re` must stand in the source."""
    calls = [(module, node) for module in house.modules for node in ast.walk(module.tree) if _is_pattern_call(node)]

    assert calls
    assert [_at(module, call) for module, call in calls if not (call.args and _is_literal(call.args[0], module))] == []


def _is_pattern_call(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in PATTERN_FUNCTIONS
    )


def _is_literal(node: ast.expr, module: Module) -> bool:
    """Whether the text stands in the module: as it is, put together, or under the name of a constant."""
    match node:
        case ast.Constant(value=str() | bytes()):
            return True
        case ast.JoinedStr(values=values):
            return all(_is_literal(value, module) for value in values)
        case ast.FormattedValue(value=value):
            return _is_literal(value, module)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _is_literal(left, module) and _is_literal(right, module)
        case ast.Name(id=name):
            return any(_is_literal(value, module) for value in _constants(module, name))
        case _:
            return False


def _constants(module: Module, name: str) -> Iterator[ast.expr]:
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [name]:
            yield node.value


def test_re_is_used_by_its_name_alone(house: House) -> None:
    taken = {
        (module.name, member) for module in house.modules for name, member in module.members if name == "re" and member
    }

    assert {member for _, member in taken} <= {"Pattern", "Match"}, "or a pattern could slip past the test above"
