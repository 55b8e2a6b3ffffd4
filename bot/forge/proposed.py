"""What a pull request proposes, as a folder of files remembers it: its branch may be gone when somebody looks again."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from bot.model.commits import Sha
from bot.model.tiers import Branch


class Proposed(Struct, frozen=True, kw_only=True):
    """What one branch would bring to its base.

    Attributes:
        head: Its tip.
        began: The commit of the base from which it goes out.
        rows: The trailers of the tip that name what moves, `Key: value`: a squash keeps them that keeps the message.
        files: Each path that differs, and the blob that it becomes; empty for a file that goes.
    """

    head: Sha
    began: Sha
    rows: tuple[str, ...] = ()
    files: Mapping[str, Sha] = {}


class Watch(Protocol):
    """Looks into Git for what a folder of files does not follow."""

    def proposed(self, head: Branch) -> Proposed | None:
        """What a branch proposes that this run has just pushed; None where that is not known."""

    def look(self, base: Branch, head: Branch, known: Proposed | None) -> "Looked":
        """What became of a pull request; `known` is what was noted of it."""


class Looked(Struct, frozen=True, kw_only=True):
    """What Git tells of an open pull request.

    Attributes:
        merged: The head that went into the base; None where none is known to have.
        proposed: What the branch proposes now; None where it is gone, or not known.
        gone: The branch is not there.
    """

    merged: Sha | None = None
    proposed: Proposed | None = None
    gone: bool = False


class Unwatched:
    """Without Git nothing is known."""

    def proposed(self, head: Branch) -> Proposed | None:
        """Nothing."""
        del head
        return None

    def look(self, base: Branch, head: Branch, known: Proposed | None) -> Looked:
        """Nothing."""
        del base, head, known
        return Looked()
