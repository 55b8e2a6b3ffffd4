"""Connections that go only where they may, and keep the request's deadline."""

import socket
from typing import Any, cast

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from bot.registry.addresses import AddressRule
from bot.registry.deadlines import WatchedSocket
from bot.registry.failures import UnansweredError
from bot.registry.origins import Origin


class _Checked:
    """What both kinds of connection share: how a socket comes about.

    Behind a proxy (`rule` is None) the proxy resolves the name and connects; it is the machine's own, set by its
    owner, and its network is its owner's business.
    """

    rule: AddressRule | None
    origin: Origin | None

    def connected(self, connection: HTTPConnection) -> socket.socket:
        """Connect to the first address that is allowed and answers."""
        try:
            found = socket.getaddrinfo(connection.host, connection.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            fault = error if isinstance(error, socket.gaierror) else socket.gaierror()
            raise NameResolutionError(connection.host, connection, fault) from None
        return self._first(connection, self._allowed(found))

    def _allowed(self, found: list[Any]) -> list[Any]:
        if self.rule is None or self.origin is None:
            return found
        judged = [(entry, self.rule.objection(self.origin, entry[4][0])) for entry in found]
        allowed = [entry for entry, objection in judged if objection is None]
        if not allowed and judged and (objection := judged[0][1]):
            raise UnansweredError(objection)
        return allowed

    @staticmethod
    def _first(connection: HTTPConnection, entries: list[Any]) -> socket.socket:
        timed_out = False
        for family, kind, protocol, _, address in entries:
            sock = WatchedSocket(family, kind, protocol)
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.settimeout(connection.timeout)
                sock.connect(address)
            except OSError as error:
                sock.close()
                timed_out = timed_out or isinstance(error, TimeoutError)
            else:
                return sock
        if timed_out:
            raise ConnectTimeoutError(connection, "no connection in time")
        raise NewConnectionError(connection, "no connection")


class CheckedHTTPConnection(HTTPConnection, _Checked):
    """Plain HTTP."""

    def __init__(
        self, *args: Any, rule: AddressRule | None = None, origin: Origin | None = None, **settings: Any
    ) -> None:
        super().__init__(*args, **settings)
        self.rule, self.origin = rule, origin

    def _new_conn(self) -> socket.socket:
        return self.connected(self)


class CheckedHTTPSConnection(HTTPSConnection, _Checked):
    """HTTPS."""

    def __init__(
        self, *args: Any, rule: AddressRule | None = None, origin: Origin | None = None, **settings: Any
    ) -> None:
        super().__init__(*args, **settings)
        self.rule, self.origin = rule, origin

    def _new_conn(self) -> socket.socket:
        return self.connected(self)


Connection = CheckedHTTPConnection | CheckedHTTPSConnection


class CheckedHTTPPool(HTTPConnectionPool):
    """Keep-alive connections to one origin over plain HTTP."""

    def open_one(self) -> None:
        """Open a connection for the next request to come. Through a proxy it is opened with that request."""
        if self.proxy:
            return
        connection = self.lent()
        try:
            if connection.is_closed:
                connection.connect()
        finally:
            self.take_back(connection)

    def lent(self) -> Connection:
        """A connection for one request: a kept one that still stands, or a new one, not yet open."""
        return cast("Connection", self._get_conn())

    def take_back(self, connection: Connection) -> None:
        """Keep a connection for the next request."""
        self._put_conn(connection)

    ConnectionCls: type[CheckedHTTPConnection | CheckedHTTPSConnection] = CheckedHTTPConnection


class CheckedHTTPSPool(CheckedHTTPPool, HTTPSConnectionPool):
    """Keep-alive connections to one origin over HTTPS."""

    ConnectionCls = CheckedHTTPSConnection
