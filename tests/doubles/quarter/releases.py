"""What publishers do in a quarter: patches, minors, majors, some of them bad."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from msgspec import Struct

_PACE = ((0.1, 48), (0.4, 240), (1.0, 720))
"""Up to which part of the charts, and how many hours lie between two releases of one."""
_BAD = 0.04
_OLD_LINE = 0.5
"""How often a chart with a new major releases for the line before it."""


class Version(NamedTuple):
    """Three numbers: all that a simulated publisher needs."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def version(text: str) -> Version:
    """Read one back."""
    return Version(*map(int, text.split(".")))


class Released(Struct, frozen=True, kw_only=True):
    """One new version of a chart."""

    hour: int
    chart: str
    version: Version


@dataclass(slots=True, kw_only=True)
class Publishers:
    """All charts, and when each releases next.

    Attributes:
        versions: What each chart has released, in that order.
        bad: Versions that people will take back.
    """

    charts: tuple[str, ...]
    random: Random
    versions: dict[str, list[Version]] = field(default_factory=dict)
    bad: set[tuple[str, Version]] = field(default_factory=set)
    _next: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for chart in self.charts:
            self.versions[chart] = [Version(1, 0, 0)]
            self._next[chart] = self.random.expovariate(1 / self._hours(chart))

    def until(self, hour: int) -> Iterator[Released]:
        """What is released up to an hour, since the last call."""
        for chart in self.charts:
            while self._next[chart] <= hour:
                self._next[chart] += self.random.expovariate(1 / self._hours(chart))
                made = self._following(chart)
                if made not in self.versions[chart]:
                    self.versions[chart].append(made)
                    if self.random.random() < _BAD:
                        self.bad.add((chart, made))
                    yield Released(hour=hour, chart=chart, version=made)

    def _hours(self, chart: str) -> int:
        place = self.charts.index(chart) / len(self.charts)
        return next(hours for part, hours in _PACE if place < part)

    def _following(self, chart: str) -> Version:
        highest = max(self.versions[chart])
        if highest.major > 1 and self.random.random() < _OLD_LINE:
            highest = max(each for each in self.versions[chart] if each.major < highest.major)
            return Version(highest.major, highest.minor, highest.patch + 1)
        drawn = self.random.random()
        if drawn < 0.70:
            return Version(highest.major, highest.minor, highest.patch + 1)
        if drawn < 0.94:
            return Version(highest.major, highest.minor + 1, 0)
        return Version(highest.major + 1, 0, 0)
