"""One request on a connection of a pool, by `http.client` itself.

urllib3's way through a request and an answer takes thrice the time of the one below, for what is not wanted here:
retries, redirects, answers that are handed on unread. It is loaded only for what it does: proxies, and compression.
"""

import http.client
from collections.abc import Callable
from urllib.parse import quote

from bot.registry.connections import Pool
from bot.registry.deadlines import bound
from bot.registry.messages import Answered, Body, Headers, Sent

_OF_A_TARGET = "/?%:@!$&'()*+,;=-._~[]"


def ask(pool: Pool, sent: Sent, read: Callable[[Body], bytes]) -> Answered:
    """Send a request and read its answer to the end; whatever goes wrong, the connection is not used again.

    Args:
        pool: Connections without a proxy.
        sent: The request.
        read: Reads a body, and raises where it should not be read any further.

    Raises:
        TroubleError, OSError, HTTPException: No connection, no answer, or no whole one.
    """
    connection = pool.lent()
    try:
        if connection.sock is not None:
            bound(connection.sock, sent.seconds)
        target = quote(sent.target, safe=_OF_A_TARGET)
        connection.request(sent.method, target, sent.body, dict(sent.headers))
        answered = _answered(connection.getresponse(), read)
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
    from bot.registry.by_urllib3 import Decompressed  # noqa: PLC0415 - it takes 20 ms, and few answers need it

    return Decompressed(response, headers)
