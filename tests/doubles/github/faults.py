"""Faults that a test plans: what goes wrong, on which route, at which call."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from doubles.github.answers import Answer, Json
from msgspec import Struct

GIT_ROUTES = frozenset({"git refs", "git fetch", "git push"})


class Fault(Struct, frozen=True, kw_only=True):
    """One thing that goes wrong.

    Attributes:
        answer: What is answered instead, None to let the real answer through.
        drop: Close the connection without an answer.
        after: Do the work first: the caller does not learn that it was done.
        delay: Seconds to wait before anything happens.
    """

    answer: Answer | None = None
    drop: bool = False
    after: bool = False
    delay: float = 0.0

    @property
    def lets_work(self) -> bool:
        """True if the request is carried out, whatever its caller is told."""
        return self.after or not (self.drop or self.answer)


def bad_gateway(*, after: bool = False) -> Fault:
    """502, before the work or after it was done."""
    return Fault(answer=Answer(status=502, body={"message": "Server Error"}), after=after)


def unavailable(*, after: bool = False) -> Fault:
    """503, before the work or after it was done."""
    return Fault(answer=Answer(status=503, body={"message": "Service Unavailable"}), after=after)


def secondary_limit(*, retry_after: int | None = None) -> Fault:
    """403 of the secondary rate limit, which asks for patience."""
    message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    return Fault(answer=_limited(403, message, retry_after))


def too_many_requests(*, retry_after: int | None = None) -> Fault:
    """429, with or without saying how long to wait (seconds)."""
    message = "You have exceeded a secondary rate limit and have been temporarily blocked from content creation."
    return Fault(answer=_limited(429, message, retry_after))


def dropped(*, after: bool = False) -> Fault:
    """The connection closes without an answer, before the work or after it was done.

    Git's client (curl) quietly tries once more on a connection that it had kept open: plan `times=None` for pushes.
    """
    return Fault(drop=True, after=after)


def slow(seconds: float) -> Fault:
    """The real answer, late."""
    return Fault(delay=seconds)


def unresolved_node() -> Fault:
    """The 422 that GitHub gives right after a pull request was opened, before all its parts know of it."""
    body: Json = {"message": "Validation Failed", "documentation_url": "https://docs.github.com/rest"}
    errors = [
        {"resource": "Issue", "code": "custom", "message": "Could not resolve to a node with the global id of it."}
    ]
    return Fault(answer=Answer(status=422, body=body | {"errors": errors}))


def _limited(status: int, message: str, retry_after: int | None) -> Answer:
    body = {
        "message": message,
        "documentation_url": "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api",
    }
    headers = (("Retry-After", str(retry_after)),) if retry_after is not None else ()
    return Answer(status=status, body=body, headers=headers)


@dataclass(slots=True, kw_only=True)
class _Plan:
    route: str
    repository: str | None
    fault: Fault
    first: int
    times: int | None
    seen: int = 0
    fired: int = 0

    def is_due(self) -> bool:
        return self.seen >= self.first and (self.times is None or self.fired < self.times)


class Faults:
    """The planned faults of a test; a plan that never came true is a violation, since it tested nothing."""

    def __init__(self, routes: frozenset[str]) -> None:
        self._routes = routes
        self._plans: list[_Plan] = []
        self._lock = threading.Lock()
        self.stopped = threading.Event()

    def on(
        self, route: str, fault: Fault, *, nth: int = 1, times: int | None = 1, repository: str | None = None
    ) -> None:
        """Plans a fault.

        Args:
            route: An operation's name, or `git refs`, `git fetch`, `git push`.
            fault: What goes wrong.
            nth: At which call of that route, from now and from 1, it starts.
            times: For how many calls; None for ever.
            repository: `owner/name`, if only calls to that one count.

        Raises:
            ValueError: There is no such route.
        """
        if route not in self._routes:
            raise ValueError(f"no route {route!r}")
        self._plans.append(_Plan(route=route, repository=repository, fault=fault, first=nth, times=times))

    def take(self, route: str | None, repository: str | None) -> Fault | None:
        """Counts a call, and returns the fault that is due."""
        with self._lock:
            due = None
            for plan in self._plans:
                if plan.route == route and plan.repository in (None, repository):
                    plan.seen += 1
                    if due is None and plan.is_due():
                        plan.fired += 1
                        due = plan.fault
            return due

    def unfired(self) -> list[str]:
        """Says which plans never came true."""
        return [f"planned fault never happened: {plan.route}" for plan in self._plans if not plan.fired]

    def clear(self) -> None:
        """Forgets every plan."""
        with self._lock:
            self._plans.clear()
