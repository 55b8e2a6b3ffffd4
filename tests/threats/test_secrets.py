"""Threat 19: a secret that stands where it should not, in a call or in the environment, is not spread further."""

from __future__ import annotations

import base64
import json
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles.ground import Ground
from doubles.registry import Basic

SECRET = "s3cr3t-CANARY/0123"
URL = "https://user:CANARY@github.com/acme/fleet"


@pytest.mark.parametrize(
    "call",
    [
        ("update", "--forge", "files", "--remote", URL),
        ("update", "--repository", URL),
        ("update", URL),
        ("scan", URL),
        ("scan", "--config", URL, "."),
        ("scan", "--json", URL, "."),
        ("scan", "--fail-on", URL, "."),
        ("scan", "--log-level", URL, "."),
        ("scan", "--base", "--remote", f"ext::{URL}"),
        ("scan", "--base", "--remote", f"ssh{URL.removeprefix('https')}"),
        (URL,),
    ],
    ids=" ".join,
)
def test_a_login_that_somebody_typed_into_an_address_is_refused_unseen(ground: Ground, call: tuple[str, ...]) -> None:
    (ground.folder / "apps.yaml").touch()
    said = ground.run(*call, GITHUB_ACTIONS="true")
    assert said.code == 2, said
    assert "CANARY" not in said.out + said.err
    assert said.err


@pytest.mark.parametrize(
    ("variable", "code"),
    [
        ("GITHUB_SERVER_URL", 2),
        ("GITHUB_API_URL", 2),
        ("GITHUB_REPOSITORY", 2),
        ("HTTPS_PROXY", 1),
    ],
)
def test_a_login_in_an_address_of_the_environment_is_not_shown(ground: Ground, variable: str, code: int) -> None:
    environment = {"GITHUB_REPOSITORY": "acme/fleet", "FLUX_CHART_BOT_TOKEN": "t", "HTTPS_PROXY": "http://127.0.0.1:1"}
    said = ground.run("update", "--log-level", "debug", **environment | {variable: URL.replace("github.com", "[bad")})
    assert said.code == code, said
    assert "CANARY" not in said.out + said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("variable", ["GITHUB_SERVER_URL", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"])
def test_nor_by_a_command_that_asks_registries_only(ground: Ground, variable: str) -> None:
    ground.registry.auth = Basic(username="ann", password="pw")
    ground.fleet()
    call = ("scan", "--base", "--remote", ground.remote, "--log-level", "debug")
    job = {"GITHUB_ACTIONS": "true", "GITHUB_TOKEN": "t", "GITHUB_ACTOR": "ann"}
    said = ground.run(*call, **job | {variable: URL.replace("github.com", "[bad")})
    assert said.code == 2, said
    assert "CANARY" not in said.out + said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "text",
    [
        '{"auths": {"x": {"auth": "CANARY"',
        '"CANARY"',
        '["CANARY"]',
        '{"credHelpers": "CANARY"}',
        '{"auths": {"CANARY:x": {"auth": "CANARY"}}}',
    ],
)
def test_a_broken_docker_configuration_is_not_quoted(ground: Ground, text: str) -> None:
    ground.registry.auth = Basic(username="ann", password="pw")
    ground.fleet()
    said = ground.run("scan", "--base", "--remote", ground.remote, "--log-level", "debug", DOCKER_AUTH_CONFIG=text)
    assert said.code == 3, "nothing could be looked up"
    assert "CANARY" not in said.out + said.err
    assert "Traceback" not in said.err


def test_every_form_in_which_the_token_travels_is_masked(ground: Ground) -> None:
    ground.fleet()
    said = ground.update(GITHUB_ACTIONS="true", FLUX_CHART_BOT_TOKEN=SECRET)
    assert said.code == 0, said
    masked = {line.removeprefix("::add-mask::") for line in said.lines if line.startswith("::add-mask::")}
    assert masked == {SECRET, base64.b64encode(f"x-access-token:{SECRET}".encode()).decode()}


def spy(folder: Path, name: str, body: str) -> str:
    """A program that stands before all others on the path."""
    program = folder / "bin" / name
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return f"{program.parent}:/usr/local/bin:/usr/bin:/bin"


def test_a_credential_helper_sees_no_token_of_the_job(ground: Ground) -> None:
    """The helper of `credsStore` is asked for hosts that a manifest names."""
    seen = ground.folder / "seen"
    path = spy(ground.folder, "docker-credential-spy", f"env > '{seen}'; echo '{{}}'")
    ground.registry.auth = Basic(username="ann", password="pw")
    ground.fleet()
    tokens = {name: f"CANARY-{name}" for name in ("FLUX_CHART_BOT_TOKEN", "GITHUB_TOKEN", "GH_TOKEN")}
    said = ground.update(PATH=path, DOCKER_AUTH_CONFIG=json.dumps({"credsStore": "spy"}), **tokens)
    assert said.code == 3, said
    assert "CANARY" not in seen.read_text()


@pytest.fixture
def cores_allowed() -> Iterator[None]:
    """As on a machine whose owner collects them; where they are forbidden for good there is nothing to see."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if hard == 0:
        pytest.skip("this machine lets nobody leave a core file")
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


@pytest.mark.usefixtures("cores_allowed")
def test_no_program_of_a_run_may_leave_a_core_file(ground: Ground) -> None:
    seen = ground.folder / "limit"
    path = spy(ground.folder, "git", f"ulimit -c >> '{seen}'; PATH=/usr/local/bin:/usr/bin:/bin exec git \"$@\"")
    ground.fleet()
    assert ground.update(PATH=path).code == 0
    assert set(seen.read_text().split()) == {"0"}
