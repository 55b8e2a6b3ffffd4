"""Many questions at once: workers take them from every host in turn, no host gets more than it may have."""

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from enum import Enum
from functools import partial
from typing import Self, TypeVar

from bot.ports import Progress
from bot.registry.hosts import Host

Question = TypeVar("Question", bound=Hashable)
Outcome = TypeVar("Outcome")

_TICK_SECONDS = 0.1
_SPARE_WORKERS = 8
"""For each further host, so that one whose workers all wait does not hold up the others."""
_MOST_WORKERS = 128
_LATE_SECONDS = 0.02
"""Most answers of a registry on the same machine or in the same rack come in less: few workers hear them all, and each
further one is a connection and a thread for nothing."""


class _Any(Enum):
    """Stands for whichever question."""

    ANY = "any"


_ANY = _Any.ANY


class Crowd(Mapping[Question, Outcome]):
    """Asks every question once. Holds what came back; who reads an outcome that is not there yet waits for it.

    Who goes through it meets each question when its outcome is there, the first one first.
    """

    def __init__(
        self,
        questions: Iterable[tuple[Host, Question]],
        answer: Callable[[Question], Outcome],
        is_lost: Callable[[Outcome], bool] = lambda _outcome: False,
    ) -> None:
        self._answer = answer
        self._outcomes: dict[Question, Outcome] = {}
        self._order: list[Question] = []
        self._waiting: dict[Host, deque[Question]] = {}
        for host, question in questions:
            self._waiting.setdefault(host, deque()).append(question)
        self._questions = dict.fromkeys(question for queue in self._waiting.values() for question in queue)
        self._ring = deque(self._waiting)
        self._changed = threading.Condition()
        self._awaited: Question | _Any = _ANY
        self._to_start = 0
        self._hurries = False
        self._arrived = threading.Event()
        self._fault: BaseException | None = None
        self._progress: Progress = _tell_nobody
        self._told = 0
        self._is_lost = is_lost
        self._lost = 0

    def __getitem__(self, question: Question) -> Outcome:
        """The outcome, waited for. A fault of ours in any of the workers is raised here."""
        if question in self._questions and question not in self._outcomes:
            self._wait(question, lambda: question in self._outcomes)
        self._tell(always=False)
        return self._outcomes[question]

    def __iter__(self) -> Iterator[Question]:
        for number in range(len(self._questions)):
            if number == len(self._order):
                self._wait(_ANY, partial(self._has_more_than, number))
            yield self._order[number]

    def __len__(self) -> int:
        return len(self._questions)

    def start(self, workers: int, progress: Progress) -> Self:
        """Begin to ask, with up to so many workers for one host: as many as start before the first answer.

        All of them where an answer is late. `progress` is told in the thread that reads.
        """
        self._progress = progress
        self._to_start = min(len(self), workers + _SPARE_WORKERS * (len(self._ring) - 1), _MOST_WORKERS)
        self._start_one()
        return self

    def _start_one(self) -> None:
        """Start a worker, which starts the next one: whoever wants the outcomes has better things to do."""
        with self._changed:
            number = self._to_start
            if not number or not self._ring:
                return
            self._to_start -= 1
        # Daemons: a person who interrupts the run does not wait for a silent server.
        threading.Thread(target=self._work, name=f"registry-{number}", daemon=True).start()

    def _hurry(self) -> None:
        """Start the workers that are left, as those before them."""
        if not self._hurries:
            self._hurries = True
            self._start_one()

    def finish(self) -> Self:
        """Wait for every outcome."""
        for question in self._questions:
            self[question]
        return self

    def stop(self) -> None:
        """Ask nothing more. What is on its way nobody waits for."""
        with self._changed:
            self._ring.clear()
            self._changed.notify_all()

    def _has_more_than(self, number: int) -> bool:
        return len(self._order) > number

    def _wait(self, awaited: "Question | _Any", has_come: Callable[[], bool]) -> None:
        self._awaited = awaited
        self._arrived.clear()
        # Looked for only now: what came in before the lines above has woken nobody.
        while not has_come():
            if self._fault:
                raise self._fault
            if not self._arrived.wait(_TICK_SECONDS):
                self._hurry()
                self._tell(always=True)

    def _tell(self, *, always: bool) -> None:
        """Say how far it is: now and then while waiting, and that all is done."""
        with self._changed:
            done, lost = len(self._outcomes), self._lost
        if self._told != done and (always or done == len(self)):
            self._told = done
            self._progress(done, len(self), lost)

    def _work(self) -> None:
        try:
            if self._hurries or not self._outcomes:
                self._start_one()
            while taken := self._take():
                host, question = taken
                asked = time.monotonic()
                outcome = self._answer(question)
                self._put(host, question, outcome)
                if time.monotonic() - asked > _LATE_SECONDS:
                    self._hurry()
        except BaseException as error:  # noqa: BLE001 # carried to the thread that waits, which raises it
            self._fault = error
            self.stop()
            self._arrived.set()

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
            self._lost += self._is_lost(outcome)
            self._outcomes[question] = outcome
            self._order.append(question)
            if self._ring:
                self._changed.notify()
            if self._awaited in (_ANY, question):
                self._arrived.set()


def _tell_nobody(_done: int, _of: int, _lost: int) -> None:
    """Until somebody is named."""
