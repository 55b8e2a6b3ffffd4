"""A range: Flux follows it by itself, so it is kept, and said what Flux runs for it and what lies beyond.

Where the configuration says so, it becomes the exact version that Flux runs for it, and the range the comment that
bounds it from then on.
"""

from msgspec.structs import replace

from bot.flux.remarks import narrowing_comment
from bot.model.charts import TagList
from bot.model.references import RangePin, Reference
from bot.model.tiers import RangesPolicy
from bot.model.verdicts import Current, Decision, Edit, Held, Refused, Update
from bot.reason import Reason
from bot.reasons import BAD_CONSTRAINT, BAD_FILTER, NO_MATCH, NO_VERSIONS, RANGE_NOT_PINNED, WIDE_RANGE
from bot.selection.limits import Limits
from bot.selection.offers import Offer, listed
from bot.selection.pins import behind, newest_beyond
from bot.selection.width import past_limits
from bot.versions.constraint import Constraint, InvalidConstraint
from bot.versions.patterns import InvalidPattern, Pattern
from bot.versions.tags import FluxChoice, TagRule, choose, newer


def decide_range(
    reference: Reference, pin: RangePin, tags: TagList, limits: Limits, policy: RangesPolicy = RangesPolicy.KEEP
) -> Decision:
    """Judge a range as Flux would run it, in Flux's order: filter first, then the constraint.

    Args:
        reference: The reference.
        pin: Its range.
        tags: All tags of the chart.
        limits: What bounds the reference; Flux knows nothing of it.
        policy: Whether the range stays as it is. In production it does.
    """
    try:
        only = Pattern.parse(pin.tag_filter) if pin.tag_filter else None
        constraint = Constraint.parse(pin.constraint)
    except InvalidPattern as invalid:
        return Held(version=pin.constraint, reason=BAD_FILTER(problem=invalid.problem))
    except InvalidConstraint as invalid:
        problem = invalid.fault.value
        return Held(version=pin.constraint, reason=BAD_CONSTRAINT(constraint=pin.constraint, problem=problem))
    offer = listed(tags.tags, reference.tag_rule, only)
    chart = reference.source.address
    if not offer.newest_first:
        return Held(version=pin.constraint, reason=NO_VERSIONS(chart=chart))
    choice = choose(offer.seen.versions, constraint)
    if choice is None:
        return Held(version=pin.constraint, reason=NO_MATCH(chart=chart, constraint=pin.constraint))
    kept = _kept(pin, choice, offer)
    if policy is RangesPolicy.PIN and not limits.left_to_people:
        return _pinned(reference, pin, choice, limits, kept)
    why = past_limits(choice.chosen, constraint, limits, only)
    return replace(kept, remark=_wide(pin, limits, why)) if why else kept


def _kept(pin: RangePin, choice: FluxChoice, offer: Offer) -> Current:
    running = choice.chosen.version
    why = f"outside {pin.constraint}"
    return Current(
        version=pin.constraint,
        runs=choice.chosen.text,
        newest=newest_beyond(offer.newest_first, running),
        behind=behind(offer.newest_first, running),
        refused=tuple(Refused(tag=seen.tag, why=why) for seen in newer(offer.newest_first, running)),
    )


def _wide(pin: RangePin, limits: Limits, why: str) -> Reason:
    written = f"Flux moves `{pin.constraint}` by itself"
    absent = "no version is written, and Flux takes the newest by itself"
    return WIDE_RANGE(what=written if pin.place else absent, tier=limits.tier.name, why=why)


def _pinned(reference: Reference, pin: RangePin, choice: FluxChoice, limits: Limits, kept: Current) -> Decision:
    """The version that runs is by itself the newest that the range allows: there is nothing newer to move to."""
    running = choice.chosen
    if pin.place is None:
        return _unpinned(kept, "no version is written, so there is no place for one")
    if pin.tag_filter:
        return _unpinned(kept, "the `semverFilter` beside it would go on choosing")
    if objection := limits.objection(running.version):
        return _unpinned(kept, f"Flux runs {running.text}, which is {objection}, and nothing moves downwards")
    new = running.text if reference.tag_rule is TagRule.HELM_REPOSITORY else running.version.without_metadata
    return Update(
        old=pin.constraint,
        new=new,
        tag=running.tag,
        tied=tuple(other.tag for other in choice.tied),
        edits=(Edit(place=pin.place, text=new, comment=narrowing_comment(pin.constraint)),),
        jump="pin",
        refused=kept.refused,
    )


def _unpinned(kept: Current, problem: str) -> Current:
    return replace(kept, remark=RANGE_NOT_PINNED(constraint=kept.version, problem=problem))
