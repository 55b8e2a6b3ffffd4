"""arrange: the updates of each tier to the pull requests that propose them, and those that nothing proposes now."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from bot.model.commits import FileChange
from bot.model.proposals import MemoryPlan, PullRequest
from bot.model.proposing import Extras
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Current, Held, Update, Verdict
from bot.planning.arranging import Arrangement, Standing, arrange_tier
from bot.planning.grouping import Key, branch_of
from bot.planning.memory import MEMORY_BRANCH, MEMORY_FILE, TierMemory, read_memory, written
from bot.planning.ownership import Ownership, owner_of
from bot.planning.pull_requests import FoundBranch
from bot.planning.rows import Row
from bot.planning.tick_boxes import REBUILD, read_boxes
from bot.reasons import UNKNOWN
from bot.steps.edit import TierEdits, edit
from bot.steps.find import Remote
from bot.steps.look_beyond import without_bounds
from bot.steps.resolve import TierVerdicts, TierView


class Proposal(Struct, frozen=True, kw_only=True):
    """What one pull request is to propose.

    Attributes:
        taken_out: The rows that people took out of it by their boxes.
        rebuilds: A person ticked the box that asks for it to be made anew.
        extras: What it gets when it is opened.
        frozen: It stays as it is for now.
        draft: It is opened as a draft.
    """

    key: Key
    changes: tuple[FileChange, ...]
    updates: tuple[Verdict, ...]
    taken_out: frozenset[Row] = frozenset()
    rebuilds: bool = False
    extras: Extras | None = None
    frozen: bool = False
    draft: bool = False


class TierProposals(Struct, frozen=True, kw_only=True):
    """One tier on its base: its verdicts as they stand, and what is proposed of them.

    Attributes:
        gone: The keys of branches of ours with which nothing is wished any more, and the rows that they have.
        frozen: Those of them that stay as they are for now.
        released: Those of them that others work on, and that a person ticked to be made anew.
    """

    view: TierView
    verdicts: tuple[Verdict, ...]
    proposals: tuple[Proposal, ...]
    gone: Mapping[str, frozenset[Row]]
    frozen: frozenset[str] = frozenset()
    released: frozenset[str] = frozenset()

    @property
    def changes(self) -> tuple[FileChange, ...]:
        """The files that change, pull request by pull request."""
        return tuple(change for proposal in self.proposals for change in proposal.changes)


class Arranged(Struct, frozen=True, kw_only=True):
    """All tiers; `memory` is None where nothing is to be remembered anew."""

    tiers: tuple[TierProposals, ...]
    memory: MemoryPlan | None = None


def arrange(
    edits: Iterable[TierEdits],
    remote: Remote,
    configuration: Configuration,
    now: datetime,
    beyond: Iterable[TierEdits] = (),
) -> Arranged:
    """Share the updates out among pull requests.

    Asks the forge who closed what, once for each branch that has no open pull request, or is about to be made.

    Args:
        edits: The updates within what each tier follows.
        remote: Our side of the remote.
        configuration: Says how to group, and how much at once.
        now: With its time zone.
        beyond: The updates past that, of tiers that want them as a draft.
    """
    further = {one.view.tier.name: one for one in beyond}
    before = remote.remembered()
    memory = read_memory(before) if before is not None else {}
    tiers: list[TierProposals] = []
    for one in edits:
        name = one.view.tier.name
        arranger = _Arranger(edits=one, remote=remote, configuration=configuration, now=now)
        arrangement, memory[name] = arranger.arranged(memory.get(name, TierMemory()))
        proposals = arranger.proposals(arrangement)
        if name in further:
            lifted = replace(arranger, edits=further[name], configuration=without_bounds(configuration))
            more, known = lifted.arranged(memory[name])
            memory[name] = replace(known, waiting=arrangement.waiting)
            proposals = _with_draft(proposals, lifted.proposals(more), remote)
        tiers.append(proposals)
    return Arranged(tiers=tuple(tiers), memory=_memory_plan(remote, before, written(memory)))


def _with_draft(within: TierProposals, beyond: TierProposals, remote: Remote) -> TierProposals:
    """Both; a draft of which a chart is away now stays as it is: unknown is not gone."""
    unknown = {one.reference.path for one in within.verdicts if reason_is_unknown(one) or _is_carried(one)}
    drafts = []
    for draft in beyond.proposals:
        branch = remote.branch(branch_of(within.view.tier, draft.key.text))
        waits = branch is not None and any(item.path in unknown for item in branch.carries)
        drafts.append(replace(draft, draft=True, frozen=draft.frozen or waits))
    wished = {draft.key.text for draft in drafts}
    return replace(
        within,
        proposals=(*within.proposals, *drafts),
        gone={key: rows for key, rows in within.gone.items() if key not in wished},
        frozen=within.frozen | beyond.frozen,
    )


def _memory_plan(remote: Remote, before: bytes | None, after: bytes) -> MemoryPlan | None:
    if after == (written({}) if before is None else before):
        return None
    head = remote.tips.get(MEMORY_BRANCH)
    return MemoryPlan(branch=MEMORY_BRANCH, path=MEMORY_FILE, head_before=head, before=before, after=after)


class _Arranger(Struct, frozen=True, kw_only=True):
    """One tier."""

    edits: TierEdits
    remote: Remote
    configuration: Configuration
    now: datetime

    @property
    def tier(self) -> Tier:
        return self.edits.view.tier

    def arranged(self, memory: TierMemory) -> tuple[Arrangement, TierMemory]:
        """Arrange until no branch that is to be made turns out to be one whose pull request somebody closed."""
        branches = self.remote.branches(self.tier)
        asked: set[str] = set()
        for key, branch in branches.items():
            if not self._has_pull_request(key):
                memory, asked = self._learnt(memory, key, branch), asked | {key}
        standing = self._standing(branches)
        memory = self._ticked(memory, standing)
        while True:
            arrangement = arrange_tier(self.tier, self.edits.verdicts, self.configuration, standing, memory, self.now)
            made = {key.text for key in arrangement.groups} - asked - standing.rows.keys()
            for key in made:
                memory, asked = self._learnt(memory, key, None), asked | {key}
            if not made:
                return arrangement, replace(memory, waiting=arrangement.waiting)

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
        """Take in what people ticked: a row that is unticked goes, one that is ticked again comes back."""
        for key, rows in standing.rows.items():
            pull, boxes = self._pull_request(key), self._boxes(key)
            if pull:
                known = {one.row for one in memory.refusals.values() if one.unticked and one.number == pull.number}
                memory = memory.without(row for row in known if boxes.get(row.name(self.tier.name)) is True)
                out = {row for row in rows - known if boxes.get(row.name(self.tier.name)) is False}
                memory = memory.refusing(out, pull.number, unticked=True)
        return memory

    def _standing(self, branches: Mapping[str, FoundBranch]) -> Standing:
        opened = {key: pull for key in branches if (pull := self._pull_request(key))}
        rows = {key: self.remote.rows(self.tier, branch) for key, branch in branches.items()}
        return Standing(
            rows={key: rows[key] for key in opened},
            unopened={key: rows[key] for key in rows.keys() - opened.keys()},
            theirs=frozenset(key for key, branch in branches.items() if self._is_theirs(key, branch)),
            numbers=frozenset(pull.number for pull in opened.values()),
        )

    def _is_theirs(self, key: str, branch: FoundBranch) -> bool:
        """Whether others work on a branch, and did not hand it back."""
        return self._is_touched(branch) and not self._boxes(key).get(REBUILD, False)

    def _is_touched(self, branch: FoundBranch) -> bool:
        return owner_of(branch.history, self.tier.name, self.remote.us) is Ownership.TOUCHED

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
            edited = self._edited(arrangement, positions)
            for position in positions:
                verdicts[position] = edited.verdicts[position]
            if edited.changes:
                proposals.append(self._proposal(key, edited, arrangement))
        wished = {proposal.key.text for proposal in proposals}
        branches = self.remote.branches(self.tier)
        gone = {key: self.remote.rows(self.tier, one) for key, one in branches.items() if key not in wished}
        return TierProposals(
            view=self.edits.view,
            verdicts=tuple(verdicts),
            proposals=tuple(proposals),
            gone=gone,
            frozen=arrangement.frozen,
            released=frozenset(key for key in gone if self._boxes(key).get(REBUILD, False)),
        )

    def _proposal(self, key: Key, edited: TierEdits, arrangement: Arrangement) -> Proposal:
        extras = arrangement.extras[key]
        if draft := any(isinstance(one.decision, Update) and one.decision.shared for one in edited.updates):
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
        )

    def _edited(self, arrangement: Arrangement, positions: Iterable[int]) -> TierEdits:
        if arrangement.verdicts == self.edits.verdicts and len(arrangement.groups) == 1:
            return self.edits
        taken = set(positions)
        verdicts = tuple(
            verdict if index in taken else _elsewhere(verdict) for index, verdict in enumerate(arrangement.verdicts)
        )
        (edited,) = edit([TierVerdicts(view=self.edits.view, verdicts=verdicts)])
        return edited


def reason_is_unknown(verdict: Verdict) -> bool:
    """Whether the chart could not be looked up, and nothing of it is carried on."""
    return isinstance(verdict.decision, Held) and verdict.decision.reason.id in UNKNOWN


def _is_carried(verdict: Verdict) -> bool:
    return isinstance(verdict.decision, Update) and verdict.decision.carried is not None


def _elsewhere(verdict: Verdict) -> Verdict:
    """As it is where one pull request is made: what others propose stays in its bytes."""
    if not isinstance(verdict.decision, Update):
        return verdict
    return replace(verdict, decision=Current(version=verdict.decision.old))
