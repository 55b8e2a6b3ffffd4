"""Commits that GitHub makes and signs: the Commits port on its Git database.

GitHub signs what an App or a workflow's token makes without naming an author or committer, and says so in its answer.
https://docs.github.com/en/authentication/managing-commit-signature-verification/about-commit-signature-verification#signature-verification-for-bots
Not by GraphQL's `createCommitOnBranch`: it commits on top of what a branch holds, so building one anew would take it
back to its base first, and GitHub closes a pull request whose branch is its base. Made so, no branch moves: the commit
is brought here, compared with its plan as any other, and pushed by Git under the same lease.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from bot.errors import ForgeFailed
from bot.forge.commit_names import checked
from bot.forge.github_refusals import Refused, asking
from bot.model.commits import FileChange, Sha
from bot.model.forge_reasons import COMMIT_UNSIGNED, PATH_NOT_UTF8
from bot.model.proposals import Identity
from bot.ports import Repository
from bot.reason import Reason

if TYPE_CHECKING:
    from bot.forge.github import GitHubForge

_MOST_BYTES = 1024 * 1024
"""Of contents in one call; GitHub gives up on requests that take it longer than 10 seconds."""
_AS_GIT = ("utf-8", "surrogateescape")
"""How paths that are no UTF-8 became text."""
_Entry = dict[str, str]


class GitHubCommits:
    """Makes commits at GitHub: two calls each, one more a megabyte of changed files and a file that is no UTF-8."""

    def __init__(self, forge: GitHubForge, repository: Repository) -> None:
        """Keep both sides: the one that makes commits, and the one that brings them here."""
        self._forge = forge
        self._repository = repository

    def commit(self, *, parent: Sha, changes: Iterable[FileChange], message: str, identity: Identity) -> Sha | Reason:
        """Make a commit on top of `parent`, in the name that GitHub gives the token; nothing is pushed.

        Raises:
            ForgeFailed: GitHub cannot be used, or the commit cannot be had back.
        """
        wanted = tuple(changes)
        if strange := next((change.path for change in wanted if not _is_utf8(change.path.encode(*_AS_GIT))), None):
            return PATH_NOT_UTF8(path=strange)
        what = "Making a commit"
        try:
            with asking(what):
                tree = self._tree(parent, wanted)
                fields = {"message": message, "tree": tree, "parents": [checked(parent)]}
                made = self._post("commits", fields)
                sha, verification = checked(made["sha"]), made["verification"]
        except Refused as refused:
            return refused.reason(what, "contents: write")
        if not verification["verified"]:
            self._forge.note(COMMIT_UNSIGNED(login=identity.login, problem=str(verification["reason"])))
        self._repository.bring(sha)
        if not self._repository.history(sha, 1):
            raise ForgeFailed(f"{what}: GitHub does not give out what it made", "Running again completes the work")
        return sha

    def _tree(self, parent: Sha, changes: tuple[FileChange, ...]) -> Sha:
        tree = self._repository.history(parent, 1)[0].tree
        for entries in _portions(self._entry(change) for change in changes):
            tree = checked(self._post("trees", {"base_tree": checked(tree), "tree": entries})["sha"])
        return tree

    def _entry(self, change: FileChange) -> _Entry:
        entry = {"path": change.path, "mode": change.kind.value, "type": "blob"}
        if _is_utf8(change.after):
            return entry | {"content": change.after.decode()}
        content = base64.b64encode(change.after).decode()
        return entry | {"sha": checked(self._post("blobs", {"content": content, "encoding": "base64"})["sha"])}

    def _post(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        url = f"/repos/{self._forge.repository}/git/{kind}"
        _, answer = self._forge.client.requester.requestJsonAndCheck("POST", url, input=fields)
        return dict(answer)


def _portions(entries: Iterable[_Entry]) -> Iterator[list[_Entry]]:
    """The entries in as many lists as their contents need, each with one entry at least."""
    portion: list[_Entry] = []
    size = 0
    for entry in entries:
        length = len(entry.get("content", ""))
        if portion and size + length > _MOST_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(entry)
        size += length
    if portion:
        yield portion


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
