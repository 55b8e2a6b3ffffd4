"""A remote, a registry, a forge, the clock that they share, and the bot on them as its command line starts it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from builders import source
from doubles.github.seeding import Content
from doubles.memory_forge import MemoryForge
from doubles.memory_registry import MemoryRegistry, quiet
from doubles.quarter.fleet import address_of, host_of, runs
from doubles.quarter.releases import Publishers, Version
from doubles.quarter.remembered import Remembered
from doubles.quarter.truth import Spot

from bot.cli.arguments import parse
from bot.cli.commands import Commands
from bot.cli.parts import Parts
from bot.cli.settings import Job
from bot.model.commits import BOT_BRANCHES
from bot.model.proposals import PullRequest
from bot.model.tiers import Configuration
from bot.ports import Forge, Registry, Repository
from bot.reasons import UNREACHABLE
from bot.report.run_report import RunReport

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday."""


class Remote(Protocol):
    """The other side; `MemoryRemote` is one."""

    now: datetime

    @property
    def branches(self) -> Mapping[str, str]:
        """Branch names to commits, as they are now."""

    def commit(self, branch: str, files: Mapping[str, Content], message: str = "change") -> str:
        """Put a commit of a person's on a branch."""

    def files(self, revision: str) -> dict[str, bytes]:
        """Path to bytes of a branch or commit."""

    def delete(self, branch: str) -> None:
        """Delete a branch."""

    def merge_base(self, base: str, head: str) -> str | None:
        """Where two commits part."""


class _Parts(Parts):
    """The world's, in the place of real ones."""

    def __init__(self, world: World) -> None:
        super().__init__({}, lambda _: None)
        self._world = world

    @contextmanager
    def registry(self, configuration: Configuration, helper_hosts: frozenset[str] | None) -> Iterator[Registry]:
        yield self._world.registry

    @contextmanager
    def repository(self, arguments: argparse.Namespace, job: Job) -> Iterator[Repository]:
        with self._world.opens() as repository:
            yield repository

    def forge(self, arguments: argparse.Namespace, job: Job) -> Forge:
        return self._world.forge


@dataclass(kw_only=True)
class World:
    """What people and the bot share.

    Attributes:
        opens: Opens the remote as the bot does.
        hour: Since the beginning.
        away: Registry hosts that do not answer.
    """

    remote: Remote
    opens: Callable[[], AbstractContextManager[Repository]]
    publishers: Publishers
    registry: MemoryRegistry = field(default_factory=MemoryRegistry)
    forge: MemoryForge = field(default_factory=MemoryForge)
    hour: int = 0
    away: frozenset[str] = frozenset()
    _proposed: dict[str, dict[Spot, Version]] = field(default_factory=dict)
    _runs: dict[str, dict[Spot, Version]] = field(default_factory=dict)
    _remembered: Remembered = field(default_factory=Remembered)
    _arguments: argparse.Namespace = field(default_factory=lambda: parse(["update", "--repository", "acme/fleet"], {}))

    def __post_init__(self) -> None:
        self.forge.branches = self.remote.branches
        self.remote.now = BEGIN
        for chart, versions in self.publishers.versions.items():
            for each in versions:
                self.registry.push(source(address_of(chart)), str(each))

    def pass_to(self, hour: int, away: frozenset[str]) -> None:
        """Let time pass: publishers release, registries go away and come back."""
        self.hour, self.remote.now, self.away = hour, BEGIN + timedelta(hours=hour), away
        for one in self.publishers.until(hour):
            self.registry.push(source(address_of(one.chart)), str(one.version))
        charts = [chart for chart in self.publishers.charts if host_of(chart) in away]
        self.registry.away = {
            source(address_of(each)): UNREACHABLE(host=host_of(each), problem="timed out") for each in charts
        }

    def run(self) -> RunReport:
        """A whole run of the bot; it knows nothing of the one before but how files and commits read."""
        with self._remembered.used():
            bot = Commands({}, parts=_Parts(self), progress=quiet, clock=lambda: self.remote.now)
            return bot.update(self._arguments)

    @property
    def base(self) -> str:
        """The tip of the branch that the tiers lie on."""
        return self.remote.branches["main"]

    def running(self) -> dict[Spot, Version]:
        """What the base branch says."""
        return self.runs_in(self.base)

    def runs_in(self, sha: str) -> dict[Spot, Version]:
        """What a commit says."""
        if sha not in self._runs:
            self._runs[sha] = runs(self.remote.files(sha))
        return self._runs[sha]

    def proposed(self, pull: PullRequest) -> dict[Spot, Version]:
        """What a pull request moves, by its files and by nothing that the bot says."""
        head = self.remote.branches[pull.head]
        if head not in self._proposed:
            parting = self.remote.merge_base(self.base, head)
            assert parting
            before, after = self.runs_in(parting), self.runs_in(head)
            self._proposed[head] = {spot: after[spot] for spot in after if after[spot] != before[spot]}
        return self._proposed[head]

    def opened(self) -> dict[int, PullRequest]:
        """The open pull requests by number."""
        return dict(self.forge.pulls)

    def heads(self) -> dict[str, str]:
        """The tips of the bot's branches."""
        return {name: sha for name, sha in self.remote.branches.items() if name.startswith(BOT_BRANCHES)}


def tier_of(pull: PullRequest) -> str:
    """Whose pull request it is, by its branch."""
    return pull.head.removeprefix(BOT_BRANCHES).partition("/")[0]
