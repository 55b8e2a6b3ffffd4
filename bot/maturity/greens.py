"""What commit statuses say of a version.

Green is success by the right creator on a commit that held it, and no failure since.
"""

from collections.abc import Iterable
from enum import Enum

from bot.model.proposals import SaidStatus, State
from bot.model.tiers import RequiredStatus


class Colour(Enum):
    """What is said of one version; a status that is missing leaves it unknown, and unknown is never green."""

    GREEN = "green"
    UNKNOWN = "unknown"
    RED = "red"


def colour(commits: Iterable[Iterable[SaidStatus]], required: RequiredStatus) -> Colour:
    """Judge by the newest word that is one.

    Args:
        commits: The statuses of each commit that held the version, newest commit first and newest status first; those
            further back are not read once a word is found.
        required: Whose word counts, about what.
    """
    for statuses in commits:
        for said in statuses:
            if said.context != required.context or said.creator.casefold() != required.creator.casefold():
                continue
            if said.state is State.SUCCESS:
                return Colour.GREEN
            if said.state is not State.PENDING:
                return Colour.RED
    return Colour.UNKNOWN


def worst(colours: Iterable[Colour]) -> Colour:
    """The worst of several; nothing at all is unknown."""
    known = set(colours) or {Colour.UNKNOWN}
    return next(each for each in (Colour.RED, Colour.UNKNOWN, Colour.GREEN) if each in known)
