"""The Repository port in memory, for tests of the story; the contract tests hold it to what Git answers."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from doubles.github.seeding import Content, Executable, Gitlink, Symlink
from msgspec import Struct

from bot.errors import RepositoryFailed, UsageError
from bot.model.branch_names import branch_problem
from bot.model.commits import (
    BOT_BRANCHES,
    CommitFacts,
    EntryKind,
    FileChange,
    PastCommit,
    PathDifference,
    PushRejected,
    RemoteHeads,
    Sha,
    TreeEntry,
)
from bot.model.proposals import Identity
from bot.model.tiers import Branch
from bot.repository.commit_text import trailers
from bot.repository.line import line_of

File = tuple[EntryKind, bytes]
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Commit(Struct, frozen=True, kw_only=True):
    """A commit of a remote in memory: every path with its kind and bytes."""

    files: Mapping[str, File]
    parents: tuple[Sha, ...]
    email: str
    message: str
    at: datetime = EPOCH


class MemoryRemote:
    """A remote that several repositories may share.

    Attributes:
        rejects: What every push is answered, where it is not None.
        failure: Raised by every command that would go over the wire, where it is not None.
        now: The date of the commits that are made.
    """

    def __init__(self, default: Branch = "main") -> None:
        self.default = default
        self.branches: dict[Branch, Sha] = {}
        self.commits: dict[Sha, Commit] = {}
        self.rejects: PushRejected | None = None
        self.failure: RepositoryFailed | None = None
        self.now = EPOCH
        self._differences: dict[tuple[Sha, Sha], tuple[PathDifference, ...]] = {}
        self._trees: dict[Sha, MemoryTree] = {}

    def commit(
        self,
        branch: Branch,
        files: Mapping[str, Content],
        message: str = "change",
        *,
        start: str | None = None,
        date: int | None = None,
    ) -> Sha:
        """Put a commit of somebody else's on a branch, made from `start` (default: the default branch) if new."""
        parent = self.branches.get(branch) or self.branches.get(start or self.default) or start
        tree = dict(self.commits[parent].files) if parent else {}
        for path, content in files.items():
            tree.pop(path, None)
            tree.update({} if content is None else {path: _file(content)})
        parents = (parent,) if parent else ()
        at = self.now if date is None else datetime.fromtimestamp(date, tz=UTC)
        made = Commit(files=tree, parents=parents, email="someone@example.com", message=message, at=at)
        self.branches[branch] = self.store(made)
        return self.branches[branch]

    def store(self, commit: Commit) -> Sha:
        """Keep a commit under a name of its own."""
        name = hashlib.sha1(f"{len(self.commits)} {commit!r}".encode("utf-8", "surrogateescape")).hexdigest()
        self.commits[name] = commit
        return name

    def tip(self, branch: Branch) -> Sha | None:
        """The commit a branch points at, None if there is no such branch."""
        return self.branches.get(branch)

    def delete(self, branch: Branch) -> None:
        """Delete a branch, as a forge does after a merge."""
        del self.branches[branch]

    def merge_base(self, base: Sha, head: Sha) -> Sha | None:
        """The newest first parent of `head` that `base` holds as well."""
        below = set(self._lineage(base))
        return next((sha for sha in self._lineage(head) if sha in below), None)

    def _lineage(self, tip: Sha) -> Iterator[Sha]:
        following: Sha | None = tip
        while following:
            yield following
            following = next(iter(self.commits[following].parents), None)

    def tree(self, commit: Sha) -> MemoryTree:
        """What a commit holds; it does not change, so it is listed once."""
        if commit not in self._trees:
            self._trees[commit] = MemoryTree(self.commits[commit].files)
        return self._trees[commit]

    def differences(self, old: Sha, new: Sha) -> tuple[PathDifference, ...]:
        """Every path that differs between two commits; commits do not change, so it is found out once."""
        if (old, new) not in self._differences:
            before, after = self.commits[old].files, self.commits[new].files
            differ = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
            paths = sorted(differ, key=lambda path: path.encode("utf-8", "surrogateescape"))
            self._differences[old, new] = tuple(
                PathDifference(path=path, old=_named(path, before), new=_named(path, after)) for path in paths
            )
        return self._differences[old, new]

    def files(self, revision: str) -> dict[str, bytes]:
        """Path to bytes of a branch or commit, submodules left out."""
        found = self.commits[self.branches.get(revision, revision)].files
        return {path: data for path, (kind, data) in found.items() if kind is not EntryKind.SUBMODULE}


class MemoryTree:
    """The Tree port on a commit in memory."""

    def __init__(self, files: Mapping[str, File]) -> None:
        self.files = files
        self._entries: tuple[TreeEntry, ...] | None = None

    def entries(self) -> tuple[TreeEntry, ...]:
        """Every path, sorted bytewise."""
        if self._entries is None:
            paths = sorted(self.files, key=lambda path: path.encode("utf-8", "surrogateescape"))
            self._entries = tuple(_entry(path, *self.files[path]) for path in paths)
        return self._entries

    def read(self, entries: Iterable[TreeEntry]) -> Iterator[tuple[TreeEntry, bytes]]:
        """The bytes of regular files, in the order asked."""
        return ((entry, self.files[entry.path][1]) for entry in entries if entry.kind.regular)


class MemoryRepository:
    """The Repository port on a `MemoryRemote`; knows only what it fetched."""

    def __init__(self, remote: MemoryRemote) -> None:
        self.remote = remote
        self.pushes: list[tuple[Branch, Sha | None]] = []
        """Every push and deletion (None) that was asked for."""
        self.walked: list[tuple[Branch, int]] = []
        """Every history that was read, and how much of it at most."""

    def heads(self) -> RemoteHeads:
        self._over_the_wire()
        if self.remote.default not in self.remote.branches:
            raise RepositoryFailed("the remote has no default branch")
        return RemoteHeads(default=self.remote.default, tips=dict(self.remote.branches))

    def fetch(self, branches: Iterable[Branch]) -> Mapping[Branch, Sha]:
        wanted = sorted(set(branches))
        for branch in wanted:
            _check(branch)
        self._over_the_wire()
        missing = [branch for branch in wanted if branch not in self.remote.branches]
        if missing:
            raise RepositoryFailed(f"no branch {missing[0]}")
        return {branch: self.remote.branches[branch] for branch in wanted}

    def tree(self, commit: Sha) -> MemoryTree:
        return self.remote.tree(commit)

    def history(self, commit: Sha, most: int) -> tuple[CommitFacts, ...]:
        found: list[CommitFacts] = []
        following: Sha | None = commit
        while following in self.remote.commits and len(found) < most:
            stored = self.remote.commits[following]
            found.append(_facts(following, stored))
            following = next(iter(stored.parents), None)
        return tuple(found)

    def past(self, branch: Branch, tip: Sha, most: int, through: Iterable[Sha] = ()) -> tuple[PastCommit, ...]:
        self.walked.append((branch, most))
        line = line_of(tip, most, through, self._parents)
        found: list[PastCommit] = []
        for sha, older in zip(line, (*line[1:], None), strict=True):
            stored = self.remote.commits[sha]
            changed = self.differences(older, sha) if older else ()
            found.append(PastCommit(sha=sha, at=stored.at, changed=changed, first=not stored.parents))
        return tuple(found)

    def _parents(self, sha: Sha) -> tuple[Sha, ...] | None:
        known = self.remote.commits.get(sha)
        return known.parents if known else None

    def merge_base(self, one: Sha, other: Sha, most: int) -> Sha | None:
        self._over_the_wire()
        if not {one, other} <= self.remote.commits.keys():
            raise UsageError("the repository does not have the commit")
        mine = {facts.sha for facts in self.history(one, most)}
        return next((facts.sha for facts in self.history(other, most) if facts.sha in mine), None)

    def bring(self, commit: Sha) -> None:
        self._over_the_wire()

    def commit(self, *, parent: Sha | None, changes: Iterable[FileChange], message: str, identity: Identity) -> Sha:
        tree = dict(self.remote.commits[parent].files) if parent else {}
        for change in changes:
            if not change.kind.regular:
                raise ValueError(f"{change.path!r} is no regular file")
            tree[change.path] = (change.kind, change.after)
        parents = (parent,) if parent else ()
        made = Commit(files=tree, parents=parents, email=identity.email, message=message, at=self.remote.now)
        return self.remote.store(made)

    def differences(self, old: Sha, new: Sha) -> tuple[PathDifference, ...]:
        return self.remote.differences(old, new)

    def push(self, branch: Branch, new: Sha, *, expected: Sha | None) -> PushRejected | None:
        return self._move(branch, new, expected)

    def delete(self, branch: Branch, *, expected: Sha) -> PushRejected | None:
        return self._move(branch, None, expected)

    def _move(self, branch: Branch, new: Sha | None, expected: Sha | None) -> PushRejected | None:
        if not branch.startswith(BOT_BRANCHES):
            raise UsageError(f"{branch!r} is not a branch of this bot")
        _check(branch)
        self._over_the_wire()
        self.pushes.append((branch, new))
        now = self.remote.branches.get(branch)
        if new is not None and now == new:
            return None
        below = any(one.startswith(f"{branch}/") or branch.startswith(f"{one}/") for one in self.remote.branches)
        if self.remote.rejects or now != expected or below:
            return self.remote.rejects or PushRejected.STALE
        if new is None:
            del self.remote.branches[branch]
        else:
            self.remote.branches[branch] = new
        return None

    def _over_the_wire(self) -> None:
        if self.remote.failure:
            raise self.remote.failure


def _check(branch: Branch) -> None:
    problem = branch_problem(branch)
    if problem:
        raise UsageError(problem)


def _file(content: Content) -> File:
    match content:
        case Symlink(target):
            return EntryKind.SYMLINK, target.encode()
        case Gitlink(sha):
            return EntryKind.SUBMODULE, sha.encode()
        case Executable(data):
            return EntryKind.EXECUTABLE, data
        case bytes():
            return EntryKind.FILE, content
        case _:
            return EntryKind.FILE, str(content).encode()


def _named(path: str, files: Mapping[str, File]) -> TreeEntry | None:
    return _entry(path, *files[path]) if path in files else None


@functools.lru_cache(maxsize=10_000)
def _entry(path: str, kind: EntryKind, data: bytes) -> TreeEntry:
    if kind is EntryKind.SUBMODULE:
        return TreeEntry(path=path, kind=kind, size=0, blob=data.decode())
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    return TreeEntry(path=path, kind=kind, size=len(data), blob=blob)


def _facts(sha: Sha, commit: Commit) -> CommitFacts:
    return CommitFacts(
        sha=sha,
        parents=commit.parents,
        committer_email=commit.email,
        subject=commit.message.strip("\n").partition("\n")[0],
        trailers=trailers(commit.message),
        author_email=commit.email,
    )
