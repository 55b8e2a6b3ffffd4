"""Everything that was asked of the server, for tests to look back on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RefUpdate:
    """One line of a push: full ref name, old and new commit (zeros: absent), and whether it was taken."""

    ref: str
    old: str
    new: str
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request.

    Attributes:
        method: HTTP method.
        target: Path and query as sent, quoting and all.
        operation: `POST /repos/{owner}/{repo}/pulls`, `git push`, …; None if unknown.
        repository: `owner/name` of the path, in the client's spelling.
        query: Decoded query.
        body: Decoded JSON, None for Git's own.
        status: The answer's; None if the connection was dropped.
        actor: Login behind the token, None without one.
        write: True if the request asks for a change, granted or not.
        pushes: The ref updates of a push.
    """

    method: str
    target: str
    operation: str | None
    repository: str | None
    query: dict[str, str] = field(hash=False)
    body: Any = field(hash=False)
    status: int | None
    actor: str | None
    write: bool
    pushes: tuple[RefUpdate, ...] = ()

    @property
    def is_git(self) -> bool:
        """True for Git's own requests, False for the API's."""
        return self.operation is not None and self.operation.startswith("git ")


class Journal:
    """Requests in the order of their answers."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def select(self, *, repository: str | None = None, operation: str | None = None) -> tuple[Entry, ...]:
        """Entries of one repository (its name ignores case) or operation, or all."""
        return tuple(
            entry
            for entry in tuple(self.entries)
            if (repository is None or (entry.repository or "").lower() == repository.lower())
            and (operation is None or entry.operation == operation)
        )
