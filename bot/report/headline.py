"""The run in one sentence, and what became of each pull request in one line."""

from bot.model.proposals import Action, Outcome
from bot.report.run_report import RunReport, charts_unknown, counted

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


def headline(report: RunReport) -> str:
    """`3 updates for dev and staging; 1 chart could not be looked up`."""
    tiers = [tier.name for tier in report.tiers if any(one.tier.name == tier.name for one in report.updates)]
    parts = [f"{counted(len(report.updates), 'update')} for {_listed(tiers)}" if tiers else "nothing to update"]
    if unknown := charts_unknown(report.verdicts):
        parts.append(f"{counted(unknown, 'chart')} could not be looked up")
    if report.dry_run:
        parts.append("a dry run, nothing was written")
    if report.problems:
        parts.append(f"not everything could be written ({counted(len(report.problems), 'problem')})")
    return "; ".join(parts)


def what_became(report: RunReport, outcome: Outcome) -> str:
    """`opened`, `would be updated`, `not written` for one pull request, in a word or two."""
    if report.published is None:
        return _INTENDED[outcome.plan.action]
    if outcome.problem:
        return "written in part" if outcome.wrote else "not written"
    return _DONE[outcome.plan.action]


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
