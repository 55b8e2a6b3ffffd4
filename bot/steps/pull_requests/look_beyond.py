"""look beyond: what lies past how far a tier follows, where the configuration wants that as a draft."""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from bot.model.proposing import Amounts, Beyond, Majors
from bot.model.references import ExactPin
from bot.model.tiers import Configuration, Rule, Tier
from bot.model.verdicts import Current, Held, Update, Verdict
from bot.planning.grouping import BEYOND
from bot.planning.rules import without_rollbacks
from bot.ports import Progress, Registry
from bot.steps.edit import TierEdits, edit
from bot.steps.look_up import confirm
from bot.steps.prove import prove
from bot.steps.resolve import Resolved, TierVerdicts, TierView
from bot.steps.select_versions import version_in_use
from bot.versions.follow import Reach


def look_beyond(
    judged: Iterable[TierVerdicts],
    configuration: Configuration,
    registry: Registry,
    progress: Progress,
    judge: Callable[[Resolved, Configuration], Iterable[TierVerdicts]],
    carry: Callable[[Iterable[TierVerdicts], Configuration], Iterable[TierVerdicts]],
) -> tuple[TierEdits, ...]:
    """Judge the exact versions of these tiers again, as if they followed everything.

    What is skipped, what a comment on the line refuses and what has not waited or soaked yet stays refused; production
    is never asked about. Nothing is listed anew; a digest that is written is fetched as any. What an open draft has,
    and only time keeps back now, it keeps.

    Args:
        judged: The verdicts within what the tiers follow; what they move to already is not repeated.
        configuration: Says which tiers.
        registry: For digests.
        progress: Of these questions.
        judge: Judges as the run did, by another configuration.
        carry: Gives to what waits what an open pull request has of it.
    """
    within = {one.view.tier.name: one for one in judged if _is_wanted(one.view.tier)}
    if not within:
        return ()
    lifted = without_bounds(configuration)
    views = tuple(_view(one.view, lifted) for one in within.values())
    further = judge(Resolved(views=views, outside=()), lifted)
    newer = tuple(_newer(one, within[one.view.tier.name]) for one in further)
    carried = carry(confirm(newer, registry, progress), lifted)
    known = zip(carried, newer, strict=True)
    return prove(edit(_past_follow(one, other, within[one.view.tier.name]) for one, other in known))


def without_bounds(configuration: Configuration) -> Configuration:
    """The configuration by which that is judged and arranged: no bounds, and one draft a tier."""
    known = without_rollbacks(configuration)
    return replace(
        known,
        tiers=tuple(_lifted(tier) if _is_wanted(tier) else tier for tier in known.tiers),
        rules=tuple(_without_follow(rule) for rule in known.rules),
    )


def _is_wanted(tier: Tier) -> bool:
    return tier.proposing.beyond is Beyond.DRAFT and not tier.production


def _lifted(tier: Tier) -> Tier:
    """Beside the limit on open pull requests: it is one, and a draft."""
    amounts = Amounts(open=1, changes=tier.proposing.amounts.changes)
    proposing = replace(tier.proposing, group=BEYOND, majors=Majors.TOGETHER, amounts=amounts, draft=True)
    return replace(tier, follow=Reach.ANY, proposing=proposing)


def _without_follow(rule: Rule) -> Rule:
    return replace(rule, follow=None, proposing=replace(rule.proposing, group=None))


def _view(view: TierView, lifted: Configuration) -> TierView:
    (tier,) = (tier for tier in lifted.tiers if tier.name == view.tier.name)
    return replace(view, tier=tier)


def _newer(further: TierVerdicts, within: TierVerdicts) -> TierVerdicts:
    """The updates of exact versions that the tier does not move to by itself, and why others are not taken."""
    pairs = zip(further.verdicts, within.verdicts, strict=True)
    return replace(further, verdicts=tuple(_if_newer(one, other) for one, other in pairs))


def _if_newer(further: Verdict, within: Verdict) -> Verdict:
    found, known, reference = further.decision, within.decision, further.reference
    stays = Current(version=version_in_use(reference))
    if isinstance(found, Held) or not isinstance(reference.pin, ExactPin) or reference.policy is not None:
        return replace(further, decision=stays)
    if isinstance(found, Current):
        return further
    is_new = not (isinstance(known, Update) and known.new == found.new)
    # What several tiers share is for a draft of all of them, within what each follows.
    if is_new and not found.shared:
        return further
    return replace(further, decision=replace(stays, refused=found.refused))


def _past_follow(carried: TierVerdicts, newer: TierVerdicts, within: TierVerdicts) -> TierVerdicts:
    """Without what is carried of the tier's own pull requests: they keep it themselves."""
    triples = zip(carried.verdicts, newer.verdicts, within.verdicts, strict=True)
    return replace(carried, verdicts=tuple(one if _is_past(one, own) else known for one, known, own in triples))


def _is_past(carried: Verdict, within: Verdict) -> bool:
    found, own = carried.decision, within.decision
    if not isinstance(found, Update) or found.carried is None:
        return True
    if found.shared or isinstance(own, Held):
        return False
    return any(found.new in {one.tag, one.tag.replace("_", "+")} and not one.in_time for one in own.refused)
