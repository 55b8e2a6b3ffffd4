"""plan: the edits, and what exists already, to every write of the run as data."""

from collections.abc import Iterable

from msgspec.structs import replace

from bot.model.proposals import Action, CommitStatus, Kind, Plan, PullRequestPlan, StatusPlan, Texts
from bot.model.templates import Templates
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Held, Update, Verdict
from bot.planning.arranging import is_unknown
from bot.planning.grouping import ALL, branch_of, is_of_promotion, promotion_key
from bot.planning.origins import origin_trailers
from bot.planning.partings import partings
from bot.planning.pull_requests import Wish, plan_pull_request, strangers
from bot.planning.rows import Row, row_of
from bot.proposal_reasons import BRINGS_OTHERS, TOUCHED
from bot.reason import Reason
from bot.report.promotion_wording import calls_for, promotion_texts
from bot.report.statuses import base_status, head_status, status_as_it_is, status_of_left, waits_again
from bot.report.wording import pull_request_texts
from bot.steps.find import Remote
from bot.steps.promotions.open_promotions import OpenPromotion
from bot.steps.promotions.told_promotions import STAYS, not_to_be_merged, notes_of, statuses_of
from bot.steps.proposals import Arranged, Proposal, TierProposals
from bot.steps.pull_requests.advance import advance
from bot.steps.pull_requests.orphans import forgotten, orphans


def plan(
    arranged: Arranged, remote: Remote, configuration: Configuration, opened: Iterable[OpenPromotion] = ()
) -> Plan:
    """Plan the pull requests and the statuses of every tier. What is replaced is closed after what replaces it.

    Args:
        arranged: What is to be proposed.
        remote: Our side of the remote.
        configuration: Has the wordings.
        opened: The promotions that are open: each head gets the word that its own rows deserve.
    """
    pulls: list[PullRequestPlan] = []
    statuses: list[StatusPlan] = []
    notes: list[Reason] = []
    promotions = tuple(opened)
    for tier in arranged.tiers:
        of_tier: list[PullRequestPlan] = []
        for wish in _wishes(tier, remote, configuration):
            found = remote.found(wish.branch, wish.base, wish.base_sha)
            planned = plan_pull_request(wish, found, remote.us)
            if planned and _may_advance(planned, wish):
                planned = advance(planned, tier.view, remote, configuration)
            if planned and planned.action is Action.CLOSE and planned.existing is None:
                planned = replace(planned, merged=remote.merged_as(planned.branch))
            of_tier += [planned] if planned else []
            notes += strangers(found, wish.branch)
        statuses += _statuses(tier, tuple(of_tier), remote)
        pulls += of_tier
    statuses += statuses_of(promotions, pulls, remote)
    if not any(tier.alone for tier in arranged.tiers):
        pulls += orphans(remote, configuration, tuple(pulls))
        notes += forgotten(remote, configuration)
    return Plan(
        pull_requests=tuple(not_to_be_merged(promotions, pulls)),
        statuses=tuple(statuses),
        notes=(*notes, *notes_of(promotions, pulls)),
        memory=arranged.memory,
    )


def _may_advance(planned: PullRequestPlan, wish: Wish) -> bool:
    """Whether others work on a branch whose version may move on all the same; production's is left to them."""
    touched = planned.reason is not None and planned.reason.id == TOUCHED.id
    here = planned.existing is None or planned.existing.base == wish.base
    return touched and here and bool(wish.changes) and not wish.frozen and wish.kind is not Kind.PROMOTION


def _wishes(tier: TierProposals, remote: Remote, configuration: Configuration) -> Iterable[Wish]:
    base = tier.view.base
    wish = Wish(
        tier=tier.view.tier,
        base=base.branch,
        base_sha=base.sha or "",
        unknown=frozenset(verdict.reference.path for verdict in tier.verdicts if _keeps_its_line(verdict)),
    )
    for proposal in tier.proposals:
        texts = _texts(wish.tier, proposal, configuration.templates)
        origin = origin_trailers(base.branch, configuration.path)
        texts = replace(texts, commit_message=f"{texts.commit_message}{origin}")
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
            kind=_kind(proposal),
        )
    known = {proposal.key.text for proposal in tier.proposals}
    for key, rows in tier.gone.items():
        promotes = key in tier.promotes
        heirs = (
            {} if promotes else {one.key.text: rows & kept for one in tier.proposals if (kept := _rows_of(one)) & rows}
        )
        left = rows.difference(*heirs.values())
        emptied = tier.emptied.get(key, ())
        yield replace(
            wish,
            key=key,
            successors=tuple(branch_of(wish.tier, heir) for heir in heirs),
            partings=partings(left, tier.parted.get(key, tier.verdicts)),
            emptied=emptied,
            calls=calls_for(wish.tier, key, emptied, rows) if promotes else (),
            rebuilds=key in tier.released,
            frozen=key in tier.frozen,
            kind=Kind.PROMOTION if promotes else Kind.UPDATE,
        )
    others = frozenset() if tier.alone else remote.branchless(wish.tier) | (frozenset() if known else {ALL.text})
    for key in sorted(others - known - tier.gone.keys()):
        promotes = is_of_promotion(key)
        calls = calls_for(wish.tier, promotion_key().text, (), ()) if promotes else ()
        yield replace(wish, key=key, calls=calls, kind=Kind.PROMOTION if promotes else Kind.UPDATE)


def _keeps_its_line(verdict: Verdict) -> bool:
    return is_unknown(verdict) and not (isinstance(verdict.decision, Held) and verdict.decision.let_go)


def _texts(tier: Tier, proposal: Proposal, templates: Templates) -> Texts:
    if proposal.key.promotes:
        return promotion_texts(
            tier, proposal.updates, proposal.left_behind, templates, proposal.key, proposal.taken_out
        )
    return pull_request_texts(tier, proposal.updates, templates, key=proposal.key, taken_out=proposal.taken_out)


def _kind(proposal: Proposal) -> Kind:
    if proposal.key.promotes:
        return Kind.PROMOTION
    shared = any(isinstance(one.decision, Update) and one.decision.shared for one in proposal.updates)
    return Kind.SHARED if shared else Kind.UPDATE


def _rows_of(proposal: Proposal) -> frozenset[Row]:
    return frozenset(row_of(one, one.decision) for one in proposal.updates if isinstance(one.decision, Update))


def _statuses(tier: TierProposals, planned: tuple[PullRequestPlan, ...], remote: Remote) -> Iterable[StatusPlan]:
    base = tier.view.base
    if not tier.alone:
        standing = branch_of(tier.view.tier, promotion_key().text) if tier.view.tier.standing_draft else ""
        own = tuple(one for one in planned if one.kind is not Kind.PROMOTION or one.branch == standing)
        status = base_status(tier.view.tier, tier.verdicts, tier.view.passed_over, own, remote.run_url)
        yield StatusPlan(sha=base.sha, branch=base.branch, status=status)
    for one in planned:
        as_it_is = one.kind is Kind.PROMOTION and one.action in STAYS
        if _is_ours_to_judge(one, remote) and not as_it_is:
            made_now = one.action in {Action.CREATE, Action.UPDATE, Action.OPEN}
            head = None if made_now else one.head_before
            yield StatusPlan(sha=head, branch=one.branch, status=_status_of(one, remote))
        elif one.reason and one.reason.id == BRINGS_OTHERS.id and _is_said_by_us(one, remote) and not as_it_is:
            status = status_of_left(one.tier, one.reason, remote.run_url)
            yield StatusPlan(sha=one.head_before, branch=one.branch, status=status)


def _is_said_by_us(planned: PullRequestPlan, remote: Remote) -> bool:
    return planned.existing is not None and planned.existing.author == remote.us.login


def _status_of(planned: PullRequestPlan, remote: Remote) -> CommitStatus:
    """The word on the head of one: what this run would propose may be another pull request than the one that stays."""
    branch = remote.branch(planned.branch) if planned.stays and not any(map(waits_again, planned.updates)) else None
    if branch is None:
        return head_status(planned.tier, planned, remote.run_url)
    return status_as_it_is(planned.tier, remote.record(planned.tier, branch).rows, {}, remote.run_url)


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
