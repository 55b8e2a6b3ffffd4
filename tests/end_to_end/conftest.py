from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles import fleet_files
from doubles.bot_runs import installed
from doubles.docker_registry import Pusher, docker_registry
from doubles.fleet import Fleet
from doubles.github.fixtures import github_double, github_server  # noqa: F401 - fixtures are found by name
from doubles.github.server import GitHubDouble

_groups = itertools.count(1)


@pytest.fixture(scope="session")
def registry() -> Iterator[str]:
    """A real registry for all tests; each fills a part of its own."""
    with docker_registry() as netloc:
        yield netloc


@pytest.fixture(scope="session")
def user_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("installed"))


@pytest.fixture
def pusher(registry: str) -> Iterator[Pusher]:
    with Pusher(registry) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment with an empty home and nothing else of this machine."""
    (tmp_path / "home").mkdir()
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home")}


@pytest.fixture
def empty(github_double: GitHubDouble, pusher: Pusher, home: dict[str, str], registry: str) -> Fleet:  # noqa: F811 - the fixture's name
    """A fleet without files, and charts in the registry."""
    made = Fleet.create(github_double, pusher, home, registry=registry, group=f"group{next(_groups)}")
    made.push("podinfo", "6.5.3", "6.5.4", "6.6.0", "7.0.0-rc.1", "7.0.0")
    made.push("redis", "20.1.0", "20.1.1", "20.2.0")
    return made


@pytest.fixture
def branches(empty: Fleet) -> Fleet:
    """Three tiers on three base branches with the same paths."""
    files = empty.files("apps")
    empty.hosted.commit("main", {**files, fleet_files.CONFIGURATION: fleet_files.BRANCHES})
    empty.hosted.commit("develop", {"README.md": "dev\n"})
    empty.hosted.commit("staging", {"apps/extra.yaml": fleet_files.LEGACY})
    return empty


@pytest.fixture
def folders(empty: Fleet) -> Fleet:
    """Three tiers as folders of one branch."""
    tiers = (empty.files(f"apps/{tier}") for tier in ("dev", "staging", "production"))
    files = {path: data for tier in tiers for path, data in tier.items()}
    empty.hosted.commit("main", {**files, fleet_files.CONFIGURATION: fleet_files.FOLDERS})
    return empty
