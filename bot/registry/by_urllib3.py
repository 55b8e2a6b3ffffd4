"""What urllib3 is asked for: the way through a proxy, and bodies that are compressed. Loaded only where one is met."""

import http.client
import socket
import ssl
from collections.abc import Callable
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    DecodeError,
    HTTPError,
    LocationParseError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    SSLError,
)
from urllib3.exceptions import TimeoutError as SlowError
from urllib3.response import HTTPResponse

from bot.registry.connections import connected
from bot.registry.failures import TroubleError
from bot.registry.limits import Limits
from bot.registry.messages import Answered, Body, Headers, Sent
from bot.registry.network import Proxy
from bot.registry.origins import Origin
from bot.registry.troubles import is_bad_head, tls_detail, tls_trouble, trouble


class _PlainConnection(HTTPConnection):
    """To a proxy, whose own address is its owner's business."""

    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _TLSConnection(HTTPSConnection):
    """The same over TLS."""

    def _new_conn(self) -> socket.socket:
        return _connected(self)


def _connected(connection: HTTPConnection) -> socket.socket:
    try:
        return connected(connection.host, connection.port, connection.timeout)
    except TroubleError as error:
        raise NewConnectionError(connection, error.problem) from None


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class ProxiedPool:
    """Keep-alive connections to one origin through a proxy. They keep the deadlines of requests as others do."""

    def __init__(self, proxy: Proxy, origin: Origin, limits: Limits, context: ssl.SSLContext | None) -> None:
        login = proxy.login.reveal()
        manager = urllib3.ProxyManager(
            proxy.url,
            maxsize=limits.workers,
            proxy_headers=urllib3.make_headers(proxy_basic_auth=login) if login else None,
            ssl_context=context,
            proxy_ssl_context=context,
        )
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TLSPool}
        self._pool = manager.connection_from_host(origin.host, origin.port, origin.scheme)
        self._timeout = urllib3.Timeout(connect=limits.connect_seconds, read=limits.idle_seconds)
        self._prefix = origin.url if origin.scheme == "http" else ""

    def ask(self, sent: Sent, read: Callable[[Body], bytes]) -> Answered:
        """Send a request and read its answer to the end.

        Args:
            sent: The request; a proxy wants the whole URL where it is to understand it.
            read: Reads a body, and raises where it should not be read any further.

        Raises:
            TroubleError: No answer, or no whole one.
        """
        try:
            return self._answered(sent, read)
        except HTTPError as error:
            raise _trouble(error) from None

    def _answered(self, sent: Sent, read: Callable[[Body], bytes]) -> Answered:
        response = self._pool.urlopen(
            sent.method,
            self._prefix + sent.target,
            body=sent.body,
            headers=sent.headers,
            redirect=False,
            retries=False,
            timeout=self._timeout,
            preload_content=False,
            assert_same_host=False,
        )
        try:
            content = read(response)
        except BaseException:  # whatever ends it, a half-read answer holds its connection; raised again
            response.close()
            raise
        response.release_conn()
        return Answered(response.status, response.headers, content)

    def open_one(self) -> None:
        """Nothing: through a proxy a connection is opened with its first request."""

    def close(self) -> None:
        """Close those that are kept."""
        self._pool.close()


class Decompressed:
    """A body, decompressed as its headers say."""

    def __init__(self, response: http.client.HTTPResponse, headers: Headers) -> None:
        body: Any = response
        self._response = HTTPResponse(body=body, headers=headers, preload_content=False)

    def read(self, amt: int, /) -> bytes:
        """At most so many of the next bytes; none at the end. TroubleError where there are none to be had."""
        try:
            return self._response.read(amt)
        except HTTPError as error:
            raise _trouble(error) from None


def _trouble(error: HTTPError) -> TroubleError:
    """What urllib3 says went wrong, in our words."""
    match error:
        case ProxyError():
            return TroubleError(f"the proxy did not connect to it{tls_detail(error)}", again=True)
        case SSLError():
            return tls_trouble(error)
        case SlowError():
            return TroubleError("no complete answer came in time", again=False)
        case DecodeError():
            return TroubleError("its compression is broken", again=False)
        case LocationParseError():
            return TroubleError("it names an address that is none", again=False)
        case ProtocolError() if is_bad_head(error):
            return TroubleError("the head of its answer is not HTTP as we take it", again=False)
        case _:
            return trouble(error)
