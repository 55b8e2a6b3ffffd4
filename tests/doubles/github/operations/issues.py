"""Comments, labels, assignees and reviewers of pull requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from doubles.github.answers import Answer, check_length, invalid, not_found, refuse
from doubles.github.call import Call, Handler
from doubles.github.operations.pulls import MAX_BODY, edit_pull
from doubles.github.people import Identity, person
from doubles.github.rendering import pulls as form
from doubles.github.state import Comment, Label, PullRequest, RepositoryState, State

MAX_LABEL = 50
DEFAULT_COLOR = "ededed"


def get_issue(call: Call) -> Answer:
    """A pull request as an issue, with `closed_by`."""
    return Answer(body=form.issue(call.urls, call.repository, call.pull))


def update_issue(call: Call) -> Answer:
    """Title, body and state by way of the issue."""
    edit_pull(call.state, call.repository, call.pull, call.actor, call.fields)
    if "milestone" in call.fields:
        if call.fields["milestone"] not in call.repository.milestones:
            raise invalid("Issue", "milestone")
        call.pull.milestone = call.fields["milestone"]
    if "labels" in call.fields:
        call.pull.labels = labels_named(call.state, call.repository, _names(call.fields["labels"]))
    return Answer(body=form.issue(call.urls, call.repository, call.pull))


def list_comments(call: Call) -> Answer:
    """Oldest first, as GitHub does here."""
    found = call.repository.comments_of(call.pull.number)
    since = call.query.get("since", "")
    shown, links = call.page([of for of in found if of.updated_at >= since])
    return Answer(body=[form.comment(call.urls, call.repository, of) for of in shown], headers=links)


def create_comment(call: Call) -> Answer:
    """Adds a comment."""
    made = add_comment(call.state, call.repository, call.pull, call.actor, call.fields["body"])
    shown = form.comment(call.urls, call.repository, made)
    return Answer(status=201, body=shown, headers=(("Location", shown["url"]),))


def add_comment(state: State, home: RepositoryState, pull: PullRequest, by: Identity, body: str) -> Comment:
    """Adds a comment under GitHub's rules.

    Raises:
        Refusal: 422; empty or too long.
    """
    if not body.strip():
        raise invalid("IssueComment", "body", "missing_field")
    check_length("IssueComment", "body", body, MAX_BODY)
    now = state.now()
    made = Comment(
        id=state.next_id(), number=pull.number, body=body, author=state.known(by), created_at=now, updated_at=now
    )
    home.comments[made.id] = made
    pull.updated_at = now
    return made


def get_comment(call: Call) -> Answer:
    """One comment."""
    return Answer(body=form.comment(call.urls, call.repository, _comment(call)))


def update_comment(call: Call) -> Answer:
    """Rewrites a comment."""
    found = _comment(call)
    check_length("IssueComment", "body", call.fields["body"], MAX_BODY)
    found.body, found.updated_at = call.fields["body"], call.state.now()
    return Answer(body=form.comment(call.urls, call.repository, found))


def delete_comment(call: Call) -> Answer:
    """Removes a comment."""
    del call.repository.comments[_comment(call).id]
    return Answer(status=204)


def _comment(call: Call) -> Comment:
    text = call.operation.parameters["comment_id"]
    found = call.repository.comments.get(int(text)) if text.isascii() and text.isdigit() else None
    if found is None:
        raise not_found()
    return found


def list_repository_labels(call: Call) -> Answer:
    """The labels a repository has."""
    shown, links = call.page(list(call.repository.labels.values()))
    return Answer(body=[form.label(call.urls, call.repository, of) for of in shown], headers=links)


def create_repository_label(call: Call) -> Answer:
    """Adds a label to a repository."""
    name, color = call.fields["name"], call.fields.get("color", DEFAULT_COLOR)
    if name.lower() in call.repository.labels:
        raise invalid("Label", "name", "already_exists")
    made = labels_named(call.state, call.repository, [name])[0]
    made.color, made.description = color, call.fields.get("description")
    shown = form.label(call.urls, call.repository, made)
    return Answer(status=201, body=shown, headers=(("Location", shown["url"]),))


def list_labels(call: Call) -> Answer:
    """The labels a pull request has."""
    shown, links = call.page(call.pull.labels)
    return Answer(body=[form.label(call.urls, call.repository, of) for of in shown], headers=links)


def add_labels(call: Call) -> Answer:
    """Adds labels to a pull request, those that do not exist yet included."""
    pull = call.pull
    new = labels_named(call.state, call.repository, _names(call.body))
    pull.labels.extend(of for of in new if of not in pull.labels)
    return list_labels(call)


def set_labels(call: Call) -> Answer:
    """Puts these labels in place of what was there."""
    call.pull.labels = labels_named(call.state, call.repository, _names(call.body))
    return list_labels(call)


def remove_labels(call: Call) -> Answer:
    """Takes every label off."""
    call.pull.labels = []
    return Answer(status=204)


def labels_named(state: State, home: RepositoryState, names: Iterable[str]) -> list[Label]:
    """Finds or makes a repository's labels; names ignore case.

    Raises:
        Refusal: 422; a name is empty or too long.
    """
    found = []
    for name in names:
        check_length("Label", "name", name, MAX_LABEL)
        if not name.strip():
            raise invalid("Label", "name", "missing_field")
        made = Label(id=state.next_id(), name=name, color=DEFAULT_COLOR)
        found.append(home.labels.setdefault(name.lower(), made))
    return found


def _names(body: object, field: str = "labels", key: str = "name") -> list[str]:
    """Reads a list of names in each of its forms: bare, under its field, as texts or as objects."""
    items = body.get(field, []) if isinstance(body, dict) else body
    listed = items if isinstance(items, list) else []
    return [str(item.get(key, "") if isinstance(item, dict) else item) for item in listed]


def add_assignees(call: Call) -> Answer:
    """Assigns people; GitHub silently leaves out those who cannot be assigned."""
    pull = call.pull
    known = [_known(call, login) for login in _names(call.fields, "assignees", "login")]
    pull.assignees.extend(who for who in known if who is not None and who not in pull.assignees)
    return Answer(status=201, body=form.issue(call.urls, call.repository, pull))


def request_reviewers(call: Call) -> Answer:
    """Asks people to review; refuses the author and people it does not know."""
    pull, wanted = call.pull, _names(call.fields, "reviewers", "login")
    teams = _names(call.fields, "team_reviewers", "slug")
    if (call.actor.kind == "actions" and teams) or set(teams) - call.repository.teams:
        raise refuse(422, "Reviews may only be requested from collaborators. One or more of the teams is not known.")
    known = [_known(call, login) for login in wanted]
    if any(who == pull.author for who in known):
        raise refuse(422, "Review cannot be requested from pull request author.")
    if None in known:
        message = (
            "Reviews may only be requested from collaborators. One or more of the users or teams you specified is "
        )
        raise refuse(422, f"{message}not a collaborator of the {call.repository.full_name} repository.")
    pull.reviewers.extend(who for who in known if who is not None and who not in pull.reviewers)
    pull.teams.extend(team for team in teams if team not in pull.teams)
    return Answer(status=201, body=form.simple_pull(call.urls, call.repository, pull))


def _known(call: Call, login: str) -> Identity | None:
    found = call.state.people.get(login.lower())
    return found or (person(login) if login.lower() == call.repository.owner.login.lower() else None)


_ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}"
_COMMENT = "/repos/{owner}/{repo}/issues/comments/{comment_id}"
HANDLERS: Mapping[str, Handler] = {
    f"GET {_ISSUE}": get_issue,
    f"PATCH {_ISSUE}": update_issue,
    f"GET {_ISSUE}/comments": list_comments,
    f"POST {_ISSUE}/comments": create_comment,
    f"GET {_COMMENT}": get_comment,
    f"PATCH {_COMMENT}": update_comment,
    f"DELETE {_COMMENT}": delete_comment,
    f"GET {_ISSUE}/labels": list_labels,
    f"POST {_ISSUE}/labels": add_labels,
    f"PUT {_ISSUE}/labels": set_labels,
    f"DELETE {_ISSUE}/labels": remove_labels,
    "GET /repos/{owner}/{repo}/labels": list_repository_labels,
    "POST /repos/{owner}/{repo}/labels": create_repository_label,
    f"POST {_ISSUE}/assignees": add_assignees,
    "POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers": request_reviewers,
}
