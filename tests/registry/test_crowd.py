"""Many questions to many hosts: each once, none held up by another host."""

import threading
import time
from datetime import UTC, datetime

import pytest

from bot.registry.crowd import Crowd
from bot.registry.hosts import Host
from bot.registry.limits import Limits
from bot.registry.origins import Origin
from bot.registry.waiting import pause, retry_after


def host(name: str, limits: Limits | None = None) -> Host:
    origin = Origin(scheme="https", host=name, port=443)
    return Host(origin, limits or Limits(), time.monotonic() + 60)


def silent_progress(_done: int, _total: int, _lost: int) -> None:
    return None


def test_every_question_is_answered_once() -> None:
    one, two = host("a"), host("b")
    asked: list[int] = []
    questions = [(one if number % 3 else two, number) for number in range(500)]

    def answer(number: int) -> int:
        asked.append(number)
        return number * 2

    found = Crowd(questions, answer).start(8, silent_progress).finish()
    assert found == {number: number * 2 for number in range(500)}
    assert sorted(asked) == list(range(500))


def test_answers_that_come_soon_start_no_further_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    for late in ("_LATE_SECONDS", "_TICK_SECONDS"):
        monkeypatch.setattr(f"bot.registry.crowd.{late}", 20)
    begin, threads = Crowd._start_one, set[int]()

    def begin_slowly(crowd: Crowd[int, None]) -> None:
        time.sleep(0.01)
        begin(crowd)

    def answer(_number: int) -> None:
        time.sleep(0.005)
        threads.add(threading.get_ident())

    monkeypatch.setattr(Crowd, "_start_one", begin_slowly)
    one = host("a")
    Crowd([(one, number) for number in range(300)], answer).start(64, silent_progress).finish()
    assert len(threads) < 8


@pytest.mark.parametrize("quick", [0, 1, 20])
def test_answers_that_are_late_start_all_workers(quick: int) -> None:
    together = threading.Barrier(16)

    def answer(number: int) -> None:
        if number >= quick:
            together.wait(20)

    one = host("a")
    questions = [(one, number) for number in range(16 + quick)]
    assert len(Crowd(questions, answer).start(16, silent_progress).finish()) == 16 + quick


def test_an_outcome_can_be_read_while_others_are_under_way() -> None:
    one, read = host("a"), threading.Event()
    questions = [(one, number) for number in range(10)]
    crowd = Crowd(questions, lambda number: number == 3 or read.wait(20)).start(32, silent_progress)
    assert crowd[3]
    read.set()
    assert all(crowd.finish().values())


def test_who_goes_through_the_questions_meets_those_first_that_are_answered_first() -> None:
    release = threading.Event()
    questions = [(host("a"), number) for number in range(10)]
    crowd = Crowd(questions, lambda number: number != 0 or release.wait(20)).start(4, silent_progress)
    met = []
    for number in crowd:
        met.append(number)
        assert number in crowd._outcomes
        if len(met) == 9:
            release.set()
    assert sorted(met) == list(range(10))
    assert met[-1] == 0
    assert list(crowd) == met


def test_a_fault_of_ours_reaches_who_goes_through_the_questions() -> None:
    def answer(number: int) -> int:
        raise ValueError(number)

    with pytest.raises(ValueError, match="7"):
        list(Crowd([(host("a"), 7)], answer).start(1, silent_progress))


def test_a_question_that_was_not_put_has_no_outcome() -> None:
    with pytest.raises(KeyError):
        Crowd([(host("a"), 1)], str).start(1, silent_progress)[2]


def test_a_crowd_that_is_stopped_asks_nothing_more() -> None:
    one, release = host("a"), threading.Event()
    asked: list[int] = []

    def answer(number: int) -> bool:
        asked.append(number)
        return release.wait(20)

    crowd = Crowd([(one, number) for number in range(100)], answer).start(2, silent_progress)
    crowd.stop()
    release.set()
    assert len(asked) <= 4


def test_a_host_never_has_more_under_way_than_it_takes() -> None:
    hub = host("registry-1.docker.io")
    most = 0
    lock = threading.Lock()

    def answer(number: int) -> int:
        nonlocal most
        with lock:
            most = max(most, hub.under_way)
        time.sleep(0.002)
        return number

    Crowd([(hub, number) for number in range(40)], answer).start(32, silent_progress).finish()
    assert most == 4


def test_a_host_that_hangs_does_not_hold_up_another() -> None:
    slow, quick = host("slow", Limits(workers=4)), host("quick", Limits(workers=4))
    all_quick_done = threading.Event()
    done = 0
    lock = threading.Lock()

    def answer(question: tuple[str, int]) -> bool:
        nonlocal done
        if question[0] == "slow":
            return all_quick_done.wait(20)
        with lock:
            done += 1
            if done == 50:
                all_quick_done.set()
        return True

    questions = [(slow, ("slow", number)) for number in range(50)] + [
        (quick, ("quick", number)) for number in range(50)
    ]
    found = Crowd(questions, answer).start(4, silent_progress).finish()
    assert all(found.values())


def test_a_host_that_rests_is_passed_over() -> None:
    resting, other = host("resting"), host("other")
    resting.slow_down(0.2)
    order: list[str] = []
    questions = [(resting, "resting"), (other, "other")]
    Crowd(questions, order.append).start(1, silent_progress).finish()
    assert order == ["other", "resting"]


def test_a_fault_of_ours_is_raised_where_the_crowd_was_called() -> None:
    def answer(number: int) -> int:
        if number == 7:
            raise ZeroDivisionError
        return number

    one = host("a")
    with pytest.raises(ZeroDivisionError):
        Crowd([(one, number) for number in range(100)], answer).start(4, silent_progress).finish()


def test_a_burst_of_429_halves_the_workers_once() -> None:
    one = host("a", Limits(workers=32))
    for _ in range(32):
        one.slow_down(1)
    assert one.most == 16


def test_the_workers_of_a_host_never_go_below_one() -> None:
    one = host("a", Limits(workers=2))
    for _ in range(5):
        one.quiet_until = 0
        one.slow_down(0)
    assert one.most == 1


NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 5 ", 5.0),
        ("Sat, 21 Nov 2026 00:01:00 GMT", 60.0),
        ("Sat, 21 Nov 2026 00:01:00", 60.0),
        ("Sat, 21 Nov 2020 00:00:00 GMT", 0.0),
        ("9" * 5_000, 999_999_999.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("Sat, 99 Nov 2026 00:01:00 GMT", None),
    ],
)
def test_retry_after_is_read(text: str, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds


def test_pauses_grow_and_are_capped() -> None:
    assert [round(pause(attempt, 1, 4) * 0.8) <= limit for attempt, limit in ((0, 1), (1, 2), (2, 4), (9, 4))] == [
        True
    ] * 4
    assert pause(3, 1, 100) >= 8
