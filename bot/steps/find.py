"""find: what the remote and the forge already hold of ours."""

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from bot.errors import MemoryBroken
from bot.model.commits import Sha
from bot.model.proposals import Identity, PullRequest
from bot.model.tiers import Branch, Tier
from bot.planning.commit_trailers import CommitRecord, read
from bot.planning.grouping import ALL, KEY_TRAILER, Key, branch_of, key_in, tier_in
from bot.planning.memory import MEMORY_BRANCH, MEMORY_FILE, MEMORY_STATE
from bot.planning.ownership import Ownership, is_ours, owner_of
from bot.planning.pull_requests import Found, FoundBranch
from bot.planning.rows import Row, rows_in
from bot.ports import Commits, Forge, Repository
from bot.steps.own_state import why_not_ours
from bot.steps.past.lineage import Lineage

HISTORY = 10
"""Commits of a branch of ours that are looked at: one of ours, and those that people put on top."""


class Remote(Struct, frozen=True, kw_only=True, eq=False):
    """Our side of the remote at the start of a run.

    Attributes:
        default: The default branch.
        tips: Every branch that was fetched.
        pull_requests: Open ones whose branch has our prefix.
        memory: What earlier runs left word of, as if this had been written; None for what is there.
        run_url: Page of this run, where the statuses lead.
        made_by: Who makes our commits; None where the repository does.
    """

    repository: Repository
    forge: Forge
    us: Identity
    default: Branch
    tips: Mapping[Branch, Sha]
    pull_requests: tuple[PullRequest, ...]
    run_url: str = ""
    made_by: Commits | None = None
    memory: bytes | None = None
    _read: dict[Branch, FoundBranch] = field(default_factory=dict)
    _bases: dict[Branch, Lineage] = field(default_factory=dict)
    _merged: dict[Branch, int] = field(default_factory=dict)
    _under: dict[tuple[Branch, Branch], tuple[Sha, ...] | None] = field(default_factory=dict)

    @property
    def commits(self) -> Commits:
        """Who makes our commits."""
        return self.made_by or self.repository

    def branch(self, name: Branch) -> FoundBranch | None:
        """One of our branches with its history and what its tip changes; None where it does not exist."""
        head = self.tips.get(name)
        if head is None:
            return None
        if name not in self._read:
            history = self.repository.history(head, HISTORY)
            parent = history[0].parents[0] if history and history[0].parents else None
            carries = self.repository.differences(parent, head) if parent else ()
            self._read[name] = FoundBranch(head=head, history=history, carries=carries)
        return self._read[name]

    def was_merged(self, name: Branch) -> bool:
        """Whether one of our branches that has no open pull request was merged as it stands: asks the forge."""
        merged = self.merged_as(name) > 0
        if merged:
            self._read[name] = replace(self._read[name], merged=True)
        return merged

    def merged_as(self, name: Branch) -> int:
        """The pull request by which it was; 0 where it was not. The forge is asked once."""
        branch = self.branch(name)
        if name not in self._merged and branch is not None:
            pull = self.forge.last_merged(name)
            self._merged[name] = pull.number if pull and pull.head_sha == branch.head else 0
        return self._merged.get(name, 0)

    def branches(self, tier: Tier) -> dict[str, FoundBranch]:
        """The branches of a tier that grouping made, by key; other kinds of ours have other trailers."""
        keys = sorted(key for name in self.tips if (key := key_in(name, tier)))
        found = ((key, self.branch(branch_of(tier, key))) for key in keys)
        return {key: branch for key, branch in found if branch and self._is_grouped(branch, tier, key)}

    def foreign(self, tier: Tier) -> frozenset[str]:
        """The keys under whose names somebody else made a branch."""
        keys = {key: self.branch(name) for name in self.tips if (key := key_in(name, tier))}
        return frozenset(key for key, branch in keys.items() if branch and self._is_foreign(branch, tier))

    def _is_foreign(self, branch: FoundBranch, tier: Tier) -> bool:
        return owner_of(branch.history, tier.name, self.us) is Ownership.FOREIGN

    def _is_grouped(self, branch: FoundBranch, tier: Tier, key: str) -> bool:
        if self._is_foreign(branch, tier):
            return False
        return key == ALL.text or any((KEY_TRAILER, key) in commit.trailers for commit in branch.history)

    def promotion(self, tier: Tier, key: Key) -> FoundBranch | None:
        """The branch of a promotion; None where there is none, or another kind of branch has its name."""
        branch = self.branch(branch_of(tier, key.text))
        ours = branch and owner_of(branch.history, tier.name, self.us) is not Ownership.FOREIGN
        said = (key.trailer, key.text)
        return branch if branch and ours and any(said in commit.trailers for commit in branch.history) else None

    def promotions(self, tier: Tier) -> dict[str, FoundBranch]:
        """The branches of a tier's promotions, by key."""
        keys = sorted(key for name in self.tips if (key := key_in(name, tier)))
        found = ((key, self.promotion(tier, Key(text=key, promotes=True))) for key in keys)
        return {key: branch for key, branch in found if branch}

    def open_from(self, name: Branch) -> tuple[PullRequest, ...]:
        """The open pull requests with this branch as their head, forks' included."""
        return tuple(pull for pull in self.pull_requests if pull.head == name)

    def branchless(self, tier: Tier) -> frozenset[str]:
        """The keys of open pull requests of ours whose branches are gone: GitHub ends such, a folder of files does not.

        The branches are listed again: another run may have pushed one after they were, and opened this.
        """
        ours = (one for one in self.pull_requests if one.head_here and one.author == self.us.login)
        keys = {key for one in ours if one.head not in self.tips and (key := key_in(one.head, tier))}
        tips = self.repository.heads().tips if keys else {}
        return frozenset(key for key in keys if branch_of(tier, key) not in tips)

    def found(self, name: Branch, base: Branch, base_sha: Sha) -> Found:
        """What exists under one branch name, and what its pull request (to this base first) brings beside its tip."""
        branch, pulls = self.branch(name), self.open_from(name)
        here = [pull.base for pull in pulls if pull.head_here]
        if branch and here:
            at = base if base in here else here[0]
            if (name, at) not in self._under:
                tip = base_sha if at == base else self.tips.get(at)
                self._under[name, at] = self._beneath(branch, at, tip) if tip else None
            branch = replace(branch, beneath=self._under[name, at])
        return Found(branch=branch, pull_requests=pulls)

    def _beneath(self, branch: FoundBranch, base: Branch, base_sha: Sha) -> tuple[Sha, ...] | None:
        below = tuple(commit.parents[0] for commit in branch.history if commit.parents)
        if below[:1] == (base_sha,):
            return ()
        if base not in self._bases:
            self._bases[base] = Lineage(self.repository, base, base_sha)
        place = self._bases[base].first_held(below)
        return None if place is None else below[:place]

    def rows(self, tier: Tier, branch: FoundBranch) -> frozenset[Row]:
        """The rows that a branch of ours proposes."""
        ours = (commit for commit in branch.history if is_ours(commit, tier.name, self.us))
        return next((rows_in(commit) for commit in ours), frozenset())

    def record(self, tier: Tier, branch: FoundBranch) -> CommitRecord:
        """The same with all that our commit says of them."""
        ours = (commit for commit in branch.history if is_ours(commit, tier.name, self.us))
        return next((found for commit in ours if (found := read(commit.trailers))), CommitRecord(tier=tier.name))

    def refused_rows(self, tier: Tier, closed: PullRequest) -> frozenset[Row]:
        """The rows of a closed pull request, from the commit of ours that it had; its body may be anybody's.

        None of them where people had put commits on top and the branch is gone: so it was handed back.
        """
        head = closed.head_sha or self.tips.get(closed.head)
        if head is None:
            return frozenset()
        history = self.repository.history(head, HISTORY)
        if not history:
            self.repository.bring(head)
            history = self.repository.history(head, HISTORY)
        touched = owner_of(history, tier.name, self.us) is Ownership.TOUCHED
        if touched and closed.head not in self.tips:
            return frozenset()
        return self.rows(tier, FoundBranch(head=head, history=history))

    def remembered(self) -> bytes | None:
        """The file in which earlier runs left word; None where there is none."""
        tip = self.tips.get(MEMORY_BRANCH)
        if self.memory is not None or tip is None:
            return self.memory
        return file_of_memory(self.repository, tip)


def file_of_memory(repository: Repository, tip: Sha) -> bytes | None:
    """The file of our memory at the fetched tip of its branch; None where there is none.

    Raises:
        MemoryBroken: Somebody else made or changed it.
    """
    problem = why_not_ours(repository, MEMORY_BRANCH, tip, MEMORY_STATE, lambda path: path == MEMORY_FILE)
    if problem:
        raise MemoryBroken(MEMORY_FILE, problem)
    tree = repository.tree(tip)
    entries = [entry for entry in tree.entries() if entry.path == MEMORY_FILE and entry.kind.regular]
    return next((data for _, data in tree.read(entries)), None)


def is_of_ours(name: Branch) -> bool:
    """Whether a branch is one that a run reads back: of a tier's groups, also of one that is gone, or our memory."""
    return name == MEMORY_BRANCH or tier_in(name) is not None
