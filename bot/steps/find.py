"""find: what the remote and the forge already hold of ours."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.model.commits import Sha
from bot.model.proposals import Identity, PullRequest
from bot.model.tiers import Branch
from bot.planning.pull_requests import Found, FoundBranch, Wish, branch_of
from bot.ports import Commits, Forge, Repository

HISTORY = 10
"""Commits of a branch of ours that are looked at: one of ours, and those that people put on top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """Our side of the remote at the start of a run.

    Attributes:
        default: The default branch.
        tips: Every branch that was fetched.
        pull_requests: Open ones whose branch has our prefix.
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

    @property
    def commits(self) -> Commits:
        """Who makes our commits."""
        return self.made_by or self.repository

    def branch(self, name: Branch) -> FoundBranch | None:
        """One of our branches with its history and what its tip changes; None where it does not exist."""
        head = self.tips.get(name)
        if head is None:
            return None
        history = self.repository.history(head, HISTORY)
        parent = history[0].parents[0] if history and history[0].parents else None
        carries = self.repository.differences(parent, head) if parent else ()
        return FoundBranch(head=head, history=history, carries=carries)

    def found(self, wish: Wish) -> Found:
        """What exists for one wish. The closed pull requests are asked for only where that can matter."""
        name = branch_of(wish.tier)
        branch = self.branch(name)
        pulls = tuple(pull for pull in self.pull_requests if pull.head == name)
        closed = None
        if branch and wish.changes and not any(pull.head_here for pull in pulls):
            closed = self.forge.last_closed(name)
        return Found(branch=branch, pull_requests=pulls, last_closed=closed)
