"""Fixtures for a conftest: `from doubles.github.fixtures import github_double, github_server  # noqa: F401`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from doubles.github.server import GitHubDouble


@pytest.fixture(scope="session")
def github_server() -> Iterator[GitHubDouble]:
    """One server for all tests of a process."""
    with GitHubDouble() as server:
        yield server


@pytest.fixture
def github_double(github_server: GitHubDouble) -> Iterator[GitHubDouble]:
    """The server, empty; after the test it is held against GitHub's description."""
    github_server.reset()
    yield github_server
    github_server.check()
