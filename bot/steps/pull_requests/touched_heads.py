"""What is told of the heads of ours on which others work: a status each, and in the report what is in them now.

What this run proposes may be something else: a version was held since, a newer one came, or people wrote another.
"""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from bot.model.proposals import Action, Plan, PullRequest, PullRequestPlan, StatusPlan
from bot.model.tiers import Branch, Tier
from bot.model.verdicts import Update
from bot.planning.ownership import Ownership, owner_of
from bot.planning.rows import Row, row_of
from bot.proposal_reasons import BRINGS_OTHERS, NOT_ASKED_FOR, TOUCHED_HOLDS
from bot.reason import Reason
from bot.report.run_report import some
from bot.report.statuses import touched_status
from bot.steps.find import Remote
from bot.steps.promotions.open_promotions import OpenPromotion
from bot.steps.pull_requests.judge_head import Head, HeadJudge, HeadVerdict

_STAYS = frozenset({Action.LEAVE, Action.KEEP, Action.ADVANCE})
_MOST_NAMED = 5


def with_touched_heads(intended: Plan, opened: Iterable[OpenPromotion], remote: Remote, judged: HeadJudge) -> Plan:
    """The same plan, with a status for each such head, and a word where it has what nobody should merge.

    Args:
        intended: All pull requests of the run.
        opened: The promotions that are open. Those with something unwanted are told of already.
        remote: Has the heads.
        judged: Says what is in them.
    """
    promotions = {one.branch: one for one in opened}
    known = {one.branch for one in intended.pull_requests}
    others = (one for one in promotions.values() if one.branch not in known)
    heads = (
        *(_planned(one, promotions.get(one.branch)) for one in intended.pull_requests if _is_touched(one, remote)),
        *(_promoted(one) for one in others if _is_ours(one.pull, one.tier, one.branch, remote)),
    )
    unwanted = {one.branch for one in promotions.values() if one.unwanted or one.brings}
    told = {one.branch: (one, judged.of(one)) for one in heads if one.branch not in unwanted}
    return replace(
        intended,
        pull_requests=tuple(
            _as_it_is(one, told[one.branch][1]) if one.branch in told else one for one in intended.pull_requests
        ),
        statuses=(*intended.statuses, *(_status(one, found, remote) for one, found in told.values())),
        notes=(*intended.notes, *(note for one, found in told.values() for note in _notes(one, found))),
    )


def _is_touched(plan: PullRequestPlan, remote: Remote) -> bool:
    if plan.action not in _STAYS or plan.existing is None or plan.existing.base != plan.base:
        return False
    if plan.reason and plan.reason.id in {BRINGS_OTHERS.id, NOT_ASKED_FOR.id}:
        return False  # its head fails for the one; the other is no tier's of this configuration
    return _is_ours(plan.existing, plan.tier, plan.branch, remote)


def _is_ours(pull: PullRequest, tier: Tier, name: Branch, remote: Remote) -> bool:
    """Whether a pull request is ours and others' commits lie on top of one of ours.

    What lies beneath one of ours is there to be missed: it gets no word of ours.
    """
    branch = remote.branch(name)
    if branch is None or branch.merged or pull.author != remote.us.login:
        return False
    return owner_of(branch.history, tier.name, remote.us) is Ownership.TOUCHED


def _planned(plan: PullRequestPlan, promotion: OpenPromotion | None) -> Head:
    updates = [(one, one.decision) for one in plan.updates if isinstance(one.decision, Update)]
    proposed = {
        Row(chart=row_of(one, update).chart, version=update.new) for one, update in updates if not update.carried
    }
    shared = {each.tier.name for _, update in updates for each in update.shared}
    return Head(
        tier=plan.tier,
        number=plan.existing.number if plan.existing else 0,
        branch=plan.branch,
        base=plan.base,
        sha=plan.head_before or "",
        changes=plan.changes if plan.action is Action.ADVANCE else (),
        moves=frozenset({plan.tier.name, *shared}),
        decided=frozenset(proposed | _rows(promotion)),
    )


def _promoted(one: OpenPromotion) -> Head:
    return Head(
        tier=one.tier,
        number=one.pull.number,
        branch=one.branch,
        base=one.pull.base,
        sha=one.head,
        moves=frozenset({one.tier.name}),
        decided=frozenset(_rows(one)),
    )


def _rows(promotion: OpenPromotion | None) -> set[Row]:
    """What a person had promoted, and may have named a reason for."""
    return {Row(chart=row.chart, version=row.new) for row in promotion.rows} if promotion else set()


def _status(one: Head, found: HeadVerdict, remote: Remote) -> StatusPlan:
    status = touched_status(one.tier, found.rows, found.unwanted, found.beside, found.waits, remote.run_url)
    return StatusPlan(sha=None if one.changes else one.sha, branch=one.branch, status=status)


def _as_it_is(plan: PullRequestPlan, found: HeadVerdict) -> PullRequestPlan:
    """Told by the name that it has, and where it moves something else than would be proposed, by what that is."""
    if plan.action is not Action.LEAVE or plan.reason is None or plan.existing is None:
        return plan
    wished = {
        (row_of(one, one.decision).chart, one.decision.new) for one in plan.updates if isinstance(one.decision, Update)
    }
    reason, texts = plan.reason, replace(plan.texts, title=plan.existing.title) if plan.texts else None
    moved = {(row.chart, row.new) for row in found.rows}
    if moved != wished:
        names = [f"{chart.rpartition('/')[2]} to {version}" for chart, version in sorted(moved)]
        what = some(names, _MOST_NAMED) or "nothing"
        reason = replace(reason, sentence=f"{reason.sentence}; it moves {what}")
    return replace(plan, reason=reason, texts=texts)


def _notes(one: Head, found: HeadVerdict) -> Iterator[Reason]:
    whats: dict[str, list[str]] = {}
    for row, why in found.unwanted.items():
        whats.setdefault(why, []).append(f"{row.chart} {row.version}")
    for path, why in found.beside:
        whats.setdefault(why, []).append(path)
    for why, named in whats.items():
        yield TOUCHED_HOLDS(number=one.number, what=some(named, _MOST_NAMED), why=why)
