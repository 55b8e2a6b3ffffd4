"""A commit's name becomes a part of paths: one of another repository's must never get through."""

from __future__ import annotations

from pathlib import Path

import pytest
from doubles.forge_sides import Connected
from doubles.github.hosted import HostedRepository
from doubles.github.server import GitHubDouble

from bot.errors import ForgeFailed
from bot.forge.commit_names import checked
from bot.forge.files import FilesForge
from bot.model.proposals import CommitStatus, State
from bot.ports import Forge

HOSTILE = [
    "",
    "abc",
    "main",
    "HEAD",
    "A" * 40,
    "1" * 39,
    "1" * 41,
    f"{'1' * 40}\n",
    "../../../o2/r2/commits/" + "a" * 40,
    f"{'a' * 40}/../../../../o2/r2",
    "g" * 64,
    "１" * 40,  # noqa: RUF001 - digits that are no digits to Git
]
GOOD = CommitStatus(context="flux-chart-bot/dev", state=State.SUCCESS, description="up to date")


@pytest.fixture(params=["github", "files"])
def forge(request: pytest.FixtureRequest, tmp_path: Path) -> Forge:
    if request.param == "files":
        return FilesForge(tmp_path / "forge")
    connected: Connected = request.getfixturevalue("connected")
    return connected()


@pytest.mark.parametrize("sha", HOSTILE)
def test_anything_but_a_whole_name_is_refused_before_it_reaches_a_path(
    forge: Forge, hosted: HostedRepository, github_double: GitHubDouble, tmp_path: Path, sha: str
) -> None:
    forge.identity()
    before = len(github_double.requests())
    with pytest.raises(ForgeFailed, match="is not a commit"):
        forge.set_status(sha, GOOD)
    with pytest.raises(ForgeFailed, match="is not a commit"):
        forge.statuses(sha)
    assert len(github_double.requests()) == before
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize("sha", ["0123456789abcdef" * 4, "0123456789" * 4])
def test_both_lengths_of_a_name_pass(sha: str) -> None:
    assert checked(sha) == sha
