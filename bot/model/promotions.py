"""What a person asks to be taken over into production, and the evidence beside each version that is."""

from datetime import datetime

from msgspec import Struct

from bot.model.charts import ChartAddress
from bot.model.commits import Sha


class Asked(Struct, frozen=True, kw_only=True):
    """What a person asks for.

    Attributes:
        to: The production tier.
        chart: Only this chart, under its canonical address; None for every one.
        version: This version of it, whatever the tiers before run; empty for what they run.
        reason: Why that one, in the person's words; foreign text.
    """

    to: str
    chart: ChartAddress | None = None
    version: str = ""
    reason: str = ""


class Ran(Struct, frozen=True, kw_only=True):
    """That one tier ran the version.

    Attributes:
        tier: Its name.
        commit: The oldest commit that was read with the version in it without a break; empty without a history.
        dated: The date of that commit, which whoever made it chose.
        since: Since when it is proved; None where nothing proves it.
        until: When it was left; None while it runs.
        green: The commit statuses that said success, each with who said it.
        brought: The commit is the one that brought the version; else nothing further back was read.
    """

    tier: str
    commit: Sha = ""
    dated: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    green: tuple[str, ...] = ()
    brought: bool = True


class LowerChange(Struct, frozen=True, kw_only=True):
    """A commit that changed something else about a release than its version. Its subject is foreign text."""

    tier: str
    commit: Sha
    subject: str
    paths: tuple[str, ...]


class Promoted(Struct, frozen=True, kw_only=True):
    """Why a version is taken over.

    Attributes:
        digest: What the tag is in production's registry, and everywhere else that tells; written or not.
        digest_written: Every tier before writes it beside the version.
        digest_since: Since when the tags of those that do not are known to be it; None where one's was not kept.
        digest_released: When a person took that digest, since a tag was pushed again; None where none was.
        ran: What each tier before ran; where a digest was released, whatever its tag was then.
        taken_back: That tiers went back from it, each in words with the commit: only a person's word passes that.
        changes: What else these changed about the release since they left production's version, newest first.
        left_out: How many such changes are not listed.
        whole: Whether their history was read back to where they left production's version.
        reason: A person's word for a version that the tiers before need not have run; empty without one.
    """

    digest: str
    digest_written: bool = False
    digest_since: datetime | None = None
    digest_released: datetime | None = None
    ran: tuple[Ran, ...] = ()
    taken_back: tuple[str, ...] = ()
    changes: tuple[LowerChange, ...] = ()
    left_out: int = 0
    whole: bool = True
    reason: str = ""
