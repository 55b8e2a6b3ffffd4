from __future__ import annotations

from typing import Any

import pytest
from doubles.github.hosted import HostedRepository
from doubles.github.people import app, person
from doubles.github.plumbing import GitFaultError
from doubles.github.server import GitHubDouble

from .conftest import Rest

PULLS = "/repos/acme/fleet/pulls"
WISH = {"title": "bump podinfo", "head": "bump", "base": "main", "body": "why"}


def messages(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error.get("message", f"{error.get('field')} {error['code']}") for error in answer.json()["errors"]]


def test_opening_one_shows_author_head_and_base(proposed: HostedRepository, rest: Rest) -> None:
    answer = rest("POST", PULLS, json=WISH)
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["Location"] == made["url"]
    assert (made["number"], made["user"]["login"], made["body"]) == (1, "github-actions[bot]", "why")
    assert (made["head"]["label"], made["head"]["sha"]) == ("acme:bump", proposed.tip("bump"))
    assert (made["base"]["ref"], made["base"]["sha"]) == ("main", proposed.tip("main"))
    assert (made["commits"], made["changed_files"], made["mergeable"]) == (1, 1, None)


def test_a_second_one_for_the_same_head_and_base_is_refused(proposed: HostedRepository, rest: Rest) -> None:
    proposed.open_pull("bump")
    assert messages(rest("POST", PULLS, json=WISH)) == ["A pull request already exists for acme:bump."]


def test_the_same_head_may_go_to_another_base(proposed: HostedRepository, rest: Rest) -> None:
    proposed.open_pull("bump")
    proposed.commit("develop", {"x": "1"})
    assert rest("POST", PULLS, json=WISH | {"base": "develop"}).status_code == 201


def test_a_head_without_commits_of_its_own_is_refused(fleet: HostedRepository, rest: Rest) -> None:
    fleet.move("bump", "main")
    assert messages(rest("POST", PULLS, json=WISH)) == ["No commits between main and bump"]
    assert fleet.pulls() == ()


def test_a_head_of_another_history_is_refused(fleet: HostedRepository, rest: Rest) -> None:
    fleet.memory.git.update_ref("refs/heads/bump", fleet.memory.git.write_commit(fleet.log("main")[0].tree, [], "root"))
    assert messages(rest("POST", PULLS, json=WISH)) == ["The bump branch has no history in common with main"]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"head": "nowhere"}, ["head invalid"]),
        ({"base": "nowhere"}, ["base invalid"]),
        ({"head": "nobody:bump"}, ["head invalid"]),
        ({"title": ""}, ["title missing_field"]),
        ({"title": "t" * 257}, ["title is too long (maximum is 256 characters)"]),
        ({"body": "b" * 65537}, ["body is too long (maximum is 65536 characters)"]),
    ],
)
def test_what_github_does_not_take_is_refused_by_field(
    proposed: HostedRepository, rest: Rest, wish: dict[str, str], said: list[str]
) -> None:
    assert messages(rest("POST", PULLS, json=WISH | wish)) == said
    assert proposed.pulls() == ()


def test_a_body_of_exactly_the_limit_is_taken(proposed: HostedRepository, rest: Rest) -> None:
    assert rest("POST", PULLS, json=WISH | {"body": "b" * 65536}).status_code == 201


def test_workflows_cannot_open_one_where_the_setting_forbids_it(
    github_double: GitHubDouble, proposed: HostedRepository, rest: Rest
) -> None:
    proposed.forbid_actions_pulls()
    refused = rest("POST", PULLS, json=WISH)
    assert refused.status_code == 403
    assert refused.json()["message"] == "GitHub Actions is not permitted to create or approve pull requests."
    other = github_double.token(app("fleet-bot"))
    assert rest("POST", PULLS, json=WISH, token=other).json()["user"]["login"] == "fleet-bot[bot]"


def test_one_from_a_fork_names_the_forks_repository(
    github_double: GitHubDouble, proposed: HostedRepository, rest: Rest
) -> None:
    fork = proposed.fork("eve")
    fork.commit("bump", {"apps/dev/podinfo.yaml": "version: 9.9.9\n"})
    eve = github_double.token(person("eve"))
    made = rest("POST", PULLS, json=WISH | {"head": "eve:bump"}, token=eve).json()
    assert (made["head"]["repo"]["full_name"], made["base"]["repo"]["full_name"]) == ("eve/fleet", "acme/fleet")
    assert (made["head"]["label"], made["head"]["sha"]) == ("eve:bump", fork.tip("bump"))
    assert rest("GET", PULLS, params={"head": "acme:bump"}).json() == []
    assert len(rest("GET", PULLS, params={"head": "EVE:bump"}).json()) == 1
    files = rest("GET", f"{PULLS}/1/files").json()
    assert [(file["filename"], file["status"]) for file in files] == [("apps/dev/podinfo.yaml", "modified")]


def test_a_deleted_fork_leaves_a_head_without_repository(
    github_double: GitHubDouble, fleet: HostedRepository, rest: Rest
) -> None:
    fork = fleet.fork("eve")
    fork.commit("bump", {"x": "1"})
    fleet.open_pull("bump", source=fork)
    github_double.remove_repository("eve/fleet")
    assert rest("GET", f"{PULLS}/1").json()["head"]["repo"] is None


def test_lists_are_newest_first_and_open_only(proposed: HostedRepository, rest: Rest) -> None:
    for turn in range(3):
        proposed.commit(f"b{turn}", {"x": str(turn)})
        proposed.open_pull(f"b{turn}")
    proposed.close(2)
    assert [pull["number"] for pull in rest("GET", PULLS).json()] == [3, 1]
    assert [pull["number"] for pull in rest("GET", PULLS, params={"state": "closed"}).json()] == [2]
    everything = rest("GET", PULLS, params={"state": "all", "sort": "created", "direction": "asc"})
    assert [pull["number"] for pull in everything.json()] == [1, 2, 3]
    assert rest("GET", PULLS, params={"base": "other"}).json() == []


def test_a_head_filter_without_owner_filters_nothing_and_is_a_violation(
    github_double: GitHubDouble, proposed: HostedRepository, rest: Rest
) -> None:
    proposed.open_pull("bump")
    assert len(rest("GET", PULLS, params={"head": "elsewhere"}).json()) == 1
    (said,) = github_double.take_violations()
    assert "no owner" in said


def test_links_lead_through_the_pages(proposed: HostedRepository, rest: Rest) -> None:
    for turn in range(5):
        proposed.commit(f"b{turn}", {"x": str(turn)})
        proposed.open_pull(f"b{turn}")
    page = rest("GET", PULLS, params={"per_page": "2", "state": "all"})
    assert set(page.links) == {"next", "last"}
    seen = [pull["number"] for pull in page.json()]
    while "next" in page.links:
        page = rest("GET", page.links["next"]["url"])
        seen += [pull["number"] for pull in page.json()]
    assert seen == [5, 4, 3, 2, 1]
    assert set(page.links) == {"prev", "first"}


def test_an_update_changes_title_and_body(proposed: HostedRepository, rest: Rest) -> None:
    proposed.open_pull("bump")
    changed = rest("PATCH", f"{PULLS}/1", json={"title": "new", "body": ""}).json()
    assert (changed["title"], changed["body"]) == ("new", "")
    assert messages(rest("PATCH", f"{PULLS}/1", json={"title": ""})) == ["title missing_field"]
    assert messages(rest("PATCH", f"{PULLS}/1", json={"base": "nowhere"})) == [
        "Proposed base branch 'nowhere' was not found"
    ]


def test_a_base_that_has_its_twin_already_is_refused(proposed: HostedRepository, rest: Rest) -> None:
    proposed.commit("develop", {"x": "1"})
    proposed.open_pull("bump")
    proposed.open_pull("bump", base="develop")
    assert messages(rest("PATCH", f"{PULLS}/2", json={"base": "main"})) == [
        "A pull request already exists for acme:bump."
    ]
    assert proposed.pull(2).base_branch == "develop"


def test_who_closed_it_stands_in_the_issue(proposed: HostedRepository, rest: Rest) -> None:
    proposed.open_pull("bump")
    proposed.close(1, by=person("alice"))
    issue = rest("GET", "/repos/acme/fleet/issues/1").json()
    assert (issue["state"], issue["closed_by"]["login"]) == ("closed", "alice")


def test_a_closed_one_opens_again_only_while_its_branch_continues(proposed: HostedRepository, rest: Rest) -> None:
    proposed.open_pull("bump")
    proposed.close(1)
    assert rest("PATCH", f"{PULLS}/1", json={"state": "open"}).json()["state"] == "open"
    proposed.close(1)
    proposed.move("bump", "main")
    proposed.commit("bump", {"x": "other"})
    (said,) = messages(rest("PATCH", f"{PULLS}/1", json={"state": "open"}))
    assert "force-pushed" in said
    proposed.delete_branch("bump")
    (said,) = messages(rest("PATCH", f"{PULLS}/1", json={"state": "open"}))
    assert "deleted" in said


def test_mergeable_is_null_for_as_long_as_the_test_wants(proposed: HostedRepository, rest: Rest) -> None:
    proposed.delay_mergeable(2)
    proposed.open_pull("bump")
    assert [rest("GET", f"{PULLS}/1").json()["mergeable"] for _ in range(3)] == [None, None, True]


def test_a_conflict_is_told_by_git(proposed: HostedRepository, rest: Rest) -> None:
    proposed.open_pull("bump")
    proposed.commit("main", {"apps/dev/podinfo.yaml": "version: 7.0.0\n"})
    shown = rest("GET", f"{PULLS}/1").json()
    assert (shown["mergeable"], shown["mergeable_state"]) == (False, "dirty")
    assert rest("PUT", f"{PULLS}/1/merge").status_code == 405


def test_commits_and_files_come_from_git(proposed: HostedRepository, rest: Rest) -> None:
    proposed.commit("bump", {"README.md": None, "new/file.txt": "a\nb\n"}, "more")
    proposed.open_pull("bump")
    commits = rest("GET", f"{PULLS}/1/commits").json()
    assert [commit["commit"]["message"] for commit in commits] == ["bump podinfo", "more"]
    assert commits[-1]["sha"] == proposed.tip("bump")
    files = {file["filename"]: file for file in rest("GET", f"{PULLS}/1/files").json()}
    assert {name: file["status"] for name, file in files.items()} == {
        "README.md": "removed",
        "apps/dev/podinfo.yaml": "modified",
        "new/file.txt": "added",
    }
    assert files["apps/dev/podinfo.yaml"]["patch"] == "@@ -1 +1 @@\n-version: 6.5.3\n+version: 6.5.4"
    assert files["new/file.txt"]["additions"] == 2


@pytest.mark.parametrize("method", ["merge", "squash"])
def test_merging_moves_the_base_and_closes(proposed: HostedRepository, rest: Rest, method: str) -> None:
    proposed.open_pull("bump")
    assert rest("GET", f"{PULLS}/1/merge").status_code == 404
    merged = rest("PUT", f"{PULLS}/1/merge", json={"merge_method": method}).json()
    assert merged["sha"] == proposed.tip("main")
    assert proposed.files("main")["apps/dev/podinfo.yaml"] == b"version: 6.5.4\n"
    shown = rest("GET", f"{PULLS}/1").json()
    assert (shown["merged"], shown["state"], shown["merge_commit_sha"]) == (True, "closed", merged["sha"])
    assert len(proposed.log("main")[0].parents) == (2 if method == "merge" else 1)
    assert rest("GET", f"{PULLS}/1/merge").status_code == 204


def test_an_absent_one_is_not_found(fleet: HostedRepository, rest: Rest) -> None:
    for path in (f"{PULLS}/1", f"{PULLS}/x", "/repos/acme/nowhere/pulls"):
        assert rest("GET", path).status_code == 404


def test_a_history_made_for_a_test_must_hold_what_it_names(fleet: HostedRepository) -> None:
    with pytest.raises(GitFaultError):
        fleet.memory.git.git("rev-parse", "--verify", "nowhere")
    with pytest.raises(ValueError, match="nowhere"):
        fleet.commit("x", {"a": "1"}, start="nowhere")
