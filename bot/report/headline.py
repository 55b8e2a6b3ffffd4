"""The run in one sentence."""

from bot.report.run_report import RunReport, charts_unknown, counted, counted_updates, findings


def headline(report: RunReport) -> str:
    """`3 updates for dev and staging; 1 chart could not be looked up`."""
    tiers = [tier.name for tier in report.tiers if any(one.tier.name == tier.name for one in report.updates)]
    parts = [report.word] if report.word else []
    if report.command == "check":
        parts.append(_checked(report))
    elif report.command == "promote":
        parts.append(
            f"{counted(len(report.updates), 'promotion')} for {_listed(tiers)}" if tiers else "nothing to promote"
        )
    elif report.verdicts or not report.word:
        parts.append(f"{counted_updates(report.updates)} for {_listed(tiers)}" if tiers else "nothing to update")
    if unknown := charts_unknown(report.verdicts):
        parts.append(f"{counted(unknown, 'chart')} could not be looked up")
    if report.dry_run:
        parts.append("a dry run, nothing was written")
    if report.problems:
        parts.append(f"not everything could be written ({counted(len(report.problems), 'problem')})")
    return "; ".join(parts)


def _checked(report: RunReport) -> str:
    edits = len({(verdict.tier.name, verdict.reference) for verdict in report.verdicts})
    found = len(findings(report))
    if not edits and not found:
        return "no version of a tier is changed"
    changed = f"{counted(edits, 'version')} changed" if edits else "no version of a tier is changed"
    return f"{changed}, {counted(found, 'finding')}" if found else f"{changed}, nothing speaks against it"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
