"""arrange: the updates of each tier to the pull requests that propose them, and those that nothing proposes now."""

from collections.abc import Collection, Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from bot.model.proposals import MemoryPlan
from bot.model.proposing import Extras
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Held, Update, Verdict
from bot.planning.arranging import Arrangement, arrange_tier, is_unknown
from bot.planning.candidates import Standing
from bot.planning.grouping import Key, promotion_key
from bot.planning.memory import MEMORY_BRANCH, MEMORY_FILE, TierMemory, read_memory, written
from bot.planning.rows import row_of
from bot.planning.smaller_jumps import SmallerJump, as_one
from bot.planning.tick_boxes import REBUILD
from bot.proposal_reasons import TAKEN_OUT
from bot.steps.edit import TierEdits
from bot.steps.find import Remote
from bot.steps.past.holds import Gates, nobody
from bot.steps.promotions.standing import Draft
from bot.steps.proposals import Arranged, Proposal, TierProposals
from bot.steps.pull_requests.drafts_beside import kept, with_draft, with_promotion
from bot.steps.pull_requests.look_beyond import without_bounds
from bot.steps.pull_requests.smaller_jumps import SmallerJumps, edited
from bot.steps.pull_requests.tier_branches import TierBranches
from bot.steps.sharing import with_fates


def arrange(
    edits: Iterable[TierEdits],
    remote: Remote,
    configuration: Configuration,
    now: datetime,
    beyond: Iterable[TierEdits] = (),
    drafts: Iterable[Draft] = (),
    smaller: SmallerJumps | None = None,
    held: Gates = nobody,
) -> Arranged:
    """Share the updates out among pull requests.

    Asks the forge who closed what, once for each branch that has no open pull request, or is about to be made.

    Args:
        edits: The updates within what each tier follows.
        remote: Our side of the remote.
        configuration: Says how to group, and how much at once.
        now: With its time zone.
        beyond: The updates past that, of tiers that want them as a draft.
        drafts: What may be promoted, of production tiers that want a draft of it, or have one with something held.
        smaller: Finds what stands in for versions that are not proposed, or goes beside those that are apart.
        held: What people hold, exclude or took back.
    """
    further = {one.view.tier.name: one for one in beyond}
    promoted = tuple(drafts)
    before = remote.remembered()
    memory = read_memory(before) if before is not None else {}
    tiers: list[TierProposals] = []
    for one in edits:
        name = one.view.tier.name
        arranger = _Arranger(edits=one, remote=remote, configuration=configuration, now=now, smaller=smaller, held=held)
        arrangement, memory[name] = arranger.arranged(memory.get(name, TierMemory()))
        proposals = arranger.proposals(arrangement)
        if name in further:
            lifted = replace(arranger, edits=further[name], configuration=without_bounds(configuration), smaller=None)
            more, known = lifted.arranged(memory[name])
            memory[name] = replace(known, waiting=arrangement.waiting, asked=memory[name].asked)
            proposals = with_draft(proposals, lifted.proposals(more), remote)
        for draft in promoted:
            if draft.edits.view.tier.name == name:
                keeper = replace(arranger, edits=draft.edits, promotes=draft.key, smaller=None)
                more, memory[name] = keeper.arranged(memory[name])
                proposals = with_promotion(proposals, keeper.proposals(more), draft, remote)
        tiers.append(proposals)
    return Arranged(tiers=with_fates(tiers), memory=_memory_plan(remote, before, written(memory)))


def arrange_promotion(
    edits: TierEdits, chart: str, remote: Remote, configuration: Configuration, now: datetime
) -> Arranged:
    """Bring what a person asks to have promoted into its pull request. What they refused before, they ask for anew.

    Args:
        edits: Of the production tier.
        chart: The one that was named, by its address; empty for all.
        remote: Our side of the remote.
        configuration: Has nothing to say about what a person asks for; as `arrange_tier` takes it.
        now: With its time zone.
    """
    before = remote.remembered()
    memory = read_memory(before) if before is not None else {}
    name, key = edits.view.tier.name, promotion_key(chart)
    arranger = _Arranger(edits=edits, remote=remote, configuration=configuration, now=now, promotes=key, asked=True)
    arrangement, memory[name] = arranger.arranged(memory.get(name, TierMemory()))
    found = arranger.proposals(arrangement)
    drafts = kept(found.proposals, found.verdicts, edits.view, remote)
    tier = replace(found, proposals=drafts, alone=True, promotes=frozenset({key.text}))
    return Arranged(tiers=(tier,), memory=_memory_plan(remote, before, written(memory)))


def _memory_plan(remote: Remote, before: bytes | None, after: bytes) -> MemoryPlan | None:
    if after == (written({}) if before is None else before):
        return None
    head = remote.tips.get(MEMORY_BRANCH)
    return MemoryPlan(branch=MEMORY_BRANCH, path=MEMORY_FILE, head_before=head, before=before, after=after)


_MOST_LATE = 20
"""Keys without room that one run asks about: each is a call."""


class _Arranger(Struct, frozen=True, kw_only=True):
    """One tier.

    Attributes:
        promotes: The key of the only pull request that is looked at, where production is to take something over.
        asked: A person asks for it now, whatever was refused before.
        smaller: Finds smaller jumps; None where only the best will do.
        held: What people hold, exclude or took back.
    """

    edits: TierEdits
    remote: Remote
    configuration: Configuration
    now: datetime
    promotes: Key | None = None
    asked: bool = False
    smaller: SmallerJumps | None = None
    held: Gates = nobody

    @property
    def tier(self) -> Tier:
        return self.edits.view.tier

    @property
    def there(self) -> TierBranches:
        """What stands of the tier."""
        return TierBranches(view=self.edits.view, remote=self.remote, promotes=self.promotes, held=self.held)

    def arranged(self, memory: TierMemory) -> tuple[Arrangement, TierMemory]:
        """Arrange until no branch that is to be made turns out to be one whose pull request somebody closed."""
        there = self.there
        memory = there.with_leavings(memory)
        branches = there.branches()
        asked: set[str] = set()
        for key, branch in branches.items():
            if not there.has_pull_request(key):
                memory, asked = there.learnt(memory, key, branch), asked | {key}
        standing = there.standing(branches)
        memory = there.ticked(memory, standing)
        tier, settings, verdicts = self.tier, self.configuration, self.edits.verdicts
        smaller: tuple[SmallerJump, ...] = ()
        tried: set[int] = set()
        while True:
            memory = self._asked_anew(memory, standing)
            arrangement = arrange_tier(tier, verdicts, settings, standing, memory, self.now, smaller)
            made = {key.text for key in arrangement.groups} - asked - standing.rows.keys()
            made |= self._newly_late(arrangement, memory, asked)
            for key in made:
                memory, asked = there.learnt(memory, key, None), asked | {key}
            more = () if made else self._smaller(arrangement, smaller, tried)
            if not made and not more:
                break
            smaller += more
        if emptied := self._emptied(arrangement, standing):
            ended = frozenset(pull.number for key in emptied if (pull := there.pull_request(key)))
            standing = replace(standing, emptied=ended)
            arrangement = arrange_tier(tier, verdicts, settings, standing, memory, self.now, smaller)
        asked |= memory.asked
        memory = replace(memory, waiting=arrangement.waiting)
        return arrangement, replace(memory, asked=frozenset(key for key in arrangement.late if key in asked))

    def _newly_late(self, arrangement: Arrangement, memory: TierMemory, asked: Collection[str]) -> set[str]:
        """Who is closed together with its branch, and has lost its room since, may be named otherwise once it has some.

        Few at once: a big fleet has hundreds that wait from its first day on, and never were open.
        """
        known = memory.asked.union(asked)
        late = [key for key in arrangement.late if key not in known]
        return set(late[: max(0, _MOST_LATE - len(known.intersection(arrangement.late) - memory.asked))])

    def _smaller(
        self, arrangement: Arrangement, known: tuple[SmallerJump, ...], tried: set[int]
    ) -> tuple[SmallerJump, ...]:
        """Look for smaller jumps of what was not looked at before."""
        everything = (*self.edits.verdicts, *(one.verdict for one in known))
        new = {arrangement.positions[at]: everything[at] for at in arrangement.deeper if at not in tried}
        tried |= set(arrangement.deeper)
        return self.smaller.of(self.edits.view, new) if self.smaller and new else ()

    def _emptied(self, arrangement: Arrangement, standing: Standing) -> frozenset[str]:
        """The keys of open pull requests that are about to be closed, since people took out all that they had."""
        wished, out = ({key.text for key in found} for found in (arrangement.groups, arrangement.taken_out))
        left = wished | standing.theirs | arrangement.frozen
        unknown = {one.reference.path for one in arrangement.verdicts if is_unknown(one)}
        silent = {
            key for key, one in self.there.branches().items() if any(item.path in unknown for item in one.carries)
        }
        return frozenset((out & standing.rows.keys()) - left - silent)

    def _asked_anew(self, memory: TierMemory, standing: Standing) -> TierMemory:
        """Without the refusals of what a person asks for now.

        A row that was unticked stays out, also where it was the last one; but who names its chart wants it, unless its
        box is still open.
        """
        if not self.asked:
            return memory
        rows = {row_of(one, one.decision) for one in self.edits.verdicts if isinstance(one.decision, Update)}
        refusals = [memory.refusals[row] for row in rows if row in memory.refusals]
        everything = self.promotes == promotion_key()
        stays = (one.unticked and (everything or one.number in standing.numbers) for one in refusals)
        return memory.without(one.row for one, out in zip(refusals, stays, strict=True) if not out)

    def proposals(self, arrangement: Arrangement) -> TierProposals:
        """Make the edits of each pull request by itself: one may be merged without the others."""
        verdicts, proposals = list(arrangement.verdicts), []
        for key, positions in arrangement.groups.items():
            group = edited(self.edits, arrangement, positions)
            for position in positions:
                verdicts[position] = group.verdicts[arrangement.positions[position]]
            if group.changes:
                proposals.append(self._proposal(key, group, arrangement))
        wished = {proposal.key.text for proposal in proposals}
        out = {key.text: rows for key, rows in arrangement.taken_out.items()}
        gone = {
            key: self.remote.rows(self.tier, one) - out.get(key, frozenset())
            for key, one in self.there.branches().items()
            if key not in wished
        }
        proposed = (at for positions in arrangement.groups.values() for at in positions)
        return TierProposals(
            view=self.edits.view,
            verdicts=as_one(verdicts, arrangement.positions, proposed),
            proposals=tuple(proposals),
            gone=gone,
            emptied={
                key.text: tuple(sorted({row.chart for row in rows}))
                for key, rows in arrangement.taken_out.items()
                if key.text in gone
            },
            frozen=arrangement.frozen,
            released=frozenset(key for key in gone if self.there.boxes(key).get(REBUILD, False)),
        )

    def _proposal(self, key: Key, edited: TierEdits, arrangement: Arrangement) -> Proposal:
        extras = arrangement.extras[key]
        updates = [one.decision for one in edited.updates if isinstance(one.decision, Update)]
        draft = any(one.shared for one in updates)
        if draft or any(one.goes_back for one in updates):
            extras = replace(extras, auto_merge=None)
        return Proposal(
            key=key,
            changes=edited.changes,
            updates=edited.updates,
            taken_out=arrangement.taken_out.get(key, frozenset()),
            rebuilds=self.there.boxes(key.text).get(REBUILD, False),
            extras=extras if extras != Extras() else None,
            frozen=key.text in arrangement.frozen,
            draft=draft or self.tier.proposing.draft,
            left_behind=_left_behind(edited) if key.promotes else (),
        )


def _left_behind(edited: TierEdits) -> tuple[Verdict, ...]:
    """What is held, but for what a person took out: its box says so."""
    return tuple(
        one for one in edited.verdicts if isinstance(one.decision, Held) and one.decision.reason.id != TAKEN_OUT.id
    )
