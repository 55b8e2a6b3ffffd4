"""A folder read without following anything (threat 7)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import UsageError
from bot.model.commits import EntryKind, TreeEntry
from bot.repository.work_tree import Unreadable, WorkTree


def put(folder: Path, *paths: str, content: bytes = b"x") -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def contents(tree: WorkTree) -> dict[str, bytes]:
    return {entry.path: data for entry, data in tree.read(tree.entries())}


def test_paths_are_sorted_bytewise_as_git_sorts_them(tmp_path: Path) -> None:
    put(tmp_path, "b", "a/z", "a.yaml", "a/b/c", "A", "ä")
    assert [entry.path for entry in WorkTree(tmp_path).entries()] == ["A", "a.yaml", "a/b/c", "a/z", "b", "ä"]


def test_it_sees_what_a_commit_of_the_folder_would_hold(tmp_path: Path) -> None:
    put(tmp_path, "a b/c", "-x", "new\nline", "t\tab", '"q"')
    put(tmp_path, "run", content=b"#!")
    (tmp_path / "run").chmod(0o755)
    (tmp_path / "link").symlink_to("a b")
    git = ("git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@x")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *command], check=True)
    listed = subprocess.run([*git, "ls-tree", "-rzl", "HEAD"], check=True, capture_output=True, text=True).stdout
    expected = [(line.split("\t", 1)[1], line[:6], int(line.split()[3])) for line in listed.split("\0") if line]
    assert [(entry.path, entry.kind.value, entry.size) for entry in WorkTree(tmp_path).entries()] == expected


def test_links_are_listed_and_never_followed(tmp_path: Path) -> None:
    put(tmp_path, "production/hr.yaml")
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    put(outside, "secret")
    links = {
        "file": "production/hr.yaml",
        "folder": "production",
        "absolute": str(outside / "secret"),
        "above": f"../{outside.name}",
        "self": "self",
        "loop": ".",
        "environment": "/proc/self/environ",
        "git": ".git/config",
        "dangling": "nowhere",
    }
    for name, target in links.items():
        (tmp_path / name).symlink_to(target)
    tree = WorkTree(tmp_path)
    kinds = {entry.path: entry.kind for entry in tree.entries()}
    assert kinds == dict.fromkeys(links, EntryKind.SYMLINK) | {"production/hr.yaml": EntryKind.FILE}
    assert contents(tree) == {"production/hr.yaml": b"x"}
    assert tree.unreadable == ()


def test_a_file_swapped_for_a_link_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, "a", "b", "secret")
    tree = WorkTree(tmp_path)
    entries = tree.entries()
    (tmp_path / "a").unlink()
    (tmp_path / "a").symlink_to("secret")
    assert [entry.path for entry, _ in tree.read(entries)] == ["b", "secret"]
    assert [left.path for left in tree.unreadable] == ["a"]


@pytest.mark.parametrize("swapped", ["x", "x/y"])
def test_a_folder_swapped_for_a_link_is_not_entered(tmp_path: Path, swapped: str) -> None:
    put(tmp_path, "x/y/a", "z/y/a", "z/a")
    tree = WorkTree(tmp_path)
    entries = [entry for entry in tree.entries() if entry.path == "x/y/a"]
    shutil.rmtree(tmp_path / swapped)
    (tmp_path / swapped).symlink_to(tmp_path / "z")
    assert list(tree.read(entries)) == []
    assert [left.path for left in tree.unreadable] == ["x/y/a"]


@pytest.mark.parametrize("path", ["../secret", "a/../../secret", "/etc/hostname", "a/..", ".."])
def test_a_path_that_leaves_the_folder_is_not_read(tmp_path: Path, path: str) -> None:
    put(tmp_path, "secret", "top/a/b")
    tree = WorkTree(tmp_path / "top")
    assert list(tree.read([TreeEntry(path=path, kind=EntryKind.FILE, size=1)])) == []
    assert [left.path for left in tree.unreadable] == [path]


def test_pipes_and_sockets_are_nothing_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    put(tmp_path, "file")
    tree = WorkTree(tmp_path)
    assert [entry.path for entry in tree.entries()] == ["file"]
    assert list(tree.read([TreeEntry(path="pipe", kind=EntryKind.FILE, size=0)])) == []
    assert tree.unreadable == (Unreadable(path="pipe", problem="not a regular file"),)


def test_git_s_own_folder_is_left_out(tmp_path: Path) -> None:
    put(tmp_path, ".git/config", "a", ".github/b", ".gitignore")
    assert [entry.path for entry in WorkTree(tmp_path).entries()] == [".github/b", ".gitignore", "a"]


@pytest.mark.parametrize("marker", ["vendor/lib/.git/config", "vendor/lib/.git"])
def test_a_nested_repository_is_a_submodule(tmp_path: Path, marker: str) -> None:
    put(tmp_path, marker, "vendor/lib/hr.yaml", "vendor/a")
    tree = WorkTree(tmp_path)
    assert [(entry.path, entry.kind) for entry in tree.entries()] == [
        ("vendor/a", EntryKind.FILE),
        ("vendor/lib", EntryKind.SUBMODULE),
    ]
    assert contents(tree) == {"vendor/a": b"x"}


def test_a_name_that_is_not_utf_8_keeps_its_bytes(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/a\xff"
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY, 0o644))
    assert contents(WorkTree(tmp_path)) == {"a\udcff": b""}


@pytest.mark.parametrize("content", [b"longer than before", b""])
def test_a_file_that_changes_while_it_is_read_is_left_out(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, "a", "b")
    tree = WorkTree(tmp_path)
    entries = tree.entries()
    put(tmp_path, "a", content=content)
    assert [entry.path for entry, _ in tree.read(entries)] == ["b"]
    assert tree.unreadable == (Unreadable(path="a", problem="it changed while it was read"),)


def test_what_vanished_is_told(tmp_path: Path) -> None:
    put(tmp_path, "x/a", "b")
    tree = WorkTree(tmp_path)
    entries = tree.entries()
    shutil.rmtree(tmp_path / "x")
    assert [entry.path for entry, _ in tree.read(entries)] == ["b"]
    assert tree.unreadable == (Unreadable(path="x/a", problem="No such file or directory"),)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    put(tmp_path, "open/a", "shut/b", "shut-file")
    (tmp_path / "shut-file").chmod(0)
    (tmp_path / "shut").chmod(0)
    yield tmp_path
    (tmp_path / "shut").chmod(0o755)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything; run as another user to see this one")
def test_what_may_not_be_read_is_told(locked: Path) -> None:
    tree = WorkTree(locked)
    assert contents(tree) == {"open/a": b"x"}
    assert [left.path for left in tree.unreadable] == ["shut", "shut-file"]


def test_a_very_deep_folder_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    put(tmp_path, "a")
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(40):  # deeper than any path may be long
        os.mkdir("d" * 200, dir_fd=here)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    tree = WorkTree(tmp_path)
    assert contents(tree) == {"a": b"x"}
    assert [left.problem for left in tree.unreadable] == ["File name too long"]
    subprocess.run(["rm", "-rf", str(tmp_path)], check=True)


@pytest.mark.parametrize("name", ["gone", "file"])
def test_what_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    put(tmp_path, "file")
    with pytest.raises(UsageError, match="not a folder"):
        WorkTree(tmp_path / name)


def test_no_file_stays_open(tmp_path: Path) -> None:
    put(tmp_path, "a/b/c", "a/d", "e")
    before = set(Path("/proc/self/fd").iterdir())
    tree = WorkTree(tmp_path)
    reading = tree.read(tree.entries())
    next(reading)
    reading.close()  # type: ignore[attr-defined] # it is a generator
    assert len(set(Path("/proc/self/fd").iterdir())) == len(before)


def test_a_work_tree_needs_no_git(tmp_path: Path) -> None:
    put(tmp_path, "a")
    text = """
import sys, pathlib
from bot.repository.work_tree import WorkTree
tree = WorkTree(pathlib.Path(sys.argv[1]))
assert list(tree.read(tree.entries()))
print('git' in sys.modules)
"""
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", text, str(tmp_path)]
    done = subprocess.run(command, check=True, env={"PATH": "", "PYTHONPATH": root}, capture_output=True, text=True)
    assert done.stdout == "False\n"
