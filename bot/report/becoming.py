"""What became of each pull request, in a word or two."""

from bot.model.proposals import Action, Outcome
from bot.report.run_report import RunReport

_DONE = {
    Action.CREATE: "opened",
    Action.OPEN: "opened",
    Action.UPDATE: "updated",
    Action.ADVANCE: "moved on, on top of others' commits",
    Action.REWORD: "reworded",
    Action.KEEP: "unchanged",
    Action.CLOSE: "closed, nothing is left to update",
    Action.LEAVE: "left alone",
}
_INTENDED = {
    Action.CREATE: "would be opened",
    Action.OPEN: "would be opened",
    Action.UPDATE: "would be updated",
    Action.ADVANCE: "would be moved on, on top of others' commits",
    Action.REWORD: "would be reworded",
    Action.KEEP: "stays as it is",
    Action.CLOSE: "would be closed, nothing is left to update",
    Action.LEAVE: "is left alone",
}


def what_became(report: RunReport, outcome: Outcome) -> str:
    """`opened`, `would be updated`, `not written` for one pull request, in a word or two."""
    if report.published is None:
        return _INTENDED[outcome.plan.action]
    if outcome.problem:
        return "written in part" if outcome.wrote else "not written"
    return _DONE[outcome.plan.action]
