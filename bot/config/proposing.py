"""From the keys of a tier, or of a rule's `set`, to how updates are proposed."""

import re
from collections.abc import Iterator
from typing import Any

from bot.config.located import Located
from bot.config.wording import shown
from bot.errors import Fault
from bot.model.proposing import Amounts, Group, Grouping, Majors, Mode, NamedGroup, Proposing, ProposingRule
from bot.yamltext.nodes import Route

_GROUP = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_GROUP_MEND = "Use lower-case letters, digits and hyphens, at most 40; or one of tier, chart"


def read_proposing(keys: dict[str, Any]) -> Proposing:
    """A tier's settings; its shape is right, and leaves nothing to be wrong."""
    limits, usual = keys.get("limits", {}), Amounts()
    return Proposing(
        group=Grouping(keys.get("group", Grouping.TIER)),
        majors=Majors(keys.get("majors", Majors.APART)),
        mode=Mode(keys.get("mode", Mode.PROPOSE)),
        amounts=Amounts(open=limits.get("open", usual.open), changes=limits.get("changes", usual.changes)),
    )


def read_proposing_rule(keys: dict[str, Any]) -> ProposingRule:
    """What a rule sets of these."""
    return ProposingRule(
        group=_group(keys["group"]) if "group" in keys else None, mode=Mode(keys["mode"]) if "mode" in keys else None
    )


def proposing_rule_faults(located: Located, route: Route, keys: dict[str, Any]) -> Iterator[Fault]:
    """What is wrong with it."""
    name = keys.get("group", "")
    if name and not _GROUP.fullmatch(name):
        yield located.fault((*route, "group"), f"{shown(name)} cannot be the name of a group", _GROUP_MEND)


def _group(text: str) -> Group:
    return Grouping(text) if text in set(Grouping) else NamedGroup(name=text)
