"""Why nothing is left of a pull request, row by row."""

import pytest
from doubles.told import a_verdict, an_update, current, held
from msgspec.structs import replace

from bot.maturity.maturity_reasons import HELD_BY_A_PERSON, ROLLED_BACK, WAITS
from bot.model.verdicts import Decision, Refused
from bot.planning.partings import MOST_TOLD, partings
from bot.planning.rows import Row
from bot.proposal_reasons import REFUSED

CHART = "ghcr.io/x/podinfo"
ROW = Row(chart=CHART, version="6.5.4")


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (current("6.5.4"), "podinfo: 6.5.4 is on the base branch"),
        (current("6.6.0"), "podinfo: 6.6.0 is on the base branch"),
        (current("6.5.3"), "podinfo: 6.5.4 is not proposed any more, and 6.5.3 stays"),
        (held(REFUSED(version="6.5.4", number=12, chart=CHART)), "podinfo: 6.5.4 was refused in #12"),
        (
            replace(current("6.5.3"), remark=HELD_BY_A_PERSON(version="6.5.4", why="held by a person")),
            "podinfo: 6.5.4 is allowed here and held by a person",
        ),
        (
            replace(current("6.5.3"), remark=WAITS(version="6.5.4", why="waits until tomorrow")),
            "podinfo: 6.5.4 is allowed here, but not yet: waits until tomorrow",
        ),
        (
            replace(current("6.5.3"), remark=ROLLED_BACK(version="6.5.4", why="dev went back from it in 1234")),
            "podinfo: 6.5.4 is allowed here and was taken back: dev went back from it in 1234",
        ),
        (
            replace(current("6.5.3"), refused=(Refused("7.0.0", "outside"), Refused("v6.5.4", "skipped by a rule"))),
            "podinfo: 6.5.4 is not taken: skipped by a rule",
        ),
        (an_update(old="6.5.4", new="7.0.0"), "podinfo: 6.5.4 is on the base branch"),
        (
            replace(an_update(new="6.5.3"), refused=(Refused("6.5.4", "refused in #12"),)),
            "podinfo: 6.5.4 is not taken: refused in #12",
        ),
        (an_update(new="6.5.5"), "podinfo: 6.5.5 is proposed in its place"),
        (an_update(new="6.5.4"), "podinfo: 6.5.4 is proposed elsewhere"),
    ],
)
def test_what_became_of_a_row_is_said(decision: Decision, said: str) -> None:
    assert partings({ROW}, [a_verdict(decision, chart="x/podinfo"), a_verdict(current(), chart="x/other")]) == (said,)


def test_a_chart_that_nothing_uses_any_more_is_said() -> None:
    assert partings({ROW}, []) == ("podinfo is no longer used here",)


def test_a_few_are_told_and_the_rest_counted() -> None:
    rows = [Row(chart=f"ghcr.io/x/{name}", version="1") for name in "gfedcba"]
    told = partings(rows, [])
    assert (told[0], told[-1], len(told)) == ("a is no longer used here", "and 2 more", MOST_TOLD + 1)
