"""Many questions at once: workers take them from every host in turn, no host gets more than it may have."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from bot.ports import Progress
from bot.registry.hosts import Host

Question = TypeVar("Question")
Outcome = TypeVar("Outcome")

_TICK_SECONDS = 0.1
_SPARE_WORKERS = 8
"""For each further host, so that one whose workers all wait does not hold up the others."""
_MOST_WORKERS = 64


class Crowd(Generic[Question, Outcome]):
    """Asks every question once and collects what comes back."""

    def __init__(self, questions: Iterable[tuple[Host, Question]], answer: Callable[[Question], Outcome]) -> None:
        self.outcomes: dict[Question, Outcome] = {}
        self._answer = answer
        self._waiting: dict[Host, deque[Question]] = {}
        for host, question in questions:
            self._waiting.setdefault(host, deque()).append(question)
        self._ring = deque(self._waiting)
        self._total = sum(len(queue) for queue in self._waiting.values())
        self._changed = threading.Condition()
        self._done = threading.Event()
        self._fault: BaseException | None = None

    def run(self, workers: int, progress: Progress) -> dict[Question, Outcome]:
        """Ask with so many workers for one host. A fault of ours in any of them is raised here."""
        if not self._total:
            return {}
        count = min(self._total, workers + _SPARE_WORKERS * (len(self._ring) - 1), _MOST_WORKERS)
        # Daemons: a person who interrupts the run does not wait for a silent server.
        for number in range(count):
            threading.Thread(target=self._work, name=f"registry-{number}", daemon=True).start()
        try:
            told = 0
            while not self._done.wait(_TICK_SECONDS):
                if told != len(self.outcomes):
                    told = len(self.outcomes)
                    progress(told, self._total)
        finally:
            self._stop()
        if self._fault:
            raise self._fault
        progress(len(self.outcomes), self._total)
        return self.outcomes

    def _work(self) -> None:
        try:
            while taken := self._take():
                host, question = taken
                outcome = self._answer(question)
                self._put(host, question, outcome)
        except BaseException as error:  # noqa: BLE001 # carried to the thread that waits, which raises it
            self._fault = error
            self._stop()
            self._done.set()

    def _take(self) -> tuple[Host, Question] | None:
        """The next question of a host that takes one, or None when none is left."""
        with self._changed:
            while self._ring:
                for _ in range(len(self._ring)):
                    host = self._ring[0]
                    self._ring.rotate(-1)
                    if host.takes_more:
                        return host, self._next_of(host)
                self._changed.wait(self._rest())
            return None

    def _next_of(self, host: Host) -> Question:
        queue = self._waiting[host]
        question = queue.popleft()
        if not queue:
            self._ring.remove(host)
        host.under_way += 1
        return question

    def _rest(self) -> float:
        """Until the first host has rested; one whose workers are all busy tells by itself."""
        now = time.monotonic()
        return min((host.quiet_until - now for host in self._ring if host.quiet_until > now), default=_TICK_SECONDS)

    def _put(self, host: Host, question: Question, outcome: Outcome) -> None:
        with self._changed:
            host.under_way -= 1
            self.outcomes[question] = outcome
            if self._ring:
                self._changed.notify()
            if len(self.outcomes) == self._total:
                self._done.set()

    def _stop(self) -> None:
        with self._changed:
            self._ring.clear()
            self._changed.notify_all()
