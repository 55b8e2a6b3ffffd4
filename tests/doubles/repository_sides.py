"""A remote in a test's hands, and how the code under test opens it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from doubles.github.seeding import Content
from msgspec import Struct

from bot.ports import Repository


class Remote(Protocol):
    """The other side; `HostedRepository` and `MemoryRemote` are both."""

    def commit(
        self,
        branch: str,
        files: Mapping[str, Content],
        message: str = "change",
        *,
        start: str | None = None,
        date: int | None = None,
    ) -> str:
        """Put a commit on a branch and return its name; `date` in seconds since 1970."""

    def tip(self, branch: str) -> str | None:
        """The commit a branch points at."""

    def files(self, revision: str) -> dict[str, bytes]:
        """Path to content of a branch or commit."""


class Side(Struct, frozen=True, kw_only=True):
    """One implementation of the port, and its remote."""

    remote: Remote
    open: Callable[[], AbstractContextManager[Repository]]
