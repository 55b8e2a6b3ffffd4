"""On which events a command may write: event by what its file says."""

from typing import Any

import pytest

from bot.cli.events import refuse_to_write
from bot.errors import ExitCode, WriteRefused

HERE = "acme/fleet"


def after(event: str, repository: object = HERE) -> dict[str, Any]:
    """The file of a workflow_run event: what the other workflow ran on."""
    return {"workflow_run": {"event": event, "head_repository": repository and {"full_name": repository}}}


def refuses(event: str, payload: dict[str, Any]) -> bool:
    try:
        refuse_to_write(event, payload, HERE)
    except WriteRefused:
        return True
    return False


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        pytest.param("", {}, id="outside of Actions"),
        pytest.param("schedule", {}, id="schedule"),
        pytest.param("workflow_dispatch", {"inputs": None}, id="by hand"),
        pytest.param("push", {"ref": "refs/heads/develop"}, id="push"),
        pytest.param("repository_dispatch", {"client_payload": {}}, id="by an API call"),
        pytest.param("workflow_run", after("push"), id="after our own workflow on a push"),
        pytest.param("workflow_run", after("schedule"), id="after our own workflow on a schedule"),
    ],
)
def test_events_of_the_repository_itself_may_write(event: str, payload: dict[str, Any]) -> None:
    assert not refuses(event, payload)


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        *(
            pytest.param(event, payload, id=f"{event}, {name}")
            for event in (
                "pull_request",
                "pull_request_target",
                "pull_request_review",
                "pull_request_review_comment",
                "merge_group",
            )
            for name, payload in {
                "from a fork": {"pull_request": {"head": {"repo": {"full_name": "eve/fleet"}}}},
                "from here": {"pull_request": {"head": {"repo": {"full_name": HERE}}}},
                "without a file": {},
            }.items()
        ),
        pytest.param("workflow_run", after("push", "eve/fleet"), id="after a fork's workflow"),
        pytest.param("workflow_run", after("push", None), id="after that of a deleted fork"),
        pytest.param("workflow_run", after("pull_request"), id="after one of a pull request"),
        pytest.param("workflow_run", after("pull_request_target"), id="after one of a pull request's target"),
        pytest.param("workflow_run", after("pull_request", "eve/fleet"), id="after one of a fork's pull request"),
        pytest.param("workflow_run", {}, id="after nobody knows what"),
        pytest.param("workflow_run", {"workflow_run": None}, id="after nothing"),
        pytest.param("workflow_run", {"workflow_run": "x"}, id="after a text"),
        pytest.param("workflow_run", {"workflow_run": {"head_repository": []}}, id="after a list"),
    ],
)
def test_events_by_which_a_stranger_could_choose_what_is_written_may_not(event: str, payload: dict[str, Any]) -> None:
    with pytest.raises(WriteRefused) as refused:
        refuse_to_write(event, payload, HERE)

    assert refused.value.exit_code is ExitCode.WRONG
    assert "`scan`" in refused.value.mend
