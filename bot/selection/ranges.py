"""A range: Flux follows it by itself, so it is kept, and said what Flux runs for it and what lies beyond."""

from bot.model.charts import TagList
from bot.model.references import RangePin, Reference
from bot.model.verdicts import Current, Decision, Held, Refused
from bot.reasons import BAD_CONSTRAINT, BAD_FILTER, NO_MATCH, NO_VERSIONS
from bot.selection.offers import listed
from bot.selection.pins import majors_behind, newest_stable
from bot.versions.constraint import Constraint, InvalidConstraint
from bot.versions.patterns import InvalidPattern, Pattern
from bot.versions.tags import choose


def decide_range(reference: Reference, pin: RangePin, tags: TagList) -> Decision:
    """Judge a range as Flux would run it, in Flux's order: filter first, then the constraint."""
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
    running, newest_first = choice.chosen.version, offer.newest_first
    beyond = tuple(
        Refused(tag=newer.tag, why=f"outside {pin.constraint}") for newer in newest_first if newer.version > running
    )
    behind = majors_behind(newest_first, running)
    newest = newest_stable(newest_first, running)
    return Current(version=pin.constraint, runs=choice.chosen.text, newest=newest, majors_behind=behind, refused=beyond)
