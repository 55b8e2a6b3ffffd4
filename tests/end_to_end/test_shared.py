"""A value that tiers share, production among them: one draft for all, on GitHub's double, real Git and a registry."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from doubles import fleet_files
from doubles.fleet import Fleet
from doubles.github.people import person
from doubles.github.state import PullRequest

from bot.model.commits import EntryKind, FileChange, Sha
from bot.model.proposals import Identity
from bot.planning.memory import MEMORY_BRANCH
from bot.repository.git_repository import GitRepository

SHARED = "apps/production/podinfo.yaml"
FILES = {
    fleet_files.CONFIGURATION: f"{fleet_files.FOLDERS}shared: {{paths: [{SHARED}], propose: draft}}\n",
    "apps/dev/kustomization.yaml": "resources: [../production]\n",
    "apps/staging/kustomization.yaml": "resources: [../production]\n",
    "apps/production/kustomization.yaml": "resources: [podinfo.yaml, redis.yaml]\n",
}
"""Dev and staging take all of production's folder; only one of its files may be proposed for all three."""


@pytest.fixture
def fleet(empty: Fleet) -> Fleet:
    """After the first run."""
    empty.hosted.commit("main", {**empty.files("apps/production"), **FILES})
    assert empty.update().code == 0
    return empty


def the_draft(fleet: Fleet) -> PullRequest:
    [pull] = fleet.open.values()
    assert pull.draft
    return pull


def pushed(fleet: Fleet) -> list[str]:
    return [push.ref for entry in fleet.requests for push in entry.pushes]


def test_one_draft_changes_the_file_of_production_that_is_listed_and_no_other(fleet: Fleet) -> None:
    pull = the_draft(fleet)
    assert re.fullmatch(r"flux-chart-bot/dev/shared-[0-9a-f]{8}", pull.head_branch)
    assert (pull.base_branch, pull.title) == (
        "main",
        "chore(deps): update podinfo to 6.5.4 in dev, staging and production",
    )
    assert fleet.changed(pull.head_branch, "main") == {SHARED: fleet_files.podinfo("6.5.4")}, "staging takes patches"
    [commit] = fleet.hosted.log(f"main..{pull.head_branch}")
    assert commit.parents == (fleet.hosted.tip("main"),)
    for root in ("**dev**, by <code>apps/dev</code>", f"**production** (production), by <code>{SHARED}</code>"):
        assert root in (pull.body or "")


def test_the_other_value_that_they_share_is_reported_and_stays(fleet: Fleet) -> None:
    ended = fleet.update()
    assert "a draft for dev, staging and production" in ended.out
    assert "redis 20.1.0, shared" in ended.out


def test_a_second_run_writes_nothing(fleet: Fleet) -> None:
    ended = fleet.update()
    assert ended.code == 0, ended
    assert fleet.writes == []


def test_a_newer_chart_updates_the_same_draft(fleet: Fleet) -> None:
    before = the_draft(fleet)
    number, branch, head = before.number, before.head_branch, before.head_sha
    fleet.push("podinfo", "6.5.5")
    ended = fleet.update()
    assert ended.code == 0, ended
    pull = the_draft(fleet)
    assert (pull.number, pull.head_branch) == (number, branch)
    assert fleet.changed(branch, "main") == {SHARED: fleet_files.podinfo("6.5.5")}
    [push] = [push for entry in fleet.requests for push in entry.pushes]
    assert (push.old, push.new) == (head, fleet.hosted.tip(branch))
    fleet.update()
    assert fleet.writes == []


def test_closed_by_a_person_it_comes_back_for_a_newer_version_only(fleet: Fleet) -> None:
    number = the_draft(fleet).number
    fleet.hosted.close(number, by=person("alice"))
    ended = fleet.update()
    assert ended.code == 0, ended
    assert fleet.open == {}
    assert f"6.5.4 was refused in #{number}" in ended.out
    assert pushed(fleet)[0].endswith(MEMORY_BRANCH)
    fleet.update()
    assert fleet.writes == []

    fleet.push("podinfo", "6.5.5")
    assert fleet.update().code == 0
    pull = the_draft(fleet)
    assert pull.number != number
    assert fleet.changed(pull.head_branch, "main") == {SHARED: fleet_files.podinfo("6.5.5")}


def test_what_a_person_added_to_it_is_left_to_them(fleet: Fleet) -> None:
    branch = the_draft(fleet).head_branch
    theirs = fleet.hosted.commit(branch, {"apps/production/redis.yaml": "mine\n"}, author=person("alice"))
    fleet.update()
    assert fleet.hosted.tip(branch) == theirs


def test_merged_by_a_person_it_moves_every_tier_and_leaves_nothing_to_do(fleet: Fleet) -> None:
    pull = the_draft(fleet)
    pull.draft = False  # as the button for it does: nobody merges a draft
    fleet.hosted.merge(pull.number, by=person("alice"))
    ended = fleet.update()
    assert ended.code == 0, ended
    assert fleet.open == {}
    assert pull.head_branch not in fleet.hosted.branches()
    assert fleet.hosted.files("main")[SHARED] == fleet_files.podinfo("6.5.4")
    fleet.update()
    assert fleet.writes == []


def test_a_commit_with_a_path_of_production_that_is_not_listed_is_never_pushed(
    empty: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = GitRepository.commit

    def with_more(
        repository: GitRepository,
        *,
        parent: Sha | None,
        changes: Iterable[FileChange],
        message: str,
        identity: Identity,
    ) -> Sha:
        slipped = FileChange(path="apps/production/redis.yaml", kind=EntryKind.FILE, before=b"", after=b"# more\n")
        return made(repository, parent=parent, changes=(*changes, slipped), message=message, identity=identity)

    monkeypatch.setattr(GitRepository, "commit", with_more)
    empty.hosted.commit("main", {**empty.files("apps/production"), **FILES})
    ended = empty.update()
    assert ended.code == 1, ended
    assert "differs from its plan" in ended.out + ended.err
    assert [name for name in empty.hosted.branches() if "/shared-" in name] == []
    assert empty.open == {}
