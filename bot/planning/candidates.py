"""What of a tier may be proposed, and what is proposed already."""

from collections.abc import Mapping

from msgspec import Struct, field

from bot.model.proposing import Proposing
from bot.model.verdicts import Update
from bot.planning.grouping import Key
from bot.planning.rows import Row


class Standing(Struct, frozen=True, kw_only=True):
    """What of a tier is proposed already.

    Attributes:
        rows: The rows of each key that has an open pull request of ours.
        unopened: The rows of each key whose branch of ours has no pull request: the forge may forbid us to open one.
        theirs: The keys whose branches others work on: no other chart gets in.
        foreign: The keys whose branches are not ours at all: what they would propose takes no room, and waits for none.
        numbers: The open pull requests of this tier.
        opened: The number of the open pull request of each key.
        boxes: The names of the boxes that the open pull request of each key shows.
        touched: The number of each key's open pull request in which commits of others lie, whatever is grouped how now.
        emptied: Of those numbers, the ones that people took the last row out of: they are closed for it.
        held: The keys of those with something that people hold, exclude or took back: it leaves them whatever their
            windows say.
    """

    rows: Mapping[str, frozenset[Row]] = field(default_factory=dict)
    unopened: Mapping[str, frozenset[Row]] = field(default_factory=dict)
    theirs: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()
    numbers: frozenset[int] = frozenset()
    opened: Mapping[str, int] = field(default_factory=dict)
    boxes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    touched: Mapping[str, int] = field(default_factory=dict)
    emptied: frozenset[int] = frozenset()
    held: frozenset[str] = frozenset()


class Candidate(Struct, frozen=True, kw_only=True):
    """An update, and where it would be proposed.

    Attributes:
        index: Of its verdict; behind those of the tier come its smaller jumps.
        position: Of its reference.
    """

    index: int
    position: int
    update: Update
    row: Row
    key: Key
    settings: Proposing
