"""arrange: the updates of each tier to the pull requests that propose them, and those that nothing proposes now."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from bot.model.commits import Sha
from bot.model.proposals import MemoryPlan, PullRequest
from bot.model.proposing import Extras
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Current, Held, Update, Verdict
from bot.planning.arranging import Arrangement, arrange_tier, is_carried
from bot.planning.candidates import Standing
from bot.planning.grouping import Key, branch_of, key_in, promotion_key
from bot.planning.memory import MEMORY_BRANCH, MEMORY_FILE, TierMemory, read_memory, written
from bot.planning.ownership import Ownership, owner_of
from bot.planning.pull_requests import FoundBranch
from bot.planning.refusals import heard
from bot.planning.rows import row_of
from bot.planning.smaller_jumps import SmallerJump, as_one
from bot.planning.tick_boxes import REBUILD, read_boxes
from bot.proposal_reasons import REFUSED, TAKEN_OUT
from bot.reasons import UNKNOWN
from bot.steps.edit import TierEdits
from bot.steps.find import Remote
from bot.steps.holds import Gates, nobody, why_held
from bot.steps.look_beyond import without_bounds
from bot.steps.proposals import Arranged, Proposal, TierProposals
from bot.steps.resolve import TierView
from bot.steps.sharing import with_fates
from bot.steps.smaller_jumps import SmallerJumps, edited
from bot.steps.standing import Draft, told


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
        held: What people hold.
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
            memory[name] = replace(known, waiting=arrangement.waiting)
            proposals = _with_draft(proposals, lifted.proposals(more), remote)
        for draft in promoted:
            if draft.edits.view.tier.name == name:
                keeper = replace(arranger, edits=draft.edits, promotes=draft.key, smaller=None)
                more, memory[name] = keeper.arranged(memory[name])
                proposals = _with_promotion(proposals, keeper.proposals(more), draft, remote)
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
    drafts = _kept(found.proposals, found.verdicts, edits.view, remote)
    tier = replace(found, proposals=drafts, alone=True, promotes=frozenset({key.text}))
    return Arranged(tiers=(tier,), memory=_memory_plan(remote, before, written(memory)))


def _kept(
    drafts: Iterable[Proposal], verdicts: Iterable[Verdict], view: TierView, remote: Remote
) -> tuple[Proposal, ...]:
    """Drafts; one of which a chart is away now stays as it is: unknown is not gone."""
    unknown = {one.reference.path for one in verdicts if reason_is_unknown(one) or is_carried(one)}
    found: list[Proposal] = []
    for draft in drafts:
        branch = remote.branch(branch_of(view.tier, draft.key.text))
        waits = branch is not None and any(item.path in unknown for item in branch.carries)
        found.append(replace(draft, draft=True, frozen=draft.frozen or waits))
    return tuple(found)


def _with_draft(within: TierProposals, beyond: TierProposals, remote: Remote) -> TierProposals:
    """Both."""
    drafts = _kept(beyond.proposals, within.verdicts, within.view, remote)
    wished = {draft.key.text for draft in drafts}
    return replace(
        within,
        verdicts=_with_refusals(within.verdicts, beyond.verdicts),
        proposals=(*within.proposals, *drafts),
        gone={key: rows for key, rows in within.gone.items() if key not in wished},
        frozen=within.frozen | beyond.frozen,
    )


def _with_refusals(within: tuple[Verdict, ...], beyond: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """What people refused of a draft is told where the tier itself has nothing to say of the reference."""
    refused = {
        (one.reference.path, one.reference.object): one.decision
        for one in beyond
        if isinstance(one.decision, Held) and one.decision.reason.id in {REFUSED.id, TAKEN_OUT.id}
    }
    return tuple(
        replace(one, decision=refused[place])
        if isinstance(one.decision, Current)
        and one.decision.remark is None
        and (place := (one.reference.path, one.reference.object)) in refused
        else one
        for one in within
    )


def _with_promotion(within: TierProposals, promotion: TierProposals, draft: Draft, remote: Remote) -> TierProposals:
    """Both; what stands is told as what becomes of the tier."""
    drafts = _kept(promotion.proposals, promotion.verdicts, within.view, remote)
    unknown = any(reason_is_unknown(one) for one in promotion.verdicts) and not drafts
    return replace(
        within,
        proposals=(*within.proposals, *drafts),
        gone={**within.gone, **promotion.gone},
        frozen=within.frozen | promotion.frozen | ({draft.key.text} if unknown else frozenset()),
        released=within.released | promotion.released,
        promotes=within.promotes | {draft.key.text},
        parted={**within.parted, **dict.fromkeys(promotion.gone, promotion.verdicts)},
        verdicts=told(within.verdicts, promotion.verdicts, stands=draft.stands),
    )


def _memory_plan(remote: Remote, before: bytes | None, after: bytes) -> MemoryPlan | None:
    if after == (written({}) if before is None else before):
        return None
    head = remote.tips.get(MEMORY_BRANCH)
    return MemoryPlan(branch=MEMORY_BRANCH, path=MEMORY_FILE, head_before=head, before=before, after=after)


class _Arranger(Struct, frozen=True, kw_only=True):
    """One tier.

    Attributes:
        promotes: The key of the only pull request that is looked at, where production is to take something over.
        asked: A person asks for it now, whatever was refused before.
        smaller: Finds smaller jumps; None where only the best will do.
        held: What people hold.
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

    def arranged(self, memory: TierMemory) -> tuple[Arrangement, TierMemory]:
        """Arrange until no branch that is to be made turns out to be one whose pull request somebody closed."""
        numbers = self._numbers()
        memory = self._with_leavings(memory)
        branches = self._branches()
        asked: set[str] = set()
        for key, branch in branches.items():
            if not self._has_pull_request(key):
                memory, asked = self._learnt(memory, key, branch), asked | {key}
        standing = self._standing(branches, numbers)
        memory = self._ticked(memory, standing)
        tier, settings, verdicts = self.tier, self.configuration, self.edits.verdicts
        smaller: tuple[SmallerJump, ...] = ()
        tried: set[int] = set()
        while True:
            memory = self._asked_anew(memory, standing)
            arrangement = arrange_tier(tier, verdicts, settings, standing, memory, self.now, smaller)
            made = {key.text for key in arrangement.groups} - asked - standing.rows.keys()
            for key in made:
                memory, asked = self._learnt(memory, key, None), asked | {key}
            more = () if made else self._smaller(arrangement, smaller, tried)
            if not made and not more:
                break
            smaller += more
        if emptied := self._emptied(arrangement, standing):
            ended = frozenset(pull.number for key in emptied if (pull := self._pull_request(key)))
            standing = replace(standing, emptied=ended)
            arrangement = arrange_tier(tier, verdicts, settings, standing, memory, self.now, smaller)
        return arrangement, replace(memory, waiting=arrangement.waiting)

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
        unknown = {one.reference.path for one in arrangement.verdicts if reason_is_unknown(one)}
        silent = {key for key, one in self._branches().items() if any(item.path in unknown for item in one.carries)}
        return frozenset((out & standing.rows.keys()) - left - silent)

    def _numbers(self) -> frozenset[int]:
        """The open pull requests of this tier, whether their branches are there or not."""
        here = (one for one in self.remote.pull_requests if one.head_here and one.base == self.edits.view.base.branch)
        return frozenset(one.number for one in here if key_in(one.head, self.tier))

    def _branches(self) -> dict[str, FoundBranch]:
        if self.promotes is None:
            return self.remote.branches(self.tier)
        found = self.remote.promotion(self.tier, self.promotes)
        return {self.promotes.text: found} if found else {}

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

    def _with_leavings(self, memory: TierMemory) -> TierMemory:
        """Find out which branches of others' commits are merged and only left over, once for each of their tips."""
        left: dict[str, Sha] = {}
        for key, branch in self._branches().items():
            if self._is_touched(branch) and not self._has_pull_request(key):
                known = memory.left.get(key) == branch.head
                if known or not self.remote.was_merged(branch_of(self.tier, key)):
                    left[key] = branch.head
        return replace(memory, left=left)

    def _has_pull_request(self, key: str) -> bool:
        return any(pull.head_here for pull in self.remote.open_from(branch_of(self.tier, key)))

    def _pull_request(self, key: str) -> PullRequest | None:
        base, pulls = self.edits.view.base.branch, self.remote.open_from(branch_of(self.tier, key))
        return next((pull for pull in pulls if pull.head_here and pull.base == base), None)

    def _boxes(self, key: str) -> dict[str, bool]:
        """The boxes of a pull request; in words that are not ours there are none."""
        pull = self._pull_request(key)
        return read_boxes(pull.body) if pull and pull.author == self.remote.us.login else {}

    def _ticked(self, memory: TierMemory, standing: Standing) -> TierMemory:
        """Take in what people ticked and what they opened again, with its branch or without."""
        opened = {key_in(one.head, self.tier) for one in self.remote.pull_requests if one.number in standing.numbers}
        for key in sorted({*standing.rows, *filter(None, opened)}):
            if pull := self._pull_request(key):
                rows = standing.rows.get(key, frozenset())
                memory = heard(memory, key, pull.number, self._boxes(key), rows, self.tier.name)
        return memory

    def _standing(self, branches: Mapping[str, FoundBranch], numbers: frozenset[int]) -> Standing:
        opened = {key: pull for key in branches if (pull := self._pull_request(key))}
        rows = {key: self.remote.rows(self.tier, branch) for key, branch in branches.items()}
        return Standing(
            rows={key: rows[key] for key in opened},
            unopened={key: rows[key] for key in rows.keys() - opened.keys()},
            theirs=frozenset(key for key, branch in branches.items() if self._is_theirs(key, branch)),
            foreign=self.remote.foreign(self.tier),
            numbers=numbers,
            touched={key: pull.number for key, pull in opened.items() if self._is_left(key, branches[key])},
            boxes={key: frozenset(self._boxes(key)) for key in opened},
            held=frozenset(key for key in opened if why_held(rows[key], self.edits.view, self.held)),
        )

    def _is_theirs(self, key: str, branch: FoundBranch) -> bool:
        """Whether others work on a branch, and did not hand it back."""
        return self._is_touched(branch) and not self._boxes(key).get(REBUILD, False)

    def _is_left(self, key: str, branch: FoundBranch) -> bool:
        """Whether a branch with an open pull request is left alone for what others did there, beneath its tip too."""
        base, given_back = self.edits.view.base, self._boxes(key).get(REBUILD, False)
        found = self.remote.found(branch_of(self.tier, key), base.branch, base.sha or "").branch
        return self._is_theirs(key, branch) or bool(found and found.beneath and not given_back)

    def _is_touched(self, branch: FoundBranch) -> bool:
        touched = owner_of(branch.history, self.tier.name, self.remote.us) is Ownership.TOUCHED
        return touched and not branch.merged

    def _learnt(self, memory: TierMemory, key: str, branch: FoundBranch | None) -> TierMemory:
        """Take in what the newest closed pull request of a key says, once."""
        known = memory.considered.get(key, 0)
        if known and branch and self._is_touched(branch):
            # Theirs since then: no newer one of ours can have been closed.
            return memory
        closed = self.remote.forge.last_refused(branch_of(self.tier, key), after=known)
        if closed is None:
            return memory
        # One to another base was closed for that: the tier has another one since.
        is_about_this = closed.base == self.edits.view.base.branch
        rows = self.remote.refused_rows(self.tier, closed) if is_about_this else frozenset()
        return replace(memory.refusing(rows, closed.number), considered={**memory.considered, key: closed.number})

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
            for key, one in self._branches().items()
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
            released=frozenset(key for key in gone if self._boxes(key).get(REBUILD, False)),
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
            rebuilds=self._boxes(key.text).get(REBUILD, False),
            extras=extras if extras != Extras() else None,
            frozen=key.text in arrangement.frozen,
            draft=draft or self.tier.proposing.draft,
            left_behind=_left_behind(edited) if key.promotes else (),
        )


def reason_is_unknown(verdict: Verdict) -> bool:
    """Whether the chart could not be looked up, and nothing of it is carried on."""
    return isinstance(verdict.decision, Held) and verdict.decision.reason.id in UNKNOWN


def _left_behind(edited: TierEdits) -> tuple[Verdict, ...]:
    """What is held, but for what a person took out: its box says so."""
    return tuple(
        one for one in edited.verdicts if isinstance(one.decision, Held) and one.decision.reason.id != TAKEN_OUT.id
    )
