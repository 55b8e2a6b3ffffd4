"""Which rules of the configuration are about one reference."""

from collections.abc import Iterator
from functools import lru_cache

from msgspec.structs import replace

from bot.model.proposing import Rollback
from bot.model.references import Reference
from bot.model.tiers import Configuration, Rule, Tier
from bot.planning.mirrors import canonical
from bot.planning.path_patterns import ChartPatterns, path_patterns


def matching(reference: Reference, tier: Tier, configuration: Configuration, jump: str = "") -> Iterator[Rule]:
    """The rules that match, in their order; what is said of a chart is said of it at its mirrors too.

    Args:
        reference: What is judged.
        tier: Its tier; a rule that names no tier never reaches production.
        configuration: Has the rules.
        jump: `major`, `minor` or `patch` once a version is chosen; without it, rules that ask for one do not match.
    """
    if not configuration.rules:
        return
    address = reference.source.address
    names = (address, canonical(address, configuration.mirrors))
    for rule in configuration.rules:
        reached = tier.name in rule.tiers if rule.tiers else not tier.production
        if (
            reached
            and any(map(_chart_patterns(rule.charts).matches, names))
            and (not rule.paths or path_patterns(rule.paths).matches(reference.path))
            and (not rule.namespaces or reference.object.namespace in rule.namespaces)
            and (not rule.owners or any(owner.lower() in rule.owners for owner in reference.owners))
            and (not rule.jumps or jump in rule.jumps)
        ):
            yield rule


def without_rollbacks(configuration: Configuration) -> Configuration:
    """The configuration by which nothing goes back: what is withdrawn is only told of."""
    return replace(
        configuration,
        tiers=tuple(
            replace(tier, proposing=replace(tier.proposing, rollback=Rollback.REPORT)) for tier in configuration.tiers
        ),
        rules=tuple(replace(rule, proposing=replace(rule.proposing, rollback=None)) for rule in configuration.rules),
    )


@lru_cache(maxsize=256)
def _chart_patterns(patterns: tuple[str, ...]) -> ChartPatterns:
    return ChartPatterns(patterns)
