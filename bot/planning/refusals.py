"""What people say about rows by boxes, by closing and by opening again, taken into what is remembered of a tier."""

from collections.abc import Callable, Collection, Mapping

from msgspec.structs import replace

from bot.planning.memory import Memory, TierMemory
from bot.planning.rows import Row


def heard(
    memory: TierMemory, key: str, number: int, boxes: Mapping[str, bool], rows: frozenset[Row], tier: str
) -> TierMemory:
    """Take in what an open pull request says.

    Args:
        memory: What is known of its tier.
        key: Of its branch.
        number: Its own.
        boxes: Whether each box is ticked, by name.
        rows: Those that its branch has.
        tier: The tier's name.
    """
    signs = {row: boxes.get(row.name(tier)) for row in {*rows, *memory.refusals}}
    memory, again = _opened_again(memory, key, number, signs)
    # Whichever pull request they were taken out of: a later one shows their boxes as well.
    out = {one.row for one in memory.refusals.values() if one.unticked}
    memory = memory.without(row for row in out if signs[row] is True)
    return memory.refusing((row for row in rows - out - again if signs[row] is False), number, unticked=True)


def freed(
    memory: Memory, tiers: Collection[str], is_about: Callable[[Row], bool]
) -> tuple[dict[str, TierMemory], tuple[str, ...]]:
    """Forget refusals at a person's word.

    Args:
        memory: Of all tiers.
        tiers: The names of those that it is about.
        is_about: Whether it is about a row.

    Returns:
        What is left, and what is forgotten in words: `1.2.4 in dev (#12)`.
    """
    found, told = dict(memory), list[str]()
    for name in sorted(memory.keys() & tiers):
        known = memory[name]
        gone = {row for row in known.refusals if is_about(row)}
        found[name] = known.without(gone)
        told += (f"{row.version} in {name} (#{known.refusals[row].number})" for row in sorted(gone))
    return found, tuple(told)


def _opened_again(
    memory: TierMemory, key: str, number: int, signs: Mapping[Row, bool | None]
) -> tuple[TierMemory, set[Row]]:
    """Forget what was refused by closing it, once its boxes no longer say so: a kill must leave none that do."""
    again = {one.row for one in memory.refusals.values() if one.number == number and not one.unticked}
    if not again:
        return memory, again
    known = memory.without(row for row in again if signs[row] is not False)
    # Closed once more, it is read once more.
    return replace(known, considered={**known.considered, key: number - 1}), again
