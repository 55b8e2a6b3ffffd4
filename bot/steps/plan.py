"""plan: the edits, and what exists already, to every write of the run as data."""

from collections.abc import Iterable

from bot.model.proposals import Action, Plan, PullRequestPlan, StatusPlan
from bot.model.templates import Templates
from bot.model.tiers import Configuration
from bot.model.verdicts import Held, Verdict
from bot.planning.pull_requests import Wish, branch_of, plan_pull_request, strangers
from bot.reason import Reason
from bot.reasons import UNKNOWN
from bot.report.statuses import base_status, head_status
from bot.report.wording import pull_request_texts
from bot.steps.edit import TierEdits
from bot.steps.find import Remote


def plan(edits: Iterable[TierEdits], remote: Remote, configuration: Configuration) -> Plan:
    """Plan the pull request and the statuses of every tier."""
    pulls: list[PullRequestPlan] = []
    statuses: list[StatusPlan] = []
    notes: list[Reason] = []
    for tier in edits:
        wish = _wish(tier, configuration.templates)
        found = remote.found(wish)
        planned = plan_pull_request(wish, found, remote.us)
        if planned:
            pulls.append(planned)
        statuses += _statuses(tier, planned, remote)
        notes += strangers(found, branch_of(wish.tier))
    return Plan(pull_requests=tuple(pulls), statuses=tuple(statuses), notes=tuple(notes))


def _wish(tier: TierEdits, templates: Templates) -> Wish:
    base = tier.view.base
    return Wish(
        tier=tier.view.tier,
        base=base.branch,
        base_sha=base.sha or "",
        changes=tier.changes,
        updates=tier.updates,
        texts=pull_request_texts(tier.view.tier, tier.updates, templates) if tier.updates else None,
        unknown=frozenset(verdict.reference.path for verdict in tier.verdicts if _is_unknown(verdict)),
    )


def _is_unknown(verdict: Verdict) -> bool:
    return isinstance(verdict.decision, Held) and verdict.decision.reason.id in UNKNOWN


def _statuses(tier: TierEdits, planned: PullRequestPlan | None, remote: Remote) -> Iterable[StatusPlan]:
    base = tier.view.base
    status = base_status(tier.view.tier, tier.verdicts, tier.view.passed_over, planned, remote.run_url)
    yield StatusPlan(sha=base.sha, branch=base.branch, status=status)
    if planned and _is_ours_to_judge(planned, remote):
        made_now = planned.action in {Action.CREATE, Action.UPDATE, Action.OPEN}
        head = None if made_now else planned.head_before
        yield StatusPlan(sha=head, branch=planned.branch, status=head_status(tier.view.tier, planned, remote.run_url))


def _is_ours_to_judge(planned: PullRequestPlan, remote: Remote) -> bool:
    """Only heads of our own pull requests get a status: on a stranger's it could satisfy a required check."""
    if not planned.updates:
        return False
    if planned.existing:
        return planned.existing.author == remote.us.login and planned.action not in {Action.CLOSE, Action.LEAVE}
    return planned.action in {Action.CREATE, Action.OPEN}
