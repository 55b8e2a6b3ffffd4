"""Where the double knowingly leaves GitHub's description, each with its reason."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

Side = Literal["request", "response"]


class Waiver(Struct, frozen=True, kw_only=True):
    """One known difference: where it may occur, and why it is right.

    Attributes:
        operation: The operation's name.
        side: Whose fault it would be.
        where: Regular expression over the path of the value inside the body, or over `?name` of the query.
        reason: Why the description is wrong or too narrow here.
    """

    operation: str
    side: Side
    where: str
    reason: str


_LABELS = "/repos/{owner}/{repo}/issues/{issue_number}/labels"
WAIVERS = (
    *(
        Waiver(
            operation=f"{method} {_LABELS}",
            side="request",
            where="",
            reason="PyGithub sends a bare array of names; GitHub takes it, this version of the description forgot it",
        )
        for method in ("POST", "PUT")
    ),
    *(
        Waiver(
            operation=operation,
            side="response",
            where=r"(\d+/)?head/repo",
            reason="the head's repository is null once the fork is deleted, though the description says object",
        )
        for operation in (
            "GET /repos/{owner}/{repo}/pulls",
            "GET /repos/{owner}/{repo}/pulls/{pull_number}",
            "PATCH /repos/{owner}/{repo}/pulls/{pull_number}",
        )
    ),
    Waiver(
        operation="GET /repos/{owner}/{repo}/git/matching-refs/{ref}",
        side="request",
        where=r"\?per_page",
        reason="PyGithub adds it to every list; this one has no pages, and GitHub ignores it",
    ),
    *(
        Waiver(
            operation=operation,
            side="response",
            where=r"(\d+/)?labels/\d+/description",
            reason="null for a label without one; the description says so of one pull request, and forgot it in lists",
        )
        for operation in (
            "POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers",
            "GET /repos/{owner}/{repo}/pulls",
            "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls",
        )
    ),
)

# GitHub still serves this address for `commits/{ref}/statuses`; PyGithub's `Commit.get_statuses` uses it.
_OLD_STATUSES = re.compile(r"(/repos/[^/]+/[^/]+)/statuses/(.+)")


def described_path(method: str, path: str) -> str:
    """Returns the address that the description knows for one it has forgotten."""
    return _OLD_STATUSES.sub(r"\1/commits/\2/statuses", path) if method == "GET" else path


def is_waived(operation: str, side: Side, where: str) -> bool:
    """Tells whether a fault is one of the known differences."""
    return any(
        waiver.operation == operation and waiver.side == side and re.fullmatch(waiver.where, where) is not None
        for waiver in WAIVERS
    )
