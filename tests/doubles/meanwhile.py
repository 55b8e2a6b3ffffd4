"""Our side of a remote on which something happens just before one of our own writes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any, cast

import pytest
from msgspec.structs import replace

from bot.model.commits import Sha
from bot.model.tiers import Branch
from bot.ports import Forge, Repository
from bot.repository.git_repository import GitRepository
from bot.steps.find import Remote

_WRITES = frozenset(
    {
        "push",
        "delete",
        "create_pull_request",
        "set_extras",
        "update_pull_request",
        "close_pull_request",
        "set_status",
    }
)


class _Watched:
    """Anything, of whose writes each is told before it is made: its name, and how many of that name there were."""

    def __init__(self, real: object, told: Callable[[str], None]) -> None:
        self._real = real
        self._told = told

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name not in _WRITES:
            return found

        def written(*arguments: object, **named: object) -> object:
            self._told(name)
            return found(*arguments, **named)

        return written


def meanwhile(remote: Remote, write: str, number: int, happens: Callable[[], object]) -> Remote:
    """The same, where something happens before the write of this kind and number."""
    seen: Counter[str] = Counter()

    def told(name: str) -> None:
        seen[name] += 1
        if (name, seen[name]) == (write, number):
            happens()

    repository, forge = _Watched(remote.repository, told), _Watched(remote.forge, told)
    return replace(remote, repository=cast("Repository", repository), forge=cast("Forge", forge))


def before_push(monkeypatch: pytest.MonkeyPatch, number: int, happens: Callable[[], object]) -> list[object]:
    """Something happens just before a push of the first run; what came of it."""
    real, seen, came = GitRepository.push, [0], list[object]()

    def push(repository: GitRepository, branch: Branch, new: Sha, *, expected: Sha | None) -> object:
        seen[0] += 1
        if seen[0] == number:
            # Two that make one commit in one second make the same: neither would lose.
            time.sleep(1.01 - time.time() % 1)
            came.append(happens())
        return real(repository, branch, new, expected=expected)

    monkeypatch.setattr(GitRepository, "push", push)
    return came
