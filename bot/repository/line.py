"""The commits that a branch stood at, one after the other, as far as they can be told from the tips that were seen."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice

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
    here = [seen for seen in through if parents(seen) is not None]
    straight = list(islice(_first_parents(tip, parents), most))
    if set(here) <= set(straight):
        return straight
    line = [tip]
    behind = _Behind(tip, parents)
    for seen in here:
        if len(line) >= most:
            break
        line += behind.way_to(seen)
    further = islice(_first_parents(line[-1], parents), 1, None)
    return list(islice(chain(line, further), most))


def _first_parents(start: Sha, parents: Parents) -> Iterator[Sha]:
    """A commit, and what lies behind it along its first parents as far as that is here."""
    yield start
    before = parents(start)
    while before and (further := parents(before[0])) is not None:
        yield before[0]
        before = further


class _Behind:
    """What lies behind the end of a line that is led back from tip to tip.

    However many tips it is asked for, each commit is read once, and forgotten once the end has passed it.
    """

    def __init__(self, end: Sha, parents: Parents) -> None:
        self._end = end
        self._parents = parents
        self._children: dict[Sha, list[Sha]] = {end: []}
        following = [end]
        while following:
            sha = following.pop()
            for parent in parents(sha) or ():
                if parent not in self._children:
                    following.append(parent)
                self._children.setdefault(parent, []).append(sha)
        # How many of them the end has not passed.
        self._left = {sha: len(children) for sha, children in self._children.items()}

    def way_to(self, seen: Sha) -> list[Sha]:
        """The commits after the end up to a tip, which is the end then; none where it does not lie behind.

        By first parents wherever these lead there.
        """
        if seen not in self._children:
            return []
        holding = self._holding(seen)
        way: list[Sha] = []
        following = self._end
        while following != seen:
            following = next(sha for sha in self._parents(following) or () if sha in holding)
            way.append(following)
        if way:
            self._move(seen)
        return way

    def _holding(self, seen: Sha) -> set[Sha]:
        """A tip, and the commits behind which it lies: all of these are forgotten when the end moves there."""
        holding: set[Sha] = set()
        following = [seen]
        while following:
            sha = following.pop()
            if sha not in holding:
                holding.add(sha)
                following += (child for child in self._children[sha] if child in self._children)
        return holding

    def _move(self, end: Sha) -> None:
        """Forget, from the old end on, what no commit is left to lead to."""
        loose = [self._end]
        self._end = end
        while loose:
            sha = loose.pop()
            del self._children[sha]
            for parent in self._parents(sha) or ():
                self._left[parent] -= 1
                if not self._left[parent] and parent != end:
                    loose.append(parent)
