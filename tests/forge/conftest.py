from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doubles.forge_sides import FLEET, OURS, Connected, InMemory, OnDisk, OnGitHub, Side
from doubles.github.fixtures import github_double, github_server  # noqa: F401 - fixtures are found by name
from doubles.github.hosted import HostedRepository
from doubles.github.people import Identity, actions, person
from doubles.github.server import GitHubDouble
from doubles.memory_forge import MemoryForge

from bot.forge.files import FilesForge
from bot.forge.github import GitHubForge
from bot.forge.github_client import connect
from bot.model.secret import Secret


@pytest.fixture
def hosted(github_double: GitHubDouble) -> HostedRepository:  # noqa: F811 - the fixture's name
    return github_double.repository(FLEET, {"apps/dev/podinfo.yaml": "version: 6.5.3\n"})


@pytest.fixture
def proposed(hosted: HostedRepository) -> HostedRepository:
    """The same with our branch, one commit ahead."""
    hosted.commit(OURS, {"apps/dev/podinfo.yaml": "version: 6.5.4\n"})
    return hosted


@pytest.fixture
def connected(github_double: GitHubDouble) -> Iterator[Connected]:  # noqa: F811 - the fixture's name
    made: list[GitHubForge] = []

    def connected_as(who: Identity | None = None, *, token: str = "", **settings: Any) -> GitHubForge:
        secret = token or github_double.token(who or actions(repositories=frozenset({FLEET})))
        settings = {"api_url": github_double.api_url, "seconds_between_writes": 0, "backoff": 0, **settings}
        client = connect(settings.pop("api_url"), Secret(secret), **settings)
        made.append(GitHubForge(client, repository=FLEET, server_url=github_double.server_url))
        return made[-1]

    yield connected_as
    for forge in made:
        forge.client.close()


@pytest.fixture
def forge(connected: Connected, hosted: HostedRepository) -> GitHubForge:
    """GitHub, as a workflow's own token sees it."""
    return connected()


@pytest.fixture(params=["github-actions", "github-person", "files", "memory"])
def side(request: pytest.FixtureRequest, tmp_path: Path) -> Side:
    match request.param:
        case "files":
            people = OnDisk(tmp_path / "forge")
            return Side(forge=FilesForge(tmp_path / "forge", people), people=people)
        case "memory":
            branches: dict[str, str] = {}
            memory = MemoryForge(branches=branches)
            return Side(forge=memory, people=InMemory(memory, branches))
        case name:
            hosted: HostedRepository = request.getfixturevalue("hosted")
            open_as: Connected = request.getfixturevalue("connected")
            who = person("alice") if name == "github-person" else None
            return Side(forge=open_as(who), people=OnGitHub(hosted))
