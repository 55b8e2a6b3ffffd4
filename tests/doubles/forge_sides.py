"""A forge in a test's hands, and the people around it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from doubles.github.hosted import HostedRepository
from doubles.memory_forge import MemoryForge
from msgspec import Struct

from bot.forge.github import GitHubForge
from bot.ports import Forge

FLEET = "acme/fleet"
OURS = "flux-chart-bot/dev/all"
THEIRS = "feature/x"


class People(Protocol):
    """What others do to a repository while we look away."""

    def branch(self, name: str) -> str:
        """Put a commit on a branch; its name."""

    def close(self, number: int) -> None:
        """Close a pull request without a merge."""


class Side(Struct, frozen=True, kw_only=True):
    """One implementation of the port, and the people around it."""

    forge: Forge
    people: People


@dataclass
class OnGitHub:
    hosted: HostedRepository

    def branch(self, name: str) -> str:
        return self.hosted.commit(
            name, {"apps/dev/podinfo.yaml": f"version: {len(self.hosted.log('main'))}\n# {name}\n"}
        )

    def close(self, number: int) -> None:
        self.hosted.close(number)


@dataclass
class OnDisk:
    folder: Path

    def branch(self, name: str) -> str:
        return "1" * 40

    def close(self, number: int) -> None:
        path = self.folder / "pull-requests" / f"{number:04}.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "state": "closed"}))


@dataclass
class InMemory:
    forge: MemoryForge
    branches: dict[str, str]

    def branch(self, name: str) -> str:
        self.branches[name] = "1" * 40
        return self.branches[name]

    def close(self, number: int) -> None:
        self.forge.close(number)


Connected = Callable[..., GitHubForge]
"""Opens the forge as somebody, without any waiting: `connected(person("alice"))`."""
