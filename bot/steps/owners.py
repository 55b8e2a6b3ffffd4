"""owners: a tree's CODEOWNERS, from the one place of several that GitHub would read it from."""

from collections.abc import Iterable

from msgspec.structs import replace

from bot.model.references import Reference
from bot.planning.code_owners import LARGEST, LOCATIONS, CodeOwners
from bot.ports import Tree


def with_owners(references: Iterable[Reference], tree: Tree) -> tuple[Reference, ...]:
    """References with the owners of the files in which their versions are written."""
    owners = code_owners(tree)
    return tuple(replace(each, owners=owners.owners_of(each.path)) for each in references)


def code_owners(tree: Tree) -> CodeOwners:
    """The owners that a base branch's tree names; nobody where it has no such file.

    The file on the base of a pull request decides, as at GitHub: https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners#codeowners-file-location
    """
    entries = {entry.path: entry for entry in tree.entries() if entry.path in LOCATIONS}
    found = next((entries[path] for path in LOCATIONS if path in entries), None)
    if found is None or not found.kind.regular or found.size > LARGEST:
        return CodeOwners()
    return next((CodeOwners.parse(data) for _, data in tree.read([found])), CodeOwners())
