"""The team: it merges, closes, edits and unticks, rolls back what is bad, and copies versions by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from random import Random

from doubles.quarter.fleet import address_of, path_of, with_values, with_version
from doubles.quarter.releases import Version
from doubles.quarter.truth import Spot, Truth
from doubles.quarter.world import World, tier_of
from msgspec.structs import replace

from bot.model.proposals import PullRequest
from bot.planning.rows import Row

_DAY, _WEEK = 24, 168


class Fate(Enum):
    """What somebody will do with a pull request."""

    MERGE = 0.78
    FORGET = 0.04
    CLOSE = 0.07
    EDIT = 0.06
    UNTICK = 0.05


@dataclass(kw_only=True)
class People:
    """Everybody who is not the bot; they work from Monday to Friday, and roll back at any hour.

    Attributes:
        touched: The pull requests that people put commits on.
        did: What they did, counted by tier.
    """

    world: World
    truth: Truth
    random: Random
    touched: set[int] = field(default_factory=set)
    did: Counter[tuple[str, str]] = field(default_factory=Counter)
    _plans: dict[int, tuple[int, Fate]] = field(default_factory=dict)
    _back: dict[int, list[tuple[str, Version]]] = field(default_factory=dict)

    def act(self) -> None:
        """All that happens in one hour."""
        hour = self.world.hour
        for chart, bad in self._back.pop(hour, []):
            self._roll_back(chart, bad)
        if hour % _WEEK < 5 * _DAY and 8 <= hour % _DAY < 18:
            for pull in self.world.opened().values():
                due, fate = self._plan(pull)
                if due <= hour:
                    self._carry_out(pull, fate)
            if hour % _WEEK == 10:
                self._copy("staging", "production", {})
            if hour % (2 * _WEEK) == 2 * _DAY + 10:
                self._lift()

    def _plan(self, pull: PullRequest) -> tuple[int, Fate]:
        if pull.number not in self._plans:
            [fate] = self.random.choices(list(Fate), [each.value for each in Fate])
            delay = 10 * _DAY if fate is Fate.FORGET else self.random.expovariate(1 / 10)
            self._plans[pull.number] = self.world.hour + int(delay), fate
        return self._plans[pull.number]

    def _carry_out(self, pull: PullRequest, fate: Fate) -> None:
        rows = self.world.proposed(pull)
        match fate:
            case Fate.MERGE | Fate.FORGET:
                self._merge(pull)
            case Fate.CLOSE:
                self._close(pull, rows)
            case Fate.EDIT:
                self._edit(pull, rows)
            case Fate.UNTICK:
                self._untick(pull, rows)

    def _later(self, pull: PullRequest) -> None:
        self._plans[pull.number] = self.world.hour + _DAY, Fate.MERGE

    def _merge(self, pull: PullRequest) -> None:
        """As the forge merges: what both sides changed is a conflict."""
        world, rows = self.world, self.world.proposed(pull)
        parting = world.remote.merge_base(world.base, world.remote.branches[pull.head])
        assert parting
        old, ours, theirs = (world.remote.files(each) for each in (parting, world.base, pull.head))
        changed = [path for path in theirs if theirs[path] != old[path]]
        if any(ours[path] != old[path] for path in changed):
            self._give_up(pull)
            return
        world.remote.commit("main", {path: theirs[path] for path in changed}, f"Merge #{pull.number}")
        world.forge.merge(pull.number)
        self._count(tier_of(pull), "merged")
        self.did[tier_of(pull), "rows"] += len(rows)
        if self.random.random() < 0.7:
            world.remote.delete(pull.head)
        self._notice(rows)

    def _give_up(self, pull: PullRequest) -> None:
        """A conflict: the bot mends its own; a branch that is people's they hand back."""
        if pull.number in self.touched:
            self.world.forge.close(pull.number)
            self.world.remote.delete(pull.head)
            self._count(tier_of(pull), "handed back")

    def _notice(self, rows: Mapping[Spot, Version]) -> None:
        """Find out after some time that a version is bad."""
        for (tier, chart), taken in rows.items():
            if tier == "dev" and (chart, taken) in self.world.publishers.bad:
                late = self.random.random() < 0.25
                delay = self.random.randint(100, 200) if late else self.random.randint(2, 30)
                self._back.setdefault(self.world.hour + delay, []).append((chart, taken))

    def _roll_back(self, chart: str, bad: Version) -> None:
        tree, changes = self.world.remote.files("main"), {}
        for tier in ("dev", "staging"):
            if self.truth.runs(tier, chart) == bad:
                before = self.truth.ran[tier, chart][-2].version
                changes[path_of(tier, chart)] = with_version(tree[path_of(tier, chart)], before)
                self._count(tier, "rolled back")
        if changes:
            self.world.remote.commit("main", changes, f"Back from {chart} {bad}")

    def _close(self, pull: PullRequest, rows: Mapping[Spot, Version]) -> None:
        self.world.forge.close(pull.number)
        if self.random.random() < 0.5:
            self.world.remote.delete(pull.head)
        self.truth.refused |= {(tier, chart, version) for (tier, chart), version in rows.items()}
        self._count(tier_of(pull), "closed by people")

    def _edit(self, pull: PullRequest, rows: Mapping[Spot, Version]) -> None:
        path = path_of(*min(rows))
        edited = with_values(self.world.remote.files(pull.head)[path], self.world.hour)
        self.world.remote.commit(pull.head, {path: edited}, "Values for the new version")
        self.touched.add(pull.number)
        self._count(tier_of(pull), "edited")
        self._later(pull)

    def _untick(self, pull: PullRequest, rows: Mapping[Spot, Version]) -> None:
        self._later(pull)
        if len(rows) < 2:
            return
        (tier, chart), version = min(rows.items())
        box = f"box={Row(chart=address_of(chart), version=str(version)).name(tier)} "
        lines = pull.body.splitlines(keepends=True)
        body = "".join(line.replace("- [x]", "- [ ]") if box in line else line for line in lines)
        assert body != pull.body
        self.world.forge.pulls[pull.number] = replace(pull, body=body)
        self.truth.refused.add((tier, chart, version))
        self._count(tier, "unticked")

    def _lift(self) -> None:
        """Staging moves to what dev runs, where that is past what staging follows."""
        new = {chart: self.truth.runs("dev", chart) for chart in self.world.publishers.charts}
        ahead = {chart: each for chart, each in new.items() if each[:2] > self.truth.runs("staging", chart)[:2]}
        self._copy("dev", "staging", {chart: each for chart, each in ahead.items() if self.random.random() < 0.5})

    def _copy(self, source: str, target: str, versions: Mapping[str, Version]) -> None:
        tree, changes = self.world.remote.files("main"), {}
        for chart in versions or self.world.publishers.charts:
            path, wanted = path_of(target, chart), self.truth.runs(source, chart)
            if wanted > self.truth.runs(target, chart):
                changes[path] = with_version(tree[path], wanted)
        if changes:
            self.world.remote.commit("main", changes, f"{target} as {source}")
            self._count(target, "copied by hand")

    def _count(self, tier: str, what: str) -> None:
        self.did[tier, what] += 1
