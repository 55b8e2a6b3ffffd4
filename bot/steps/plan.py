"""plan: the edits, and what exists already, to every write of the run as data."""

from collections.abc import Iterable

from msgspec.structs import replace

from bot.model.proposals import Action, Plan, PullRequestPlan, StatusPlan
from bot.model.templates import Templates
from bot.model.tiers import Configuration
from bot.model.verdicts import Update
from bot.planning.grouping import ALL, branch_of
from bot.planning.pull_requests import Wish, plan_pull_request, strangers
from bot.planning.rows import Row, row_of
from bot.proposal_reasons import TOUCHED
from bot.reason import Reason
from bot.report.statuses import base_status, head_status
from bot.report.wording import pull_request_texts
from bot.steps.advance import advance
from bot.steps.arrange import Arranged, Proposal, TierProposals, reason_is_unknown
from bot.steps.find import Remote


def plan(arranged: Arranged, remote: Remote, configuration: Configuration) -> Plan:
    """Plan the pull requests and the statuses of every tier. What is replaced is closed after what replaces it."""
    pulls: list[PullRequestPlan] = []
    statuses: list[StatusPlan] = []
    notes: list[Reason] = []
    for tier in arranged.tiers:
        of_tier: list[PullRequestPlan] = []
        for wish in _wishes(tier, configuration.templates):
            found = remote.found(wish.branch)
            planned = plan_pull_request(wish, found, remote.us)
            if planned and planned.reason and planned.reason.id == TOUCHED.id and wish.changes and not wish.frozen:
                planned = advance(planned, tier.view, remote, configuration)
            of_tier += [planned] if planned else []
            notes += strangers(found, wish.branch)
        statuses += _statuses(tier, tuple(of_tier), remote)
        pulls += of_tier
    return Plan(pull_requests=tuple(pulls), statuses=tuple(statuses), notes=tuple(notes), memory=arranged.memory)


def _wishes(tier: TierProposals, templates: Templates) -> Iterable[Wish]:
    base = tier.view.base
    wish = Wish(
        tier=tier.view.tier,
        base=base.branch,
        base_sha=base.sha or "",
        unknown=frozenset(verdict.reference.path for verdict in tier.verdicts if reason_is_unknown(verdict)),
    )
    for proposal in tier.proposals:
        texts = pull_request_texts(
            wish.tier, proposal.updates, templates, key=proposal.key, taken_out=proposal.taken_out
        )
        yield replace(
            wish,
            key=proposal.key.text,
            changes=proposal.changes,
            updates=proposal.updates,
            texts=texts,
            rebuilds=proposal.rebuilds,
            frozen=proposal.frozen,
            draft=proposal.draft,
            extras=proposal.extras,
        )
    known = {proposal.key.text for proposal in tier.proposals}
    for key, rows in tier.gone.items():
        heirs = (proposal for proposal in tier.proposals if _charts_of(proposal) & {row.chart for row in rows})
        successors = tuple(branch_of(wish.tier, proposal.key.text) for proposal in heirs)
        yield replace(wish, key=key, successors=successors, rebuilds=key in tier.released, frozen=key in tier.frozen)
    if not known and ALL.text not in tier.gone:
        yield wish


def _charts_of(proposal: Proposal) -> set[str]:
    found: set[Row] = {row_of(one, one.decision) for one in proposal.updates if isinstance(one.decision, Update)}
    return {row.chart for row in found}


def _statuses(tier: TierProposals, planned: tuple[PullRequestPlan, ...], remote: Remote) -> Iterable[StatusPlan]:
    base = tier.view.base
    status = base_status(tier.view.tier, tier.verdicts, tier.view.passed_over, planned, remote.run_url)
    yield StatusPlan(sha=base.sha, branch=base.branch, status=status)
    for one in planned:
        if _is_ours_to_judge(one, remote):
            made_now = one.action in {Action.CREATE, Action.UPDATE, Action.OPEN}
            head = None if made_now else one.head_before
            yield StatusPlan(sha=head, branch=one.branch, status=head_status(one.tier, one, remote.run_url))


def _is_ours_to_judge(planned: PullRequestPlan, remote: Remote) -> bool:
    """Only heads of our own pull requests get a status: on a stranger's it could satisfy a required check."""
    if not planned.updates or planned.reason:
        return False
    if planned.existing:
        return planned.existing.author == remote.us.login and planned.action not in {
            Action.CLOSE,
            Action.LEAVE,
            Action.ADVANCE,
        }
    return planned.action in {Action.CREATE, Action.OPEN}
