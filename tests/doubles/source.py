"""The bot's own source as data: modules, what each imports, where its functions begin and end."""

import ast
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct


class Module(Struct, frozen=True, kw_only=True):
    """One file below bot/.

    Attributes:
        name: As it is imported, such as `bot.versions.tags`.
        imports: What it imports, wherever in the file; names of this house as modules, others as their first part.
        members: What it takes from which module, such as `("pathlib", "PurePosixPath")`.
    """

    name: str
    path: Path
    tree: ast.Module
    lines: int
    imports: frozenset[str]
    members: frozenset[tuple[str, str]]

    @property
    def package(self) -> str:
        """The first name below `bot`: a package's or a single module's."""
        return self.name.split(".")[1] if "." in self.name else self.name

    @property
    def outside(self) -> frozenset[str]:
        return frozenset(name for name in self.imports if name.split(".")[0] != "bot")

    @property
    def inside(self) -> frozenset[str]:
        return self.imports - self.outside

    def functions(self) -> Iterator[ast.FunctionDef]:
        yield from (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef))


class House(Struct, frozen=True, kw_only=True):
    root: Path
    modules: tuple[Module, ...]

    def of(self, *packages: str) -> tuple[Module, ...]:
        found = tuple(module for module in self.modules if module.package in packages)
        assert {module.package for module in found} == set(packages)  # a rule about a room that is gone holds nothing
        return found


def read_house(root: Path) -> House:
    files = sorted((root / "bot").rglob("*.py"))
    names = {file: _name(file.relative_to(root)) for file in files}
    return House(root=root, modules=tuple(_read(file, name, frozenset(names.values())) for file, name in names.items()))


def _name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _read(file: Path, name: str, known: frozenset[str]) -> Module:
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text)
    members = frozenset(_members(tree))
    imported = {_resolved(source, member, known) for source, member in members}
    imports = frozenset(target for target in imported if target != name)
    return Module(name=name, path=file, tree=tree, lines=text.count("\n"), imports=imports, members=members)


def _members(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            [wanted] = node.args
            assert isinstance(wanted, ast.Constant), "an import that only a run can name"
            yield str(wanted.value), ""


def _resolved(source: str, member: str, known: frozenset[str]) -> str:
    first = source.partition(".")[0]
    if first != "bot":
        return first
    return f"{source}.{member}" if f"{source}.{member}" in known else source
