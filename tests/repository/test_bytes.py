"""Not a byte is changed that was not named, whatever the tree's attributes say (threat 4)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from doubles.github.hosted import HostedRepository
from doubles.github.server import GitHubDouble
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import RepositoryFailed
from bot.model.commits import EntryKind, FileChange
from bot.model.proposals import Identity
from bot.repository.git_repository import GitRepository, open_repository

BOT = Identity(login="b", name="b", email="b@example.com")
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4" * 64 + b"\nsize 12345\n"
ATTRIBUTES = [
    "* text eol=lf",
    "* text=auto eol=crlf",
    "* ident",
    "* working-tree-encoding=UTF-16",
    "* filter=lfs diff=lfs merge=lfs -text",
    "* export-subst",
    "[attr]evil text eol=lf ident\n*.yaml evil",
]
BYTES = [
    b"a: 1\r\nb: 2\r\n",
    b"a: 1\nb: 2\r\n",
    b"$Id$\n$Id: 12 $\n",
    "a: ä".encode("utf-16"),
    LFS,
    b"",
    b"\xff\xfe\x00\r",
]
PATHS = ["a.yaml", "apps/dev/b.yaml", "apps/ä\n.yaml", "apps/\udcff.yaml", '"quoted"\t.yaml', "-dash", " "]


@pytest.fixture(scope="module")
def remote(github_server: GitHubDouble) -> HostedRepository:
    return github_server.repository("acme/bytes", dict.fromkeys(PATHS, "old\r\n"))


@pytest.fixture(scope="module")
def repository(remote: HostedRepository) -> Iterator[GitRepository]:
    with open_repository(str(remote.memory.git.path)) as opened:
        yield opened


def pushed(
    repository: GitRepository, remote: HostedRepository, attributes: str, contents: dict[str, bytes]
) -> dict[str, bytes]:
    """What the remote has of these files once we made a commit of them and pushed it."""
    remote.commit("main", {".gitattributes": f"{attributes}\n", "apps/.gitattributes": f"{attributes}\n"})
    base = repository.fetch(["main"])["main"]
    kinds = {entry.path: entry.kind for entry in repository.tree(base).entries()}
    changes = [FileChange(path=path, kind=kinds[path], before=b"", after=data) for path, data in contents.items()]
    made = repository.commit(parent=base, changes=changes, message="x", identity=BOT)
    tree = repository.tree(made)
    assert {entry.path: data for entry, data in tree.read(tree.entries()) if entry.path in contents} == contents
    assert {one.path for one in repository.differences(base, made)} == contents.keys()
    branch = "flux-chart-bot/dev/all"
    assert repository.push(branch, made, expected=remote.tip(branch)) is None
    return {path: data for path, data in remote.files(branch).items() if path in contents}


@pytest.mark.parametrize("data", BYTES)
@pytest.mark.parametrize("attributes", ATTRIBUTES)
def test_attributes_change_no_byte(
    repository: GitRepository, remote: HostedRepository, attributes: str, data: bytes
) -> None:
    contents = {"apps/dev/b.yaml": data}
    assert pushed(repository, remote, attributes, contents) == contents


@settings(max_examples=15, deadline=None)
@given(
    attributes=st.lists(st.sampled_from(ATTRIBUTES), min_size=1, max_size=4).map("\n".join),
    contents=st.dictionaries(st.sampled_from(PATHS), st.binary(max_size=200) | st.sampled_from(BYTES), min_size=1),
)
def test_random_bytes_under_random_attributes_survive(
    repository: GitRepository, remote: HostedRepository, attributes: str, contents: dict[str, bytes]
) -> None:
    assert pushed(repository, remote, attributes, contents) == contents


def test_the_mode_of_a_program_stays(repository: GitRepository, remote: HostedRepository) -> None:
    base = repository.fetch(["main"])["main"]
    change = FileChange(path="a.yaml", kind=EntryKind.EXECUTABLE, before=b"", after=b"new")
    made = repository.commit(parent=base, changes=[change], message="x", identity=BOT)
    (difference,) = repository.differences(base, made)
    assert difference.new is not None
    assert difference.new.kind is EntryKind.EXECUTABLE


@pytest.mark.parametrize("path", [".git/config", "apps/../.git/hooks/x", "/etc/passwd", "a//b", "./a", "", ".GIT/x"])
def test_a_path_that_no_tree_may_hold_is_refused(
    repository: GitRepository, remote: HostedRepository, path: str
) -> None:
    base = repository.fetch(["main"])["main"]
    change = FileChange(path=path, kind=EntryKind.FILE, before=b"", after=b"new")
    with pytest.raises(RepositoryFailed, match="path"):
        repository.commit(parent=base, changes=[change], message="x", identity=BOT)


def test_a_path_cannot_smuggle_in_a_second_one(repository: GitRepository, remote: HostedRepository) -> None:
    base = repository.fetch(["main"])["main"]
    smuggled = f"a.yaml\x00100644 {'0' * 40}\tapps/dev/b.yaml"
    change = FileChange(path=smuggled, kind=EntryKind.FILE, before=b"", after=b"new")
    with pytest.raises(ValueError, match="regular"):
        repository.commit(parent=base, changes=[change], message="x", identity=BOT)
