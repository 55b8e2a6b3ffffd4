"""What each tier proposes, pull request by pull request, before anything is planned."""

from collections.abc import Mapping

from msgspec import Struct, field

from bot.model.commits import FileChange
from bot.model.proposals import MemoryPlan
from bot.model.proposing import Extras
from bot.model.verdicts import Verdict
from bot.planning.grouping import Key
from bot.planning.rows import Row
from bot.steps.resolve import TierView


class Proposal(Struct, frozen=True, kw_only=True):
    """What one pull request is to propose.

    Attributes:
        taken_out: The rows that people took out of it by their boxes.
        rebuilds: A person ticked the box that asks for it to be made anew.
        extras: What it gets when it is opened.
        frozen: It stays as it is for now.
        draft: It is opened as a draft.
        left_behind: Of a promotion, what is not promoted.
    """

    key: Key
    changes: tuple[FileChange, ...]
    updates: tuple[Verdict, ...]
    taken_out: frozenset[Row] = frozenset()
    rebuilds: bool = False
    extras: Extras | None = None
    frozen: bool = False
    draft: bool = False
    left_behind: tuple[Verdict, ...] = ()


class TierProposals(Struct, frozen=True, kw_only=True):
    """One tier on its base: its verdicts as they stand, and what is proposed of them.

    Attributes:
        gone: The keys of branches of ours with which nothing is wished any more, and the rows that they have.
        emptied: Of those that people took the last row out of, the charts.
        frozen: Those of them that stay as they are for now.
        released: Those of them that others work on, and that a person ticked to be made anew.
        alone: Nothing else of the tier is looked at: neither its other branches nor its base gets a word.
        promotes: The keys of promotions among these.
        parted: For each of them with which nothing is wished any more, how its references were judged.
    """

    view: TierView
    verdicts: tuple[Verdict, ...]
    proposals: tuple[Proposal, ...]
    gone: Mapping[str, frozenset[Row]]
    emptied: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()
    released: frozenset[str] = frozenset()
    alone: bool = False
    promotes: frozenset[str] = frozenset()
    parted: Mapping[str, tuple[Verdict, ...]] = field(default_factory=dict)

    @property
    def changes(self) -> tuple[FileChange, ...]:
        """The files that change, pull request by pull request."""
        return tuple(change for proposal in self.proposals for change in proposal.changes)


class Arranged(Struct, frozen=True, kw_only=True):
    """All tiers; `memory` is None where nothing is to be remembered anew."""

    tiers: tuple[TierProposals, ...]
    memory: MemoryPlan | None = None
