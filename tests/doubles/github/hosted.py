"""One repository in a test's hands: fill it, look into it, and act as the people around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doubles.github import lifecycle, seeding
from doubles.github.operations import issues, pulls, statuses
from doubles.github.people import Identity, person
from doubles.github.plumbing import NO_OBJECT, Commit, TreeEntry
from doubles.github.rendering.urls import Urls
from doubles.github.seeding import Content
from doubles.github.state import Comment, PullRequest, RepositoryState, State, Status, StatusState


class HostedRepository:
    """A repository of the server. What people do here stands in no journal and needs no permission."""

    def __init__(self, state: State, memory: RepositoryState, urls: Urls) -> None:
        self._state = state
        self.memory = memory
        self._urls = urls

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return self.memory.full_name

    @property
    def clone_url(self) -> str:
        """`<server>/<owner>/<name>.git`."""
        return f"{self._urls.page(self.full_name)}.git"

    @property
    def owner(self) -> Identity:
        """Whose it is; acts where a test names nobody."""
        return self.memory.owner

    # Git

    def commit(
        self,
        branch: str,
        files: Mapping[str, Content],
        message: str = "change",
        *,
        author: Identity | None = None,
        start: str | None = None,
        date: int | None = None,
    ) -> str:
        """Puts a commit on a branch, as a push by `author` would, and returns its name.

        Args:
            branch: Made from `start` (default: the default branch) if it does not exist.
            files: Path to bytes, text, `Symlink`, `Gitlink`, `Executable`, or None to remove.
            message: The whole message.
            author: Author, committer and pusher; the owner if not given.
            start: Branch or commit a new branch begins at.
            date: Seconds since 1970 of the commit; now if not given.
        """
        who = self._state.known(author or self.owner)
        with self._state.lock:
            before = self.memory.git.refs()
            parent = before.get(f"refs/heads/{branch}") or self._start(start)
            made = seeding.commit(self.memory.git, branch, files, parent=parent, message=message, author=who, date=date)
            lifecycle.branches_moved(self._state, self.memory, before, who)
        return made

    def _start(self, start: str | None) -> str | None:
        found = self.memory.git.resolve(start or self.memory.default_branch)
        if start is not None and found is None:
            raise ValueError(f"{start} is no branch or commit of {self.full_name}")
        return found

    def move(self, branch: str, target: str, *, by: Identity | None = None) -> None:
        """Points a branch at another branch's tip or a commit, forced."""
        sha = self._start(target)
        with self._state.lock:
            before = self.memory.git.refs()
            self.memory.git.update_ref(f"refs/heads/{branch}", sha or NO_OBJECT)
            lifecycle.branches_moved(self._state, self.memory, before, by or self.owner)

    def delete_branch(self, branch: str, *, by: Identity | None = None) -> None:
        """Removes a branch."""
        with self._state.lock:
            before = self.memory.git.refs()
            self.memory.git.delete_ref(f"refs/heads/{branch}")
            lifecycle.branches_moved(self._state, self.memory, before, by or self.owner)

    def tip(self, branch: str) -> str | None:
        """The commit a branch points at, None if there is no such branch."""
        return self.memory.git.ref(f"refs/heads/{branch}")

    def branches(self) -> dict[str, str]:
        """Branch names to commits."""
        return {name.removeprefix("refs/heads/"): sha for name, sha in self.memory.git.refs().items()}

    def tree(self, revision: str) -> dict[str, TreeEntry]:
        """Path to entry (mode, type, sha, size) of a branch or commit, all the way down."""
        return {entry.path: entry for entry in self.memory.git.tree(self._commit(revision), recursive=True)}

    def files(self, revision: str) -> dict[str, bytes]:
        """Path to content of a branch or commit; a symlink's content is its target, submodules are left out."""
        blobs = [entry for entry in self.tree(revision).values() if entry.type == "blob"]
        contents = self.memory.git.blobs(entry.sha for entry in blobs)
        return {entry.path: content for entry, content in zip(blobs, contents, strict=True)}

    def log(self, revision: str) -> list[Commit]:
        """History of a branch, a commit, or a range (`main..branch`), newest first."""
        return self.memory.git.commits(revision)

    def _commit(self, revision: str) -> str:
        found = self.memory.git.resolve(revision)
        if found is None:
            raise ValueError(f"{revision} is no branch or commit of {self.full_name}")
        return found

    def fork(self, owner: str, *, name: str | None = None) -> HostedRepository:
        """Forks it into another owner's account."""
        with self._state.lock:
            made = self._state.create(
                f"{owner}/{name or self.memory.name}",
                default_branch=self.memory.default_branch,
                private=self.memory.private,
                parent=self.memory,
            )
        return HostedRepository(self._state, made, self._urls)

    # pull requests

    def pulls(self) -> tuple[PullRequest, ...]:
        """Every pull request, oldest first."""
        return tuple(self.memory.pulls.values())

    def pull(self, number: int) -> PullRequest:
        """One pull request."""
        return self.memory.pulls[number]

    def open_pull(
        self,
        head: str,
        *,
        base: str | None = None,
        title: str = "a change",
        body: str | None = None,
        by: Identity | None = None,
        source: HostedRepository | None = None,
        draft: bool = False,
    ) -> PullRequest:
        """Opens a pull request, from a fork (`source`) if one is given."""
        with self._state.lock:
            return pulls.open_pull(
                self._state,
                self.memory,
                by or (source or self).owner,
                source=(source or self).memory,
                head=head,
                base=base or self.memory.default_branch,
                title=title,
                body=body,
                draft=draft,
            )

    def edit(self, number: int, *, by: Identity | None = None, **fields: str) -> None:
        """Changes `title`, `body`, `base` or `state` of a pull request, as its page does."""
        with self._state.lock:
            pulls.edit_pull(self._state, self.memory, self.pull(number), by or self.owner, fields)

    def close(self, number: int, *, by: Identity | None = None) -> None:
        """Closes a pull request without a merge."""
        self.edit(number, by=by, state="closed")

    def reopen(self, number: int, *, by: Identity | None = None) -> None:
        """Opens a closed one again."""
        self.edit(number, by=by, state="open")

    def merge(self, number: int, *, by: Identity | None = None, method: str = "merge") -> str:
        """Merges a pull request (`merge` or `squash`) and returns the new commit of its base."""
        with self._state.lock:
            who = self._state.known(by or self.owner)
            return pulls.merge(self._state, self.memory, self.pull(number), who, method)

    def comment(self, number: int, body: str, *, by: Identity | None = None) -> Comment:
        """Comments on a pull request."""
        with self._state.lock:
            return issues.add_comment(self._state, self.memory, self.pull(number), by or self.owner, body)

    def comments(self, number: int) -> list[Comment]:
        """The comments of a pull request, oldest first."""
        return self.memory.comments_of(number)

    def label(self, number: int, names: Sequence[str]) -> None:
        """Puts these labels on a pull request, in place of what was there."""
        with self._state.lock:
            self.pull(number).labels = issues.labels_named(self._state, self.memory, names)

    # statuses

    def status(
        self,
        revision: str,
        state: StatusState,
        *,
        context: str,
        description: str | None = None,
        target_url: str | None = None,
        by: Identity | None = None,
    ) -> Status:
        """Sets a commit status, on a branch's tip or a commit."""
        with self._state.lock:
            return statuses.add_status(
                self._state,
                self.memory,
                by or person("someone-else"),
                sha=self._commit(revision),
                state=state,
                context=context,
                description=description,
                target_url=target_url,
            )

    def statuses(self, revision: str) -> list[Status]:
        """Every status ever set on a branch's tip or a commit, newest first."""
        return self.memory.statuses_of(self._commit(revision))

    # settings

    def forbid_actions_pulls(self) -> None:
        """Takes "Allow GitHub Actions to create and approve pull requests" away."""
        self.memory.actions_may_open_pulls = False

    def rule(self, branch: str, *kinds: str) -> None:
        """Lets a ruleset hold for a branch: `merge_queue`, `required_status_checks` and the like."""
        self.memory.rules[branch] = list(kinds)

    def archive(self) -> None:
        """Makes it read-only."""
        self.memory.archived = True

    def sign_nothing(self) -> None:
        """Leaves commits that bots make by API without a signature."""
        self.memory.signs = False

    def delay_mergeable(self, reads: int) -> None:
        """Lets that many reads after each change of a head say `mergeable: null`, as GitHub's background work does."""
        self.memory.mergeable_lag = reads
