"""May this event write? On some events a stranger chooses what would be written, with our token at hand."""

from collections.abc import Mapping
from typing import Any

from bot.errors import WriteRefused

_OF_PULL_REQUESTS = frozenset(
    {"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "merge_group"}
)
_MEND = "Use the command `check` or `scan` on this event, and `{command}` on schedule, workflow_dispatch or push"


def refuse_to_write(event: str, payload: Mapping[str, Any], repository: str, command: str = "update") -> None:
    """Refuse a writing command on an event of pull requests or of a workflow that ran for a fork.

    Args:
        event: `GITHUB_EVENT_NAME`; empty outside of GitHub Actions.
        payload: The event's file; {} where there is none.
        repository: `owner/name` of the repository that runs us.
        command: What was called.

    Raises:
        WriteRefused: On such an event.
    """
    if event in _OF_PULL_REQUESTS:
        problem = f"`{command}` does not run on {event} events: a pull request would choose what is written"
        raise WriteRefused(problem, _MEND.format(command=command))
    if event != "workflow_run":
        return
    if _head_repository(payload) != repository or _part(payload, "workflow_run").get("event") in _OF_PULL_REQUESTS:
        problem = f"`{command}` does not run after a workflow of a pull request or of a fork"
        raise WriteRefused(problem, _MEND.format(command=command))


def _head_repository(payload: Mapping[str, Any]) -> object:
    """Where the commit lies that the other workflow ran on; None where that is gone or unknown."""
    return _part(_part(payload, "workflow_run"), "head_repository").get("full_name")


def _part(payload: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = payload.get(key)
    return part if isinstance(part, Mapping) else {}
