"""Two runs of the whole command at once, on GitHub's double with real Git: how both end, and what they say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from doubles.bot_runs import Ended
from doubles.fleet import DEV, STAGING, Fleet
from doubles.github.people import person
from doubles.meanwhile import before_push

from bot.model.commits import Sha
from bot.model.tiers import Branch
from bot.repository.git_repository import GitRepository

PROPOSED = {DEV, STAGING}


@pytest.mark.parametrize("number", [1, 2])
def test_both_end_with_zero_and_the_slower_one_claims_nothing(
    branches: Fleet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int
) -> None:
    """Once the other does all its work before this one writes, once after this one opened its first pull request."""
    came = before_push(monkeypatch, number, branches.update)
    ended = branches.update("--json", str(tmp_path / "plan.json"))
    [other] = came
    assert isinstance(other, Ended)
    assert (ended.code, other.code) == (0, 0), f"{ended}{other}"
    assert branches.open.keys() == PROPOSED
    lost = DEV if number == 1 else STAGING
    assert f"another run of this bot moved {lost} meanwhile and has what it found" in ended.out
    assert "another run was faster" in ended.out.splitlines()[0]
    told = json.loads((tmp_path / "plan.json").read_text())
    written = [one["branch"] for one in told["pull_requests"] if one["wrote"]]
    assert written == [DEV][: number - 1]
    assert {one["action"] for one in told["pull_requests"] if not one["wrote"]} == {"leave"}
    assert [one["branch"] for one in told["statuses"]] == written
    assert told["problems"] == []
    branches.update()
    assert branches.writes == []
    assert branches.open.keys() == PROPOSED


def test_a_push_of_a_person_in_the_same_place_ends_with_one(branches: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    def pushed() -> None:
        branches.hosted.commit(DEV, {"apps/podinfo.yaml": "mine\n"}, author=person("alice"))

    before_push(monkeypatch, 1, pushed)
    ended = branches.update()
    assert ended.code == 1, ended
    assert f"{DEV} was not pushed" in ended.out


def test_a_branch_that_the_other_run_deletes_while_this_one_reads_is_no_trouble(
    branches: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    branches.update()
    branches.hosted.merge(branches.open[DEV].number, by=person("alice"))
    real, came = GitRepository.fetch, list[Ended]()

    def fetch(repository: GitRepository, wanted: Iterable[Branch]) -> Mapping[Branch, Sha]:
        names = tuple(wanted)
        if DEV in names and not came:
            came.append(Ended(code=-1, out="", err=""))
            came.append(branches.update())
        return real(repository, names)

    monkeypatch.setattr(GitRepository, "fetch", fetch)
    ended = branches.update()
    assert [one.code for one in came] == [-1, 0]
    assert ended.code == 0, ended
    assert DEV not in branches.hosted.branches()
