"""What is sent on a connection, and what comes back, whoever carries it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol


class Body(Protocol):
    """What the bytes of an answer are read from."""

    def read(self, amt: int, /) -> bytes:
        """At most so many of the next bytes, decompressed; none at the end."""


class Headers(Mapping[str, str]):
    """Headers of an answer, by names in any case; one that was sent several times is one, with commas between."""

    __slots__ = ("_values",)

    def __init__(self, sent: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, str] = {}
        for name, value in sent:
            key = name.lower()
            self._values[key] = f"{self._values[key]}, {value}" if key in self._values else value

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Sent(NamedTuple):
    """What is sent on a connection; `seconds` is what sending may take."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: str | None
    seconds: float


class Answered(NamedTuple):
    """What came back, all of it."""

    status: int
    headers: Mapping[str, str]
    content: bytes
