"""The Repository port over Git: one remote, and a bare repository of our own in a temporary folder."""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bot.errors import RepositoryFailed, UsageError
from bot.model.branch_names import branch_problem
from bot.model.commits import (
    BOT_BRANCHES,
    CommitFacts,
    FileChange,
    PastCommit,
    PathDifference,
    PushRejected,
    RemoteHeads,
    Sha,
    TreeEntry,
)
from bot.model.proposals import Identity
from bot.model.secret import Secret
from bot.model.tiers import Branch
from bot.repository import failures, listings, surroundings
from bot.repository.commit_maker import CommitMaker
from bot.repository.commit_text import commit_facts
from bot.repository.differences import sizes_of, with_sizes
from bot.repository.object_reader import ObjectReader
from bot.repository.past import read_past
from bot.repository.remotes import Remote, Transport
from bot.repository.runner import GitRunner
from bot.repository.signing import Signer, SigningKey

HISTORY = 10
"""How many commits of a branch of ours are fetched: enough to find our own below those that people put on top."""
_SECONDS = 300.0
_FETCH = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules")
_PUSH = ("push", "--porcelain", "--no-verify", "--no-follow-tags", "--no-signed", "--recurse-submodules=no")
_COMPARE = ("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--no-ext-diff", "--end-of-options")
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class CommitTree:
    """The Tree port on a commit that was fetched or made here."""

    def __init__(self, commit: Sha, runner: GitRunner, reader: ObjectReader) -> None:
        self._commit = commit
        self._runner = runner
        self._reader = reader

    def entries(self) -> tuple[TreeEntry, ...]:
        """Every path, sorted bytewise, as Git lists it; links and submodules included."""
        arguments = ("ls-tree", "-r", "-z", "-l", "--full-tree", "--end-of-options", self._commit)
        return listings.tree_entries(self._runner.run("list a commit's files", *arguments))

    def read(self, entries: Iterable[TreeEntry]) -> Iterator[tuple[TreeEntry, bytes]]:
        """The bytes of regular files, in the order asked; others are passed over."""
        return self._reader.blobs(entry for entry in entries if entry.kind.regular)


class GitRepository:
    """The Repository port. Made by `open_repository`; used by one thread."""

    def __init__(
        self, remote: Remote, runner: GitRunner, reader: ObjectReader, maker: CommitMaker, login: Mapping[str, str]
    ) -> None:
        self._remote = remote
        self._runner = runner
        self._reader = reader
        self._maker = maker
        self._login = dict(login)

    def heads(self) -> RemoteHeads:
        """The remote's default branch and all branch tips, in one call.

        Raises:
            RepositoryFailed: The remote cannot be used, has no commit, or its HEAD names no branch that exists.
        """
        arguments = ("ls-remote", "--symref", "--end-of-options", self._remote.url)
        listing = listings.remote_listing(self._runner.run("list the branches", *arguments, variables=self._login))
        if not listing.tips:
            raise RepositoryFailed(f"{self._remote.url} has no branch", "Push a first commit")
        if listing.default is None:
            raise RepositoryFailed(
                f"{self._remote.url} has no default branch", "Point its HEAD at a branch that exists"
            )
        return RemoteHeads(default=listing.default, tips=listing.tips)

    def fetch(self, branches: Iterable[Branch]) -> Mapping[Branch, Sha]:
        """Bring the tips of these branches here in one call, and `HISTORY` commits of each where one of them is ours.

        Raises:
            UsageError: A name is no branch name.
            RepositoryFailed: The remote cannot be used, or lacks one of them.
        """
        # Numbered, since a branch `a` and a branch `a/b` cannot stand side by side where the remote replaced one.
        places = {f"refs/fetched/{number}": branch for number, branch in enumerate(sorted(set(branches)))}
        if not places:
            return {}
        specs = [f"+{_head(branch)}:{place}" for place, branch in places.items()]
        depth = HISTORY if any(branch.startswith(BOT_BRANCHES) for branch in places.values()) else 1
        arguments = (*_FETCH, f"--depth={depth}", "--end-of-options", self._remote.url, *specs)
        self._runner.run("fetch the branches", *arguments, variables=self._login)
        form = ("for-each-ref", "--format=%(refname) %(objectname)", "refs/fetched/")
        tips = dict(line.split() for line in self._runner.run("list what it fetched", *form).decode().splitlines())
        return {branch: tips[place] for place, branch in places.items()}

    def tree(self, commit: Sha) -> CommitTree:
        """The tree of a fetched commit."""
        return CommitTree(_checked_sha(commit), self._runner, self._reader)

    def history(self, commit: Sha, most: int) -> tuple[CommitFacts, ...]:
        """First-parent commits from `commit` backwards, as far as fetched, at most so many."""
        found: list[CommitFacts] = []
        following: Sha | None = _checked_sha(commit)
        while following and len(found) < most and (content := self._reader.commit(following)) is not None:
            found.append(commit_facts(following, content))
            following = next(iter(found[-1].parents), None)
        return tuple(found)

    def past(self, branch: Branch, tip: Sha, most: int, through: Iterable[Sha] = ()) -> tuple[PastCommit, ...]:
        """What a base branch stood at, from its fetched `tip` backwards, fetched so far, at most so many commits.

        Raises:
            RepositoryFailed: The remote cannot be used, or lacks the branch.
        """
        return read_past(
            _checked_sha(tip),
            most,
            map(_checked_sha, through),
            self._reader,
            self._runner,
            lambda: self._deepen(branch, most),
        )

    def _deepen(self, branch: Branch, most: int) -> None:
        # A few more than asked for: the branch may have moved on since its tip was fetched.
        depth = f"--depth={most + HISTORY}"
        spec = f"+{_head(branch)}:refs/past"
        arguments = (*_FETCH, depth, "--end-of-options", self._remote.url, spec)
        self._runner.run("fetch a branch's history", *arguments, variables=self._login)

    def merge_base(self, one: Sha, other: Sha, most: int) -> Sha | None:
        """The commit where two histories part, at most so many commits of each being looked at; None where none is.

        Raises:
            UsageError: One of the commits is not in the repository.
            RepositoryFailed: The remote cannot be used.
        """
        both = (_checked_sha(one), _checked_sha(other))
        arguments = (*_FETCH, f"--depth={most}", "--end-of-options", self._remote.url, *both)
        finished = self._runner.attempt("fetch two histories", *arguments, variables=self._login)
        if finished.status and failures.says_unknown_commit(finished.errors):
            problem = f"the repository does not have the commit {one} or {other}"
            raise UsageError(problem, "It may have been replaced meanwhile; run again for the newest")
        if finished.status:
            raise self._runner.failure("fetch two histories", finished.errors)
        found = self._runner.attempt("find where two histories part", "merge-base", "--end-of-options", *both)
        return found.output.decode("ascii").strip() if found.status == 0 else None

    def bring(self, commit: Sha) -> None:
        """Bring one commit here that a closed pull request had as its head; nothing happens where it is nowhere.

        A forge keeps such commits when their branch is gone (`refs/pull/`), and gives them out by name.

        Raises:
            RepositoryFailed: The remote cannot be used.
        """
        arguments = (*_FETCH, f"--depth={HISTORY}", "--end-of-options", self._remote.url, _checked_sha(commit))
        finished = self._runner.attempt("fetch a commit", *arguments, variables=self._login)
        if finished.status and not failures.says_unknown_commit(finished.errors):
            raise self._runner.failure("fetch a commit", finished.errors)

    def commit(self, *, parent: Sha | None, changes: Iterable[FileChange], message: str, identity: Identity) -> Sha:
        """Make a commit from blobs on top of `parent`, or the first of a history; nothing is pushed."""
        below = _checked_sha(parent) if parent else None
        return self._maker.commit(parent=below, changes=changes, message=message, identity=identity)

    def differences(self, old: Sha, new: Sha) -> tuple[PathDifference, ...]:
        """Every path that differs between two commits, modes included; sorted bytewise."""
        output = self._runner.run("compare two commits", *_COMPARE, _checked_sha(old), _checked_sha(new))
        found = listings.raw_differences(output)
        return with_sizes(found, sizes_of(found, self._runner))

    def push(self, branch: Branch, new: Sha, *, expected: Sha | None) -> PushRejected | None:
        """Move one of our branches from `expected` (None: it must not exist) to `new`; None when it stands there.

        Raises:
            UsageError: The branch is not one of ours.
            RepositoryFailed: The remote cannot be used; whether the push was taken is then unknown.
        """
        return self._push(branch, _checked_sha(new), expected)

    def delete(self, branch: Branch, *, expected: Sha) -> PushRejected | None:
        """Delete one of our branches while it stands at `expected`; None when taken. Raises as `push` does."""
        return self._push(branch, "", expected)

    def _push(self, branch: Branch, source: Sha, expected: Sha | None) -> PushRejected | None:
        if not branch.startswith(BOT_BRANCHES):
            raise UsageError(
                f"{branch!r} is not a branch of this bot", f"Only branches below {BOT_BRANCHES} are pushed"
            )
        head = _head(branch)
        lease = f"--force-with-lease={head}:{_checked_sha(expected) if expected else ''}"
        arguments = (*_PUSH, lease, "--end-of-options", self._remote.url, f"{source}:{head}")
        finished = self._runner.attempt("push", *arguments, variables=self._login)
        if finished.status == 0:
            return None
        output = finished.output.decode(errors="replace")
        rejected = failures.rejection(output, finished.errors)
        if rejected is None:
            raise self._runner.failure("push", finished.errors)
        return rejected


@contextlib.contextmanager
def open_repository(
    url: str, *, token: Secret | None = None, signing_key: Secret | None = None, seconds: float = _SECONDS
) -> Iterator[GitRepository]:
    """Open a remote; our own repository and every process of ours are gone when the block is left.

    Args:
        url: Address of the remote: https, http, ssh or file, or a path.
        token: Sent to an https remote, or an http one of this machine; never anywhere else.
        signing_key: A private key, OpenPGP or SSH, that signs each commit.
        seconds: Deadline of each Git command.

    Raises:
        UsageError: The address or the key cannot be used, or a token would travel in the clear.
        RepositoryFailed: Git is missing or too old.
    """
    remote = Remote.parse(url)
    if token and remote.transport is Transport.HTTP and not remote.takes_token:
        raise UsageError(f"a token must not travel to {remote.server} in the clear", "Use https")
    key = SigningKey.parse(signing_key) if signing_key else None
    secrets = (token.reveal(), surroundings.basic(token)) if token else ()
    with tempfile.TemporaryDirectory(prefix="flux-chart-bot-") as place, contextlib.ExitStack() as processes:
        folder = Path(place)
        surroundings.lay_out(folder, "none")
        variables = surroundings.isolated(os.environ, folder, remote.transport)
        runner = GitRunner(folder, variables, seconds=seconds, secrets=secrets)
        reader, signer = ObjectReader(runner, processes), Signer(key, runner, folder) if key else None
        maker = CommitMaker(runner, folder, signer)
        yield GitRepository(remote, runner, reader, maker, surroundings.login(remote, token))


def _head(branch: Branch) -> str:
    problem = branch_problem(branch)
    if problem:
        raise UsageError(f"{branch!r} cannot be used: {problem}")
    return f"refs/heads/{branch}"


def _checked_sha(name: Sha) -> Sha:
    if not _SHA.fullmatch(name):
        raise UsageError(f"{name!r} is not the full name of a commit")
    return name
