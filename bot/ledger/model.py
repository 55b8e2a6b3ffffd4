"""What is remembered. Two ledgers can always be merged, in any order: see `bot.ledger.merging`."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from bot.model.commits import BOT_BRANCHES, Sha
from bot.model.tiers import Branch

LEDGER_BRANCH = f"{BOT_BRANCHES}state/ledger"
"""No tier can be called `state`."""


class ChartSights(Struct, frozen=True, kw_only=True):
    """What was seen first of one chart's versions, each by its raw tag. All times are UTC, in whole seconds.

    Attributes:
        since: When the chart itself was first listed: a tag that was there already may be older than its sight.
        first_seen: When each tag was first listed.
        created: What the manifest of a tag said of its age; None where it says nothing. The publisher's word, and asked
            for only where a tag was there already when the chart was first listed.
    """

    since: datetime
    first_seen: Mapping[str, datetime] = field(default_factory=dict)
    created: Mapping[str, datetime | None] = field(default_factory=dict)


class Return(Struct, frozen=True, kw_only=True):
    """That a commit went back from a version.

    Attributes:
        at: When that was first seen.
        who: Which references did, by fingerprint; empty where an older bot wrote it down.
    """

    at: datetime
    who: frozenset[str] = frozenset()


Returns = Mapping[str, Mapping[Sha, Return]]
"""For each version that a tier went back from: the commits that did."""


TagDigests = Mapping[str, Mapping[str, frozenset[datetime]]]
"""For each raw tag of a chart: every digest that it was seen to have, and when it was seen to have become that."""


class Matter(Struct, frozen=True, kw_only=True, order=True):
    """What a person's word is about; empty means every one."""

    chart: str = ""
    version: str = ""
    tier: str = ""


def is_about(matter: Matter, tier: str, chart: str) -> bool:
    """Whether a matter covers a chart in a tier."""
    return matter.tier in {"", tier} and matter.chart in {"", chart}


class Word(Struct, frozen=True, kw_only=True):
    """What a person said last about a matter.

    Attributes:
        at: When it was said; the latest word about a matter counts.
        held: Whether it shall not move; else it may again.
        until: When the hold ends by itself; None for never.
        why: In the person's words; foreign text.
        accepts: When a release last was about what the version's tags are; see `bot.ledger.words`. Outlives holds.
    """

    at: datetime
    held: bool
    until: datetime | None = None
    why: str = ""
    accepts: datetime | None = None


class Ledger(Struct, frozen=True, kw_only=True):
    """Everything that is remembered.

    Attributes:
        charts: By canonical chart address, as its registry has it.
        branches: For each base branch, tips of it and when each was first seen. A commit of its first-parent history
            behind such a tip was there no later than that, whatever date it bears.
        seen_again: For each base branch, the tips that it was moved back to or set forward to anew, and when each was
            seen so: what was newer did not run in between.
        words: What people said to hold and to release.
        rolled_back: For each tier and canonical chart address, what it went back from.
        digests: By canonical chart address, as its registry has it: of the tags that a tier ran from which another one
            takes its versions. Which of several counts says `bot.ledger.first_digests`.
    """

    charts: Mapping[str, ChartSights] = field(default_factory=dict)
    branches: Mapping[Branch, Mapping[Sha, datetime]] = field(default_factory=dict)
    seen_again: Mapping[Branch, Mapping[Sha, frozenset[datetime]]] = field(default_factory=dict)
    words: Mapping[Matter, Word] = field(default_factory=dict)
    rolled_back: Mapping[str, Mapping[str, Returns]] = field(default_factory=dict)
    digests: Mapping[str, TagDigests] = field(default_factory=dict)
