"""What became of each pull request, in a word or two."""

from bot.model.proposals import Action, Outcome
from bot.report.run_report import RunReport

_DONE = {
    Action.CREATE: "opened",
    Action.OPEN: "opened",
    Action.UPDATE: "updated",
    Action.ADVANCE: "moved on",
    Action.REWORD: "reworded",
    Action.KEEP: "unchanged",
    Action.CLOSE: "closed",
    Action.LEAVE: "left alone",
}
_INTENDED = {
    Action.CREATE: "would be opened",
    Action.OPEN: "would be opened",
    Action.UPDATE: "would be updated",
    Action.ADVANCE: "would be moved on",
    Action.REWORD: "would be reworded",
    Action.KEEP: "stays as it is",
    Action.CLOSE: "would be closed",
    Action.LEAVE: "is left alone",
}


def what_became(report: RunReport, outcome: Outcome) -> str:
    """`opened`, `would be updated`, `not written` for one pull request; foreign text, not escaped."""
    if report.published is None:
        return f"{_INTENDED[outcome.plan.action]}{_why_closed(outcome)}"
    if outcome.problem:
        return "written in part" if outcome.wrote else "not written"
    return f"{_DONE[outcome.plan.action]}{_why_closed(outcome)}"


def _why_closed(outcome: Outcome) -> str:
    plan = outcome.plan
    if plan.action is not Action.CLOSE:
        return ""
    told = f" ({'; '.join(plan.partings)})" if plan.partings else ""
    if not plan.successors:
        return f", nothing is left to update{told}"
    return f", its {'other ' if told else ''}updates are grouped otherwise now{told}"
