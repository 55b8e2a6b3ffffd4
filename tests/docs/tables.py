"""The README's tables, made from the code; a test holds them equal.

`PYTHONPATH=.:tests python -m docs.tables` writes them.
"""

import json
import re
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import bot
from bot.errors import ExitCode
from bot.reason import ReasonKind
from bot.report.exit_code import DEFAULT_FAIL_ON, FailOn
from bot.yamltext.nodes import Document, Mapping, Scalar, YamlText
from bot.yamltext.reading import read

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
QUARTER = ROOT / "tests" / "simulation" / "quarter.json"
_GROUPINGS = {"tier": "`tier`", "teams": "five named groups", "chart": "`chart`"}
_FACT = re.compile(r"\{(\w+)\}")


def rendered(readme: str) -> str:
    """The README with its tables as the code says."""
    for name, table in TABLES.items():
        block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        readme, count = block.subn(lambda found, table=table: f"{found[1]}{table()}{found[2]}", readme)  # type: ignore[misc]  # a default binds the loop's value
        if count != 1:
            raise ValueError(f"the README has {count} blocks {name}")
    return readme


def reasons() -> dict[str, ReasonKind]:
    """Every reason by the name of its constant: of `bot.reasons`, then those that a package has to itself."""
    names = [module.name for module in walk_packages(bot.__path__, "bot.") if module.name.endswith("_reasons")]
    modules = [import_module(name) for name in ("bot.reasons", *sorted(names)) if name != "bot.report.told_reasons"]
    return {name: value for module in modules for name, value in vars(module).items() if isinstance(value, ReasonKind)}


def _table(*rows: tuple[str, ...]) -> str:
    head, *body = [" | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) for row in rows]
    rule = " | ".join("---" for _ in rows[0])
    return "".join(f"| {row} |\n" for row in (head, rule, *body))


def _reasons() -> str:
    rows = [
        (f'<a id="{kind.id}"></a>`{kind.id}`', _sentence(kind.sentence), _sentence(kind.mend))
        for kind in reasons().values()
    ]
    return _table(("Reason", "What it says", "What to do"), *rows)


def _sentence(template: str) -> str:
    return _FACT.sub(r"*\1*", template.replace("{{", "{").replace("}}", "}"))


def _exit_codes() -> str:
    return _table(("Exit code", "Meaning"), *((f"{code.value}", _doc(ExitCode, code.name)) for code in ExitCode))


def _fail_on() -> str:
    rows = [
        (f"`{one.value}`" + (" (default)" if one in DEFAULT_FAIL_ON else ""), _doc(FailOn, one.name)) for one in FailOn
    ]
    return _table(("`fail-on`", "Ends the run with exit code 3 when"), *rows, ("`never`", "Alone: nothing does."))


def _doc(enum: type, member: str) -> str:
    """The string below a member in its source: enums keep none at run time."""
    source = Path(sys.modules[enum.__module__].__file__ or "").read_text(encoding="utf-8")
    found = re.search(rf'^    {member} = [^\n]*\n    """(.+?)"""', source, re.MULTILINE | re.DOTALL)
    if not found:
        raise ValueError(f"{enum.__name__}.{member} says nothing")
    return " ".join(found[1].split())


def _inputs() -> str:
    rows = [
        (f"`{name}`", one.get("description", ""), f"`{one['default']}`" if one.get("default") else "")
        for name, one in action()["inputs"].items()
    ]
    return _table(("Input", "What it means", "Default"), *rows)


def _outputs() -> str:
    return _table(
        ("Output", "What it holds"),
        *((f"`{name}`", one["description"]) for name, one in action()["outputs"].items()),
    )


def _quarter() -> str:
    """What the simulation recorded; `pytest -m quarter -s tests/simulation` does so anew."""
    record: dict[str, list[list[str]]] = json.loads(QUARTER.read_text(encoding="utf-8"))
    lines = [line for group in _GROUPINGS for line in record.get(group, [])]
    return _table(tuple(map(str, record["head"])), *((_GROUPINGS[line[0]], *line[1:]) for line in lines))


def action() -> dict[str, Any]:
    """action.yml as plain values."""
    file = read((ROOT / "action.yml").read_bytes())
    if not isinstance(file, YamlText):
        raise TypeError("action.yml is not YAML")
    values: dict[str, Any] = _plain(file.documents[0], file.documents[0].root)
    return values


def _plain(document: Document, node: Any) -> Any:
    match document.follow(node):
        case Scalar(text=text):
            return text
        case Mapping() as mapping:
            return {_plain(document, key): _plain(document, value) for key, value in mapping.items}
        case other:
            return [_plain(document, value) for value in getattr(other, "values", ())]


TABLES = {
    "inputs": _inputs,
    "outputs": _outputs,
    "exit-codes": _exit_codes,
    "fail-on": _fail_on,
    "reasons": _reasons,
    "quarter": _quarter,
}

if __name__ == "__main__":
    README.write_text(rendered(README.read_text(encoding="utf-8")), encoding="utf-8")
