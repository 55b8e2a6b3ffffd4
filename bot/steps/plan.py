"""plan: the edits, and what exists already, to every write of the run as data."""

from collections.abc import Iterable

from bot.model.proposals import Plan, PullRequestPlan, StatusPlan
from bot.planning.pull_requests import Wish, plan_pull_request
from bot.report.wording import pull_request_texts
from bot.steps.edit import TierEdits
from bot.steps.find import Remote


def plan(edits: Iterable[TierEdits], remote: Remote) -> Plan:
    """Plan the pull request and the statuses of every tier."""
    pulls: list[PullRequestPlan] = []
    statuses: list[StatusPlan] = []
    for tier in edits:
        wish = _wish(tier)
        found = remote.found(wish)
        planned = plan_pull_request(wish, found, remote.us)
        if planned:
            pulls.append(planned)
        statuses += _statuses(tier, planned)
    return Plan(pull_requests=tuple(pulls), statuses=tuple(statuses))


def _wish(tier: TierEdits) -> Wish:
    base = tier.view.base
    return Wish(
        tier=tier.view.tier,
        base=base.branch,
        base_sha=base.sha or "",
        changes=tier.changes,
        updates=tier.updates,
        texts=pull_request_texts(tier.view.tier, tier.updates) if tier.updates else None,
    )
