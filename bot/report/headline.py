"""The run in one sentence."""

from bot.model.tiers import Tier
from bot.model.verdicts import Held, Verdict
from bot.planning.sharing import named
from bot.report.run_report import (
    LEAVE,
    RunReport,
    charts_unknown,
    counted,
    counted_updates,
    findings,
    is_unknown,
    place_of,
)


def headline(report: RunReport) -> str:
    """`3 updates for dev and staging; 1 chart could not be looked up`."""
    left, taken = left_alone(report)
    tiers = [tier for tier in report.tiers if any(one.tier.name == tier.name for one in taken)]
    parts = [report.word] if report.word else []
    if report.command == "check":
        parts.append(_checked(report))
    elif report.command == "promote":
        parts.append(_promoted(report, tiers))
    elif report.verdicts or not report.word:
        parts.append(f"{counted_updates(taken)} for {named(tiers)}" if tiers else "nothing to update")
        parts += [f"{counted_updates(left)} left alone"] if left else []
    if unknown := charts_unknown(report.verdicts):
        parts.append(f"{counted(unknown, 'chart')} could not be looked up")
    if report.dry_run:
        parts.append("a dry run, nothing was written")
    if report.was_overtaken:
        parts.append("another run was faster")
    if report.problems:
        parts.append(f"not everything could be written ({counted(len(report.problems), 'problem')})")
    return "; ".join(parts)


def _promoted(report: RunReport, tiers: list[Tier]) -> str:
    if tiers:
        return f"{counted(len(report.updates), 'promotion')} for {named(tiers)}"
    refused = [one.decision.reason for one in report.verdicts if isinstance(one.decision, Held) and not is_unknown(one)]
    if len(refused) == 1:
        return f"nothing promoted: {refused[0].sentence}"
    return f"nothing promoted: {len(refused)} refused" if refused else "nothing to promote"


def left_alone(report: RunReport) -> tuple[tuple[Verdict, ...], tuple[Verdict, ...]]:
    """The updates of pull requests that are left alone, and all others."""
    plans = (outcome.plan for outcome in report.outcomes)
    alone = {place_of(one) for plan in plans if plan.action.value == LEAVE for one in plan.updates}
    left = tuple(one for one in report.updates if place_of(one) in alone)
    return left, tuple(one for one in report.updates if place_of(one) not in alone)


def _checked(report: RunReport) -> str:
    edits = len({(verdict.tier.name, verdict.reference) for verdict in report.verdicts})
    found = len(findings(report))
    if not edits and not found:
        return "no version of a tier is changed"
    changed = f"{counted(edits, 'version')} changed" if edits else "no version of a tier is changed"
    return f"{changed}, {counted(found, 'finding')}" if found else f"{changed}, nothing speaks against it"
