"""The caller, other users, the repository itself, and the caller's allowance."""

from __future__ import annotations

from collections.abc import Mapping

from doubles.github.answers import Answer, not_found, refuse
from doubles.github.call import Call, Handler
from doubles.github.rendering.repositories import full_repository
from doubles.github.rendering.users import private_user, public_user


def get_user(call: Call) -> Answer:
    """Who the token belongs to; an installation's token has no user, and GitHub says so with 403."""
    if call.actor.is_installation:
        raise refuse(403, "Resource not accessible by integration")
    return Answer(body=private_user(call.urls, call.actor))


def get_other_user(call: Call) -> Answer:
    """A user or bot by login."""
    found = call.state.people.get(call.operation.parameters["username"].lower())
    if found is None:
        raise not_found()
    return Answer(body=public_user(call.urls, found))


def get_repository(call: Call) -> Answer:
    """The repository, with its default branch."""
    return Answer(body=full_repository(call.urls, call.repository, call.identity))


def workflow_permissions(call: Call) -> Answer:
    """The setting that lets workflows open pull requests."""
    allowed = call.repository.actions_may_open_pulls
    return Answer(body={"default_workflow_permissions": "read", "can_approve_pull_request_reviews": allowed})


def branch_rules(call: Call) -> Answer:
    """The active rules of rulesets for a branch, which need not exist."""
    source = {"ruleset_source_type": "Repository", "ruleset_source": call.repository.full_name, "ruleset_id": 42}
    kinds = call.repository.rules.get(call.operation.parameters["branch"], [])
    return Answer(body=[{"type": kind, **source} for kind in kinds])


HANDLERS: Mapping[str, Handler] = {
    "GET /user": get_user,
    "GET /users/{username}": get_other_user,
    "GET /repos/{owner}/{repo}": get_repository,
    "GET /repos/{owner}/{repo}/actions/permissions/workflow": workflow_permissions,
    "GET /repos/{owner}/{repo}/rules/branches/{branch}": branch_rules,
}
