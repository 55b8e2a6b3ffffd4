"""Git objects as the story needs them."""

from datetime import datetime
from enum import Enum, StrEnum

from msgspec import Struct

from bot.model.tiers import Branch

Sha = str
"""A full Git object name: 40 or 64 hexadecimal digits."""

BOT_BRANCHES = "flux-chart-bot/"
"""Every branch that we write begins with this; nothing else is ever pushed."""


class EntryKind(StrEnum):
    """What a tree entry is; only regular files are read, and written."""

    FILE = "100644"
    EXECUTABLE = "100755"
    SYMLINK = "120000"
    SUBMODULE = "160000"

    @property
    def regular(self) -> bool:
        """Whether it is a file with bytes of its own."""
        return self in {EntryKind.FILE, EntryKind.EXECUTABLE}


class TreeEntry(Struct, frozen=True, kw_only=True):
    """One path of a tree. `blob` is its Git object name, empty in a work tree that was not read through Git."""

    path: str
    kind: EntryKind
    size: int
    blob: Sha = ""


class FileChange(Struct, frozen=True, kw_only=True):
    """A file before and after, both whole. The mode never changes."""

    path: str
    kind: EntryKind
    before: bytes
    after: bytes


class PathDifference(Struct, frozen=True, kw_only=True):
    """One path that differs between two commits; None on the side where it does not exist."""

    path: str
    old: TreeEntry | None
    new: TreeEntry | None


class CommitFacts(Struct, frozen=True, kw_only=True):
    """A commit's own words, as Git stores them; every name in it is forgeable.

    Attributes:
        tree: The tree's object name; empty where the commit was not read through Git.
        author_email: Empty where the commit names nobody, or more than one.
        trailers: `Key: value` lines of the message's last paragraph.
    """

    sha: Sha
    parents: tuple[Sha, ...]
    committer_email: str
    subject: str
    trailers: tuple[tuple[str, str], ...] = ()
    author_email: str = ""
    tree: Sha = ""


class PastCommit(Struct, frozen=True, kw_only=True):
    """One commit of the line that a branch took: what the branch stood at from then on.

    Attributes:
        at: The committer's date, which whoever made the commit chose freely.
        changed: All that differs from the commit before it; empty for the oldest one that was read.
        first: It has no parent: there is no history before it.
    """

    sha: Sha
    at: datetime
    changed: tuple[PathDifference, ...] = ()
    first: bool = False


class RemoteHeads(Struct, frozen=True, kw_only=True):
    """The branches of the remote at one moment."""

    default: Branch
    tips: dict[Branch, Sha]


class PushRejected(Enum):
    """Why a push was not taken."""

    STALE = "the branch moved since it was read"
    FORBIDDEN = "the token may not write contents"
    PROTECTED = "a rule of the repository forbids it"
    NOT_STORED = "the server could not store what the branch would hold"
    UNSIGNED = "a rule of the repository wants signed commits"
    ARCHIVED = "the repository is archived"
