from collections.abc import Mapping

import pytest
from doubles.github.seeding import Content, Symlink
from doubles.memory_repository import MemoryRemote, MemoryRepository

from bot.planning.code_owners import LARGEST
from bot.steps.owners import code_owners


def owners(files: Mapping[str, Content], path: str = "a.yaml") -> tuple[str, ...]:
    remote = MemoryRemote()
    return code_owners(MemoryRepository(remote).tree(remote.commit("main", files))).owners_of(path)


@pytest.mark.parametrize(
    ("places", "found"),
    [
        ([".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"], ("@owner-0",)),
        (["CODEOWNERS", "docs/CODEOWNERS"], ("@owner-0",)),
        (["docs/CODEOWNERS"], ("@owner-0",)),
        (["src/CODEOWNERS", ".gitlab/CODEOWNERS"], ()),
    ],
)
def test_the_first_of_githubs_places_is_read_alone(places: list[str], found: tuple[str, ...]) -> None:
    assert owners({place: f"* @owner-{index}" for index, place in enumerate(places)}) == found


def test_a_tree_without_the_file_has_no_owners() -> None:
    assert owners({"a.yaml": "x"}) == ()


def test_a_link_is_not_followed() -> None:
    assert owners({"CODEOWNERS": Symlink("owners"), "owners": "* @a"}) == ()


def test_a_file_too_large_is_not_read_and_none_is_read_in_its_place() -> None:
    assert owners({"CODEOWNERS": "* @a\n" + "#" * LARGEST, "docs/CODEOWNERS": "* @b"}) == ()
