"""A team, a fleet and this bot, hour by hour: what must never happen does not, in a week of every run and in a quarter.

The quarter prints what a team would have seen, by grouping: `pytest -m quarter -s tests/simulation`.
"""

import pytest
from doubles.quarter.quarter import QUARTER, WEEK, simulated


@pytest.mark.parametrize("group", ["tier", "chart"])
def test_a_week_of_a_small_fleet(group: str) -> None:
    watch = simulated(group, charts=12, hours=WEEK, seed=3)

    assert watch.people.did["dev", "merged"]
    assert watch.saw["dev", "opened"]


@pytest.mark.quarter
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("group", ["tier", "teams", "chart"])
def test_a_quarter_of_three_hundred_releases(group: str, capsys: pytest.CaptureFixture[str]) -> None:
    watch = simulated(group, charts=100, hours=QUARTER, seed=2026)

    with capsys.disabled():
        print(f"\n{watch.table()}")  # noqa: T201 - for whoever chooses a grouping
    assert watch.runs > QUARTER
