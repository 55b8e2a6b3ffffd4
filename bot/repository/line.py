"""The commits that a branch stood at, one after the other, as far as they can be told from the tips that were seen."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from bot.model.commits import Sha

Parents = Callable[[Sha], tuple[Sha, ...] | None]
"""The parents of a commit, the first one first; None for a commit that is not here."""


def line_of(tip: Sha, most: int, through: Iterable[Sha], parents: Parents) -> list[Sha]:
    """Walk back from a tip, at most so many commits, by first parents unless a tip that was seen lies behind another.

    Whoever merges a branch into his own work and pushes that puts what the branch stood at second: its first parents
    then tell of commits that the branch never stood at.

    Args:
        tip: Where to begin; comes first.
        most: How many commits are wanted.
        through: Tips that the branch is known to have had, newest first. One that no way leads to is passed over.
        parents: Knows the commits that are here.
    """
    line = [tip]
    on_line = {tip}
    for seen in through:
        if len(line) >= most:
            break
        way = [] if seen in on_line else _way(line[-1], seen, parents)
        line += way
        on_line.update(way)
    line += islice(_first_parents(line[-1], parents), max(0, most - len(line)))
    return line[:most]


def _first_parents(start: Sha, parents: Parents) -> Iterator[Sha]:
    """What lies behind a commit along its first parents, as far as that is here."""
    before = parents(start)
    while before and (further := parents(before[0])) is not None:
        yield before[0]
        before = further


def _way(start: Sha, end: Sha, parents: Parents) -> list[Sha]:
    """The commits after `start` up to `end`, by first parents wherever these lead there; none where nothing does."""
    if parents(end) is None:
        return []
    straight: list[Sha] = []
    for sha in _first_parents(start, parents):
        straight.append(sha)
        if sha == end:
            return straight
    holding = _holding(start, end, parents)
    way: list[Sha] = []
    following = start
    while following != end and following in holding:
        following = next(sha for sha in parents(following) or () if sha in holding)
        way.append(following)
    return way


def _holding(start: Sha, end: Sha, parents: Parents) -> set[Sha]:
    """Of what lies behind `start`, those commits behind which `end` lies, and `end`."""
    children: dict[Sha, list[Sha]] = {start: []}
    following = [start]
    while following:
        sha = following.pop()
        for parent in parents(sha) or () if sha != end else ():
            if parent not in children:
                following.append(parent)
            children.setdefault(parent, []).append(sha)
    holding: set[Sha] = set()
    following = [end] if end in children else []
    while following:
        sha = following.pop()
        if sha not in holding:
            holding.add(sha)
            following += children[sha]
    return holding
