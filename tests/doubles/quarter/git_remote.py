"""The world's remote as a bare repository on disk: what people do is done by Git, and so is what the bot reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from doubles.github.people import person
from doubles.github.plumbing import BareRepository
from doubles.github.seeding import Content, commit
from doubles.quarter.world import BEGIN

from bot.ports import Repository
from bot.repository.git_repository import open_repository

_TEAM = person("team")


class GitRemote:
    """A `Remote` that real Git keeps.

    Attributes:
        now: The date of people's commits.
        branches: Branch names to commits, read anew whenever they are looked at.
    """

    def __init__(self, folder: Path) -> None:
        """Make one in a new folder."""
        self._git = BareRepository.create(folder, default_branch="main")
        self.now = BEGIN
        self.branches: Mapping[str, str] = _Branches(folder / "refs" / "heads")
        self._files: dict[str, dict[str, bytes]] = {}

    def opened(self) -> AbstractContextManager[Repository]:
        """The remote as the bot opens it."""
        return open_repository(f"file://{self._git.path}")

    def commit(self, branch: str, files: Mapping[str, Content], message: str = "change") -> str:
        """Put a commit of a person's on a branch."""
        date, parent = int(self.now.timestamp()), self.branches.get(branch)
        return commit(self._git, branch, files, parent=parent, message=message, author=_TEAM, date=date)

    def files(self, revision: str) -> dict[str, bytes]:
        """Path to bytes of a branch or commit; what a commit holds is read once."""
        sha = self.branches.get(revision, revision)
        if sha not in self._files:
            entries = self._git.tree(sha, recursive=True)
            contents = self._git.blobs(entry.sha for entry in entries)
            self._files[sha] = {entry.path: data for entry, data in zip(entries, contents, strict=True)}
        return dict(self._files[sha])

    def delete(self, branch: str) -> None:
        """Delete a branch."""
        self._git.delete_ref(f"refs/heads/{branch}")

    def merge_base(self, base: str, head: str) -> str | None:
        """Where two commits part."""
        return self._git.merge_base(base, head)


class _Branches(Mapping[str, str]):
    """What lies below `refs/heads`: nothing here ever packs it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getitem__(self, name: str) -> str:
        try:
            return (self._folder / name).read_text().strip()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return (str(path.relative_to(self._folder)) for path in sorted(self._folder.rglob("*")) if path.is_file())

    def __len__(self) -> int:
        return sum(1 for _ in self)
