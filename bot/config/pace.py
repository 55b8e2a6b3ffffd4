"""From a tier's `wait`, `settle`, `from` and `soak` to a pace that can be kept."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter
from typing import Any

from bot.config.located import Located
from bot.config.wording import dotted, nearest, shown
from bot.errors import Fault
from bot.maturity.durations import parse_duration
from bot.model.tiers import Pace, Tier
from bot.yamltext.nodes import Route

_MEND = "Write hours, days or weeks, at most 52 weeks: `12h`, `3d`, `1w`"
_KEYS = ("wait", "settle", "from", "soak")


def read_pace(located: Located, route: Route, keys: Mapping[str, Any]) -> tuple[Pace, tuple[Fault, ...]]:
    """What a tier says of time, whose shape is right, and what it is wrong about."""
    durations = {key: read_duration(located, (*route, key), keys.get(key)) for key in ("wait", "settle", "soak")}
    faults = tuple(fault for _, found in durations.values() for fault in found)
    wait, settle, soak = (duration or timedelta() for duration, _ in durations.values())
    comes_from = keys.get("from", [])
    names = (comes_from,) if isinstance(comes_from, str) else tuple(comes_from)
    pace = Pace(wait=wait, settle=settle, comes_from=tuple(dict.fromkeys(names)), soak=soak)
    return pace, (*faults, *_idle(located, route, keys))


def read_duration(located: Located, route: Route, text: str | None) -> tuple[timedelta | None, tuple[Fault, ...]]:
    """A duration, None where nothing is written; and a fault where the text is none."""
    duration = None if text is None else parse_duration(text)
    if text is None or duration is not None:
        return duration, ()
    return None, (located.fault(route, f"{dotted(route)} is {shown(text)}, not a duration", _MEND),)


def _idle(located: Located, route: Route, keys: Mapping[str, Any]) -> Iterator[Fault]:
    """Keys that would change nothing."""
    if "soak" in keys and "from" not in keys:
        yield located.key_fault((*route, "soak"), "`soak` without `from`: no tier is named that would run it")
    for key in _KEYS:
        if keys.get("production") is True and key in keys:
            message = f"`{key}` in a production tier, which takes nothing by itself"
            yield located.key_fault((*route, key), message, f"Remove `{key}`")


def source_faults(located: Located, tiers: Iterable[Tier], names: Iterable[str]) -> Iterator[Fault]:
    """Tiers that `from` names and that do not exist, and tiers that would wait for each other."""
    known, read = list(names), list(tiers)
    for tier in read:
        route: Route = ("tiers", tier.name, "from")
        for name in tier.pace.comes_from:
            if name not in known:
                yield located.fault(route, f"there is no tier {shown(name)}", nearest(name, known))
    try:
        TopologicalSorter({tier.name: tier.pace.comes_from for tier in read}).prepare()
    except CycleError as error:
        circle = list(dict.fromkeys(error.args[1]))
        message = f"the tiers {', '.join(map(shown, circle))} wait for each other"
        where = next(tier.name for tier in read if tier.name in circle)
        yield located.key_fault(("tiers", where, "from"), message, "Let the first of them read the registry")
