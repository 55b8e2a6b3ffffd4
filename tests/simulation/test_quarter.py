"""A team, a fleet and this bot, hour by hour: what must never happen does not, in a week of every run and in a quarter.

The quarter prints what a team would have seen, by grouping: `pytest -m long -s tests/simulation`.
"""

from contextlib import nullcontext
from random import Random

import pytest
from doubles.memory_repository import MemoryRemote, MemoryRepository
from doubles.quarter.fleet import HOSTS, files
from doubles.quarter.people import People
from doubles.quarter.releases import Publishers
from doubles.quarter.truth import Truth
from doubles.quarter.watch import Watch
from doubles.quarter.world import BEGIN, World

WEEK = 7 * 24
QUARTER = 13 * WEEK


def simulated(group: str, *, charts: int, hours: int, seed: int) -> Watch:
    """Live through it, with a registry away for a day, and both of them in the fifth week."""
    names = tuple(f"chart-{number:03}" for number in range(charts))
    publishers, remote = Publishers(charts=names, random=Random(seed)), MemoryRemote()
    remote.now = BEGIN
    remote.commit("main", files(group, names))
    world = World(remote=remote, opens=lambda: nullcontext(MemoryRepository(remote)), publishers=publishers)
    truth = Truth(publishers=publishers)
    truth.observe(world.running(), 0)
    people = People(world=world, truth=truth, random=Random(seed + 1))
    watch = Watch(world=world, truth=truth, people=people)
    for hour in range(1, hours + 1):
        world.pass_to(hour, _away(hour))
        people.act()
        truth.observe(world.running(), hour)
        watch.run()
    return watch


def _away(hour: int) -> frozenset[str]:
    if 3 * 24 + 5 <= hour < 4 * 24 + 5:
        return frozenset(HOSTS[:1])
    return frozenset(HOSTS if 30 * 24 <= hour < 31 * 24 else ())


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
        print(f"\n{watch.table(group)}")  # noqa: T201 - for whoever chooses a grouping
    assert watch.runs > QUARTER
