"""What the story needs from outside: a few small Protocols.

The contract tests run on every implementation, fakes too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from bot.model.charts import ChartSource, ManifestFacts, TagList, Unreachable
from bot.model.commits import (
    CommitFacts,
    FileChange,
    PastCommit,
    PathDifference,
    PushRejected,
    RemoteHeads,
    Sha,
    TreeEntry,
)
from bot.model.tiers import Branch
from bot.reason import Reason

if TYPE_CHECKING:
    from bot.model.proposals import CommitStatus, Identity, PullRequest, SaidStatus
    from bot.model.proposing import Extras

Progress = Callable[[int, int, int], None]
"""Called with how many are done, how many there are, and how many of those that are done got no answer."""


class Registry(Protocol):
    """Asks registries. Every answer or its absence is a value; nothing here raises for one chart's sake.

    Questions are put at once, in the order given; whoever reads an answer that is not there yet waits for it, and
    whoever goes through them meets the first to come first: they can be judged while the last are still under way.
    """

    def tags(self, sources: Iterable[ChartSource], progress: Progress) -> Mapping[ChartSource, TagList | Unreachable]:
        """List the tags of every source, each once, in parallel."""

    def manifests(
        self, wanted: Iterable[tuple[ChartSource, str]], progress: Progress
    ) -> Mapping[tuple[ChartSource, str], ManifestFacts | Unreachable]:
        """Fetch manifests by tag or digest and hash their bytes; one GET each."""

    def digests(
        self, wanted: Iterable[tuple[ChartSource, str]], progress: Progress
    ) -> Mapping[tuple[ChartSource, str], str | Unreachable]:
        """Resolve tags to digests with HEAD, for comparison: never written into a manifest."""


class Tree(Protocol):
    """A tree of files: a folder on disk, or a commit."""

    def entries(self) -> tuple[TreeEntry, ...]:
        """Every path, sorted bytewise; links and submodules included."""

    def read(self, entries: Iterable[TreeEntry]) -> Iterator[tuple[TreeEntry, bytes]]:
        """The bytes of regular files, in the order asked, one at a time in memory."""


class Repository(Protocol):
    """Git on the other side of a wire: no work tree, nothing of the user's machine."""

    def heads(self) -> RemoteHeads:
        """The remote's default branch and all branch tips, in one call."""

    def fetch(self, branches: Iterable[Branch]) -> Mapping[Branch, Sha]:
        """Bring the tips of these branches here, shallow; the tips as fetched."""

    def tree(self, commit: Sha) -> Tree:
        """The tree of a fetched commit."""

    def history(self, commit: Sha, most: int) -> tuple[CommitFacts, ...]:
        """First-parent commits from `commit` backwards, as far as fetched, at most so many."""

    def past(self, branch: Branch, tip: Sha, most: int, through: Iterable[Sha] = ()) -> tuple[PastCommit, ...]:
        """What a base branch stood at, from its fetched `tip` backwards, fetched so far, at most so many commits.

        That is by first parents, unless a tip that it is known to have had (`through`, newest first) lies behind
        another.
        """

    def merge_base(self, one: Sha, other: Sha, most: int) -> Sha | None:
        """The commit where two histories part, at most so many commits of each being looked at; None where none is."""

    def bring(self, commit: Sha) -> None:
        """Bring one commit here that a closed pull request had as its head; nothing happens where it is nowhere."""

    def commit(self, *, parent: Sha | None, changes: Iterable[FileChange], message: str, identity: "Identity") -> Sha:
        """Make a commit from blobs on top of `parent`, or the first of a history; nothing is pushed."""

    def differences(self, old: Sha, new: Sha) -> tuple[PathDifference, ...]:
        """Every path that differs between two commits, modes included."""

    def push(self, branch: Branch, new: Sha, *, expected: Sha | None) -> PushRejected | None:
        """Move one of our branches from `expected` (None: it must not exist) to `new`; None when taken."""

    def delete(self, branch: Branch, *, expected: Sha) -> PushRejected | None:
        """Delete one of our branches while it stands at `expected`; None when taken."""


class Commits(Protocol):
    """Makes commits: on this machine as a `Repository` does, or at the forge, which signs them. A story knows neither.

    Either way nothing is pushed yet, and the commit is here to be compared with its plan and pushed under a lease.
    """

    def commit(self, *, parent: Sha, changes: Iterable[FileChange], message: str, identity: "Identity") -> Sha | Reason:
        """Make a commit on top of `parent`; where it is refused for this one, why and the cure."""


class Forge(Protocol):
    """Pull requests and statuses. Raises `ForgeFailed` when the forge as a whole cannot be used."""

    def identity(self) -> "Identity":
        """Who the token is."""

    def open_pull_requests(self) -> "tuple[PullRequest, ...]":
        """Every open pull request whose head branch begins with our prefix, forks' included."""

    def last_refused(self, branch: Branch, *, after: int = 0) -> "PullRequest | None":
        """The newest pull request from this branch of ours, where somebody else closed it without a merge.

        None as well where its number is not above `after`, the last one that was asked about.
        """

    def last_merged(self, branch: Branch) -> "PullRequest | None":
        """The newest closed pull request from this branch of ours, where it was merged; else None."""

    def create_pull_request(
        self, *, head: Branch, base: Branch, title: str, body: str, draft: bool = False
    ) -> "PullRequest | Reason":
        """Open one; where it exists already, that one; where it is forbidden, why and the cure."""

    def set_extras(self, number: int, extras: "Extras") -> tuple[Reason, ...]:
        """Add labels, people and all that; what of it could not be done."""

    def update_pull_request(self, number: int, *, title: str, body: str) -> Reason | None:
        """Set title and body; None when done."""

    def close_pull_request(self, number: int, *, comment: str) -> Reason | None:
        """Close with one comment; None when done."""

    def statuses(self, sha: Sha) -> "tuple[CommitStatus, ...]":
        """The newest status of each of our contexts on a commit, set by us (others' are left out)."""

    def all_statuses(self, sha: Sha) -> "tuple[SaidStatus, ...]":
        """Everybody's statuses of a commit, newest first."""

    def set_status(self, sha: Sha, status: "CommitStatus") -> Reason | None:
        """Set a status; None when done."""

    def remarks(self, bases: Iterable[Branch]) -> tuple[Reason, ...]:
        """What a person should know of pull requests that were just opened to these branches, each thing once.

        At most one call a branch, so nothing is asked where none was opened.
        """

    def compare_url(self, *, base: Branch, head: Branch) -> str:
        """A link with which a person opens the pull request by hand."""

    def pull_request_url(self, number: int) -> str:
        """The address of a pull request."""
