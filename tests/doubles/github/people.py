"""Who may hold a token, and what it lets them do."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["user", "app", "actions"]
Level = Literal["read", "write"]

USER_TYPES: Mapping[Kind, str] = {"user": "User", "app": "Bot", "actions": "Bot"}

# What `permissions: {contents: write, pull-requests: write, statuses: write}` gives a job.
BOT_PERMISSIONS: Mapping[str, Level] = {
    "metadata": "read",
    "contents": "write",
    "pull_requests": "write",
    "statuses": "write",
    "issues": "write",
}
ACTIONS_USER_ID = 41898282


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Someone who acts: a person, an App's installation, or the workflow's own token.

    Attributes:
        login: The name GitHub shows; Apps and Actions end in `[bot]`.
        id: Number of the user.
        kind: What the token is; `app` and `actions` are installation tokens.
        permissions: Repository permission to level, in the API's words (`pull_requests`).
        repositories: Full names the token reaches, or None for all.
        rate_limit: Requests per hour.
    """

    login: str
    id: int
    kind: Kind
    permissions: Mapping[str, Level] = field(default_factory=lambda: dict(BOT_PERMISSIONS), hash=False)
    repositories: frozenset[str] | None = None
    rate_limit: int = 5000

    @property
    def is_installation(self) -> bool:
        """True for tokens that stand for an App, GITHUB_TOKEN included."""
        return self.kind != "user"

    @property
    def noreply(self) -> str:
        """The e-mail address by which GitHub links a commit to this user."""
        return f"{self.id}+{self.login}@users.noreply.github.com"

    def may(self, permission: str, level: Level) -> bool:
        """Tells whether the token holds a permission at least at that level."""
        held = self.permissions.get(permission)
        return held in {"write", level}

    def reaches(self, full_name: str) -> bool:
        """Tells whether the token was given for that repository."""
        return self.repositories is None or full_name.lower() in {name.lower() for name in self.repositories}


def _number(login: str) -> int:
    return 1000 + zlib.crc32(login.encode()) % 100_000_000


def person(
    login: str, *, permissions: Mapping[str, Level] | None = None, repositories: frozenset[str] | None = None
) -> Identity:
    """Returns a user with a personal access token."""
    held = dict(BOT_PERMISSIONS if permissions is None else permissions)
    return Identity(login=login, id=_number(login), kind="user", permissions=held, repositories=repositories)


GONE = person("gone")
"""Someone whose account was deleted since: null wherever GitHub's description allows that."""


def app(
    slug: str, *, permissions: Mapping[str, Level] | None = None, repositories: frozenset[str] | None = None
) -> Identity:
    """Returns the bot user of an App's installation."""
    held = dict(BOT_PERMISSIONS if permissions is None else permissions)
    login = f"{slug}[bot]"
    return Identity(login=login, id=_number(login), kind="app", permissions=held, repositories=repositories)


def actions(*, permissions: Mapping[str, Level] | None = None, repositories: frozenset[str] | None = None) -> Identity:
    """Returns `github-actions[bot]`, the identity of GITHUB_TOKEN."""
    return Identity(
        login="github-actions[bot]",
        id=ACTIONS_USER_ID,
        kind="actions",
        permissions=dict(BOT_PERMISSIONS if permissions is None else permissions),
        repositories=repositories,
        rate_limit=1000,
    )
