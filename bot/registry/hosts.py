"""What this run knows of each server: how many questions it takes, whether it rests, whether it is given up."""

import threading
import time

from bot.reason import Reason
from bot.reasons import RATE_LIMITED, UNREACHABLE
from bot.registry.challenges import Challenge
from bot.registry.failures import UnansweredError
from bot.registry.limits import Limits
from bot.registry.origins import DOCKER_HUB_ENDPOINT, Origin


class Host:
    """One server, for the length of a run. Shared by all threads."""

    def __init__(self, origin: Origin, limits: Limits, run_until: float) -> None:
        self.origin = origin
        self.until = min(run_until, time.monotonic() + limits.host_seconds)
        """Deadline of everything asked of it, on the monotonic clock."""
        self.most = limits.docker_hub_workers if origin.host == DOCKER_HUB_ENDPOINT else limits.workers
        """Questions under way at once."""
        self.under_way = 0
        """Kept by the crowd, under its lock."""
        self.quiet_until = 0.0
        self.greeting = threading.Lock()
        self.greeted = False
        self.challenge: Challenge | None = None
        """How it wants to be asked, as it last said; None while it wants nothing."""
        self._given_up: Reason | None = None
        self._failures = 0
        self._limits = limits
        self._lock = threading.Lock()

    @property
    def takes_more(self) -> bool:
        """Whether a question may be put to it now. One that is given up takes all: each ends at once."""
        if self._given_up:
            return True
        return self.under_way < self.most and time.monotonic() >= self.quiet_until

    def check(self) -> None:
        """Raise when it is given up, or its time is over."""
        if self._given_up is None and time.monotonic() >= self.until:
            self.give_up(self.unreachable("the time for it in this run is used up"))
        if self._given_up:
            raise UnansweredError(self._given_up)

    def give_up(self, reason: Reason) -> None:
        """Ask it nothing more in this run; the first reason stays."""
        with self._lock:
            self._given_up = self._given_up or reason

    def slow_down(self, seconds: float) -> None:
        """Rest after a 429, and take half as many questions from then on; a burst of 429 counts once."""
        with self._lock:
            now = time.monotonic()
            if now >= self.quiet_until:
                self.most = max(1, self.most // 2)
            self.quiet_until = max(self.quiet_until, now + seconds)

    def failed(self, reason: Reason) -> None:
        """Count a question that failed after every attempt; after many in a row the host is given up."""
        with self._lock:
            self._failures += 1
            many = self._failures >= self._limits.failures
        if many:
            self.give_up(reason)

    def answered(self) -> None:
        """It works."""
        self._failures = 0

    def unreachable(self, problem: str) -> Reason:
        """The reason of a question that got no answer."""
        return UNREACHABLE(host=self.origin.shown, problem=problem)

    def rate_limited(self, problem: str) -> Reason:
        """The reason of a question that came too often."""
        return RATE_LIMITED(host=self.origin.shown, problem=problem)


class Hosts:
    """All servers of a run. The run's time begins with its first question."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._hosts: dict[Origin, Host] = {}
        self._lock = threading.Lock()
        self._run_until: float | None = None

    def of(self, origin: Origin) -> Host:
        """The one record of a server."""
        if found := self._hosts.get(origin):
            return found
        with self._lock:
            if self._run_until is None:
                self._run_until = time.monotonic() + self._limits.run_seconds
            return self._hosts.setdefault(origin, Host(origin, self._limits, self._run_until))
