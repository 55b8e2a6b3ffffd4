"""The token goes into one header of one server: into no message, exception, log or foreign host."""

from __future__ import annotations

import base64
import logging
import traceback
from pathlib import Path
from urllib.parse import quote

import pytest
from doubles.forge_sides import FLEET, OURS, Connected
from doubles.github import faults
from doubles.github.answers import Answer
from doubles.github.faults import Fault
from doubles.github.hosted import HostedRepository
from doubles.github.people import Identity, actions
from doubles.github.server import GitHubDouble
from doubles.http_proxy import ProxyDouble

from bot.errors import BotError
from bot.forge.github import GitHubForge
from bot.model.proposals import CommitStatus, State

CANARY = "ghs_CANARY+0123/456789abcdef=="
FORMS = (CANARY, base64.b64encode(CANARY.encode()).decode(), quote(CANARY, safe=""), CANARY.removeprefix("ghs_"))
GOOD = CommitStatus(context="flux-chart-bot/dev", state=State.SUCCESS, description="up to date")

FAULTS = {
    "none": None,
    "401": Fault(answer=Answer(status=401, body={"message": "Bad credentials"})),
    "403": Fault(answer=Answer(status=403, body={"message": "Resource not accessible by integration"})),
    "404": Fault(answer=Answer(status=404, body={"message": "Not Found"})),
    "422": Fault(answer=Answer(status=422, body={"message": "Validation Failed", "errors": ["odd", {"message": 7}]})),
    "429": faults.too_many_requests(),
    "502": faults.bad_gateway(),
    "dropped": faults.dropped(),
    "html": Fault(answer=Answer(body="<html>")),
    "elsewhere": Fault(answer=Answer(status=301, body={}, headers=(("Location", "https://evil.example/x"),))),
}


def known_as(github_double: GitHubDouble, token: str, who: Identity) -> str:
    """Give somebody a token of our choice."""
    github_double._state.tokens[token] = who
    return token


def everywhere(github_double: GitHubDouble, fault: Fault) -> None:
    for route in github_double.faults._routes - faults.GIT_ROUTES:
        github_double.faults.on(route, fault, times=None)


def told(error: BaseException) -> str:
    """All that anybody could print of an exception: its chain, and whatever stands in it."""
    chain: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        chain += [str(seen), repr(seen), repr(seen.args)]
        seen = seen.__cause__ or seen.__context__
    return "\n".join((*chain, *traceback.format_exception(error)))


def use_everything(forge: GitHubForge, sha: str) -> list[str]:
    said: list[str] = []
    for call in (
        forge.identity,
        forge.open_pull_requests,
        lambda: forge.last_refused(OURS),
        lambda: forge.create_pull_request(head=OURS, base="main", title="t", body="b"),
        lambda: forge.update_pull_request(1, title="t", body="b"),
        lambda: forge.set_status(sha, GOOD),
        lambda: forge.statuses(sha),
        lambda: forge.close_pull_request(1, comment="c"),
    ):
        try:
            said.append(repr(call()))
        except BotError as error:
            said += [told(error), error.mend]
    return said


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_no_fault_brings_the_token_into_any_text(
    github_double: GitHubDouble,
    connected: Connected,
    proposed: HostedRepository,
    caplog: pytest.LogCaptureFixture,
    fault: Fault | None,
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="urllib3")  # which the registry's transport silences where it is loaded
    forge = connected(token=known_as(github_double, CANARY, actions()))
    if fault is not None:
        everywhere(github_double, fault)
    said = [*use_everything(forge, proposed.tip("main") or ""), repr(forge.__dict__), caplog.text]
    assert github_double.api_calls(), "something was asked"
    assert caplog.records, "something was logged"
    for text in said:
        assert not [form for form in FORMS if form in text]
    github_double.faults.clear()
    for entry in github_double.requests():
        assert CANARY not in entry.target


@pytest.mark.parametrize("fault", list(FAULTS.values())[1:], ids=list(FAULTS)[1:])
def test_no_message_holds_an_address(
    github_double: GitHubDouble, connected: Connected, proposed: HostedRepository, fault: Fault
) -> None:
    forge = connected()
    everywhere(github_double, fault)
    with pytest.raises(BotError) as failed:
        forge.open_pull_requests()
    github_double.faults.clear()
    text = f"{failed.value.message} {failed.value.mend}"
    assert not [part for part in ("://", "127.0.0.1", "/repos/", "evil.example") if part in text]


def test_a_login_of_netrc_is_not_used(
    github_double: GitHubDouble,
    connected: Connected,
    hosted: HostedRepository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login mallory password hunter2\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    forge = connected()
    assert forge.open_pull_requests() == ()
    assert {entry.actor for entry in github_double.api_calls()} == {"github-actions[bot]"}


def test_the_machines_proxy_is_used(
    github_double: GitHubDouble, connected: Connected, hosted: HostedRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    port = int(github_double.server_url.rpartition(":")[2])
    with ProxyDouble(port) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert connected().open_pull_requests() == ()
        assert [head.split()[:2] for head in proxy.heads] == [
            ["GET", f"{github_double.api_url}/repos/{FLEET}/pulls?per_page=100&state=open"]
        ]


def test_hosts_outside_of_the_proxy_are_asked_directly(
    github_double: GitHubDouble, connected: Connected, hosted: HostedRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert connected().open_pull_requests() == ()


def test_pygithub_prints_nothing_by_itself(
    connected: Connected, hosted: HostedRepository, capfd: pytest.CaptureFixture[str]
) -> None:
    connected().identity()
    assert capfd.readouterr() == ("", "")
    assert not logging.getLogger("github").handlers
