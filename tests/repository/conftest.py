from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from doubles.github.fixtures import github_double, github_server  # noqa: F401 - fixtures are found by name
from doubles.github.hosted import HostedRepository
from doubles.github.people import actions
from doubles.github.server import GitHubDouble
from doubles.memory_repository import MemoryRemote, MemoryRepository
from doubles.repository_sides import Side

from bot.model.secret import Secret
from bot.ports import Repository
from bot.repository.git_repository import open_repository

FLEET = "acme/fleet"


@pytest.fixture
def hosted(github_double: GitHubDouble) -> HostedRepository:  # noqa: F811 - the fixture's name
    return github_double.repository(FLEET, {"apps/dev/podinfo.yaml": "version: 6.5.3\n"})


@pytest.fixture
def token(github_double: GitHubDouble) -> Secret:  # noqa: F811 - the fixture's name
    return Secret(github_double.token(actions(repositories=frozenset({FLEET}))))


@pytest.fixture(params=["path", "http", "memory"])
def side(request: pytest.FixtureRequest) -> Side:
    """Every implementation of the port on a remote with one commit."""
    if request.param == "memory":
        remote = MemoryRemote()
        remote.commit("main", {"apps/dev/podinfo.yaml": "version: 6.5.3\n"})
        return Side(remote=remote, open=lambda: _memory(remote))
    hosted: HostedRepository = request.getfixturevalue("hosted")
    if request.param == "path":
        return Side(remote=hosted, open=lambda: open_repository(str(hosted.memory.git.path)))
    token: Secret = request.getfixturevalue("token")
    return Side(remote=hosted, open=lambda: open_repository(hosted.clone_url, token=token))


@contextlib.contextmanager
def _memory(remote: MemoryRemote) -> Iterator[Repository]:
    yield MemoryRepository(remote)
