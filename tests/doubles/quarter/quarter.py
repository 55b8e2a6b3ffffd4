"""The simulation itself: hours that pass, people who act, and the bot, which is watched."""

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from random import Random

from doubles.memory_repository import MemoryRemote, MemoryRepository
from doubles.quarter.fleet import HOSTS, files
from doubles.quarter.people import People
from doubles.quarter.releases import Publishers
from doubles.quarter.truth import Truth
from doubles.quarter.watch import Watch
from doubles.quarter.world import BEGIN, Remote, World

from bot.ports import Repository

DAY = 24
WEEK = 7 * DAY
QUARTER = 13 * WEEK


def simulated(
    group: str,
    *,
    charts: int,
    hours: int,
    seed: int,
    remote: Remote | None = None,
    opens: Callable[[], AbstractContextManager[Repository]] | None = None,
) -> Watch:
    """Live through it, with a registry away for a day in the first week, and both of them in the fifth.

    Args:
        group: What `configuration` of the fleet takes.
        charts: How many; each has a release in each of three tiers.
        hours: How long; the bot runs in each of them.
        seed: Of all that happens.
        remote: The Git remote; one in memory where None.
        opens: Opens it as the bot does.
    """
    names = tuple(f"chart-{number:03}" for number in range(charts))
    publishers = Publishers(charts=names, random=Random(seed))
    if remote is None:
        memory = MemoryRemote()
        remote, opens = memory, lambda: nullcontext(MemoryRepository(memory))
    assert opens, "whoever brings a remote says how it is opened"
    remote.now = BEGIN
    remote.commit("main", files(group, names))
    world = World(remote=remote, opens=opens, publishers=publishers)
    truth = Truth(publishers=publishers)
    truth.observe(world.running(), 0)
    people = People(world=world, truth=truth, random=Random(seed + 1))
    watch = Watch(world=world, truth=truth, people=people, group=group)
    with _searching_rarely():
        for hour in range(1, hours + 1):
            world.pass_to(hour, _away(hour))
            people.act()
            truth.observe(world.running(), hour)
            watch.run()
            if hour % WEEK == 0:
                gc.collect()
                gc.freeze()
    return watch


@contextmanager
def _searching_rarely() -> Iterator[None]:
    """As the program does: nearly all that is made stays, and searches for garbage walk through all of it."""
    before = gc.get_threshold()
    gc.set_threshold(1_000_000)
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


def _away(hour: int) -> frozenset[str]:
    if 3 * DAY + 5 <= hour < 4 * DAY + 5:
        return frozenset(HOSTS[:1])
    return frozenset(HOSTS if 30 * DAY <= hour < 31 * DAY else ())
