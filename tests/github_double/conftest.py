from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from doubles.github.fixtures import github_double, github_server
from doubles.github.hosted import HostedRepository
from doubles.github.people import actions
from doubles.github.server import GitHubDouble

__all__ = ["github_double", "github_server"]

FIRST = {"apps/dev/podinfo.yaml": "version: 6.5.3\n", "README.md": "fleet\n"}
Rest = Callable[..., requests.Response]


@pytest.fixture
def fleet(github_double: GitHubDouble) -> HostedRepository:
    return github_double.repository("acme/fleet", FIRST)


@pytest.fixture
def proposed(fleet: HostedRepository) -> HostedRepository:
    """The same with a branch `bump`, one commit ahead."""
    fleet.commit("bump", {"apps/dev/podinfo.yaml": "version: 6.5.4\n"}, "bump podinfo")
    return fleet


@pytest.fixture
def token(github_double: GitHubDouble) -> str:
    return github_double.token(actions())


@pytest.fixture
def rest(github_double: GitHubDouble, token: str) -> Iterator[Rest]:
    """Calls the API as GITHUB_TOKEN does, or with another token: `rest("POST", "/repos/acme/fleet/pulls", json={})`."""
    with requests.Session() as session:

        def call(method: str, path: str, *, token: str | None = token, **options: object) -> requests.Response:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            address = path if path.startswith("http") else github_double.api_url + path
            return session.request(method, address, headers=headers, timeout=20, **options)  # type: ignore[arg-type] # options are requests' own

        yield call


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs Git as a client would, with nothing of the machine's configuration: `git("clone", url)`."""

    def run(*arguments: str, cwd: Path = tmp_path, headers: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        settings = [("user.name", "t"), ("user.email", "t@example.com"), ("protocol.version", "2")]
        settings += [("http.extraheader", header) for header in headers]
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_COUNT": str(len(settings)),
        }
        for index, (key, value) in enumerate(settings):
            environment |= {f"GIT_CONFIG_KEY_{index}": key, f"GIT_CONFIG_VALUE_{index}": value}
        return subprocess.run(
            ["git", *arguments], cwd=cwd, env=environment, check=False, capture_output=True, text=True, timeout=60
        )

    return run
