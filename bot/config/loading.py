"""Bytes to a configuration: all of it checked, or every fault at once."""

from typing import Any

from bot.config.located import Located, locate
from bot.config.mirrors import mirror_faults
from bot.config.pace import source_faults
from bot.config.rules import host_faults, read_rule
from bot.config.schema_check import check_shape
from bot.config.shared import KEY as SHARED
from bot.config.shared import read_shared
from bot.config.sources import KEY as SOURCES
from bot.config.sources import read_sources
from bot.config.templates import read_templates
from bot.config.tiers import read_tier
from bot.errors import ConfigurationError, Fault
from bot.model.tiers import (
    DEFAULT_CONFIGURATION_PATH,
    CommitPolicy,
    Configuration,
    ImagePolicies,
    Mirror,
    RangesPolicy,
    Rule,
    SuspendedPolicy,
    Tier,
)
from bot.yamltext.nodes import Route


def load(data: bytes, path: str = DEFAULT_CONFIGURATION_PATH) -> Configuration:
    """Read the configuration file.

    Args:
        data: The whole file.
        path: Its name in messages.

    Raises:
        ConfigurationError: With every fault, each at its line and column, in the order of the file.
    """
    located = locate(data, path)
    if located.data is None:
        raise ConfigurationError(located.faults or (_empty(path),))
    shape = check_shape(located)
    keys = _without(located.data, {route for route, _ in shape if route is not None} | located.broken)
    tiers, tier_faults = _tiers(located, keys)
    names = _tier_names(located)
    rules, rule_faults = _rules(located, keys, names)
    hosts: dict[str, list[str]] = keys.get("registries", {})
    same_as = keys.get("same-as", {})
    templates, template_faults = read_templates(located, keys.get("templates", {}))
    shared, shared_faults = read_shared(located, keys.get(SHARED), len(names))
    sources, packing_faults = read_sources(located, keys[SOURCES])
    faults = {
        *located.faults,
        *(fault for _, fault in shape),
        *tier_faults,
        *source_faults(located, tiers, names),
        *rule_faults,
        *(fault for key in hosts for fault in host_faults(located, key, hosts[key])),
        *mirror_faults(located, same_as),
        *template_faults,
        *shared_faults,
        *packing_faults,
    }
    if faults:
        raise ConfigurationError(tuple(sorted(faults, key=_in_order)))
    return Configuration(
        path=path,
        tiers=tiers,
        rules=rules,
        private_hosts=frozenset(hosts.get("private-hosts", [])),
        helper_hosts=frozenset(hosts.get("helper-hosts", [])),
        suspended=SuspendedPolicy(keys.get("suspended", SuspendedPolicy.REPORT)),
        ranges=RangesPolicy(keys.get("ranges", RangesPolicy.KEEP)),
        mirrors=tuple(Mirror(copy=copy, original=original) for copy, original in same_as.items()),
        image_policies=ImagePolicies(keys.get("image-policies", ImagePolicies.REPORT)),
        commit=CommitPolicy(keys.get("commit", CommitPolicy.GIT)),
        templates=templates,
        shared=shared,
        sources=sources,
    )


def _empty(path: str) -> Fault:
    return Fault(path=path, line=1, column=1, message="the file is empty", mend="Write `tiers` as the README shows")


def _in_order(fault: Fault) -> tuple[int, int, str]:
    return fault.line, fault.column, fault.message


def _without(data: object, faulty: set[Route]) -> dict[str, Any]:
    """The parts whose shape is right: tiers, rules and other keys in which nothing is wrong.

    So that one wrong key hides no fault elsewhere. A rule left out is None, so that the others keep their index.
    """
    items = {route[:2] for route in faulty}
    given = data.items() if isinstance(data, dict) else ()
    keys: dict[str, Any] = {key: value for key, value in given if (key,) not in items}
    keys["tiers"] = {name: tier for name, tier in keys.get("tiers", {}).items() if ("tiers", name) not in items}
    keys["rules"] = [None if ("rules", index) in items else rule for index, rule in enumerate(keys.get("rules") or [])]
    for key in ("same-as", SOURCES):
        keys[key] = {name: value for name, value in keys.get(key, {}).items() if (key, name) not in items}
    registries = keys.get("registries", {})
    keys["registries"] = {key: hosts for key, hosts in registries.items() if ("registries", key) not in items}
    if any(route[:1] == (SHARED,) for route in faulty):
        keys.pop(SHARED, None)
    return keys


def _tiers(located: Located, keys: dict[str, Any]) -> tuple[tuple[Tier, ...], list[Fault]]:
    read = [read_tier(located, name, values) for name, values in keys["tiers"].items()]
    return tuple(tier for tier, _ in read), [fault for _, faults in read for fault in faults]


def _tier_names(located: Located) -> dict[str, bool]:
    """Every tier that the file names, the wrong ones too, and whether it says it is production."""
    tiers = located.data.get("tiers") if isinstance(located.data, dict) else None
    if not isinstance(tiers, dict):
        return {}
    return {name: isinstance(tier, dict) and tier.get("production") is True for name, tier in tiers.items()}


def _rules(
    located: Located, keys: dict[str, Any], production_by_tier: dict[str, bool]
) -> tuple[tuple[Rule, ...], list[Fault]]:
    read = [
        read_rule(located, index, rule, production_by_tier)
        for index, rule in enumerate(keys["rules"])
        if rule is not None
    ]
    return tuple(rule for rule, _ in read), [fault for _, faults in read for fault in faults]
