"""The whole reasoning about one place."""

from msgspec import Struct

from bot.model.references import PassedOver
from bot.model.verdicts import Verdict


class Spot(Struct, frozen=True, kw_only=True):
    """The place that is asked about: a file, and a line of it; 0 for all that the file holds."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class Bound(Struct, frozen=True, kw_only=True):
    """One thing that bounds a reference, and who says so: both in a few words."""

    what: str
    origin: str


class Considered(Struct, frozen=True, kw_only=True):
    """One version that the chart offers, and what was thought of it; empty where it is older than the one in use."""

    tag: str
    thought: str


class Explanation(Struct, frozen=True, kw_only=True):
    """How one reference came to its verdict.

    Attributes:
        told_as: The chart's own address, where `same-as` says that it comes from a mirror; else empty.
        bounds: What bounds it, the manifest's own range first.
        considered: The versions that the chart offers in its place, newest first.
        tags: How many tags the chart has; None where it was not asked.
    """

    verdict: Verdict
    told_as: str = ""
    bounds: tuple[Bound, ...] = ()
    considered: tuple[Considered, ...] = ()
    tags: int | None = None


class Explained(Struct, frozen=True, kw_only=True):
    """Everything about one place, tier by tier; what is passed over comes with the names of the tiers it lies in."""

    spot: Spot
    judged: tuple[Explanation, ...] = ()
    passed_over: tuple[tuple[PassedOver, tuple[str, ...]], ...] = ()
