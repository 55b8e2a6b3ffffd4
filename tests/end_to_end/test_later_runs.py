"""Runs after the first: nothing twice, the same pull request for what is new, and other people's work left alone."""

from __future__ import annotations

import json

import pytest
from doubles import fleet_files
from doubles.docker_registry import Pusher
from doubles.fleet import DEV, STAGING, Fleet
from doubles.github.people import person
from doubles.registry import RegistryDouble, reply

from bot.demo.charts import SampleChart
from bot.planning.memory import MEMORY_BRANCH, MEMORY_FILE

CREATE = "POST /repos/{owner}/{repo}/pulls"
EDIT = "PATCH /repos/{owner}/{repo}/pulls/{pull_number}"
PUSH = f"git push refs/heads/{DEV}"
REMEMBER = f"git push refs/heads/{MEMORY_BRANCH}"
STATUS = "POST /repos/{owner}/{repo}/statuses/{sha}"


@pytest.fixture(params=["branches", "folders"])
def fleet(request: pytest.FixtureRequest) -> Fleet:
    """Either layout, after its first run."""
    made: Fleet = request.getfixturevalue(request.param)
    ended = made.update()
    assert ended.code == 0, ended
    return made


@pytest.fixture
def proposed(branches: Fleet) -> Fleet:
    """Tiers as branches, after the first run."""
    assert branches.update().code == 0
    return branches


def base_of(fleet: Fleet) -> str:
    return fleet.open[DEV].base_branch


def folder_of(fleet: Fleet) -> str:
    return "apps" if base_of(fleet) == "develop" else "apps/dev"


def test_a_second_run_writes_nothing_and_asks_little(fleet: Fleet) -> None:
    bases = len({"develop", "staging", "main"} if base_of(fleet) == "develop" else {"main"})
    ended = fleet.update()
    assert ended.code == 0, ended
    assert fleet.writes == []
    assert fleet.api_calls <= 3 + bases + len(fleet.open)
    assert "unchanged" in ended.out


def test_a_run_with_nothing_to_do_at_all_asks_as_little(branches: Fleet) -> None:
    branches.hosted.commit(
        "main",
        {
            fleet_files.CONFIGURATION: fleet_files.BRANCHES.replace("follow: minor", "follow: exact").replace(
                "follow: patch", "follow: exact"
            )
        },
    )
    branches.update()
    branches.update()
    assert (branches.writes, branches.open) == ([], {})
    assert branches.api_calls <= 3 + 3


def test_a_newer_chart_updates_the_same_pull_request(fleet: Fleet) -> None:
    number, head, base = fleet.open[DEV].number, fleet.hosted.tip(DEV), base_of(fleet)
    fleet.push("podinfo", "6.7.0")
    ended = fleet.update()
    assert ended.code == 0, ended
    assert fleet.open[DEV].number == number
    assert len(fleet.hosted.pulls()) == 2
    (commit,) = fleet.hosted.log(f"{base}..{DEV}")
    assert commit.parents == (fleet.hosted.tip(base),)
    assert fleet.changed(DEV, base) == fleet.manifests(folder_of(fleet), "6.7.0", "20.2.0")
    assert "6.7.0" in (fleet.open[DEV].body or "")
    assert fleet.writes == [PUSH, EDIT, EDIT, STATUS], "the other tier's words name the newer version, and no more"
    (push,) = [push for entry in fleet.requests for push in entry.pushes]
    assert (push.old, push.new) == (head, commit.sha)
    assert fleet.words(DEV) == {"flux-chart-bot/dev": ("success", "2 updates")}
    fleet.update()
    assert fleet.writes == []


def test_a_base_that_moved_elsewhere_costs_no_push(proposed: Fleet) -> None:
    proposed.hosted.commit("develop", {"README.md": "other words\n"})
    proposed.update()
    assert proposed.writes == [STATUS], "the new tip of the base, and nothing else"


def test_a_base_that_moved_in_our_file_is_built_upon_anew(proposed: Fleet) -> None:
    changed = fleet_files.podinfo("6.5.3").replace(b"interval: 10m", b"interval: 30m")
    proposed.hosted.commit("develop", {"apps/podinfo.yaml": changed})
    proposed.update()
    (commit,) = proposed.hosted.log(f"develop..{DEV}")
    assert commit.parents == (proposed.hosted.tip("develop"),)
    assert proposed.changed(DEV, "develop")["apps/podinfo.yaml"] == changed.replace(b"'6.5.3'", b"'6.6.0'")
    assert len(proposed.hosted.pulls()) == 2


def test_words_that_somebody_changed_are_set_right(proposed: Fleet) -> None:
    proposed.hosted.edit(proposed.open[DEV].number, title="other words")
    proposed.update()
    assert proposed.writes == [EDIT]
    assert proposed.open[DEV].title == "chore(deps): update 2 charts in dev"


@pytest.mark.parametrize("trouble", ["503", "gone"])
def test_an_unreachable_chart_takes_nothing_away(branches: Fleet, trouble: str) -> None:
    with RegistryDouble() as other, Pusher(other.netloc) as pusher:
        for version in ("1.0.0", "1.1.0"):
            pusher.push("more/web", SampleChart(name="web", version=version))
        files = {
            "sources/more.yaml": fleet_files.source(other.netloc, "more", name="more"),
            "apps/web.yaml": fleet_files.podinfo("1.0.0", chart="web", repository="more"),
        }
        branches.hosted.commit("develop", files)
        branches.update()
        head, wanted = branches.hosted.tip(DEV), branches.changed(DEV, "develop")
        assert wanted["apps/web.yaml"] == fleet_files.podinfo("1.1.0", chart="web", repository="more")
        if trouble == "503":
            other.plan(".*", reply(503))
            unreachable(branches, head)
    if trouble == "gone":
        unreachable(branches, head)
    branches.push("podinfo", "6.7.0")
    ended = branches.update()
    assert ended.code == 0, ended
    assert branches.changed(DEV, "develop") == {
        **branches.manifests("apps", "6.7.0", "20.2.0"),
        "apps/web.yaml": wanted["apps/web.yaml"],
    }, "what can be looked up moves on, what cannot is kept"
    assert len(branches.hosted.pulls()) == 2


def unreachable(fleet: Fleet, head: str | None) -> None:
    ended = fleet.update()
    assert ended.code == 0, ended
    assert fleet.hosted.tip(DEV) == head
    assert "git push" not in " ".join(fleet.writes)
    assert "1.0.0 -> 1.1.0, kept" in ended.out
    assert "1 chart could not be looked up" in ended.out
    assert fleet.words("develop")["flux-chart-bot/dev"] == ("success", "3 updates proposed, 1 chart not looked up")
    assert fleet.words(DEV)["flux-chart-bot/dev"][1] == "3 updates, 1 of them kept: could not be looked up"
    fleet.update()
    assert fleet.writes == []


def test_everything_unreachable_closes_nothing_and_ends_with_3(proposed: Fleet) -> None:
    before = proposed.hosted.branches()
    proposed.pusher.delete(f"{proposed.group}/podinfo", proposed.digests["podinfo", "6.6.0"])
    with RegistryDouble() as away:
        gone = away.netloc
    for branch in ("develop", "staging", "main"):
        files = {"sources/charts.yaml": fleet_files.source(gone, proposed.group), "apps/redis.yaml": None}
        proposed.hosted.commit(branch, files)
    ended = proposed.update()
    assert ended.code == 3, ended
    assert {DEV, STAGING} <= set(proposed.open)
    assert proposed.words("develop")["flux-chart-bot/dev"][0] == "error"
    assert proposed.hosted.branches().keys() == before.keys()


def test_what_a_person_closed_is_not_proposed_again(proposed: Fleet) -> None:
    number = proposed.open[DEV].number
    proposed.hosted.close(number, by=person("alice"))
    proposed.update()
    assert proposed.changed(DEV, "develop") == proposed.manifests("apps", "6.5.4", "20.1.1"), "nobody refused patches"
    proposed.hosted.close(proposed.open[DEV].number, by=person("alice"))
    ended = proposed.update()
    assert ended.code == 0, ended
    assert set(proposed.open) == {STAGING}
    assert f"6.6.0 was refused in #{number}" in ended.out
    assert proposed.words("develop")["flux-chart-bot/dev"] == ("success", "2 refused")
    assert [write for write in proposed.writes if write != STATUS] == [REMEMBER, PUSH], "what stays is no branch"
    proposed.update()
    assert proposed.writes == []
    assert proposed.api_calls <= 3 + 3 + 1


def test_a_refusal_is_remembered_by_chart_and_version(proposed: Fleet) -> None:
    proposed.hosted.close(proposed.open[DEV].number, by=person("alice"))
    proposed.push("podinfo", "6.7.0")
    ended = proposed.update()
    assert ended.code == 0, ended
    assert proposed.open[DEV].number == 3
    assert proposed.changed(DEV, "develop") == proposed.manifests("apps", "6.7.0", "20.1.1")
    proposed.push("redis", "20.3.0")
    proposed.update()
    assert proposed.changed(DEV, "develop") == proposed.manifests("apps", "6.7.0", "20.3.0")


def test_a_refusal_is_remembered_without_its_branch(proposed: Fleet) -> None:
    proposed.hosted.close(proposed.open[DEV].number, by=person("alice"))
    proposed.hosted.delete_branch(DEV)
    ended = proposed.update()
    assert ended.code == 0, ended
    assert proposed.changed(DEV, "develop") == proposed.manifests("apps", "6.5.4", "20.1.1")
    proposed.update()
    assert proposed.writes == []


def test_what_was_refused_in_one_pull_request_is_not_proposed_in_another(proposed: Fleet) -> None:
    proposed.hosted.close(proposed.open[DEV].number, by=person("alice"))
    apart = fleet_files.BRANCHES.replace("branch: develop,", "branch: develop, group: chart,")
    proposed.hosted.commit("main", {fleet_files.CONFIGURATION: apart})
    ended = proposed.update()
    assert ended.code == 0, ended
    assert [proposed.changed(branch, "develop") for branch in proposed.open if branch != STAGING] == [
        {"apps/podinfo.yaml": fleet_files.podinfo("6.5.4")},
        {"apps/redis.yaml": proposed.redis("20.1.1")},
    ]


def test_a_memory_that_somebody_else_changed_stops_the_run_which_says_whose_branch_to_set_back(proposed: Fleet) -> None:
    proposed.hosted.close(proposed.open[DEV].number, by=person("alice"))
    proposed.update()
    memory = json.loads(proposed.hosted.files(MEMORY_BRANCH)[MEMORY_FILE])
    memory["tiers"]["dev"]["refused"].pop(0)
    proposed.hosted.commit(MEMORY_BRANCH, {MEMORY_FILE: json.dumps(memory)}, author=person("alice"))
    ended = proposed.update()
    assert ended.code == 1, ended
    assert MEMORY_BRANCH in str(ended)
    assert proposed.writes == []


def test_another_grouping_closes_what_it_replaces_with_a_word_and_a_link(proposed: Fleet) -> None:
    number = proposed.open[DEV].number
    apart = fleet_files.BRANCHES.replace("branch: develop,", "branch: develop, group: chart,")
    proposed.hosted.commit("main", {fleet_files.CONFIGURATION: apart})
    ended = proposed.update()
    assert ended.code == 0, ended
    of_dev = {branch: pull for branch, pull in proposed.open.items() if branch != STAGING}
    assert [branch.rpartition("-")[0].rpartition("/")[2] for branch in of_dev] == ["podinfo", "redis"]
    assert [proposed.changed(branch, "develop") for branch in of_dev] == [
        {"apps/podinfo.yaml": fleet_files.podinfo("6.6.0")},
        {"apps/redis.yaml": proposed.redis("20.2.0")},
    ]
    assert proposed.hosted.tip(DEV) is None
    (said,) = proposed.hosted.comments(number)
    assert said.body.startswith("The configuration groups these updates otherwise now.")
    assert all(f"/pull/{pull.number}" in said.body for pull in of_dev.values())
    proposed.update()
    assert proposed.writes == []
    assert proposed.api_calls <= 3 + 3 + 3


def test_a_limit_lets_the_rest_wait_and_says_so(branches: Fleet) -> None:
    narrow = fleet_files.BRANCHES.replace("branch: develop,", "branch: develop, limits: {changes: 1},")
    branches.hosted.commit("main", {fleet_files.CONFIGURATION: narrow})
    ended = branches.update()
    assert ended.code == 0, ended
    assert branches.changed(DEV, "develop") == {"apps/podinfo.yaml": fleet_files.podinfo("6.6.0")}
    assert "20.2.0 waits: its pull request has as many changes as it may (1)" in ended.out
    assert branches.words("develop")["flux-chart-bot/dev"] == ("success", "1 update proposed, 1 waiting")
    branches.update()
    assert branches.writes == []
    branches.hosted.merge(branches.open[DEV].number, by=person("alice"))
    branches.update()
    assert branches.changed(DEV, "develop") == {"apps/redis.yaml": branches.redis("20.2.0")}


def test_commits_of_others_on_top_are_left_to_them(proposed: Fleet) -> None:
    theirs = proposed.hosted.commit(DEV, {"apps/podinfo.yaml": "mine now\n"}, author=person("alice"))
    proposed.push("podinfo", "6.7.0")
    ended = proposed.update()
    assert ended.code == 0, ended
    assert proposed.hosted.tip(DEV) == theirs
    assert f"{DEV} holds commits of others and is left to them" in ended.out
    said = "1 update; of others' commits only the versions are judged"
    assert proposed.words(theirs) == {"flux-chart-bot/dev": ("success", said)}
    assert proposed.words("develop")["flux-chart-bot/dev"] == ("success", "2 updates left alone")
    proposed.update()
    assert proposed.writes == []


def test_a_head_that_others_work_on_costs_no_more_calls_than_one_of_ours(proposed: Fleet) -> None:
    proposed.update()
    calls = proposed.api_calls
    proposed.hosted.commit(DEV, {"apps/values.yaml": "x: 1\n"}, author=person("alice"))
    proposed.update()
    assert proposed.api_calls == calls + 2, "its status is set, and that of its base, which says so"
    proposed.update()
    assert (proposed.api_calls, proposed.writes) == (calls, [])


def test_what_somebody_merged_into_ours_from_its_base_is_not_taken_for_their_work(proposed: Fleet) -> None:
    other = fleet_files.podinfo("9.9.9", chart="other")
    proposed.hosted.commit("develop", {"apps/other.yaml": other})
    update = proposed.hosted.open_pull("develop", base=DEV, by=person("alice"))
    theirs = proposed.hosted.merge(update.number, by=person("alice"))
    ended = proposed.update()
    assert ended.code == 0, ended
    assert proposed.hosted.tip(DEV) == theirs
    said = "2 updates; of others' commits only the versions are judged"
    assert proposed.words(theirs) == {"flux-chart-bot/dev": ("success", said)}


def test_a_squatted_branch_is_reported_and_never_adopted(branches: Fleet) -> None:
    theirs = branches.hosted.commit(DEV, {"apps/podinfo.yaml": "evil\n"}, author=person("mallory"))
    branches.hosted.open_pull(DEV, base="develop", by=person("mallory"), body="<!-- flux-chart-bot v1 tier=dev -->")
    ended = branches.update()
    assert ended.code == 0, ended
    assert f"{DEV} exists and holds no commit of this bot" in ended.out
    assert branches.hosted.tip(DEV) == theirs
    assert branches.words(theirs) == {}
    assert branches.open[DEV].title == "a change"
    assert set(branches.open) == {DEV, STAGING}


def test_a_forks_twin_is_reported_and_gets_nothing(branches: Fleet) -> None:
    fork = branches.hosted.fork("mallory")
    theirs = fork.commit(DEV, {"apps/podinfo.yaml": "evil\n"}, start="develop")
    twin = branches.hosted.open_pull(DEV, base="develop", source=fork)
    ended = branches.update()
    assert ended.code == 0, ended
    assert f"pull request {twin.number} uses our branch name" in ended.out
    assert branches.words(theirs) == {}
    ours = [pull for pull in branches.hosted.pulls() if pull.head_branch == DEV and pull is not twin]
    assert len(ours) == 1


def test_after_a_merge_the_branch_goes_and_nothing_is_left(proposed: Fleet) -> None:
    for pull in tuple(proposed.open.values()):
        proposed.hosted.merge(pull.number, by=person("alice"))
    ended = proposed.update()
    assert ended.code == 0, ended
    assert not {DEV, STAGING} & set(proposed.hosted.branches())
    assert proposed.words("develop")["flux-chart-bot/dev"] == ("success", "up to date")
    assert "nothing to update" in ended.out
    proposed.update()
    assert proposed.writes == []


def test_what_others_did_by_hand_closes_ours(proposed: Fleet) -> None:
    proposed.hosted.commit("develop", proposed.manifests("apps", "6.6.0", "20.2.0"), author=person("alice"))
    number = proposed.open[DEV].number
    ended = proposed.update()
    assert ended.code == 0, ended
    assert proposed.hosted.pull(number).state == "closed"
    (said,) = proposed.hosted.comments(number)
    assert said.body.startswith("Nothing is left to update here")
    assert proposed.hosted.tip(DEV) is None


def test_a_run_that_was_killed_after_its_push_is_completed(branches: Fleet) -> None:
    branches.update()
    for pull in branches.hosted.pulls():
        branches.hosted.close(pull.number)
    branches.hosted.memory.pulls.clear()
    branches.update()
    assert [write for write in branches.writes if write != STATUS] == [CREATE, CREATE]
    branches.update()
    assert branches.writes == []
