"""One request and its answer: pools of connections, deadlines, caps. No retries, no logins, no redirects here."""

import logging
import math
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from http.client import HTTPException
from typing import TYPE_CHECKING

from bot.registry.addresses import AddressRule
from bot.registry.answers import Answer, bad_answer
from bot.registry.connections import Pool
from bot.registry.deadlines import watched
from bot.registry.direct import ask
from bot.registry.failures import TroubleError, UnansweredError
from bot.registry.limits import Limits
from bot.registry.messages import Body, Sent
from bot.registry.network import Network, Proxy
from bot.registry.origins import Origin
from bot.registry.troubles import trouble

if TYPE_CHECKING:
    from bot.registry.by_urllib3 import ProxiedPool

log = logging.getLogger(__name__)
# urllib3's debug lines and warnings show whole URLs, queries included, and a signed redirect's query is a credential.
logging.getLogger("urllib3").setLevel(logging.ERROR)

_PIECE = 64 * 1024
_ALWAYS = {"Accept-Encoding": "identity", "User-Agent": "flux-chart-bot"}


class Transport:
    """Sends requests from many threads. Connections are kept for the next request to the same origin."""

    def __init__(self, *, network: Network, rule: AddressRule, limits: Limits) -> None:
        self._network = network
        self._rule = rule
        self._limits = limits
        self._pools: dict[Origin, Pool | ProxiedPool] = {}
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None

    def send(
        self,
        origin: Origin,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str],
        cap: int,
        until: float,
        body: str | None = None,
    ) -> Answer:
        """Send one request and read its answer.

        Args:
            origin: The server.
            method: GET, HEAD or POST.
            target: Path and query.
            headers: Beside those that are always sent.
            cap: Most bytes of the body, after decompression.
            until: Deadline on the monotonic clock; the request's own may come before it.
            body: A form to post.

        Raises:
            TroubleError: No answer came; the problem is told in our words.
            UnansweredError: The address is not allowed, or the answer passes a cap.
        """
        pool = self._pool(origin)
        idle = self._limits.idle_seconds
        sent = Sent(method, target, {**_ALWAYS, **headers}, body, idle)
        read = partial(_read, cap=cap, origin=origin)
        try:
            with watched(min(until, time.monotonic() + self._limits.request_seconds), idle):
                answered = ask(pool, sent, read) if isinstance(pool, Pool) else pool.ask(sent, read)
        except (TroubleError, HTTPException, OSError, ValueError) as error:
            problem = trouble(error)
            log.debug("%s %s: %s", method, _shown(origin, target), problem.problem)
            raise problem from None
        log.debug("%s %s: %d", method, _shown(origin, target), answered.status)
        return Answer(origin=origin, status_code=answered.status, headers=answered.headers, body=answered.content)

    def open_one(self, origin: Origin) -> None:
        """Open a connection that a request will soon need; what fails here, the request says."""
        pool = self._pool(origin)
        with suppress(TroubleError, OSError), watched(math.inf, self._limits.idle_seconds):
            pool.open_one()

    def close(self) -> None:
        """Close every connection that is kept."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()
            self._pools.clear()

    def _pool(self, origin: Origin) -> "Pool | ProxiedPool":
        """The connections to an origin."""
        if found := self._pools.get(origin):
            return found
        if objection := self._rule.literal_objection(origin):
            raise UnansweredError(objection)
        with self._lock:
            if origin not in self._pools:
                proxy = self._network.proxy_for(origin)
                self._pools[origin] = self._proxied(origin, proxy) if proxy else self._direct(origin)
            return self._pools[origin]

    def _direct(self, origin: Origin) -> Pool:
        context = self._tls_context() if origin.scheme == "https" else None
        return Pool(origin, self._rule, self._limits.connect_seconds, context, self._limits.workers)

    def _tls_context(self) -> ssl.SSLContext:
        """One for all hosts: reading the system's certificates takes longer than a request."""
        self._context = self._context or self._network.tls_context()
        return self._context

    def _proxied(self, origin: Origin, proxy: Proxy) -> "ProxiedPool":
        from bot.registry.by_urllib3 import ProxiedPool  # noqa: PLC0415 - it takes 20 ms, and few machines have one

        context = self._tls_context() if "https" in (origin.scheme, proxy.url.partition(":")[0]) else None
        return ProxiedPool(proxy, origin, self._limits, context)


def _read(response: Body, *, cap: int, origin: Origin) -> bytes:
    """Read the body piece by piece, so that what a small answer inflates to is counted before it is held."""
    pieces: list[bytes] = []
    size = 0
    while piece := response.read(_PIECE):
        size += len(piece)
        if size > cap:
            raise bad_answer(origin, f"a body of more than {cap} bytes")
        pieces.append(piece)
    return b"".join(pieces)


def _shown(origin: Origin, target: str) -> str:
    return f"{origin.url}{target.partition('?')[0]}"
