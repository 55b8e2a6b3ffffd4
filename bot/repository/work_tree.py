"""The Tree port on a folder of this machine: regular files only, and no link on the way to them. Needs no Git."""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from msgspec import Struct

from bot.errors import UsageError
from bot.model.commits import EntryKind, TreeEntry

_GIT = b".git"
# Without O_NONBLOCK a pipe that took a file's place would be waited for.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC


class Unreadable(Struct, frozen=True, kw_only=True):
    """A path that could not be read, and the system's word for it; `""` is the folder itself."""

    path: str
    problem: str


class WorkTree:
    """A folder as Git would see it, `.git` apart; what cannot be read is left out and told by `unreadable`."""

    def __init__(self, folder: Path) -> None:
        """Look at a folder, which may itself be reached through a link.

        Raises:
            UsageError: It is not a folder.
        """
        try:
            there = folder.is_dir()
        except OSError:  # a name that is too long, a way that is barred
            there = False
        if not there:
            raise UsageError(f"{str(folder)!r} is not a folder", "Name the folder of a repository's files")
        self._folder = os.fsencode(folder.resolve())
        self._unreadable: dict[str, Unreadable] = {}
        self._entries: tuple[TreeEntry, ...] | None = None

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """What `entries` and `read` left out so far, by path."""
        return tuple(self._unreadable[path] for path in sorted(self._unreadable))

    def entries(self) -> tuple[TreeEntry, ...]:
        """Every file and link, sorted bytewise. A nested repository is a submodule; pipes and devices are nothing.

        Paths that are not UTF-8 keep their bytes as surrogate escapes, as those of a commit do. The folder is walked
        once: a run judges one state of it, and `read` sees when a file is no longer what it was then.
        """
        if self._entries is None:
            self._entries = self._walked()
        return self._entries

    def _walked(self) -> tuple[TreeEntry, ...]:
        found: list[tuple[bytes, TreeEntry]] = []
        folders = [b""]
        while folders:
            folder = folders.pop()
            listed = self._listed(folder)
            if folder and any(entry.name == _GIT for entry in listed):
                found.append((folder, TreeEntry(path=_decoded(folder), kind=EntryKind.SUBMODULE, size=0)))
                continue
            for entry in listed:
                path = folder + b"/" + entry.name if folder else entry.name
                if entry.name == _GIT:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(path)
                elif made := self._entry(path, entry):
                    found.append((path, made))
        return tuple(entry for _, entry in sorted(found, key=lambda pair: pair[0]))

    def read(self, entries: Iterable[TreeEntry]) -> Iterator[tuple[TreeEntry, bytes]]:
        """The bytes of regular files, in the order asked; one that changed its size or its nature is left out."""
        with _Opener(self._folder) as opener:
            for entry in entries:
                if not entry.kind.regular:
                    continue
                try:
                    content = opener.read(entry.path.encode("utf-8", "surrogateescape"), entry.size)
                except OSError as error:
                    self._leave_out(entry.path, error)
                else:
                    yield entry, content

    def _listed(self, folder: bytes) -> list[os.DirEntry[bytes]]:
        try:
            with os.scandir(self._folder + b"/" + folder) as listing:
                return list(listing)
        except OSError as error:
            self._leave_out(_decoded(folder), error)
            return []

    def _entry(self, path: bytes, entry: os.DirEntry[bytes]) -> TreeEntry | None:
        try:
            facts = entry.stat(follow_symlinks=False)
        except OSError as error:
            self._leave_out(_decoded(path), error)
            return None
        kind = _kind(facts.st_mode)
        return TreeEntry(path=_decoded(path), kind=kind, size=facts.st_size) if kind else None

    def _leave_out(self, path: str, error: OSError) -> None:
        self._unreadable[path] = Unreadable(path=path, problem=error.strerror or type(error).__name__)


class _Opener:
    """Opens files below a folder, each folder from the one above it, so that no link is followed even when swapped in.

    Files mostly come sorted, so the last folder stays open for the next file.
    """

    def __init__(self, top: bytes) -> None:
        self._top = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._folder = b""
        self._opened: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close_folder()
        os.close(self._top)

    def read(self, path: bytes, size: int) -> bytes:
        """The bytes of a regular file of `size` bytes. OSError for anything else."""
        folder, _, name = path.rpartition(b"/")
        opened = os.open(name, _FILE, dir_fd=self._open_folder(folder))
        try:
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                raise OSError(errno.EINVAL, "not a regular file")
            content = b""
            while piece := os.read(opened, size + 1 - len(content)):
                content += piece
        finally:
            os.close(opened)
        if len(content) != size:
            raise OSError(errno.EBUSY, "it changed while it was read")
        return content

    def _open_folder(self, folder: bytes) -> int:
        if not folder:
            return self._top
        if self._opened is None or folder != self._folder:
            self._close_folder()
            self._opened = self._descend(folder)
            self._folder = folder
        return self._opened

    def _descend(self, folder: bytes) -> int:
        here = os.dup(self._top)
        for part in folder.split(b"/"):
            try:
                if part == b"..":
                    raise OSError(errno.EINVAL, "not a path of the tree")
                below = os.open(part, _FOLDER, dir_fd=here)
            finally:
                os.close(here)
            here = below
        return here

    def _close_folder(self) -> None:
        if self._opened is not None:
            os.close(self._opened)
            self._opened = None


def _kind(mode: int) -> EntryKind | None:
    """The kind of a file or link; None for a pipe, a socket, a device."""
    if stat.S_ISLNK(mode):
        return EntryKind.SYMLINK
    if not stat.S_ISREG(mode):
        return None
    return EntryKind.EXECUTABLE if mode & stat.S_IXUSR else EntryKind.FILE


def _decoded(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
