"""Commit statuses: set, list, combine."""

from __future__ import annotations

from collections.abc import Mapping

from doubles.github.answers import Answer, check_length, custom, refuse
from doubles.github.call import Call, Handler
from doubles.github.people import Identity
from doubles.github.plumbing import SHA
from doubles.github.rendering import statuses as form
from doubles.github.state import RepositoryState, State, Status, StatusState

MAX_DESCRIPTION = 140
MAX_STATUSES = 1000


def create_status(call: Call) -> Answer:
    """Sets a status on a commit."""
    fields = call.fields
    made = add_status(
        call.state,
        call.repository,
        call.actor,
        sha=call.operation.parameters["sha"],
        state=fields["state"],
        context=fields.get("context", "default"),
        description=fields.get("description"),
        target_url=fields.get("target_url"),
    )
    shown = form.status(call.urls, call.repository, made)
    return Answer(status=201, body=shown, headers=(("Location", shown["url"]),))


def add_status(
    memory: State,
    repository: RepositoryState,
    creator: Identity,
    *,
    sha: str,
    state: StatusState,
    context: str = "default",
    description: str | None = None,
    target_url: str | None = None,
) -> Status:
    """Sets a status under all of GitHub's rules.

    Raises:
        Refusal: 422 with the rule.
    """
    if not SHA.fullmatch(sha) or repository.git.object_type(sha) != "commit":
        raise refuse(422, f"No commit found for SHA: {sha}")
    check_length("Status", "description", description, MAX_DESCRIPTION)
    if target_url and not target_url.startswith(("http://", "https://")):
        raise custom("Status", "target_url must use http(s) scheme")
    if sum(of.context == context for of in repository.statuses_of(sha)) >= MAX_STATUSES:
        raise custom("Status", "This SHA and context has reached the maximum number of statuses.")
    made = Status(
        id=memory.next_id(),
        sha=sha,
        state=state,
        context=context,
        description=description,
        target_url=target_url,
        creator=memory.known(creator),
        created_at=memory.now(),
    )
    repository.statuses.append(made)
    return made


def list_statuses(call: Call) -> Answer:
    """Every status ever set on a commit, newest first, with its creator."""
    sha = call.commit(call.operation.parameters["ref"])
    shown, links = call.page(call.repository.statuses_of(sha))
    return Answer(body=[form.status(call.urls, call.repository, of) for of in shown], headers=links)


def combined_status(call: Call) -> Answer:
    """The newest status of each context, and what they come to."""
    sha = call.commit(call.operation.parameters["ref"])
    newest = form.latest(call.repository.statuses_of(sha))
    shown, links = call.page(newest)
    return Answer(body=form.combined(call.urls, call.repository, sha, shown, newest), headers=links)


HANDLERS: Mapping[str, Handler] = {
    "POST /repos/{owner}/{repo}/statuses/{sha}": create_status,
    "GET /repos/{owner}/{repo}/commits/{ref}/statuses": list_statuses,
    "GET /repos/{owner}/{repo}/commits/{ref}/status": combined_status,
}
