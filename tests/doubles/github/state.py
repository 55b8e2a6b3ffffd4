"""What the double remembers beside Git: pull requests, statuses, comments, labels, tokens."""

from __future__ import annotations

import itertools
import shutil
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from doubles.github.people import Identity, person
from doubles.github.plumbing import BareRepository, iso

PullState = Literal["open", "closed"]
StatusState = Literal["error", "failure", "pending", "success"]


@dataclass(slots=True, kw_only=True)
class Status:
    """One commit status."""

    id: int
    sha: str
    state: StatusState
    context: str
    description: str | None
    target_url: str | None
    creator: Identity
    created_at: str


@dataclass(slots=True, kw_only=True)
class Comment:
    """One comment on a pull request."""

    id: int
    number: int
    body: str
    author: Identity
    created_at: str
    updated_at: str


@dataclass(slots=True, kw_only=True)
class Label:
    """One label of a repository."""

    id: int
    name: str
    color: str
    description: str | None = None


@dataclass(slots=True, kw_only=True)
class PullRequest:
    """One pull request; `head_repository` is None once the fork is gone."""

    id: int
    number: int
    title: str
    body: str | None
    author: Identity
    head_owner: Identity
    head_repository: RepositoryState | None
    head_branch: str
    head_sha: str
    base_branch: str
    base_sha: str
    created_at: str
    updated_at: str
    draft: bool = False
    maintainer_can_modify: bool = False
    state: PullState = "open"
    closed_at: str | None = None
    closed_by: Identity | None = None
    merged_at: str | None = None
    merged_by: Identity | None = None
    merge_commit_sha: str | None = None
    labels: list[Label] = field(default_factory=list)
    assignees: list[Identity] = field(default_factory=list)
    reviewers: list[Identity] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    milestone: int | None = None
    auto_merge: str | None = None
    # How many further reads say `mergeable: null`: GitHub works it out in the background.
    mergeable_lag: int = 0

    @property
    def label(self) -> str:
        """`owner:branch`, as GitHub shows a head."""
        return f"{self.head_owner.login}:{self.head_branch}"

    @property
    def own_ref(self) -> str:
        """Where the base repository keeps the head's commits, fork or not."""
        return f"refs/pull/{self.number}/head"


@dataclass(slots=True, kw_only=True, eq=False)
class RepositoryState:
    """One repository: its Git side and what hangs on it."""

    id: int
    owner: Identity
    name: str
    default_branch: str
    git: BareRepository
    created_at: str
    private: bool = False
    parent: RepositoryState | None = None
    # "Allow GitHub Actions to create and approve pull requests"
    actions_may_open_pulls: bool = True
    # How many lists of pull requests do not show the newest one yet.
    list_lag: int = 0
    allows_auto_merge: bool = True
    # Slugs of the teams of the organisation, and numbers of the milestones.
    teams: set[str] = field(default_factory=set)
    milestones: set[int] = field(default_factory=set)
    # How many reads of a pull request say `mergeable: null` after each change of its head.
    mergeable_lag: int = 0
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    labels: dict[str, Label] = field(default_factory=dict)
    verified: set[str] = field(default_factory=set)
    # Branch to the kinds of its rulesets' active rules.
    rules: dict[str, list[str]] = field(default_factory=dict)
    archived: bool = False
    # GitHub signs what a bot commits by API; one that does not shows what happens then.
    signs: bool = True

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner.login}/{self.name}"

    def statuses_of(self, sha: str) -> list[Status]:
        """Every status of a commit, newest first."""
        return [status for status in reversed(self.statuses) if status.sha == sha]

    def comments_of(self, number: int) -> list[Comment]:
        """The comments of a pull request, oldest first."""
        return [comment for comment in self.comments.values() if comment.number == number]


class State:
    """All repositories and tokens of one server; whoever reads or writes holds `lock`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.RLock()
        self.repositories: dict[str, RepositoryState] = {}
        self.tokens: dict[str, Identity] = {}
        self.people: dict[str, Identity] = {}
        self._ids = itertools.count(1001)
        self._folders = itertools.count(1)

    def next_id(self) -> int:
        """A number not given before."""
        return next(self._ids)

    def now(self) -> str:
        """The present, as the API writes it."""
        return iso(time.time())

    def known(self, identity: Identity) -> Identity:
        """Remembers who acts, so that commits can be linked to them."""
        return self.people.setdefault(identity.login.lower(), identity)

    def by_email(self, email: str) -> Identity | None:
        """Finds the user whose noreply address this is, on whatever server."""
        name, _, host = email.partition("@")
        if not host.startswith("users.noreply."):
            return None
        return next((who for who in self.people.values() if who.noreply.partition("@")[0] == name), None)

    def find(self, full_name: str) -> RepositoryState | None:
        """Finds a repository; names ignore case."""
        return self.repositories.get(full_name.lower())

    def create(
        self,
        full_name: str,
        *,
        default_branch: str = "main",
        private: bool = False,
        parent: RepositoryState | None = None,
    ) -> RepositoryState:
        """Makes an empty repository, or a fork."""
        owner, _, name = full_name.partition("/")
        if self.find(full_name):
            raise ValueError(f"{full_name} exists")
        path = self.folder / f"{next(self._folders)}.git"
        made = RepositoryState(
            id=self.next_id(),
            owner=self.known(person(owner)),
            name=name,
            default_branch=default_branch,
            git=BareRepository.create(path, default_branch=default_branch, origin=parent.git if parent else None),
            created_at=self.now(),
            private=private,
            parent=parent,
        )
        self.repositories[full_name.lower()] = made
        return made

    def remove(self, full_name: str) -> None:
        """Deletes a repository; pull requests from it lose their head's repository."""
        gone = self.repositories.pop(full_name.lower())
        for repository in self.repositories.values():
            for pull in repository.pulls.values():
                if pull.head_repository is gone:
                    pull.head_repository = None
        shutil.rmtree(gone.git.path)
