"""From a tier's `wait`, `settle`, `from` and `soak` to a pace that can be kept."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter
from typing import Any

from bot.config.located import Located
from bot.config.wording import dotted, nearest, shown
from bot.errors import Fault
from bot.maturity.durations import parse_duration
from bot.model.tiers import Pace, RequiredStatus, Tier
from bot.yamltext.nodes import Route

DURATIONS = ("wait", "settle", "soak")
"""The keys of a tier that hold a duration; a rule has some of them."""
DURATION_MEND = "Write hours, days or weeks, at most 52 weeks: `12h`, `3d`, `1w`"


def read_pace(located: Located, route: Route, keys: Mapping[str, Any]) -> tuple[Pace, tuple[Fault, ...]]:
    """What a tier says of time, whose shape is right, and what it is wrong about."""
    durations = {key: read_duration(located, (*route, key), keys.get(key)) for key in DURATIONS}
    faults = tuple(fault for _, found in durations.values() for fault in found)
    wait, settle, soak = (duration or timedelta() for duration, _ in durations.values())
    comes_from = keys.get("from", [])
    names = (comes_from,) if isinstance(comes_from, str) else tuple(comes_from)
    statuses = (RequiredStatus(context=one["context"], creator=one["creator"]) for one in keys.get("with-status", []))
    pace = Pace(
        wait=wait,
        settle=settle,
        comes_from=tuple(dict.fromkeys(names)),
        soak=soak,
        with_status=tuple(dict.fromkeys(statuses)),
        by_merge=_moves_by_merge(keys),
    )
    return pace, (*faults, *_idle(located, route, keys))


def read_duration(located: Located, route: Route, text: str | None) -> tuple[timedelta | None, tuple[Fault, ...]]:
    """A duration, None where nothing is written; and a fault where the text is none."""
    duration = None if text is None else parse_duration(text)
    if text is None or duration is not None:
        return duration, ()
    return None, (located.fault(route, f"{dotted(route)} is {shown(text)}, not a duration", DURATION_MEND),)


def _moves_by_merge(keys: Mapping[str, Any]) -> bool:
    return bool(keys.get("moves-by") == "merge")


def _merge_faults(located: Located, route: Route, keys: Mapping[str, Any]) -> Iterator[Fault]:
    """A tier that moves by merges comes from one other, and nothing else decides when."""
    named = keys.get("from", [])
    if not isinstance(named, str) and len(named) != 1:
        message = "`moves-by: merge` and not one tier in `from`: nothing says which branch is merged"
        yield located.key_fault((*route, "moves-by"), message, "Name the tier whose branch is merged into this one")
    for key in ("follow", "wait", "settle", "with-status", "rollback"):
        if key in keys:
            message = f"`{key}` in a tier that moves by merges, which takes what the merge brings"
            yield located.key_fault((*route, key), message, f"Remove `{key}`")


def _idle(located: Located, route: Route, keys: Mapping[str, Any]) -> Iterator[Fault]:
    """Keys that would change nothing."""
    for key in ("soak", "with-status"):
        if key in keys and "from" not in keys:
            yield located.key_fault((*route, key), f"`{key}` without `from`: no tier is named that would run it")
    if _moves_by_merge(keys):
        yield from _merge_faults(located, route, keys)
        return
    for key in ("wait", "settle"):
        if keys.get("production") is True and key in keys:
            message = f"`{key}` in a production tier, which takes nothing by itself"
            yield located.key_fault((*route, key), message, f"Remove `{key}`")


def _one_branch(located: Located, tier: Tier, tiers: Iterable[Tier]) -> Iterator[Fault]:
    """A merge within one branch brings nothing."""
    before = next((each for each in tiers if each.name in tier.pace.comes_from), None)
    if tier.pace.by_merge and before and before.branch == tier.branch:
        message = f"{shown(tier.name)} moves by merges of {shown(before.name)}, and both lie on one branch"
        yield located.key_fault(("tiers", tier.name, "moves-by"), message, "Give each its `branch`")


def source_faults(located: Located, tiers: Iterable[Tier], names: Iterable[str]) -> Iterator[Fault]:
    """Tiers that `from` names and that do not exist, and tiers that would wait for each other."""
    known, read = list(names), list(tiers)
    for tier in read:
        route: Route = ("tiers", tier.name, "from")
        for name in tier.pace.comes_from:
            if name not in known:
                yield located.fault(route, f"there is no tier {shown(name)}", nearest(name, known))
        yield from _one_branch(located, tier, read)
    try:
        TopologicalSorter({tier.name: tier.pace.comes_from for tier in read}).prepare()
    except CycleError as error:
        circle = list(dict.fromkeys(error.args[1]))
        message = f"the tiers {', '.join(map(shown, circle))} wait for each other"
        where = next(tier.name for tier in read if tier.name in circle)
        yield located.key_fault(("tiers", where, "from"), message, "Let the first of them read the registry")
