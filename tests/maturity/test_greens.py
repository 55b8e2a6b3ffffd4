"""Green is success by the right creator on a commit that held the version, and no failure since."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from bot.maturity.greens import Colour, colour, unread, worst
from bot.model.proposals import SaidStatus, State
from bot.model.tiers import RequiredStatus

SMOKE = RequiredStatus(context="ci/smoke", creator="ci[bot]")


def said(state: State, context: str = "ci/smoke", creator: str = "ci[bot]", hour: int | None = None) -> SaidStatus:
    at = None if hour is None else datetime(2026, 1, 1, hour, tzinfo=UTC)
    return SaidStatus(context=context, state=state, creator=creator, at=at)


GOOD, BAD, WAITING = said(State.SUCCESS), said(State.FAILURE), said(State.PENDING)


@pytest.mark.parametrize(
    ("commits", "expected"),
    [
        pytest.param([], Colour.UNKNOWN, id="no commit"),
        pytest.param([[]], Colour.UNKNOWN, id="nothing said"),
        pytest.param([[GOOD]], Colour.GREEN, id="success"),
        pytest.param([[], [GOOD]], Colour.GREEN, id="success on an earlier commit"),
        pytest.param([[BAD], [GOOD]], Colour.RED, id="a failure since"),
        pytest.param([[GOOD], [BAD]], Colour.GREEN, id="a success since"),
        pytest.param([[BAD, GOOD]], Colour.RED, id="a failure later on the same commit"),
        pytest.param([[said(State.ERROR)]], Colour.RED, id="an error"),
        pytest.param([[WAITING]], Colour.UNKNOWN, id="pending is no success"),
        pytest.param([[WAITING], [GOOD]], Colour.GREEN, id="and no failure"),
        pytest.param([[said(State.SUCCESS, creator="mallory")]], Colour.UNKNOWN, id="somebody else's word"),
        pytest.param([[said(State.FAILURE, creator="mallory"), GOOD]], Colour.GREEN, id="somebody else's failure"),
        pytest.param([[said(State.SUCCESS, context="ci/other")]], Colour.UNKNOWN, id="about something else"),
        pytest.param([[said(State.SUCCESS, creator="CI[bot]")]], Colour.GREEN, id="logins know no case"),
        pytest.param([[said(State.SUCCESS, creator="")]], Colour.UNKNOWN, id="whose account is gone"),
    ],
)
def test_the_newest_word_of_the_right_creator_decides(commits: list[list[SaidStatus]], expected: Colour) -> None:
    assert colour(commits, SMOKE) is expected


@pytest.mark.parametrize(
    ("commits", "expected"),
    [
        pytest.param([[said(State.SUCCESS, hour=1)], [said(State.FAILURE, hour=2)]], Colour.RED, id="a later failure"),
        pytest.param([[said(State.FAILURE, hour=1)], [said(State.SUCCESS, hour=2)]], Colour.GREEN, id="later success"),
        pytest.param([[said(State.SUCCESS, hour=2)], [said(State.FAILURE, hour=1)]], Colour.GREEN, id="an earlier one"),
        pytest.param(
            [[said(State.SUCCESS, hour=1)], [said(State.FAILURE, creator="mallory", hour=2)]],
            Colour.GREEN,
            id="somebody else's later failure",
        ),
        pytest.param(
            [[said(State.SUCCESS, hour=1)], [said(State.PENDING, hour=2)]], Colour.GREEN, id="a later run not done"
        ),
        pytest.param(
            [[said(State.SUCCESS, hour=1)], [], [BAD], [said(State.FAILURE, hour=2)]], Colour.RED, id="far back"
        ),
    ],
)
def test_where_the_forge_tells_when_a_word_was_said_the_last_one_decides_whatever_its_commit(
    commits: list[list[SaidStatus]], expected: Colour
) -> None:
    assert colour(commits, SMOKE) is expected


def test_nothing_further_back_is_read_than_the_first_word_where_no_time_is_told() -> None:
    read: list[int] = []

    def statuses(number: int) -> list[SaidStatus]:
        read.append(number)
        return [GOOD] if number else []

    assert colour(map(statuses, range(5)), SMOKE) is Colour.GREEN
    assert read == [0, 1]


def broken(context: str = "ci/smoke", creator: str = "ci[bot]", hour: int = 2) -> SaidStatus:
    return replace(said(State.PENDING, context, creator, hour), unread="it cannot be read")


EARLIER, LATER = said(State.SUCCESS, hour=1), said(State.SUCCESS, hour=3)


@pytest.mark.parametrize(
    ("commits", "expected", "problem"),
    [
        pytest.param([[broken()], [EARLIER]], Colour.UNKNOWN, "it cannot be read", id="of this context"),
        pytest.param([[broken("")], [EARLIER]], Colour.UNKNOWN, "it cannot be read", id="of who knows which"),
        pytest.param([[broken()], [LATER]], Colour.GREEN, "", id="before the last word"),
        pytest.param([[broken("ci/other")], [EARLIER]], Colour.GREEN, "", id="of another context"),
        pytest.param([[broken("", "mallory")], [EARLIER]], Colour.GREEN, "", id="of somebody else"),
    ],
)
def test_a_last_word_that_cannot_be_read_may_be_a_failure(
    commits: list[list[SaidStatus]], expected: Colour, problem: str
) -> None:
    assert (colour(commits, SMOKE), unread(commits, SMOKE)) == (expected, problem)


@pytest.mark.parametrize(
    ("colours", "expected"),
    [
        ([], Colour.UNKNOWN),
        ([Colour.GREEN], Colour.GREEN),
        ([Colour.GREEN, Colour.UNKNOWN], Colour.UNKNOWN),
        ([Colour.GREEN, Colour.UNKNOWN, Colour.RED], Colour.RED),
    ],
)
def test_of_several_the_worst_counts(colours: list[Colour], expected: Colour) -> None:
    assert worst(colours) is expected
