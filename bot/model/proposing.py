"""How a tier proposes what it may move to: in which pull requests, how many, when, and with whom."""

from dataclasses import dataclass, field
from enum import StrEnum


class Grouping(StrEnum):
    """By what the updates of a tier share a pull request."""

    TIER = "tier"
    CHART = "chart"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedGroup:
    """A group that a rule names; all updates of a tier that are in it share a pull request."""

    name: str


Group = Grouping | NamedGroup


class Majors(StrEnum):
    """Whether new major versions have pull requests of their own."""

    APART = "apart"
    TOGETHER = "together"


class Mode(StrEnum):
    """Whether updates are proposed, or only told of."""

    PROPOSE = "propose"
    REPORT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """How much a tier proposes at once.

    Attributes:
        open: Pull requests.
        changes: Rows of one pull request.
    """

    open: int = 5
    changes: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposing:
    """A tier's settings, or those of one update where rules say otherwise."""

    group: Group = Grouping.TIER
    majors: Majors = Majors.APART
    mode: Mode = Mode.PROPOSE
    amounts: Amounts = field(default_factory=Amounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposingRule:
    """What a rule sets of it; None leaves it as it is."""

    group: Group | None = None
    mode: Mode | None = None
