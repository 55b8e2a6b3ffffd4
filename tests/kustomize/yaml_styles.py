"""Values as YAML in the many ways in which people write it: block and flow, quotes, block scalars, line ends."""

import json
import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeAlias

Value: TypeAlias = "str | int | bool | Mapping[str, Value] | Sequence[Value] | None"

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*|v?[0-9]+\.[0-9]+\.[0-9]+(?:-[a-z0-9.]+)?|[.]{1,2}/[A-Za-z0-9_./-]*")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


class Raw(str):
    """A scalar that is written just so."""

    __slots__ = ()


class Styles:
    """Writes values, each time in another style."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def chance(self, share: float) -> bool:
        return self._rng.random() < share

    def file(self, *documents: Value) -> bytes:
        """A file of some documents."""
        text = "\n---\n".join("\n".join(self._block(each, 0)) for each in documents) + "\n"
        if self.chance(0.3):
            text = f"---\n{text}"
        if self.chance(0.2):
            text = f"# version: 1.2.3 stands in this comment\n{text}"
        if self.chance(0.05):
            text = text.removesuffix("\n")
        data = text.encode()
        if self.chance(0.06):
            data = data.replace(b"\n", b"\r\n")
        return b"\xef\xbb\xbf" + data if self.chance(0.03) else data

    def text(self, value: Value) -> str:
        """YAML that stands in a scalar of other YAML: sometimes JSON."""
        if self.chance(0.12) and not _holds_raw(value):
            return json.dumps(value, indent=self._rng.choice((None, 2)))
        return "\n".join(self._block(value, 0)) + self._rng.choice(("\n", "\n", ""))

    def _block(self, value: Value, indent: int) -> list[str]:
        pad = " " * indent
        match value:
            case dict():
                return [line for key, each in value.items() for line in self._entry(pad, key, each, indent)]
            case list() | tuple():
                return [line for each in value for line in self._item(pad, each, indent)]
            case _:
                return [pad + self._flow(value)]

    def _entry(self, pad: str, key: str, value: Value, indent: int) -> list[str]:
        written = self._key(key)
        if isinstance(value, str) and "\n" in value and not isinstance(value, Raw):
            return self._long(f"{pad}{written}:", value, indent)
        if isinstance(value, dict | list | tuple) and value and not self._is_flow(value):
            more = 0 if isinstance(value, list | tuple) and self.chance(0.5) else self._rng.choice((2, 2, 4))
            return [f"{pad}{written}:", *self._block(value, indent + more)]
        gap = " " * self._rng.choice((1, 1, 1, 3))
        note = "  # 1.2.3" if self.chance(0.05) else ""
        return [f"{pad}{written}:{gap}{self._flow(value)}{note}"]

    def _item(self, pad: str, value: Value, indent: int) -> list[str]:
        if isinstance(value, str) and "\n" in value:
            return self._long(f"{pad}-", value, indent)
        if not isinstance(value, dict | list | tuple) or not value or self._is_flow(value):
            return [f"{pad}- {self._flow(value)}"]
        first, *rest = self._block(value, indent + 2)
        return [f"{pad}- {first[indent + 2 :]}", *rest]

    def _long(self, head: str, value: str, indent: int) -> list[str]:
        """A text of several lines: mostly a literal block."""
        if self.chance(0.08):
            return [f"{head} {json.dumps(value)}"]
        chomp = "" if value.endswith("\n") else "-"
        if value.endswith("\n") and self.chance(0.1):
            chomp = "+"
        more = self._rng.choice((2, 2, 4))
        explicit = self.chance(0.1)
        header = "|" + (f"{more}{chomp}" if explicit and self.chance(0.5) else chomp + (str(more) if explicit else ""))
        lines = value.removesuffix("\n").split("\n")
        return [f"{head} {header}", *(" " * (indent + more) + line if line else "" for line in lines)]

    def _is_flow(self, value: Value) -> bool:
        return self.chance(0.12) and not _holds_lines(value)

    def _key(self, key: str) -> str:
        return f'"{key}"' if self.chance(0.03) else key

    def _flow(self, value: Value) -> str:
        match value:
            case dict():
                return "{" + ", ".join(f"{key}: {self._flow(each)}" for key, each in value.items()) + "}"
            case list() | tuple():
                return "[" + ", ".join(map(self._flow, value)) + "]"
            case str():
                return self._scalar(value)
            case _:
                return json.dumps(value)

    def _scalar(self, text: str) -> str:
        if isinstance(text, Raw):
            return text
        if _PLAIN.fullmatch(text) and text not in _WORDS and self.chance(0.75):
            return text
        if "'" in text or "\n" in text or self.chance(0.6):
            return json.dumps(text)
        return f"'{text}'"


def _holds_lines(value: Value) -> bool:
    match value:
        case dict():
            return any(map(_holds_lines, value.values()))
        case list() | tuple():
            return any(map(_holds_lines, value))
        case _:
            return isinstance(value, str) and "\n" in value


def _holds_raw(value: Value) -> bool:
    match value:
        case dict():
            return any(map(_holds_raw, value.values()))
        case list() | tuple():
            return any(map(_holds_raw, value))
        case _:
            return isinstance(value, Raw)
