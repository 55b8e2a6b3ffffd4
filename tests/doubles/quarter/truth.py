"""What really happened, kept apart from the bot: what ran where since when, what was taken back, what was refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from doubles.quarter.fleet import SOAK_HOURS, follows_majors
from doubles.quarter.releases import Publishers, Version

Spot = tuple[str, str]
"""A tier and a chart."""


class Ran(NamedTuple):
    """One version in one tier, since an hour; until the next one begins."""

    version: Version
    since: int


@dataclass(slots=True, kw_only=True)
class Truth:
    """The history of every chart in every tier.

    Attributes:
        left: What a tier went back from.
        refused: What people closed or unticked.
    """

    publishers: Publishers
    ran: dict[Spot, list[Ran]] = field(default_factory=dict)
    left: dict[Spot, set[Version]] = field(default_factory=dict)
    refused: set[tuple[str, str, Version]] = field(default_factory=set)

    def observe(self, runs: Mapping[Spot, Version], hour: int) -> None:
        """Take in what the base branch says now."""
        for spot, wanted in runs.items():
            past = self.ran.setdefault(spot, [])
            if past and past[-1].version == wanted:
                continue
            self.left.setdefault(spot, set()).update(one.version for one in past if one.version > wanted)
            past.append(Ran(wanted, hour))

    def runs(self, tier: str, chart: str) -> Version:
        """What runs now."""
        return self.ran[tier, chart][-1].version

    def was_left(self, tier: str, chart: str, wanted: Version) -> bool:
        """Whether a tier, or the one before it, went back from a version and does not run it again."""
        chain = ("staging", "dev") if tier == "staging" else (tier,)
        return any(wanted in self.left[each, chart] and self.runs(each, chart) != wanted for each in chain)

    def has_soaked(self, chart: str, wanted: Version, hour: int) -> bool:
        """Whether dev ran a version for its soak, and went to nothing lower since."""
        past = self.ran["dev", chart]
        ends = [*(one.since for one in past[1:]), hour]
        lower = max((place for place, one in enumerate(past) if one.version < wanted), default=-1)
        pairs = list(zip(past, ends, strict=True))[lower + 1 :]
        return any(one.version == wanted and end - one.since >= SOAK_HOURS for one, end in pairs)

    def may_take(self, tier: str, chart: str, wanted: Version, hour: int) -> bool:
        """Whether a tier's rules let it move to a version."""
        now = self.runs(tier, chart)
        if wanted <= now or self.was_left(tier, chart, wanted):
            return False
        if tier == "dev":
            return follows_majors(chart) or wanted.major == now.major
        return wanted[:2] == now[:2] and self.has_soaked(chart, wanted, hour)

    def wish(self, tier: str, chart: str, hour: int) -> Version | None:
        """The newest version that a tier may move to; None where there is none, or people refused it."""
        known = self.publishers.versions[chart]
        newest = max((each for each in known if self.may_take(tier, chart, each, hour)), default=None)
        return None if newest is None or (tier, chart, newest) in self.refused else newest
