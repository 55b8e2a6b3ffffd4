"""select: reference, tags and tier to a verdict."""

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, assert_never

from bot.model.charts import ChartSource, TagList, Unreachable
from bot.model.references import DigestPin, ExactPin, RangePin, Reference
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Decision, Held, Update, Verdict
from bot.planning.tiers import also_served
from bot.reason import Reason
from bot.reasons import SHARED, SOURCE_SUSPENDED
from bot.selection.digests import decide_digest, tag_named_by
from bot.selection.limits import Limits, limits_of, only_reported
from bot.selection.pins import decide_pin
from bot.selection.ranges import decide_range
from bot.steps.look_up import Answers
from bot.steps.resolve import Resolved, TierVerdicts, TierView

if TYPE_CHECKING:
    from bot.model.image_policies import FollowedPolicy

_MOST_PATHS = 3


def select(resolved: Resolved, answers: Answers, configuration: Configuration) -> tuple[TierVerdicts, ...]:
    """Judge every reference of every tier; chart by chart, so that no chart's tags are read for each of its users."""
    wishes = [(view, reference) for view in resolved.views for reference in view.references]
    charts: dict[ChartSource, list[int]] = defaultdict(list)
    for index, (_, reference) in enumerate(wishes):
        charts[reference.source].append(index)
    judged: dict[int, Verdict] = {}
    for index in (index for at in charts.values() for index in at):
        view, reference = wishes[index]
        decision = _for_one_tier(_decide(reference, view.tier, answers, configuration), reference, view)
        judged[index] = Verdict(tier=view.tier, reference=reference, decision=decision)
    in_order = (judged[index] for index in range(len(wishes)))
    return tuple(
        TierVerdicts(view=view, verdicts=tuple(islice(in_order, len(view.references)))) for view in resolved.views
    )


def _for_one_tier(decision: Decision, reference: Reference, view: TierView) -> Decision:
    """Hold what would move another tier with this one: a source here, releases there. Production above all."""
    others = also_served(reference.consumer_paths, view.tier, view.base.tiers) if isinstance(decision, Update) else ()
    if not isinstance(decision, Update) or not others:
        return decision
    names, paths = (other.name for other in others), reference.consumer_paths
    reason = SHARED(version=decision.new, tiers=", ".join(names), paths=", ".join(paths[:_MOST_PATHS]))
    return Held(version=decision.old, reason=reason)


def _decide(reference: Reference, tier: Tier, answers: Answers, configuration: Configuration) -> Decision:
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
