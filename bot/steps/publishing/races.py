"""races: who moved one of our branches since this run read it, another run of ours or somebody else."""

from bot.model.commits import CommitFacts
from bot.model.proposals import MemoryPlan, PullRequestPlan
from bot.model.tiers import Branch
from bot.planning.memory import MEMORY_STATE
from bot.planning.ownership import is_ours
from bot.ports import Forge
from bot.steps.find import Remote
from bot.steps.own_state import is_left_by_us


def is_moved_by_us(remote: Remote, plan: PullRequestPlan) -> bool:
    """Whether another run of ours moved or deleted the branch of a pull request."""
    tip = _tip(remote, plan.branch)
    if tip is None:
        return _is_deleted_by_us(remote.forge, plan)
    return tip.sha != plan.head_before and is_ours(tip, plan.tier.name, remote.us)


def _is_deleted_by_us(forge: Forge, plan: PullRequestPlan) -> bool:
    """Git does not tell who deletes a branch, so the forge is asked who closed its pull request: two calls."""
    if plan.existing is None:
        return False
    is_merged = forge.last_merged(plan.branch) is not None
    return not is_merged and forge.last_refused(plan.branch, after=plan.existing.number - 1) is None


def is_remembered_by_us(remote: Remote, memory: MemoryPlan) -> bool:
    """Whether another run of ours wrote our memory, be it with a token of another login."""
    tip = _tip(remote, memory.branch)
    return tip is not None and tip.sha != memory.head_before and is_left_by_us(tip, MEMORY_STATE)


def _tip(remote: Remote, branch: Branch) -> CommitFacts | None:
    """The tip as it is now; None where the branch is gone."""
    if branch not in remote.repository.heads().tips:
        return None
    tip = remote.repository.fetch([branch])[branch]
    return next(iter(remote.repository.history(tip, 1)), None)
