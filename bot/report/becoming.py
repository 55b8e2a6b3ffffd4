"""What became of each pull request, in a word or two."""

from collections.abc import Mapping

from bot.model.proposals import Action, Outcome, PullRequestPlan
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


def is_left_over(plan: PullRequestPlan) -> bool:
    """Whether a branch goes that has no open pull request: all that is said is about the branch."""
    return plan.action is Action.CLOSE and plan.existing is None


def what_became(report: RunReport, outcome: Outcome) -> str:
    """`opened`, `would be updated`, `not written` for one pull request; foreign text, not escaped."""
    if report.published is None:
        return _done(outcome, _INTENDED, deleted="would be deleted")
    if outcome.problem:
        return "written in part" if outcome.wrote else "not written"
    return _done(outcome, _DONE, deleted="deleted")


def _done(outcome: Outcome, words: Mapping[Action, str], *, deleted: str) -> str:
    if is_left_over(outcome.plan) and outcome.plan.merged:
        return f"{deleted}, since #{outcome.plan.merged} was merged"
    if is_left_over(outcome.plan):
        # A person closed it, or a run was killed before it opened one: the branch is all that is left.
        return f"{deleted}, since it has no open pull request{_why_closed(outcome)}"
    return f"{words[outcome.plan.action]}{_why_closed(outcome)}"


def _why_closed(outcome: Outcome) -> str:
    plan = outcome.plan
    if plan.replaced:
        return f" in place of #{plan.replaced.number}, since {plan.ended}"
    if plan.action is not Action.CLOSE:
        return ""
    if plan.ended:
        return f", {plan.ended}"
    told = f" ({'; '.join(plan.partings)})" if plan.partings else ""
    if not plan.successors:
        return f", nothing is left to update{told}"
    return f", its {'other ' if told else ''}updates are grouped otherwise now{told}"
