"""How a tier proposes what it may move to: in which pull requests, how many, when, and with whom."""

from datetime import tzinfo
from enum import StrEnum

from msgspec import Struct, field


class Grouping(StrEnum):
    """By what the updates of a tier share a pull request."""

    TIER = "tier"
    CHART = "chart"
    OWNER = "owner"


class NamedGroup(Struct, frozen=True, kw_only=True):
    """A group that a rule names; all updates of a tier that are in it share a pull request."""

    name: str


class Promotion(Struct, frozen=True, kw_only=True):
    """What is promoted at once: all of a production tier, or one chart that a person names by its address."""

    chart: str = ""


Group = Grouping | NamedGroup | Promotion


class Majors(StrEnum):
    """Whether new major versions have pull requests of their own."""

    APART = "apart"
    TOGETHER = "together"


class Mode(StrEnum):
    """Whether updates are proposed, or only told of."""

    PROPOSE = "propose"
    REPORT = "report"


class Beyond(StrEnum):
    """What to do with versions past what a tier follows."""

    REPORT = "report"
    DRAFT = "draft"


class Rollback(StrEnum):
    """What to do where a version in use is gone, on `skip` or held, and nothing newer may take its place."""

    REPORT = "report"
    PROPOSE = "propose"


class Amounts(Struct, frozen=True, kw_only=True):
    """How much a tier proposes at once.

    Attributes:
        open: Pull requests.
        changes: Rows of one pull request.
    """

    open: int = 5
    changes: int = 10


class Window(Struct, frozen=True, kw_only=True):
    """A time in which something may be opened or pushed.

    Attributes:
        cron: Five fields, of which the first is `*`: every minute that it names.
        zone: Whose hours and days these are.
        name: Of the zone, for people.
    """

    cron: str
    zone: tzinfo
    name: str


class AutoMerge(StrEnum):
    """How the forge merges by itself, once all that it requires is there."""

    MERGE = "merge"
    SQUASH = "squash"
    REBASE = "rebase"


class Extras(Struct, frozen=True, kw_only=True):
    """What a pull request gets when it is opened, and never again: whoever takes a label off means it.

    Attributes:
        reviewers: Users, and teams as `organisation/team`.
        milestone: Its number; 0 for none.
    """

    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    milestone: int = 0
    auto_merge: AutoMerge | None = None


class Proposing(Struct, frozen=True, kw_only=True):
    """A tier's settings, or those of one update where rules say otherwise.

    Attributes:
        windows: When something may be opened or pushed; without one, always.
    """

    group: Group = Grouping.TIER
    majors: Majors = Majors.APART
    mode: Mode = Mode.PROPOSE
    beyond: Beyond = Beyond.REPORT
    rollback: Rollback = Rollback.REPORT
    amounts: Amounts = field(default_factory=Amounts)
    windows: tuple[Window, ...] = ()
    draft: bool = False
    extras: Extras = field(default_factory=Extras)


class ProposingRule(Struct, frozen=True, kw_only=True):
    """What a rule sets of it; None leaves it as it is."""

    group: Group | None = None
    mode: Mode | None = None
    rollback: Rollback | None = None
    windows: tuple[Window, ...] | None = None
    labels: tuple[str, ...] | None = None
    reviewers: tuple[str, ...] | None = None
