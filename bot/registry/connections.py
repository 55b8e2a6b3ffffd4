"""Connections that go only where they may, and keep the request's deadline; kept for the next request."""

import http.client
import select
import socket
import ssl
from collections import deque
from typing import Any

from bot.registry.addresses import AddressRule
from bot.registry.deadlines import WatchedSocket
from bot.registry.failures import TroubleError, UnansweredError
from bot.registry.origins import DEFAULT_PORTS, Origin


def connected(
    host: str, port: int, seconds: float | None, rule: AddressRule | None = None, origin: Origin | None = None
) -> socket.socket:
    """Connect to the first address that is allowed and answers.

    Args:
        host: Name or address.
        port: Its port.
        seconds: Most for one attempt.
        rule: Which addresses are allowed. None for a proxy, which is the machine's own, set by its owner; what it
            connects to by itself is its owner's business.
        origin: Whose addresses are judged.

    Raises:
        UnansweredError: None of its addresses is allowed.
        TroubleError: None of them answers, or there is none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise TroubleError("its name does not resolve", again=True) from None
    return first_that_answers(_allowed(found, rule, origin), seconds)


def _allowed(found: list[Any], rule: AddressRule | None, origin: Origin | None) -> list[Any]:
    if rule is None or origin is None:
        return found
    judged = [(entry, rule.objection(origin, entry[4][0])) for entry in found]
    allowed = [entry for entry, objection in judged if objection is None]
    if not allowed and judged and (objection := judged[0][1]):
        raise UnansweredError(objection)
    return allowed


def first_that_answers(entries: list[Any], seconds: float | None) -> socket.socket:
    """Connect to one of these addresses, as `socket.getaddrinfo` gives them."""
    timed_out = False
    for family, kind, protocol, _, address in entries:
        sock = WatchedSocket(family, kind, protocol)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(seconds)
            sock.connect(address)
        except OSError as error:
            sock.close()
            timed_out = timed_out or isinstance(error, TimeoutError)
        else:
            return sock
    if timed_out:
        raise TroubleError("no connection came about in time", again=True)
    raise TroubleError("nothing listens there, or the way is barred", again=True)


class Connection(http.client.HTTPConnection):
    """One connection to an origin, not yet open; over TLS where there is a context."""

    def __init__(self, origin: Origin, rule: AddressRule, seconds: float, context: ssl.SSLContext | None) -> None:
        super().__init__(origin.host, origin.port, timeout=seconds)
        self.default_port = DEFAULT_PORTS[origin.scheme]
        self._origin, self._rule, self._seconds, self._context = origin, rule, seconds, context

    def connect(self) -> None:
        """Open it."""
        sock = connected(self.host, self.port, self._seconds, self._rule, self._origin)
        try:
            self.sock = self._context.wrap_socket(sock, server_hostname=self.host) if self._context else sock
        except BaseException:  # whatever ends the handshake; raised again
            sock.close()
            raise

    @property
    def stands(self) -> bool:
        """Whether it is open. What a server sends unasked is its goodbye."""
        if self.sock is None:
            return False
        waiting = select.poll()
        waiting.register(self.sock, select.POLLIN)
        return not waiting.poll(0)


class Pool:
    """Keep-alive connections to one origin, for many threads."""

    def __init__(
        self, origin: Origin, rule: AddressRule, seconds: float, context: ssl.SSLContext | None, most: int
    ) -> None:
        self._settings = origin, rule, seconds, context
        self._most = most
        self._kept: deque[Connection] = deque()
        self._closed = False

    def lent(self) -> Connection:
        """A connection for one request: a kept one that still stands, or one that is not yet open."""
        try:
            connection = self._kept.pop()
        except IndexError:
            return Connection(*self._settings)
        if not connection.stands:
            connection.close()
        return connection

    def take_back(self, connection: Connection) -> None:
        """Keep a connection for the next request."""
        if self._closed or len(self._kept) >= self._most:
            connection.close()
        else:
            self._kept.append(connection)

    def open_one(self) -> None:
        """Open a connection for the next request to come."""
        connection = self.lent()
        if connection.sock is None:
            connection.connect()
        self.take_back(connection)

    def close(self) -> None:
        """Close those that are kept, and keep none from now on."""
        self._closed = True
        while self._kept:
            self._kept.pop().close()
