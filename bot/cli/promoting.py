"""`promote`: what a person asks production to take over, read at the border."""

import argparse

from bot.cli.steering import chart_named, reason_given, version_named
from bot.errors import UsageError
from bot.model.promotions import Asked
from bot.model.tiers import Configuration, Tier
from bot.promotion.lifting import with_source
from bot.report.run_report import RunReport


def asked_for(arguments: argparse.Namespace, configuration: Configuration) -> tuple[Asked, Configuration]:
    """Read what `promote` was given.

    Returns:
        What is asked for; and the configuration, whose tier names in `from` where it takes its versions.

    Raises:
        UsageError: One of them is not what it should be, or they do not fit together.
    """
    tier = _to(arguments.to, configuration)
    configuration = with_source(configuration, tier.name, _from(getattr(arguments, "from"), tier, configuration))
    version, reason = version_named(arguments.version), reason_given(arguments.reason)
    if bool(version) != bool(reason):
        given, missing = ("version", "reason") if version else ("reason", "version")
        mend = "Give both, for one --chart; or neither, for what the tier before runs"
        raise UsageError(f"--{given} is given without --{missing}", mend)
    if version and not arguments.chart:
        raise UsageError("--version is given without --chart", "Give --chart HOST/PATH/NAME, as the report shows it")
    chart = chart_named(arguments.chart, configuration) if arguments.chart else None
    return Asked(to=tier.name, chart=chart, version=version, reason=reason), configuration


def require_found(report: RunReport, asked: Asked) -> RunReport:
    """The report of a promotion, where its chart is one of the tier's.

    Raises:
        UsageError: No reference of the tier uses the chart, so nothing was done.
    """
    if asked.chart and not report.verdicts:
        mend = "Give --chart HOST/PATH/NAME, as the report shows it"
        raise UsageError(f"no reference of {asked.to} that can be judged uses {asked.chart}", mend)
    return report


def _to(name: str, configuration: Configuration) -> Tier:
    production = [tier.name for tier in configuration.tiers if tier.production]
    mend = f"Give --to {' or --to '.join(production)}" if production else "Say `production: true` in a tier"
    tier = next((tier for tier in configuration.tiers if tier.name == name), None)
    if not name:
        raise UsageError("--to is not given: which tier takes the versions over", mend)
    if tier is None:
        raise UsageError(f"--to is {name!r}, and there is no such tier", mend)
    if not tier.production:
        raise UsageError(f"--to is {name!r}, which is no production tier: `update` moves it", mend)
    if tier.pace.by_merge:
        raise UsageError(f"{name} moves by merges of {', '.join(tier.pace.comes_from)}", "Merge that branch")
    return tier


def _from(name: str, tier: Tier, configuration: Configuration) -> tuple[str, ...]:
    """The tiers whose versions are taken over: those of the configuration, else the one that is given."""
    written, names = tier.pace.comes_from, [one.name for one in configuration.tiers if one.name != tier.name]
    if written and name and (name,) != written:
        mend = "Leave --from out, or change `from` in the configuration"
        raise UsageError(f"--from is {name!r}, and {tier.name} takes its versions from {', '.join(written)}", mend)
    if not written and name not in names:
        problem = (
            f"--from is {name!r}, and there is no such tier" if name else f"nothing says what runs before {tier.name}"
        )
        raise UsageError(problem, f"Write `from` into the tier, or give --from {' or --from '.join(names)}")
    return written or (name,)
