"""Commits for tests, made by one `git fast-import`, whatever the number of files."""

from __future__ import annotations

import time
from collections.abc import Mapping

from doubles.github.people import Identity
from doubles.github.plumbing import BareRepository
from msgspec import Struct


class Symlink(Struct, frozen=True):
    """A symbolic link (mode 120000) and where it points."""

    target: str


class Gitlink(Struct, frozen=True):
    """A submodule (mode 160000) and its commit."""

    sha: str


class Executable(Struct, frozen=True):
    """A file with mode 100755."""

    content: bytes


Content = bytes | str | Symlink | Gitlink | Executable | None


def commit(
    git: BareRepository,
    branch: str,
    files: Mapping[str, Content],
    *,
    parent: str | None,
    message: str,
    author: Identity,
    date: int | None,
) -> str:
    """Puts a commit on top of a branch and returns its name.

    Args:
        git: The repository.
        branch: Short name; made if it does not exist.
        files: Path to content; None removes.
        parent: The commit it stands on; None for a first one.
        message: The whole message.
        author: Author and committer.
        date: Seconds since 1970, UTC; now if None.
    """
    stamp = f"{author.login} <{author.noreply}> {int(time.time()) if date is None else date} +0000"
    text = message.encode()
    lines = [
        f"commit refs/heads/{branch}\nauthor {stamp}\ncommitter {stamp}\ndata {len(text)}\n".encode() + text,
        *([f"from {parent}".encode()] if parent else []),
        *(_change(path, content) for path, content in files.items()),
        b"done\n",
    ]
    git.git("fast-import", "--quiet", "--force", "--done", stdin=b"\n".join(lines))
    made = git.ref(f"refs/heads/{branch}")
    if made is None:
        raise AssertionError(f"no commit was made on {branch}")
    return made


def _change(path: str, content: Content) -> bytes:
    name = _quoted(path)
    match content:
        case None:
            return b"D " + name
        case Gitlink(sha):
            return f"M 160000 {sha} ".encode() + name
        case Symlink(target):
            return _file("120000", name, target.encode("utf-8", "surrogateescape"))
        case Executable(data):
            return _file("100755", name, data)
        case str():
            return _file("100644", name, content.encode())
        case bytes():
            return _file("100644", name, content)


def _file(mode: str, name: bytes, data: bytes) -> bytes:
    return b"M %s inline %s\ndata %d\n%s" % (mode.encode(), name, len(data), data)


def _quoted(path: str) -> bytes:
    raw = path.encode("utf-8", "surrogateescape")
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
