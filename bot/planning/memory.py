"""What has to be remembered from run to run and stands nowhere else: who refused what, and what waits since when.

Kept as a file on a branch of our own, and believed as our own commits left it there.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeGuard

from msgspec import Struct, field
from msgspec.structs import replace

from bot.model.commits import BOT_BRANCHES, Sha
from bot.planning.rows import Row

MEMORY_STATE = "proposals"
MEMORY_BRANCH = f"{BOT_BRANCHES}state/{MEMORY_STATE}"
MEMORY_FILE = "proposals.json"
MOST_REFUSALS = 2000
"""Of one tier; the oldest are forgotten first, which are long overtaken by newer versions."""
_MOST_BYTES = 4 * 1024 * 1024
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

Json = dict[str, Any]


class Refusal(Struct, frozen=True, kw_only=True):
    """A row that a person does not want.

    Attributes:
        number: The pull request that proposed it.
        unticked: It was taken out by its box and can be put back there; else the whole pull request was closed.
    """

    row: Row
    number: int
    unticked: bool = False


class TierMemory(Struct, frozen=True, kw_only=True):
    """What is remembered of one tier.

    Attributes:
        refusals: By row.
        considered: For each key, the newest closed pull request whose rows were taken in.
        waiting: For each chart that a limit holds back, since when.
        left: For each key whose branch others worked on, and which has no open pull request: its tip, not merged.
        asked: The keys that wait for room and of which it is known who closed what before they did.
    """

    refusals: Mapping[Row, Refusal] = field(default_factory=lambda: MappingProxyType({}))
    considered: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    waiting: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    left: Mapping[str, Sha] = field(default_factory=lambda: MappingProxyType({}))
    asked: frozenset[str] = frozenset()

    def refusing(self, rows: Iterable[Row], number: int, *, unticked: bool = False) -> "TierMemory":
        """With these rows refused in one pull request."""
        more = {row: Refusal(row=row, number=number, unticked=unticked) for row in rows}
        return replace(self, refusals={**self.refusals, **more})

    def without(self, rows: Iterable[Row]) -> "TierMemory":
        """With these rows no longer refused."""
        gone = set(rows)
        return replace(self, refusals={row: one for row, one in self.refusals.items() if row not in gone})


Memory = Mapping[str, TierMemory]
"""By a tier's name."""


def read_memory(data: bytes) -> dict[str, TierMemory]:
    """Read the file; what is not as we write it is left out, since another version of us may have written it."""
    try:
        found = json.loads(data) if len(data) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        return {}
    tiers = _object(_object(found).get("tiers"))
    return {name: _tier(_object(said)) for name, said in tiers.items()}


def written(memory: Memory) -> bytes:
    """The file, the same for the same memory; a line an entry, so that a person can find and delete one."""
    tiers = {name: _said(memory[name]) for name in sorted(memory) if memory[name] != TierMemory()}
    return (json.dumps({"version": 1, "tiers": tiers}, indent=1, sort_keys=True) + "\n").encode()


def _said(tier: TierMemory) -> Json:
    newest = sorted(tier.refusals.values(), key=lambda one: (one.number, one.row))[-MOST_REFUSALS:]
    refused = [
        {"chart": one.row.chart, "version": one.row.version, "number": one.number}
        | ({"shared": True} if one.row.shared else {})
        | ({"unticked": True} if one.unticked else {})
        for one in newest
    ]
    waiting = {chart: since.strftime("%Y-%m-%dT%H:%M:%SZ") for chart, since in tier.waiting.items()}
    left = {"left": dict(tier.left)} if tier.left else {}
    asked = {"asked": sorted(tier.asked)} if tier.asked else {}
    return {"considered": dict(tier.considered), "refused": refused, "waiting": waiting, **left, **asked}


def _tier(said: Json) -> TierMemory:
    refusals = filter(None, map(_refusal, _list(said.get("refused"))))
    return TierMemory(
        refusals={one.row: one for one in refusals},
        considered={key: number for key, number in _object(said.get("considered")).items() if _is_number(number)},
        waiting={chart: since for chart, text in _object(said.get("waiting")).items() if (since := _time(text))},
        left={key: tip for key, tip in _object(said.get("left")).items() if isinstance(tip, str) and tip},
        asked=frozenset(key for key in _list(said.get("asked")) if isinstance(key, str)),
    )


def _refusal(said: object) -> Refusal | None:
    entry = _object(said)
    chart, version, number = (entry.get(key) for key in ("chart", "version", "number"))
    if not isinstance(chart, str) or not isinstance(version, str) or not _is_number(number):
        return None
    row = Row(chart=chart, version=version, shared=entry.get("shared") is True)
    return Refusal(row=row, number=number, unticked=entry.get("unticked") is True)


def _time(text: object) -> datetime | None:
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}
