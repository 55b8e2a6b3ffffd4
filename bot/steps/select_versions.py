"""select: reference, tags and tier to a verdict."""

from collections import defaultdict
from itertools import chain, islice
from typing import TYPE_CHECKING, assert_never

from msgspec.structs import replace

from bot.maturity.gates import Gate
from bot.model.charts import ChartSource, TagList, Unreachable
from bot.model.references import DigestPin, ExactPin, RangePin, Reference
from bot.model.tiers import Configuration
from bot.model.verdicts import Decision, Held, Update, Verdict
from bot.reason import Reason
from bot.reasons import SOURCE_SUSPENDED
from bot.selection.digests import decide_digest, tag_named_by
from bot.selection.limits import Limits, limits_of
from bot.selection.pauses import with_taken_back
from bot.selection.pins import decide_pin
from bot.selection.ranges import decide_range
from bot.selection.sharing import Timed, limits_for_all
from bot.selection.suspended import only_reported
from bot.selection.together import decide_together
from bot.steps.look_up import Answers
from bot.steps.resolve import Resolved, TierVerdicts, TierView
from bot.steps.sharing import drafted_for, for_one_tier

if TYPE_CHECKING:
    from bot.model.image_policies import FollowedPolicy


_Bounded = tuple[TagList, Limits]
"""What there is, and how far of it a reference may move."""
Known = dict[int, tuple[_Bounded, Decision]]
"""By the position of a reference, what that was and what it led to."""


def timeless(_reference: Reference, _limits: Limits) -> tuple[Gate, ...]:
    """Nothing that time says."""
    return ()


def select(
    resolved: Resolved,
    answers: Answers,
    configuration: Configuration,
    timed: Timed = timeless,
    known: Known | None = None,
) -> tuple[TierVerdicts, ...]:
    """Judge every reference of every tier; chart by chart, so that no chart's tags are read for each of its users.

    The charts come as the registries answer, and behind them those that none was asked for.

    Args:
        resolved: The references.
        answers: Of the registries.
        configuration: How far each may move.
        timed: What time says.
        known: What was judged before of the same: it is judged again only where it is bounded otherwise. Is added to.
    """
    known = {} if known is None else known
    wishes = [(view, reference) for view in resolved.views for reference in view.references]
    charts: dict[ChartSource, list[int]] = defaultdict(list)
    for index, (_, reference) in enumerate(wishes):
        charts[reference.source].append(index)
    judged: dict[int, Verdict] = {}
    in_turn = chain(answers.tags, tuple(charts))
    for index in (index for source in in_turn for index in charts.pop(source, ())):
        view, reference = wishes[index]
        bounded = _bounded(reference, view, answers, configuration, timed)
        decision: Decision
        if isinstance(bounded, Held):
            decision = bounded
        elif index in known and known[index][0] == bounded:
            decision = known[index][1]
        else:
            decision = for_one_tier(_decide(reference, bounded, answers, configuration), reference, view, configuration)
            known[index] = bounded, decision
        judged[index] = Verdict(tier=view.tier, reference=reference, decision=decision)
    in_order = (judged[index] for index in range(len(wishes)))
    return tuple(
        TierVerdicts(view=view, verdicts=tuple(islice(in_order, len(view.references)))) for view in resolved.views
    )


def _bounded(
    reference: Reference, view: TierView, answers: Answers, configuration: Configuration, timed: Timed
) -> _Bounded | Held:
    """What a reference is judged by, or what keeps it from being judged."""
    version = version_in_use(reference)
    if only_reported(reference, configuration):
        return Held(version=version, reason=SOURCE_SUSPENDED())
    # Read even where it changes nothing, so that no answer is still under way when all is judged.
    tags = answers.tags[reference.source]
    limits = limits_of(reference, view.tier, configuration)
    if isinstance(limits, Reason):
        return Held(version=version, reason=limits)
    if isinstance(tags, Unreachable):
        return Held(version=version, reason=tags.reason)
    limits = _timed(limits, reference, view, configuration, timed)
    if isinstance(limits, Reason):
        return Held(version=version, reason=limits)
    return tags, limits


def _decide(reference: Reference, bounded: _Bounded, answers: Answers, configuration: Configuration) -> Decision:
    """Judge a reference by what its chart has; by what all charts have, where its value decides several."""
    tags, limits = bounded

    def judge(listed: TagList) -> Decision:
        return _judge(reference, listed, answers, limits, configuration)

    decision = judge(tags)
    if reference.together:
        decision = decide_together(reference, decision, answers.tags, judge)
    return with_taken_back(decision, limits) if isinstance(decision, Update) else decision


def _timed(
    limits: Limits, reference: Reference, view: TierView, configuration: Configuration, timed: Timed
) -> Limits | Reason:
    """With what time says, here and in every tier that a draft would move with this one."""
    reached = drafted_for(reference, view, configuration)
    if reached and not limits.stays:
        return limits_for_all(view.tier, reference, reached, configuration, timed)
    return replace(limits, gates=timed(reference, limits))


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
