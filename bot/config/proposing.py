"""From the keys of a tier, or of a rule's `set`, to how updates are proposed."""

import re
from collections.abc import Iterator
from datetime import UTC, tzinfo
from typing import Any

from bot.config.located import Located
from bot.config.wording import shown
from bot.errors import Fault
from bot.model.proposing import (
    Amounts,
    AutoMerge,
    Beyond,
    Extras,
    Group,
    Grouping,
    Majors,
    Mode,
    NamedGroup,
    Proposing,
    ProposingRule,
    Rollback,
    Window,
)
from bot.planning.windows import cron_problem
from bot.yamltext.nodes import Route

_GROUP = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_GROUP_MEND = "Use lower-case letters, digits and hyphens, at most 40; or one of tier, chart, owner"
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:\[bot\])?")
_TEAM = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}/[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_LONGEST_LABEL = 50
_UTC = "UTC"


def read_proposing(keys: dict[str, Any]) -> Proposing:
    """A tier's settings; what `proposing_faults` finds fault with is left out."""
    limits, usual = keys.get("limits", {}), Amounts()
    return Proposing(
        group=Grouping(keys.get("group", Grouping.TIER)),
        majors=Majors(keys.get("majors", Majors.APART)),
        mode=Mode(keys.get("mode", Mode.PROPOSE)),
        beyond=Beyond(keys.get("beyond", Beyond.REPORT)),
        rollback=Rollback(keys.get("rollback", Rollback.REPORT)),
        amounts=Amounts(open=limits.get("open", usual.open), changes=limits.get("changes", usual.changes)),
        windows=_windows(keys.get("windows", [])),
        draft=keys.get("draft", False),
        extras=Extras(
            labels=tuple(keys.get("labels", [])),
            assignees=tuple(keys.get("assignees", [])),
            reviewers=tuple(keys.get("reviewers", [])),
            milestone=keys.get("milestone", 0),
            auto_merge=AutoMerge(keys["auto-merge"]) if "auto-merge" in keys else None,
        ),
    )


def read_proposing_rule(keys: dict[str, Any]) -> ProposingRule:
    """What a rule sets of these."""
    return ProposingRule(
        group=_group(keys["group"]) if "group" in keys else None,
        mode=Mode(keys["mode"]) if "mode" in keys else None,
        rollback=Rollback(keys["rollback"]) if "rollback" in keys else None,
        windows=_windows(keys["windows"]) if "windows" in keys else None,
        labels=tuple(keys["labels"]) if "labels" in keys else None,
        reviewers=tuple(keys["reviewers"]) if "reviewers" in keys else None,
    )


def proposing_faults(located: Located, route: Route, keys: dict[str, Any]) -> Iterator[Fault]:
    """What is wrong with the values of a tier, or of a rule's `set`."""
    yield from _label_faults(located, (*route, "labels"), keys.get("labels", []))
    for key in ("assignees", "reviewers"):
        yield from _people_faults(located, (*route, key), keys.get(key, []), teams=key == "reviewers")
    for index, window in enumerate(keys.get("windows", [])):
        yield from _window_faults(located, (*route, "windows", index), window)


def group_faults(located: Located, route: Route, keys: dict[str, Any]) -> Iterator[Fault]:
    """What is wrong with the name of a group that a rule makes."""
    name = keys.get("group", "")
    if name and not _GROUP.fullmatch(name):
        yield located.fault((*route, "group"), f"{shown(name)} cannot be the name of a group", _GROUP_MEND)


def _group(text: str) -> Group:
    return Grouping(text) if text in set(Grouping) else NamedGroup(name=text)


def _windows(windows: list[dict[str, str]]) -> tuple[Window, ...]:
    zones = ((window, window.get("zone", _UTC)) for window in windows)
    known = ((window["cron"], _zone(name), name) for window, name in zones)
    return tuple(
        Window(cron=cron, zone=zone, name=name) for cron, zone, name in known if zone and not cron_problem(cron)
    )


def _zone(name: str) -> tzinfo | None:
    if name == _UTC:
        return UTC
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - loaded by those who have a window in a zone

    try:
        return ZoneInfo(name)
    except (OSError, LookupError, ValueError):
        # Unknown, the name of a folder of the database, or one that leads out of it.
        return None


def _window_faults(located: Located, route: Route, window: dict[str, str]) -> Iterator[Fault]:
    if problem := cron_problem(window["cron"]):
        message = f"the window {shown(window['cron'])} {problem}"
        yield located.fault((*route, "cron"), message, "Write for example `* 9-16 * * mon-fri`")
    if _zone(zone := window.get("zone", _UTC)) is None:
        message = f"{shown(zone)} is no time zone that this machine knows"
        yield located.fault((*route, "zone"), message, "Write its name in the IANA database, for example Europe/Berlin")


def _label_faults(located: Located, route: Route, labels: list[str]) -> Iterator[Fault]:
    for index, label in enumerate(labels):
        if len(label) > _LONGEST_LABEL or not label.strip() or not label.isprintable():
            mend = f"Write at most {_LONGEST_LABEL} printable characters"
            yield located.fault((*route, index), f"{shown(label)} cannot be a label", mend)


def _people_faults(located: Located, route: Route, names: list[str], *, teams: bool) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if not _LOGIN.fullmatch(name) and not (teams and _TEAM.fullmatch(name)):
            wanted = "a login, or organisation/team" if teams else "a login"
            yield located.fault((*route, index), f"{shown(name)} is not {wanted}", f"Write {wanted}, without @")
