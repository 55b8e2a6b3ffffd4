"""The soak rule on histories of times and versions, oldest first."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from doubles.versions import parse_loose
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.maturity.durations import LONGEST
from bot.maturity.soaking import Unsoaked, free_at
from bot.maturity.timeline import Moment, Span, spans
from bot.model.commits import PastCommit
from bot.versions.version import Version

START = datetime(2026, 1, 1, tzinfo=UTC)
SOAK = timedelta(days=3)
History = Sequence[tuple[float, str]]
"""Days since the start, and the version from then on; empty for none."""


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def known(text: str) -> Version | None:
    return parse_loose(text) if text else None


def ran(history: History, now: float, seen: Sequence[int] | None = None) -> tuple[Span, ...]:
    """The spans of a history whose commits were each seen when they came, or only those that are named."""
    commits = tuple(PastCommit(sha=f"{index:040x}", at=day(at)) for index, (at, _) in enumerate(history))
    indices = range(len(history)) if seen is None else seen
    sights = {commits[index].sha: min(day(history[index][0]), day(now)) for index in indices}
    moments = [Moment(one.sha, one.at, known(text)) for one, (_, text) in zip(commits, history, strict=True)]
    return spans(moments, sights, day(now))


def free(history: History, version: str, now: float, seen: Sequence[int] | None = None) -> datetime | Unsoaked:
    return free_at(ran(history, now, seen), parse_loose(version), SOAK, day(now))


@pytest.mark.parametrize(
    ("history", "version", "expected"),
    [
        pytest.param([(0, "1.0.0")], "1.0.0", day(3), id="it runs"),
        pytest.param([(0, "1.0.0"), (4, "1.1.0")], "1.0.0", day(3), id="it ran for long enough"),
        pytest.param([(0, "1.0.0"), (3, "1.1.0")], "1.0.0", day(3), id="exactly"),
        pytest.param([(0, "1.0.0"), (2.9, "1.1.0")], "1.0.0", Unsoaked.LEFT_EARLY, id="not for long enough"),
        pytest.param([(0, "1.0.0")], "1.1.0", Unsoaked.NEVER_RAN, id="it never ran"),
        pytest.param(
            [(0, "1.0.0"), (1, "1.1.0"), (5, "1.0.0")], "1.1.0", Unsoaked.WENT_BACK, id="it was left for a lower"
        ),
        pytest.param(
            [(0, "1.0.0"), (1, "1.1.0"), (5, "1.2.0"), (6, "1.0.0")],
            "1.1.0",
            Unsoaked.WENT_BACK,
            id="left for a lower later",
        ),
        pytest.param([(0, "1.1.0"), (5, "1.0.0"), (6, "1.1.0")], "1.1.0", day(9), id="taken up again"),
        pytest.param([(0, "1.0.0"), (2, "1.1.0"), (3, "1.0.0")], "1.0.0", day(6), id="a break begins it anew"),
        pytest.param([(0, "1.0.0"), (2, ""), (2.5, "1.0.0")], "1.0.0", day(5.5), id="so does being suspended"),
        pytest.param([(0, "1.0.0"), (4, ""), (5, "1.1.0")], "1.0.0", day(3), id="and it is no lower version"),
        pytest.param([(0, "1.0.0+a"), (1, "1.0.0+b")], "1.0.0+a", Unsoaked.LEFT_EARLY, id="metadata is another build"),
    ],
)
def test_a_history_says_when_a_version_is_free(history: History, version: str, expected: datetime | Unsoaked) -> None:
    assert free(history, version, now=20) == expected


def test_what_nobody_saw_begins_now() -> None:
    assert free([(0, "1.0.0")], "1.0.0", now=9, seen=[]) == day(12)


def test_what_nobody_saw_and_is_gone_does_not_count() -> None:
    assert free([(0, "1.0.0"), (8, "1.1.0")], "1.0.0", now=9, seen=[1]) is Unsoaked.LEFT_EARLY


def test_a_later_tip_that_was_seen_proves_those_before_it_to_be_no_younger() -> None:
    history = [(0, "1.0.0"), (1, "1.0.0"), (2, "1.0.0")]
    assert free(history, "1.0.0", now=2, seen=[1]) == day(4)


def test_a_successor_that_is_dated_late_does_not_lengthen_what_it_ended() -> None:
    commits = (("a" * 40, day(0), "1.0.0"), ("b" * 40, day(4), "1.1.0"))
    seen = {"a" * 40: day(0), "b" * 40: day(1)}
    found = spans([Moment(sha, at, known(text)) for sha, at, text in commits], seen, day(6))
    assert free_at(found, parse_loose("1.0.0"), SOAK, day(6)) is Unsoaked.LEFT_EARLY


@pytest.mark.parametrize("now", [2, 6])
@pytest.mark.parametrize("dated", [5, 3650])
def test_a_date_after_our_first_sight_is_wrong_and_counts_from_the_sight(dated: int, now: int) -> None:
    """The commit was there when it was seen; and what was promised then does not change once its date has come."""
    commit = PastCommit(sha="a" * 40, at=day(dated))
    found = spans([Moment(commit.sha, commit.at, known("1.0.0"))], {commit.sha: day(1)}, day(now))
    assert free_at(found, parse_loose("1.0.0"), SOAK, day(now)) == day(4)


def test_commits_of_one_time_are_told_apart_by_their_order() -> None:
    assert free([(0, "1.0.0"), (0, "1.1.0"), (0, "1.2.0")], "1.2.0", now=1) == day(3)
    assert free([(0, "1.2.0"), (0, "1.1.0")], "1.2.0", now=9) is Unsoaked.WENT_BACK


@pytest.mark.parametrize("forged", [-2000, 8, 500])
def test_a_forged_date_wins_nothing(forged: float) -> None:
    """Its commit came on day 7 and was seen then; and before, on day 5, dev had gone back."""
    history = [(0, "1.1.0"), (5, "1.0.0"), (forged, "1.1.0")]
    commits = tuple(PastCommit(sha=f"{index:040x}", at=day(at)) for index, (at, _) in enumerate(history))
    seen = {commits[0].sha: day(0), commits[1].sha: day(5), commits[2].sha: day(7)}
    moments = [Moment(one.sha, one.at, known(text)) for one, (_, text) in zip(commits, history, strict=True)]

    answer = free_at(spans(moments, seen, day(8)), parse_loose("1.1.0"), SOAK, day(8))
    assert isinstance(answer, datetime)
    assert answer >= day(10)


VERSIONS = ("1.0.0", "1.1.0", "1.2.0", "2.0.0", "")
HISTORIES = st.lists(
    st.tuples(st.integers(min_value=0, max_value=12).map(lambda half: half / 2), st.sampled_from(VERSIONS)),
    min_size=1,
    max_size=8,
).map(lambda steps: [(sum(gap for gap, _ in steps[: index + 1]), text) for index, (_, text) in enumerate(steps)])


def plainly(history: History, version: Version, now: datetime) -> datetime | None:
    """The rule said once more, hour by hour: the first at which it had run for its soak and was not gone back from."""
    ends = [day(at) for at, _ in history[1:]] + [None]
    stretches: list[list[datetime | None]] = []
    before: Version | None = None
    for (at, text), end in zip(history, ends, strict=True):
        value = known(text)
        if value is not None and value < version:
            stretches.clear()
        if value == version:
            if before == version and stretches:
                stretches[-1][1] = end
            else:
                stretches.append([day(at), end])
        before = value
    found = [begin + SOAK for begin, end in stretches if begin and (end is None or end - begin >= SOAK)]
    return min(found, default=None)


@settings(deadline=None)
@given(HISTORIES, st.sampled_from(VERSIONS[:-1]), st.integers(min_value=0, max_value=40))
def test_the_rule_is_what_it_says(history: History, text: str, later: int) -> None:
    now = history[-1][0] + later
    answer = free(history, text, now)
    assert (answer if isinstance(answer, datetime) else None) == plainly(history, parse_loose(text), day(now))


@settings(deadline=None)
@given(HISTORIES, st.sampled_from(VERSIONS[:-1]), st.sets(st.integers(min_value=0, max_value=7)))
def test_less_evidence_never_makes_it_earlier(history: History, text: str, indices: set[int]) -> None:
    now = history[-1][0] + 1
    whole, less = (free(history, text, now, seen) for seen in (None, [one for one in indices if one < len(history)]))
    if isinstance(less, datetime):
        assert isinstance(whole, datetime)
        assert less >= whole


@settings(deadline=None)
@given(HISTORIES, st.sampled_from(VERSIONS[:-1]), st.integers(min_value=1, max_value=40))
def test_it_is_never_free_early_and_never_forgotten(history: History, text: str, later: int) -> None:
    """Whatever is said at one time holds at every later one, while nothing moves."""
    now = history[-1][0]
    answer = free(history, text, now)
    assert free(history, text, now + later) == answer
    if isinstance(answer, datetime):
        assert answer >= day(history[0][0]) + SOAK


@settings(deadline=None)
@given(HISTORIES, st.sampled_from(VERSIONS[:-1]), st.sampled_from(VERSIONS[:-1]))
def test_moving_up_forgets_nothing_that_had_soaked(history: History, text: str, following: str) -> None:
    now = history[-1][0] + 4
    history = [*history, (history[-1][0] + 1, text)]
    answer = free(history, text, now)
    moved = free([*history, (now, following)], text, now)
    if parse_loose(following) < parse_loose(text):
        assert moved is Unsoaked.WENT_BACK
    else:
        assert moved == answer


@settings(deadline=None)
@given(HISTORIES, st.lists(st.integers(min_value=-5, max_value=60), min_size=8, max_size=8))
def test_dates_that_a_committer_chose_make_nothing_free_earlier(history: History, dates: list[int]) -> None:
    """Every commit was seen when it came; what is forged is only its date."""
    now = history[-1][0] + 1
    commits = tuple(PastCommit(sha=f"{index:040x}", at=day(dates[index])) for index in range(len(history)))
    seen = {commit.sha: day(at) for commit, (at, _) in zip(commits, history, strict=True)}
    moments = [Moment(one.sha, one.at, known(text)) for one, (_, text) in zip(commits, history, strict=True)]
    for text in VERSIONS[:-1]:
        honest = free(history, text, now)
        forged = free_at(spans(moments, seen, day(now)), parse_loose(text), SOAK, day(now))
        if isinstance(forged, datetime) and forged <= day(now):
            assert isinstance(honest, datetime)
            assert honest <= day(now)


ANY_TIME = st.datetimes(timezones=st.just(UTC))


@settings(deadline=None)
@given(
    st.lists(st.tuples(ANY_TIME, st.sampled_from(VERSIONS), st.none() | ANY_TIME), min_size=1, max_size=6),
    st.integers(min_value=0, max_value=9),
)
def test_no_date_of_a_commit_or_a_sight_can_stop_a_run(
    told: list[tuple[datetime, str, datetime | None]], now: int
) -> None:
    moments = [Moment(f"{index:040x}", at, known(text)) for index, (at, text, _) in enumerate(told)]
    seen = {moment.commit: at for moment, (_, _, at) in zip(moments, told, strict=True) if at}
    found = spans(moments, seen, day(now))
    for text in VERSIONS[:-1]:
        answer = free_at(found, parse_loose(text), SOAK, day(now))
        assert isinstance(answer, Unsoaked) or answer <= day(now) + LONGEST + SOAK
