"""What was decided for one reference in one tier."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from bot.model.places import Place
from bot.model.promotions import Promoted
from bot.model.references import Reference
from bot.model.tiers import Tier
from bot.reason import Reason

ROLLBACK = "rollback"
"""The jump of an update that goes back to a lower version."""


class Refused(Struct, frozen=True):
    """A version that was not taken, and why, in a short sentence for a person."""

    tag: str
    why: str
    until: datetime | None = None
    """When nothing but time speaks against it: from then on it may be taken."""
    in_time: bool = False
    """It is allowed here, and only not now: time, a tier before, or people speak against it."""


class Waiting(Struct, frozen=True, kw_only=True):
    """The version that will be free first, and how long that takes: `2d`, `5h`.

    Attributes:
        held: Until when a person holds it, where that is why; else empty.
    """

    version: str
    until: datetime
    left: str
    held: str = ""

    @property
    def words(self) -> str:
        """`waits 2d`, `held until 2026-11-24 10:00 UTC`."""
        return f"held until {self.held}" if self.held else f"waits {self.left}"


class Proof(StrEnum):
    """By what it is known since when a version exists."""

    SEEN = "seen"
    """It appeared between two runs: the bot saw it first then."""
    PUBLISHER = "publisher"
    """It was there before the bot was, and its manifest says when it was made: whatever its publisher wrote."""
    EARLIER = "earlier"
    """It was there before the bot was, and nothing says since when."""


class Since(NamedTuple):
    """Since when a version exists, as far as that is known; with `EARLIER` it is the latest that it can be."""

    at: datetime
    proof: Proof


class Behind(Struct, frozen=True, kw_only=True):
    """How far a version in use is behind.

    Attributes:
        majors: How many stable major versions exist beyond it.
        first: The tag of the lowest version of these.
        since: Since when that exists; None where nothing tells.
    """

    majors: int = 0
    first: str = ""
    since: Since | None = None


NOT_BEHIND = Behind()


class Edit(Struct, frozen=True, kw_only=True):
    """One intended change: this place shall hold this text.

    Attributes:
        comment: What its line gets as a comment, where it has none yet; empty for nothing.
    """

    place: Place
    text: str
    comment: str = ""


class ReachedTier(Struct, frozen=True, kw_only=True):
    """A tier that an update moves, and the files and roots by which it does."""

    tier: Tier
    ways: tuple[str, ...]


class Update(Struct, frozen=True, kw_only=True):
    """Old and new side by side, and the edits that make it so.

    Attributes:
        old: Version in use, as the manifest writes it.
        new: Version to use, as the manifest shall write it.
        tag: The registry's own spelling of `new`.
        digest: `sha256:<hex>` that is written beside it, else empty.
        jump: `major`, `minor`, `patch` or `prerelease`; `pin` where a range becomes the version that Flux runs for it;
            `rollback` where it goes back.
        refused: Why every newer version was not taken, newest first; for a rollback, those too that are passed over.
        tied: Other tags of equal precedence; held where they name different charts.
        carried: Why the chart could not be looked up, or until when it waits again, where an open pull request proposed
            this and so keeps it.
        shared: Every tier that it moves, where these are several: only a draft that names them all proposes it.
        remark: Why the version in use should not be.
        behind: How far the version in use is behind.
        promoted: Why it is taken over into production; None for what a tier moves to by itself.
        instead: Why those are not proposed that jump further, or were taken back, where this stands in for them.
    """

    old: str
    new: str
    tag: str
    edits: tuple[Edit, ...]
    digest: str = ""
    jump: str = "patch"
    refused: tuple[Refused, ...] = ()
    tied: tuple[str, ...] = ()
    carried: Reason | None = None
    shared: tuple[ReachedTier, ...] = ()
    remark: Reason | None = None
    behind: Behind = NOT_BEHIND
    promoted: Promoted | None = None
    instead: tuple[Reason, ...] = ()

    @property
    def goes_back(self) -> bool:
        """Whether the new version is lower than the one in use."""
        return self.jump == ROLLBACK


class Current(Struct, frozen=True, kw_only=True):
    """Nothing to do: the newest version that the limits allow is in use.

    Attributes:
        version: What the manifest says: a version, a constraint, or a digest.
        runs: For a range, what Flux runs for it now; else empty.
        newest: The newest stable version where it is newer than the one in use; else empty.
        behind: How far the version in use is behind.
        refused: Why every newer version was not taken, newest first.
        remark: What should be looked at all the same: a range past its tier's limits, or one that was not pinned.
        waiting: What only time keeps from being taken.
        ahead: What is newer and only has not run in a tier before: `3.1.0 exists, dev has not run it`; or what a rule
            or a comment refuses: `3.1.0 skipped`.
        brings: Where a tier moves by merges: the version that a merge would bring, and whether it has soaked.
    """

    version: str
    runs: str = ""
    newest: str = ""
    behind: Behind = NOT_BEHIND
    refused: tuple[Refused, ...] = ()
    remark: Reason | None = None
    waiting: Waiting | None = None
    ahead: str = ""
    brings: str = ""


class Held(Struct, frozen=True, kw_only=True):
    """Not updated, for this reason.

    Attributes:
        version: What the manifest says now.
        let_go: Why an open pull request of ours does not keep what it proposed, although nobody could be asked.
    """

    version: str
    reason: Reason
    let_go: Reason | None = None


Decision = Update | Current | Held


class Verdict(Struct, frozen=True, kw_only=True):
    """The decision for one reference in one tier."""

    tier: Tier
    reference: Reference
    decision: Decision
