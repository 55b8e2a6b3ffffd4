"""One value that decides several charts: it moves only to a version that every one of them has."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from bot.model.charts import ChartSource, TagList, Unreachable
from bot.model.references import Reference
from bot.model.verdicts import Decision, Held, Refused, Update
from bot.reasons import NOT_IN_EVERY_CHART


def decide_together(
    reference: Reference,
    decision: Decision,
    answers: Mapping[ChartSource, TagList | Unreachable],
    judge: Callable[[TagList], Decision],
) -> Decision:
    """Judge again with the tags that all charts have.

    Args:
        reference: One whose value decides other charts too.
        decision: What its own chart's tags allow.
        answers: The tags of every chart.
        judge: Judges the reference by a list of tags.
    """
    own = answers[reference.source]
    if not isinstance(decision, Update) or not isinstance(own, TagList):
        return decision
    others: list[set[str]] = []
    for source in reference.together:
        answer = answers[source]
        if isinstance(answer, Unreachable):
            return Held(version=decision.old, reason=answer.reason)
        others.append(set(answer.tags))
    common = set.intersection(*others)
    in_use = {place.text for place in reference.pin.places}
    joint = judge(TagList(tags=tuple(tag for tag in own.tags if tag in common or tag in in_use)))
    charts = ", ".join(str(source.address) for source in reference.together)
    if not isinstance(joint, Update):
        return Held(version=decision.old, reason=NOT_IN_EVERY_CHART(version=decision.new, charts=charts))
    if joint.new == decision.new:
        return joint
    return replace(joint, refused=(Refused(decision.tag, f"not every one of {charts} has it"), *joint.refused))
