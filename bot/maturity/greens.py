"""What commit statuses say of a version.

Green is success by the right creator on a commit that held it, and no failure since.
"""

from collections.abc import Iterable, Iterator
from enum import Enum

from bot.model.proposals import SaidStatus, State
from bot.model.tiers import RequiredStatus


class Colour(Enum):
    """What is said of one version; a status that is missing leaves it unknown, and unknown is never green."""

    GREEN = "green"
    UNKNOWN = "unknown"
    RED = "red"


def colour(commits: Iterable[Iterable[SaidStatus]], required: RequiredStatus) -> Colour:
    """Judge by the last word that is one: a check may run again on an older commit.

    Args:
        commits: The statuses of each commit that held the version, newest commit first and newest status first; those
            further back are not read once a word is found that bears no time.
        required: Whose word counts, about what.
    """
    last = _last(commits, required)
    if last is None or last.unread:
        return Colour.UNKNOWN
    return Colour.GREEN if last.state is State.SUCCESS else Colour.RED


def unread(commits: Iterable[Iterable[SaidStatus]], required: RequiredStatus) -> str:
    """What cannot be read of the last word; empty where it can, or where there is none. Takes what `colour` takes."""
    last = _last(commits, required)
    return last.unread if last else ""


def _last(commits: Iterable[Iterable[SaidStatus]], required: RequiredStatus) -> SaidStatus | None:
    last: SaidStatus | None = None
    for said in _words(commits, required):
        if last is None or (last.at and said.at and said.at > last.at):
            last = said
        if last.at is None:
            break
    return last


def _words(commits: Iterable[Iterable[SaidStatus]], required: RequiredStatus) -> Iterator[SaidStatus]:
    for statuses in commits:
        for said in statuses:
            about = said.context == required.context or (said.unread and not said.context)
            ours = about and said.creator.casefold() == required.creator.casefold()
            if ours and (said.unread or said.state is not State.PENDING):
                yield said


def worst(colours: Iterable[Colour]) -> Colour:
    """The worst of several; nothing at all is unknown."""
    known = set(colours) or {Colour.UNKNOWN}
    return next(each for each in (Colour.RED, Colour.UNKNOWN, Colour.GREEN) if each in known)
