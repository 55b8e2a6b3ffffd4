"""select: reference, tags and tier to a verdict."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, assert_never

from bot.maturity.gates import Gate
from bot.model.charts import ChartSource, TagList, Unreachable
from bot.model.references import DigestPin, ExactPin, RangePin, Reference
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Decision, Held, Update, Verdict
from bot.planning.tiers import claimants, neighbours, tiers_reached
from bot.reason import Reason
from bot.reasons import SHARED, SOURCE_SUSPENDED, UNSURE_OF_PRODUCTION
from bot.selection.digests import decide_digest, tag_named_by
from bot.selection.limits import Limits, limits_of, only_reported
from bot.selection.pins import decide_pin
from bot.selection.ranges import decide_range
from bot.selection.together import decide_together
from bot.steps.look_up import Answers
from bot.steps.resolve import Resolved, TierVerdicts, TierView

if TYPE_CHECKING:
    from bot.model.image_policies import FollowedPolicy

_MOST_WAYS = 3


_Timed = Callable[[Reference, Limits], tuple[Gate, ...]]
"""What time says about one reference, which its limits already bound."""


def _timeless(_reference: Reference, _limits: Limits) -> tuple[Gate, ...]:
    return ()


def select(
    resolved: Resolved, answers: Answers, configuration: Configuration, timed: _Timed = _timeless
) -> tuple[TierVerdicts, ...]:
    """Judge every reference of every tier; chart by chart, so that no chart's tags are read for each of its users."""
    wishes = [(view, reference) for view in resolved.views for reference in view.references]
    charts: dict[ChartSource, list[int]] = defaultdict(list)
    for index, (_, reference) in enumerate(wishes):
        charts[reference.source].append(index)
    judged: dict[int, Verdict] = {}
    for index in (index for at in charts.values() for index in at):
        view, reference = wishes[index]
        decision = _for_one_tier(_decide(reference, view.tier, answers, configuration, timed), reference, view)
        judged[index] = Verdict(tier=view.tier, reference=reference, decision=decision)
    in_order = (judged[index] for index in range(len(wishes)))
    return tuple(
        TierVerdicts(view=view, verdicts=tuple(islice(in_order, len(view.references)))) for view in resolved.views
    )


def _for_one_tier(decision: Decision, reference: Reference, view: TierView) -> Decision:
    """Hold what would move another tier with this one. Production above all."""
    if not isinstance(decision, Update):
        return decision
    reached = tiers_reached(reference, neighbours(view.tier, view.base.tiers))
    others = [tier for tier in reached if tier.name != view.tier.name]
    if not others:
        return _unless_unsure(decision, reference, view)
    names, ways = (other.name for other in others), _ways(reference)
    reason = SHARED(version=decision.new, tiers=", ".join(names), ways=", ".join(ways[:_MOST_WAYS]))
    return Held(version=decision.old, reason=reason)


def _unless_unsure(decision: Update, reference: Reference, view: TierView) -> Decision:
    """Hold what is in no tier's paths while it is not known what production takes."""
    if view.built is None or all(claimants(place.path, [view.tier]) for place in reference.pin.places):
        return decision
    production = [tier for tier in neighbours(view.tier, view.base.tiers) if tier.production]
    broken = view.built.broken(production)
    if broken is None:
        return decision
    root, trouble = broken
    reason = UNSURE_OF_PRODUCTION(folder=root.folder or "the top folder", problem=trouble.sentence)
    return Held(version=decision.old, reason=reason)


def _ways(reference: Reference) -> list[str]:
    """By which files and roots a version reaches tiers."""
    roots = (root.applier or str(root) for root in reference.built)
    return list(dict.fromkeys((*roots, *reference.also_in, *reference.consumer_paths)))


def _decide(
    reference: Reference, tier: Tier, answers: Answers, configuration: Configuration, timed: _Timed
) -> Decision:
    """Judge a reference by what its chart has; by what all charts have, where its value decides several."""
    version = version_in_use(reference)
    if only_reported(reference, configuration):
        return Held(version=version, reason=SOURCE_SUSPENDED())
    # Read even where it changes nothing, so that no answer is still under way when all is judged.
    tags = answers.tags[reference.source]
    limits = limits_of(reference, tier, configuration)
    if isinstance(limits, Reason):
        return Held(version=version, reason=limits)
    if isinstance(tags, Unreachable):
        return Held(version=version, reason=tags.reason)
    limits = replace(limits, gates=timed(reference, limits))

    def judge(listed: TagList) -> Decision:
        return _judge(reference, listed, answers, limits, configuration)

    decision = judge(tags)
    return decide_together(reference, decision, answers.tags, judge) if reference.together else decision


def _judge(
    reference: Reference, tags: TagList, answers: Answers, limits: Limits, configuration: Configuration
) -> Decision:
    if reference.policy:
        return _decide_by_policy(reference, reference.policy, tags, answers, limits)
    match reference.pin:
        case ExactPin() as pin:
            return decide_pin(reference, pin, tags, limits)
        case RangePin() as pin:
            return decide_range(reference, pin, tags, limits, configuration.ranges)
        case DigestPin() as pin:
            return _decide_alone(reference, pin, tags, answers, limits)
        case _:
            assert_never(reference.pin)


def _decide_by_policy(
    reference: Reference, policy: "FollowedPolicy", tags: TagList, answers: Answers, limits: Limits
) -> Decision:
    from bot.selection.policies import decide_policy  # noqa: PLC0415 - few references follow a policy

    facts = None
    if isinstance(reference.pin, DigestPin):
        digest = reference.pin.digest.text
        known = answers.facts[reference.source, digest]
        if isinstance(known, Unreachable):
            return Held(version=digest, reason=known.reason)
        facts = known
    return decide_policy(reference, policy, tags, limits, facts)


def _decide_alone(reference: Reference, pin: DigestPin, tags: TagList, answers: Answers, limits: Limits) -> Decision:
    digest, source = pin.digest.text, reference.source
    facts = answers.facts[source, digest]
    if isinstance(facts, Unreachable):
        return Held(version=digest, reason=facts.reason)
    tag = tag_named_by(facts, tags)
    resolved = answers.digests.get((source, tag), "") if tag else ""
    if isinstance(resolved, Unreachable):
        return Held(version=digest, reason=resolved.reason)
    return decide_digest(reference, pin, tags, limits, facts, resolved)


def version_in_use(reference: Reference) -> str:
    """What the manifest says now: a version, a constraint or a digest."""
    match reference.pin:
        case ExactPin(version=place):
            return place.text
        case RangePin(constraint=constraint):
            return constraint
        case DigestPin(digest=place):
            return place.text
        case _:
            assert_never(reference.pin)
