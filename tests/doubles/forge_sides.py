"""A forge in a test's hands, and the people around it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from doubles.github.hosted import HostedRepository
from doubles.memory_forge import MemoryForge
from msgspec import Struct

from bot.forge.github import GitHubForge
from bot.forge.proposed import Looked, Proposed
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

    def merge(self, number: int) -> str:
        """Merge a pull request and leave its branch; the head that it had."""


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

    def merge(self, number: int) -> str:
        head = self.hosted.tip(self.hosted.pull(number).head_branch)
        self.hosted.merge(number)
        assert head
        return head


@dataclass
class OnDisk:
    """Attributes: `merged` are the bases and branches that Git would say to be merged."""

    folder: Path
    merged: set[tuple[str, str]] = field(default_factory=set)

    def branch(self, name: str) -> str:
        return "1" * 40

    def close(self, number: int) -> None:
        path = self.folder / "pull-requests" / f"{number:04}.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "state": "closed"}))

    def merge(self, number: int) -> str:
        record = json.loads((self.folder / "pull-requests" / f"{number:04}.json").read_text())
        self.merged.add((record["base"], record["head"]))
        return "1" * 40

    def proposed(self, head: str) -> None:
        del head

    def look(self, base: str, head: str, known: Proposed | None) -> Looked:
        del known
        return Looked(merged="1" * 40 if (base, head) in self.merged else None)


@dataclass
class InMemory:
    forge: MemoryForge
    branches: dict[str, str]

    def branch(self, name: str) -> str:
        self.branches[name] = "1" * 40
        return self.branches[name]

    def close(self, number: int) -> None:
        self.forge.close(number)

    def merge(self, number: int) -> str:
        head = self.branches[self.forge.pulls[number].head]
        self.forge.merge(number)
        return head


Connected = Callable[..., GitHubForge]
"""Opens the forge as somebody, without any waiting: `connected(person("alice"))`."""
