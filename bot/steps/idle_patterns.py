"""idle_patterns: what rules ask for and nothing meets: one wrong letter, and a version is skipped no more."""

from collections.abc import Callable, Iterable, Iterator

from bot.model.references import PassedOver, Reference
from bot.model.tiers import Configuration
from bot.planning.mirrors import canonical
from bot.planning.path_patterns import ChartPatterns, path_patterns
from bot.reasons import RULE_WITHOUT_CHART


def idle_patterns(references: Iterable[Reference], configuration: Configuration) -> Iterator[PassedOver]:
    """Each value of a rule's `match` that nothing has; `tier` and `jump` are known without a tree.

    Args:
        references: Of all bases, in tiers or not, with their owners where a rule asks for them.
        configuration: Has the rules.
    """
    known = tuple(references) if configuration.rules else ()
    addresses = {each.source.address for each in known}
    charts = {name for address in addresses for name in (address, canonical(address, configuration.mirrors))}
    paths = {each.path for each in known}
    namespaces = {each.object.namespace for each in known}
    owners = {owner.lower() for each in known for owner in each.owners}
    for rule in configuration.rules:
        asked: tuple[tuple[str, tuple[str, ...], Callable[[str], bool]], ...] = (
            ("chart", rule.charts, lambda pattern: any(map(ChartPatterns((pattern,)).matches, charts))),
            ("paths", rule.paths, lambda pattern: any(map(path_patterns((pattern,)).matches, paths))),
            ("namespace", rule.namespaces, namespaces.__contains__),
            ("owner", rule.owners, owners.__contains__),
        )
        for key, patterns, is_met in asked:
            for pattern in patterns:
                if not is_met(pattern):
                    reason = RULE_WITHOUT_CHART(key=key, pattern=pattern)
                    yield PassedOver(path=configuration.path, line=rule.line, reason=reason)
