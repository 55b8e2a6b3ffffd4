"""Auto-merge, which GitHub's REST API cannot turn on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from doubles.github.answers import Answer, refuse
from doubles.github.people import Identity
from doubles.github.rendering.urls import node_id
from doubles.github.state import State


def enable(state: State, identity: Identity | None, given: Mapping[str, Any]) -> Answer:
    """Turn it on for one pull request, where its repository allows that."""
    if identity is None:
        return refuse(401, "Requires authentication").answer
    for repository in state.repositories.values():
        for pull in repository.pulls.values():
            if node_id("PullRequest", pull.id) == given["pullRequestId"]:
                if not repository.allows_auto_merge:
                    return _error("Auto merge is not allowed for this repository", "UNPROCESSABLE")
                pull.auto_merge = str(given.get("mergeMethod", "MERGE"))
                return Answer(body={"data": {"enablePullRequestAutoMerge": {"clientMutationId": None}}})
    return _error("Could not resolve to a node with the global id of it.", "NOT_FOUND")


def _error(message: str, kind: str) -> Answer:
    return Answer(body={"data": {"enablePullRequestAutoMerge": None}, "errors": [{"message": message, "type": kind}]})
