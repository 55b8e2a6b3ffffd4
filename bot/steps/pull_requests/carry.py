"""carry: what an open pull request proposed, it keeps where its chart cannot be looked up, or it waits again.

Unknown is not gone. And what was free once and waits again for a time that is known (a soak that was made longer, a
ledger that somebody deleted) is not gone either: reviews would be lost to it. Its status is `pending` until then.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from bot.flux.remarks import narrowing_comment
from bot.maturity.gates import HoldGate, JumpGate, ReturnGate
from bot.maturity.maturity_reasons import WAITS
from bot.model.references import Pin, RangePin, Reference
from bot.model.tiers import Configuration, RangesPolicy, Tier
from bot.model.verdicts import ROLLBACK, Current, Edit, Held, Update, Verdict
from bot.planning.grouping import branch_of, proposing_of
from bot.planning.ownership import Ownership, owner_of
from bot.planning.rows import Row
from bot.planning.tiers import neighbours, tiers_reached
from bot.proposal_reasons import NOT_KEPT
from bot.reason import Reason
from bot.reasons import UNKNOWN
from bot.selection.excluded import RuleGate
from bot.selection.limits import Limits, limits_of
from bot.selection.pins import jump
from bot.steps.find import Remote
from bot.steps.past.doubts import Doubt
from bot.steps.resolve import TierVerdicts, TierView
from bot.steps.sharing import for_one_tier
from bot.steps.side import Side, Sides, is_same_chart, texts_of, wish_alike
from bot.versions.constraint import Constraint, InvalidConstraint
from bot.versions.version import Version, try_full, try_written

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def _nothing(_reference: Reference, _tier: Tier) -> tuple[HoldGate, ...]:
    return ()


def _no_doubt(_reference: Reference, _tier: Tier, _text: str) -> Doubt | None:
    return None


class Said(Struct, frozen=True, kw_only=True):
    """What is known of one reference in a tier without asking a registry.

    Attributes:
        refused: What people hold of it, or took back; and what another pull request has.
        doubt: What time says against a version that it has in an open pull request.
    """

    refused: Callable[[Reference, Tier], tuple[HoldGate | ReturnGate | RuleGate | JumpGate, ...]] = _nothing
    doubt: Callable[[Reference, Tier, str], Doubt | None] = _no_doubt


_NOTHING = Said()


def carry(
    judged: Iterable[TierVerdicts],
    remote: Remote,
    configuration: Configuration,
    said: Said = _NOTHING,
    sides: Sides | None = None,
) -> tuple[TierVerdicts, ...]:
    """Give every verdict whose chart is unknown, or which waits again, the edit that our branch makes for it already.

    What the configuration no longer allows, or a person holds or took back, is let go: that is known without asking a
    registry.

    Args:
        judged: What would be done.
        remote: Has our branches.
        configuration: What is allowed.
        said: What is known of each reference.
        sides: Commits that the run has read; None where it has read none.
    """
    known = sides or Sides(remote.repository, configuration)
    return tuple(_carry_tier(tier, remote, configuration, said, known) for tier in judged)


def _carry_tier(
    tier: TierVerdicts, remote: Remote, configuration: Configuration, said: Said, sides: Sides
) -> TierVerdicts:
    wanted = {row for verdict in tier.verdicts for row in _waiting(verdict, configuration)}
    unknown = any(_why_unknown(verdict) for verdict in tier.verdicts)
    if not unknown and not wanted:
        return tier
    present = Side(verdict.reference for verdict in tier.verdicts)
    found = tier.verdicts
    for proposal in _proposals(tier, remote, sides, None if unknown else wanted):
        carried = (_carried(verdict, tier.view, present, proposal, configuration, said) for verdict in tier.verdicts)
        found = tuple(map(_further, found, carried))
    return replace(tier, verdicts=found)


def _further(known: Verdict, other: Verdict) -> Verdict:
    """What two pull requests keep of one reference: the higher version; the lower is looked for behind it."""
    one, two = known.decision, other.decision
    if not isinstance(one, Update) or not isinstance(two, Update):
        return known if isinstance(one, Update) else _told(known, other)
    old, new = try_written(one.new), try_written(two.new)
    return other if old and new and new > old else known


def _told(known: Verdict, other: Verdict) -> Verdict:
    """What is kept, else why it was let go."""
    let_go = isinstance(known.decision, Held) and known.decision.let_go
    return known if let_go and not isinstance(other.decision, Update) else other


def _why_unknown(verdict: Verdict) -> Reason | None:
    held = verdict.decision
    return held.reason if isinstance(held, Held) and held.reason.id in UNKNOWN else None


def _waiting(verdict: Verdict, configuration: Configuration) -> dict[Row, Reason]:
    """The rows in which a verdict's newer versions would be that only time keeps back, and until when.

    None where its pull request merges itself: it must not hold what is not free.
    """
    decision, reference = verdict.decision, verdict.reference
    if not isinstance(decision, Current) or decision.waiting is None:
        return {}
    if proposing_of(reference, verdict.tier, configuration, "").extras.auto_merge:
        return {}
    chart = str(reference.source.address)
    return {
        Row(chart=chart, version=text): WAITS(version=one.tag, why=one.why)
        for one in decision.refused
        if one.until
        for text in {one.tag, one.tag.replace("_", "+")}
    }


class _Proposal(Struct, frozen=True, kw_only=True):
    """What our branch changes: the commit that it was built on, and its tip."""

    built_on: Side
    proposed: Side


def _proposals(tier: TierVerdicts, remote: Remote, sides: Sides, wanted: set[Row] | None) -> Iterator[_Proposal]:
    """Our open pull requests, but for those that others work on: they are left to them anyway.

    Only those with one of the rows that are `wanted`; all of them where that is None.
    """
    name = tier.view.tier.name
    for key, branch in remote.branches(tier.view.tier).items():
        rows = {(row.chart, row.version) for row in remote.rows(tier.view.tier, branch)}
        if wanted is not None and rows.isdisjoint((row.chart, row.version) for row in wanted):
            continue
        tip = branch.history[0]
        is_open = any(pull.head_here for pull in remote.open_from(branch_of(tier.view.tier, key)))
        if is_open and tip.parents and owner_of(branch.history, name, remote.us) is Ownership.OURS:
            yield _Proposal(built_on=sides.of(tip.parents[0]), proposed=sides.of(tip.sha))


def _carried(
    verdict: Verdict,
    view: TierView,
    present: Side,
    proposal: _Proposal,
    configuration: Configuration,
    said: Said,
) -> Verdict:
    unknown, reference = _why_unknown(verdict), verdict.reference
    waiting = _waiting(verdict, configuration)
    if (unknown is None and not waiting) or present.reference(reference) is None:
        return verdict
    built_on, proposed = proposal.built_on.reference(reference), proposal.proposed.reference(reference)
    # The same chart as when it was proposed, wherever in the file it stands now. At the same version too, but where the
    # registry says that what was proposed is newer still: `settle` begins anew whenever the version moves.
    if proposed is None or built_on is None or not (wish_alike if unknown else is_same_chart)(reference, built_on):
        return verdict
    texts = texts_of(proposed)
    reason = unknown or waiting.get(Row(chart=str(reference.source.address), version=texts[0] if texts else ""))
    kept = _kept(reference, texts, reason) if reason else None
    if kept is None:
        return verdict
    objections = (_objection(tier, kept, reference, configuration, said) for tier in _movers(verdict, view))
    if why := next(filter(None, objections), ""):
        if unknown is None:
            return verdict
        let_go = NOT_KEPT(version=kept.new, why=why)
        return replace(verdict, decision=Held(version=kept.old, reason=unknown, let_go=let_go))
    if unknown and not kept.goes_back:
        found = _in_time(kept, verdict, view, said)
        if isinstance(found, Reason):
            return replace(verdict, decision=Held(version=kept.old, reason=unknown, let_go=found))
        kept = found
    decision = for_one_tier(kept, reference, view, configuration)
    return replace(verdict, decision=decision) if isinstance(decision, Update) else verdict


def _in_time(kept: Update, verdict: Verdict, view: TierView, said: Said) -> Update | Reason:
    """What is kept, waiting where time says so; why not where a tier never ran it as it should."""
    doubts = [found for tier in _movers(verdict, view) if (found := said.doubt(verdict.reference, tier, kept.new))]
    if never := next((one for one in doubts if not one.ends), None):
        return NOT_KEPT(version=kept.new, why=never.why)
    return replace(kept, carried=WAITS(version=kept.tag, why=doubts[0].why)) if doubts else kept


def _movers(verdict: Verdict, view: TierView) -> tuple[Tier, ...]:
    """Every tier that says how far this version may move; production says nothing but that it does not by itself."""
    reached = tiers_reached(verdict.reference, neighbours(view.tier, view.base.tiers))
    return (verdict.tier, *(tier for tier in reached if tier.name != verdict.tier.name and not tier.production))


def _objection(tier: Tier, kept: Update, reference: Reference, configuration: Configuration, said: Said) -> str:
    """Why a tier does not take any more what it was proposed; empty where it would."""
    if not _is_still_wished(kept, reference, limits_of(reference, tier, configuration), configuration):
        return f"{tier.name} may not move there any more"
    found = (gate.objection(kept.tag, try_written(kept.new)) for gate in said.refused(reference, tier))
    return next((one.why for one in found if one), "")


def _is_still_wished(
    update: Update, reference: Reference, limits: Limits | Reason, configuration: Configuration
) -> bool:
    if isinstance(limits, Reason):
        return False
    if isinstance(reference.pin, RangePin):
        version = try_written(update.new)
        pinned = configuration.ranges is RangesPolicy.PIN and not limits.left_to_people
        return pinned and version is not None and not limits.objection(version)
    return not limits.stays and _may_still_move(update, limits)


def _may_still_move(update: Update, limits: Limits) -> bool:
    old, new = try_written(update.old), try_written(update.new)
    if update.goes_back:
        return bool(old and new and limits.goes_back and not limits.refusal_to_return(new, old))
    return not (old and new and limits.refusal(new, limits.reach(old)))


def _kept(reference: Reference, texts: tuple[str, ...], reason: Reason) -> Update | None:
    places = reference.pin.places
    if len(texts) != len(places):
        return None
    pin = reference.pin
    comment = narrowing_comment(pin.constraint) if isinstance(pin, RangePin) else ""
    pairs = zip(places, texts, strict=True)
    edits = tuple(Edit(place=place, text=text, comment=comment) for place, text in pairs if text != place.text)
    # Whoever may push can write a commit that looks like ours: what it says is no more than a run of ours could say.
    if not edits or edits[0].place != places[0] or not all(_could_be_ours(change, pin) for change in edits):
        return None
    old, new = try_written(places[0].text), try_written(texts[0])
    return Update(
        old=places[0].text,
        new=texts[0],
        tag=texts[0],
        edits=edits,
        digest=texts[-1] if len(texts) > 1 else "",
        jump="pin" if comment else _jump(old, new),
        carried=reason,
    )


def _jump(old: Version | None, new: Version | None) -> str:
    if old is None or new is None:
        return "patch"
    return ROLLBACK if new < old else jump(old, new)


def _could_be_ours(change: Edit, pin: Pin) -> bool:
    """Whether it is another version in place of one, a digest in place of one, or a full version of the range.

    Whether it may be a lower one, the configuration says.
    """
    if _DIGEST.fullmatch(change.place.text):
        return _DIGEST.fullmatch(change.text) is not None
    if isinstance(pin, RangePin):
        version = try_full(change.text)
        return version is not None and _is_within(version, pin.constraint)
    old, new = try_written(change.place.text), try_written(change.text)
    return old is not None and new is not None and old.key != new.key


def _is_within(version: Version, constraint: str) -> bool:
    try:
        return Constraint.parse(constraint).check(version)
    except InvalidConstraint:
        return False
