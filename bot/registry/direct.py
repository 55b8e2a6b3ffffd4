"""One request on a connection of a pool, by `http.client` itself.

urllib3 makes the connections and keeps them; its own way through a request and an answer takes thrice the time of the
one below, for what is not wanted here: retries, redirects, answers that are handed on unread.
"""

import http.client
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol
from urllib.parse import quote

from urllib3.response import HTTPResponse

from bot.registry.connections import CheckedHTTPPool

_OF_A_TARGET = "/?%:@!$&'()*+,;=-._~[]"


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


def ask(pool: CheckedHTTPPool, sent: Sent, read: Callable[[Body], bytes]) -> Answered:
    """Send a request and read its answer to the end; whatever goes wrong, the connection is not used again.

    Args:
        pool: Connections without a proxy.
        sent: The request.
        read: Reads a body, and raises where it should not be read any further.

    Raises:
        OSError, HTTPException, HTTPError: No connection, no answer, or no whole one.
    """
    connection = pool.lent()
    try:
        if connection.sock is not None:
            connection.sock.settimeout(sent.seconds)
        target = quote(sent.target, safe=_OF_A_TARGET)
        http.client.HTTPConnection.request(connection, sent.method, target, sent.body, dict(sent.headers))
        answered = _answered(http.client.HTTPConnection.getresponse(connection), read)
    except BaseException:  # whatever ends it, a half-read connection answers nobody else's question; raised again
        connection.close()
        raise
    finally:
        pool.take_back(connection)
    return answered


def _answered(response: http.client.HTTPResponse, read: Callable[[Body], bytes]) -> Answered:
    with response:
        headers = Headers(response.headers.raw_items())
        content = read(_decompressed(response, headers))
        if response.length:  # what is still missing; `http.client` says nothing when the connection ends too early
            raise http.client.IncompleteRead(content, response.length)
    return Answered(response.status, headers, content)


def _decompressed(response: http.client.HTTPResponse, headers: Headers) -> Body:
    """We ask for what is not compressed; some servers compress it all the same."""
    if headers.get("Content-Encoding", "identity") == "identity":
        return response
    return HTTPResponse(body=response, headers=headers, preload_content=False)
