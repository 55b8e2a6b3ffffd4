"""One question until it has an answer: sends, waits where the server asks for it, gives up within bounds."""

import time
from collections.abc import Mapping
from http import HTTPStatus

from msgspec import Struct, field

from bot.reason import Reason
from bot.registry.answers import Answer
from bot.registry.failures import TroubleError, UnansweredError
from bot.registry.hosts import Host, Hosts
from bot.registry.limits import Clock, Limits
from bot.registry.origins import Origin
from bot.registry.transport import Transport
from bot.registry.waiting import jittered, pause, retry_after

BUSY = frozenset({429, 502, 503, 504})


class Request(Struct, frozen=True, kw_only=True):
    """What is sent. Headers may hold a login, so they are never shown."""

    origin: Origin
    method: str
    target: str
    cap: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None

    def __repr__(self) -> str:
        return f"Request({self.method} {self.origin}{self.target})"


class Exchange:
    """Sends requests with patience."""

    def __init__(self, *, transport: Transport, hosts: Hosts, limits: Limits, clock: Clock) -> None:
        self.hosts = hosts
        self._transport = transport
        self._limits = limits
        self._clock = clock

    def answer(self, request: Request) -> Answer:
        """The answer, whatever its status but those that ask for patience.

        Raises:
            UnansweredError: None came, or the host is given up.
        """
        host = self.hosts.of(request.origin)
        attempt = 0
        while True:
            host.check()
            outcome = self._attempt(host, request)
            if isinstance(outcome, Answer) and outcome.status_code not in BUSY:
                host.answered()
                return outcome
            wait = self._next_wait(host, outcome, attempt)
            attempt += 1
            if wait is None or attempt == self._limits.attempts:
                raise self._last_word(host, outcome)
            self._sleep(host, wait)

    def prepare(self, origin: Origin) -> None:
        """Open a connection while there is nothing to send yet."""
        self._transport.open_one(origin)

    def _attempt(self, host: Host, request: Request) -> Answer | TroubleError:
        try:
            return self._transport.send(
                request.origin,
                request.method,
                request.target,
                headers=request.headers,
                cap=request.cap,
                until=host.until,
                body=request.body,
            )
        except TroubleError as error:
            return error

    def _next_wait(self, host: Host, outcome: Answer | TroubleError, attempt: int) -> float | None:
        """Seconds to wait before the next attempt; None when another one is of no use."""
        usual = pause(attempt, self._limits.first_wait_seconds, self._limits.longest_wait_seconds)
        if isinstance(outcome, TroubleError):
            return usual if outcome.again else None
        named = retry_after(outcome.headers.get("Retry-After", ""), self._clock.now())
        if named is not None and named > self._limits.longest_wait_seconds:
            host.give_up(_long_reason(host, outcome, named))
            host.check()
        wait = usual if named is None else jittered(named)
        if outcome.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            host.slow_down(wait)
        return wait

    def _sleep(self, host: Host, wait: float) -> None:
        self._clock.sleep(max(0.0, min(wait, host.until - time.monotonic())))

    @staticmethod
    def _last_word(host: Host, outcome: Answer | TroubleError) -> UnansweredError:
        """A host that still says 429 wants less of us than this run is; any other trouble may be this question's."""
        reason = _reason(host, outcome)
        if isinstance(outcome, Answer) and outcome.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            host.give_up(reason)
        else:
            host.failed(reason)
        return UnansweredError(reason)


def _reason(host: Host, outcome: Answer | TroubleError) -> Reason:
    if isinstance(outcome, TroubleError):
        return host.unreachable(outcome.problem)
    if outcome.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return host.rate_limited("429 at every attempt")
    return host.unreachable(f"it answers {outcome.status_code}")


def _long_reason(host: Host, answer: Answer, seconds: float) -> Reason:
    told = f"{answer.status_code}, and to come back in {seconds:.0f} s"
    if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return host.rate_limited(told)
    return host.unreachable(f"it answers {told}")
