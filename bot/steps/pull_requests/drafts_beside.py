"""The drafts of a tier beside what it proposes of itself: those past its limits, and promotions."""

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from bot.model.verdicts import Current, Held, Verdict
from bot.planning.arranging import is_carried, is_unknown
from bot.planning.grouping import beyond_key, branch_of
from bot.planning.rows import Row
from bot.proposal_reasons import REFUSED, TAKEN_OUT
from bot.steps.find import Remote
from bot.steps.promotions.standing import Draft, told
from bot.steps.proposals import Proposal, TierProposals
from bot.steps.resolve import TierView


def kept(
    drafts: Iterable[Proposal], verdicts: Iterable[Verdict], view: TierView, remote: Remote
) -> tuple[Proposal, ...]:
    """Drafts; one of which a chart is away now stays as it is: unknown is not gone."""
    unknown = {one.reference.path for one in verdicts if is_unknown(one) or is_carried(one)}
    found: list[Proposal] = []
    for draft in drafts:
        branch = remote.branch(branch_of(view.tier, draft.key.text))
        waits = branch is not None and any(item.path in unknown for item in branch.carries)
        found.append(replace(draft, draft=True, frozen=draft.frozen or waits))
    return tuple(found)


def with_draft(within: TierProposals, beyond: TierProposals, remote: Remote) -> TierProposals:
    """What a tier proposes, and the draft of what is past its limits."""
    drafts = kept(beyond.proposals, within.verdicts, within.view, remote)
    wished = {one.key.text for one in drafts}
    draft = beyond_key().text
    return replace(
        within,
        verdicts=_with_refusals(within.verdicts, beyond.verdicts),
        proposals=(*within.proposals, *drafts),
        gone={key: rows for key, rows in within.gone.items() if key not in wished},
        parted={**within.parted, draft: _parted(beyond.gone.get(draft, ()), within, beyond)},
        frozen=within.frozen | beyond.frozen,
    )


def _parted(rows: Iterable[Row], within: TierProposals, beyond: TierProposals) -> tuple[Verdict, ...]:
    """Why rows of a draft are gone: not since they are past what the tier follows, as all of a draft is."""
    versions = {row.version.removeprefix("v") for row in rows}
    pairs = zip(within.verdicts, beyond.verdicts, strict=True)
    return tuple(further if _refuses(further, versions) else own for own, further in pairs)


def _refuses(verdict: Verdict, versions: Collection[str]) -> bool:
    refused = verdict.decision.refused if isinstance(verdict.decision, Current) else ()
    return any(one.tag.removeprefix("v").replace("_", "+") in versions for one in refused)


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


def with_promotion(within: TierProposals, promotion: TierProposals, draft: Draft, remote: Remote) -> TierProposals:
    """What a tier proposes, and a promotion to it; what stands is told as what becomes of the tier."""
    drafts = kept(promotion.proposals, promotion.verdicts, within.view, remote)
    unknown = any(is_unknown(one) for one in promotion.verdicts) and not drafts
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
