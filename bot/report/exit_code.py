"""What the process says to its caller, and what `fail-on` may name."""

from enum import StrEnum

from bot.check_reasons import SEVERAL_TIERS
from bot.errors import ExitCode, UsageError
from bot.maturity.maturity_reasons import WORD_ABOUT_NO_VERSION, WORD_ABOUT_NOTHING
from bot.model.verdicts import Held
from bot.report.headline import left_alone
from bot.report.run_report import RunReport, alarms, all_reasons, findings, is_unknown, nothing_looked_up


class FailOn(StrEnum):
    """What turns a run that did its work red (exit code 3)."""

    ALARM = "alarm"
    """Someone must look: what would have been pushed was not what was planned."""
    NOTHING_LOOKED_UP = "nothing-looked-up"
    """Charts were asked for and not one answered."""
    FINDING = "finding"
    """`check`: something speaks against a version that people changed, or it could not be judged."""
    SEVERAL_TIERS = "several-tiers"
    """`check`: one pull request changes versions of several tiers."""
    NOTHING_DONE = "nothing-done"
    """A person's `promote` was refused and moved nothing, or their `hold` or `release` is about what is not here."""
    UNREACHABLE = "unreachable"
    """Any chart could not be looked up; an hourly schedule turns red for one registry's bad minute."""


DEFAULT_FAIL_ON = frozenset({FailOn.ALARM, FailOn.NOTHING_LOOKED_UP, FailOn.FINDING, FailOn.NOTHING_DONE})
NEVER = "never"
"""Alone: nothing turns a run red that did its work."""


def parse_fail_on(text: str) -> frozenset[FailOn]:
    """Read a comma-separated list; empty means the default.

    Raises:
        UsageError: For a name that is none.
    """
    names = {name.strip() for name in text.split(",")} - {""}
    if not names:
        return DEFAULT_FAIL_ON
    if names == {NEVER}:
        return frozenset()
    if unknown := sorted(names - set(FailOn)):
        known = ", ".join(FailOn)
        raise UsageError(f"--fail-on names {unknown[0]!r}", f"Name some of {known}; or {NEVER}, alone")
    return frozenset(map(FailOn, names))


def exit_code(report: RunReport, fail_on: frozenset[FailOn]) -> ExitCode:
    """The exit code of a run that came to its end."""
    if report.problems:
        return ExitCode.FAILED
    return ExitCode.ALARMED if happened(report) & fail_on else ExitCode.DONE


def happened(report: RunReport) -> frozenset[FailOn]:
    """What of it happened, whether asked for or not."""
    facts = {
        FailOn.ALARM: bool(alarms(all_reasons(report))),
        FailOn.NOTHING_LOOKED_UP: nothing_looked_up(report.verdicts),
        FailOn.FINDING: bool(findings(report)),
        FailOn.SEVERAL_TIERS: any(reason.id == SEVERAL_TIERS.id for reason in all_reasons(report)),
        FailOn.NOTHING_DONE: _nothing_done(report),
        FailOn.UNREACHABLE: any(map(is_unknown, report.verdicts)),
    }
    return frozenset(name for name, true in facts.items() if true)


def _nothing_done(report: RunReport) -> bool:
    """Whether a person's order came to nothing; an `update` repeats what was said of words, and was asked for none."""
    if report.command == "promote":
        _, taken = left_alone(report)
        kept = [one for one in report.verdicts if isinstance(one.decision, Held)]
        refused = not all(map(is_unknown, kept))
        return not taken and bool(kept) and (refused or len(kept) == len(report.verdicts))
    about_nothing = {WORD_ABOUT_NOTHING.id, WORD_ABOUT_NO_VERSION.id}
    return bool(report.word) and any(item.reason.id in about_nothing for item in report.passed_over)
