"""From the file's `rules` and `registries` to values that can be trusted."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.config.located import Located
from bot.config.pace import read_duration
from bot.config.proposing import group_faults, proposing_faults, read_proposing_rule
from bot.config.tiers import constraint_fault, pattern_faults, read_follow
from bot.config.wording import nearest, shown
from bot.errors import Fault
from bot.model.tiers import Rule
from bot.planning.path_patterns import pattern_problem
from bot.versions.constraint import Constraint, InvalidConstraint
from bot.versions.follow import Reach
from bot.yamltext.nodes import Route

_JUMPS = ("major", "minor", "patch")
_SKIP_MEND = "Write a version such as `6.5.2`, or a constraint such as `>=7.0.0 <7.0.3`"
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?|\[[0-9a-f:.]+\](?::[0-9]{1,5})?")


def read_rule(
    located: Located, index: int, keys: dict[str, Any], production_by_tier: Mapping[str, bool]
) -> tuple[Rule, tuple[Fault, ...]]:
    """One rule, whose shape is right, and what its values are wrong about."""
    route: Route = ("rules", index)
    values = keys["set"]
    listed = {key: _listed((*route, "match", key), texts) for key, texts in keys["match"].items()}
    charts, tiers, paths = (listed.get(key, {}) for key in ("chart", "tier", "paths"))
    namespaces, owners, jumps = (listed.get(key, {}) for key in ("namespace", "owner", "jump"))
    follow, follow_faults = read_follow(located, (*route, "set", "follow"), values.get("follow", Reach.EXACT.value))
    skip, skip_faults = _read_skip(located, (*route, "set", "skip"), values.get("skip", []))
    wait, wait_faults = read_duration(located, (*route, "set", "wait"), values.get("wait"))
    soak, soak_faults = read_duration(located, (*route, "set", "soak"), values.get("soak"))
    rule = Rule(
        charts=tuple(charts.values()),
        tiers=tuple(tiers.values()),
        follow=follow if "follow" in values else None,
        skip=skip if "skip" in values else None,
        wait=wait,
        soak=soak,
        line=located.line(route),
        paths=tuple(paths.values()),
        namespaces=tuple(namespaces.values()),
        owners=tuple(owner.lower() for owner in owners.values()),
        jumps=tuple(jumps.values()),
        proposing=read_proposing_rule(values),
    )
    faults = (
        *_chart_faults(located, charts),
        *_tier_faults(located, tiers, production_by_tier),
        *pattern_faults(located, paths),
        *_jump_faults(located, route, jumps, values),
        *follow_faults,
        *skip_faults,
        *wait_faults,
        *soak_faults,
        *group_faults(located, (*route, "set"), values),
        *proposing_faults(located, (*route, "set"), values),
    )
    return rule, faults


def host_faults(located: Located, key: str, hosts: list[str]) -> Iterator[Fault]:
    """What is wrong with the hosts of one key of `registries`."""
    for index, host in enumerate(hosts):
        if not _HOST.fullmatch(host):
            mend = "Write the host alone, in lower case, with its port where the manifests write one"
            here = ("registries", key, index)
            yield located.fault(here, f"{shown(host)} is not a registry's host", mend)


def _listed(route: Route, texts: str | list[str]) -> dict[Route, str]:
    """One text or several, each with its route."""
    return {route: texts} if isinstance(texts, str) else {(*route, index): text for index, text in enumerate(texts)}


def _chart_faults(located: Located, charts: dict[Route, str]) -> Iterator[Fault]:
    for route, pattern in charts.items():
        if "://" in pattern:
            message = f"the chart pattern {shown(pattern)} has a scheme"
            yield located.fault(route, message, f"Write {shown(pattern.partition('://')[2])}")
        elif problem := pattern_problem(pattern):
            yield located.fault(route, f"the chart pattern {shown(pattern)} {problem}")
        elif pattern != pattern.lower():
            message = f"the chart pattern {shown(pattern)} has upper-case letters, which no chart's address has"
            yield located.fault(route, message, f"Write {shown(pattern.lower())}")


def _jump_faults(located: Located, rule: Route, jumps: dict[Route, str], values: dict[str, Any]) -> Iterator[Fault]:
    for route, jump in jumps.items():
        if jump not in _JUMPS:
            yield located.fault(route, f"{shown(jump)} is no jump", f"Write {', '.join(_JUMPS)}")
    for key in ("follow", "skip", "rollback"):
        if jumps and key in values:
            message = f"a rule that matches a jump sets {shown(key)}, which decides about the version before it jumps"
            yield located.key_fault((*rule, "set", key), message, "Make it a rule without `jump`")


def _tier_faults(located: Located, tiers: dict[Route, str], production_by_tier: Mapping[str, bool]) -> Iterator[Fault]:
    for route, name in tiers.items():
        if name not in production_by_tier:
            yield located.fault(route, f"there is no tier {shown(name)}", nearest(name, production_by_tier))
        elif production_by_tier[name]:
            message = f"the rule names {shown(name)}, which is production; no rule changes production"
            yield located.fault(route, message, "Remove it from the rule")


def _read_skip(located: Located, route: Route, texts: list[str]) -> tuple[tuple[Constraint, ...], list[Fault]]:
    constraints, faults = [], []
    for index, text in enumerate(texts):
        try:
            constraints.append(Constraint.parse(text))
        except InvalidConstraint as problem:
            faults.append(constraint_fault(located, (*route, index), problem, _SKIP_MEND))
    return tuple(constraints), faults
