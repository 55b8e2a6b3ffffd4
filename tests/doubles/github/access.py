"""Which permission each operation asks of a token, and what GitHub says to one that lacks it."""

from __future__ import annotations

from doubles.github.answers import refuse
from doubles.github.call import Call
from doubles.github.people import Level

# By the first part of the path below a repository that fits; the first list that the token meets is enough.
# https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps
_NEEDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("pulls/{pull_number}/merge", ("contents",)),
    ("pulls", ("pull_requests",)),
    ("issues", ("issues", "pull_requests")),
    ("labels", ("issues", "pull_requests")),
    ("statuses", ("statuses",)),
    ("commits/{ref}/status", ("statuses",)),
    ("commits/{commit_sha}/pulls", ("pull_requests", "contents")),
    ("actions/permissions", ("administration",)),
    ("git", ("contents",)),
    ("commits", ("contents",)),
    ("compare", ("contents",)),
    ("branches", ("contents",)),
)
_BELOW_REPOSITORY = "/repos/{owner}/{repo}/"


def needed(call: Call) -> tuple[tuple[str, Level], ...]:
    """The permissions of which one is enough for a call; empty where none is asked."""
    if not call.operation.template.startswith("/repos/{owner}/{repo}"):
        return ()
    rest = call.operation.template.removeprefix(_BELOW_REPOSITORY)
    names = next((names for start, names in _NEEDS if rest.startswith(start)), ("metadata",))
    level: Level = "read" if call.operation.method == "GET" else "write"
    return tuple((name, level) for name in names)


def accepted_header(call: Call) -> tuple[tuple[str, str], ...]:
    """`X-Accepted-GitHub-Permissions`, which tells what a refused token would have needed."""
    wanted = needed(call)
    if not wanted:
        return ()
    return (("X-Accepted-GitHub-Permissions", "; ".join(f"{name}={level}" for name, level in wanted)),)


def check(call: Call) -> None:
    """Lets a call pass or not.

    Raises:
        Refusal: 401 without a token, 403 for a missing permission, 404 for a repository the caller may not see.
    """
    if call.identity is None:
        private = ("/user", "/repos/{owner}/{repo}/actions/permissions/workflow")
        if call.operation.method != "GET" or call.operation.template in private:
            raise refuse(401, "Requires authentication")
        return
    wanted = needed(call)
    if not wanted:
        return
    repository = call.repository
    if repository.archived and call.operation.method != "GET":
        raise refuse(403, "Repository was archived so is read-only.")
    administration = any(name == "administration" for name, _ in wanted)
    if call.operation.method == "GET" and not repository.private and not administration:
        return  # anyone reads what is public
    if not call.identity.reaches(repository.full_name) or not any(call.identity.may(*need) for need in wanted):
        token = "integration" if call.identity.is_installation else "personal access token"
        raise refuse(403, f"Resource not accessible by {token}", headers=accepted_header(call))
