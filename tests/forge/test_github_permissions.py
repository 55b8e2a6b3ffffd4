"""What a token may not do is said with the permission or the setting that mends it."""

from __future__ import annotations

import pytest
from doubles.forge_sides import FLEET, OURS, Connected
from doubles.github.answers import Answer, Json
from doubles.github.faults import Fault
from doubles.github.hosted import HostedRepository
from doubles.github.people import BOT_PERMISSIONS, Identity, Level, actions, app, person
from doubles.github.server import GitHubDouble

from bot.errors import ForgeFailed, UsageError
from bot.forge.github import GitHubForge
from bot.forge.github_client import connect
from bot.model.forge_reasons import SHUT_OUT
from bot.model.proposals import CommitStatus, State
from bot.model.secret import Secret
from bot.reason import Reason
from bot.reasons import FORGE_FAILED, OPENING_FORBIDDEN, PERMISSION_MISSING

GOOD = CommitStatus(context="flux-chart-bot/dev", state=State.SUCCESS, description="up to date")


CREATE = "POST /repos/{owner}/{repo}/pulls"


def without(*names: str) -> dict[str, Level]:
    return {name: level for name, level in BOT_PERMISSIONS.items() if name not in names}


def opening(forge: GitHubForge) -> Reason:
    answer = forge.create_pull_request(head=OURS, base="main", title="t", body="b")
    assert isinstance(answer, Reason), answer
    return answer


PULLS = without("pull_requests", "issues")


@pytest.mark.parametrize(
    "who", [actions(permissions=PULLS), app("x", permissions=PULLS), person("a", permissions=PULLS)]
)
def test_opening_without_permission_names_it(connected: Connected, proposed: HostedRepository, who: Identity) -> None:
    reason = opening(connected(who))
    assert reason.id == PERMISSION_MISSING.id
    assert "Resource not accessible by" in reason.sentence
    assert "`pull-requests: write`" in reason.mend


def test_changing_and_closing_without_permission_names_it(connected: Connected, proposed: HostedRepository) -> None:
    proposed.open_pull(OURS)
    forge = connected(actions(permissions=PULLS))
    for reason in (forge.update_pull_request(1, title="t", body="b"), forge.close_pull_request(1, comment="c")):
        assert reason is not None
        assert reason.id == PERMISSION_MISSING.id
        assert "pull-requests: write" in reason.mend
        assert "ull request 1" in reason.sentence


def test_a_status_without_permission_names_it(connected: Connected, proposed: HostedRepository) -> None:
    reason = connected(actions(permissions=without("statuses"))).set_status(proposed.tip("main") or "", GOOD)
    assert reason is not None
    assert (reason.id, "statuses: write" in reason.mend) == (PERMISSION_MISSING.id, True)


def test_reading_a_private_fleet_without_permission_ends_the_run(
    github_double: GitHubDouble, connected: Connected
) -> None:
    private = github_double.repository(FLEET, {"a": "1"}, private=True)
    sha = private.tip("main") or ""
    with pytest.raises(ForgeFailed, match="Resource not accessible by integration") as failed:
        connected(actions(permissions=PULLS)).open_pull_requests()
    assert "pull-requests: write" in failed.value.mend
    with pytest.raises(ForgeFailed, match="Resource not accessible by integration") as failed:
        connected(actions(permissions=without("statuses"))).statuses(sha)
    assert "statuses: write" in failed.value.mend


def test_the_setting_that_forbids_workflows_is_named(connected: Connected, proposed: HostedRepository) -> None:
    proposed.forbid_actions_pulls()
    reason = opening(connected())
    assert reason.id == OPENING_FORBIDDEN.id
    assert "Allow GitHub Actions to create and approve pull requests" in reason.mend
    assert "GitHub App" in reason.mend
    assert ".." not in str(reason)


def test_an_apps_token_is_not_bound_by_that_setting(connected: Connected, proposed: HostedRepository) -> None:
    proposed.forbid_actions_pulls()
    made = connected(app("bumper")).create_pull_request(head=OURS, base="main", title="t", body="b")
    assert not isinstance(made, Reason)


@pytest.mark.parametrize(
    ("head", "base", "said"),
    [
        ("flux-chart-bot/gone/all", "main", "422"),
        (OURS, "gone", "422"),
        ("flux-chart-bot/same/all", "main", "No commits"),
    ],
)
def test_a_refusal_of_what_was_asked_is_told_in_githubs_words(
    connected: Connected, proposed: HostedRepository, head: str, base: str, said: str
) -> None:
    proposed.move("flux-chart-bot/same/all", "main")
    reason = connected().create_pull_request(head=head, base=base, title="t", body="b")
    assert isinstance(reason, Reason)
    assert (reason.id, said in reason.sentence) == (FORGE_FAILED.id, True)


def test_a_long_refusal_is_cut(connected: Connected, proposed: HostedRepository) -> None:
    status = CommitStatus(context="flux-chart-bot/dev", state=State.SUCCESS, description="x" * 141)
    reason = connected().set_status(proposed.tip("main") or "", status)
    assert reason is not None
    assert "too long" in reason.sentence
    assert len(reason.sentence) < 400


def test_a_repository_that_is_not_there_is_named(github_double: GitHubDouble, connected: Connected) -> None:
    with pytest.raises(ForgeFailed, match="acme/fleet does not exist, or the token may not see it") as failed:
        connected().open_pull_requests()
    assert "Check the name" in failed.value.mend


def test_a_hidden_repository_is_not_told_from_an_absent_one(github_double: GitHubDouble, connected: Connected) -> None:
    github_double.repository(FLEET, {"a": "1"}, private=True)
    with pytest.raises(ForgeFailed, match="does not exist, or the token may not see it"):
        connected(actions(repositories=frozenset({"acme/other"}))).open_pull_requests()


def test_a_pull_request_that_is_gone_is_a_reason(connected: Connected, proposed: HostedRepository) -> None:
    reason = connected().update_pull_request(404, title="t", body="b")
    assert reason is not None
    assert "404" in reason.sentence


def test_a_token_that_ran_out_says_so(
    github_double: GitHubDouble, connected: Connected, hosted: HostedRepository
) -> None:
    token = github_double.token(actions())
    forge = connected(token=token)
    github_double.revoke(token)
    with pytest.raises(ForgeFailed, match="the token is not valid"):
        forge.create_pull_request(head=OURS, base="main", title="t", body="b")


@pytest.mark.parametrize("url", ["http://git.corp.example/api/v3", "ftp://127.0.0.1/", "api.github.com", ""])
def test_a_token_is_never_sent_in_plain(url: str) -> None:
    with pytest.raises(UsageError, match="does not begin with https"):
        connect(url, Secret("t"))


def test_an_address_with_a_login_is_refused_unseen() -> None:
    with pytest.raises(UsageError, match="holds a login") as failed:
        connect("https://user:hunter2@git.corp.example/api/v3", Secret("t"))
    assert "hunter2" not in f"{failed.value.message}{failed.value.mend}"


@pytest.mark.parametrize(
    ("message", "mend"),
    [
        (
            (
                "Resource protected by organization SAML enforcement. You must grant your Personal Access token access "
                "to this organization."
            ),
            "single sign-on",
        ),
        (
            (
                "Although you appear to have the correct authorization credentials, the `acme` organization has an IP "
                "allow list enabled, and your IP address is not permitted to access this resource."
            ),
            "whose address the organisation allows",
        ),
    ],
)
def test_a_door_that_no_permission_opens_is_no_missing_permission(
    github_double: GitHubDouble, connected: Connected, proposed: HostedRepository, message: str, mend: str
) -> None:
    refusal = Fault(answer=Answer(status=403, body={"message": message}))
    github_double.faults.on(CREATE, refusal)
    reason = opening(connected())
    assert (reason.id, mend in reason.mend, message.rstrip(".") in reason.sentence) == (SHUT_OUT.id, True, True)


def test_a_plan_without_drafts_is_told_with_the_keys_that_want_them(
    github_double: GitHubDouble, connected: Connected, proposed: HostedRepository
) -> None:
    said = "Draft pull requests are not supported in this repository."
    body: Json = {
        "message": "Validation Failed",
        "errors": [{"resource": "PullRequest", "code": "custom", "message": said}],
    }
    github_double.faults.on(CREATE, Fault(answer=Answer(status=422, body=body)))
    reason = opening(connected())
    assert (reason.id, "`draft`" in reason.mend) == (OPENING_FORBIDDEN.id, True)
