"""Refs, objects, history and comparisons by the API, held against Git's own view."""

from __future__ import annotations

import base64

import pytest
from doubles.github.hosted import HostedRepository
from doubles.github.people import person
from doubles.github.seeding import Executable, Gitlink, Symlink
from doubles.github.server import GitHubDouble

from .conftest import Rest

REPOSITORY = "/repos/acme/fleet"
GIT = f"{REPOSITORY}/git"


def test_a_ref_is_found_by_its_whole_name_only(fleet: HostedRepository, rest: Rest) -> None:
    fleet.commit("feature/a/b", {"x": "1"})
    found = rest("GET", f"{GIT}/ref/heads/feature/a/b").json()
    assert (found["ref"], found["object"]["sha"]) == ("refs/heads/feature/a/b", fleet.tip("feature/a/b"))
    assert rest("GET", f"{GIT}/ref/heads/feature").status_code == 404
    assert rest("GET", f"{GIT}/ref/heads%2Ffeature%2Fa%2Fb").status_code == 200


def test_matching_refs_are_those_that_start_so(fleet: HostedRepository, rest: Rest) -> None:
    for name in ("flux-chart-bot/dev/all", "flux-chart-bot/prod/all", "other"):
        fleet.move(name, "main")
    listed = rest("GET", f"{GIT}/matching-refs/heads/flux-chart-bot/").json()
    assert [ref["ref"] for ref in listed] == [
        "refs/heads/flux-chart-bot/dev/all",
        "refs/heads/flux-chart-bot/prod/all",
    ]


def test_refs_are_made_moved_and_removed_by_githubs_rules(fleet: HostedRepository, rest: Rest) -> None:
    first = fleet.tip("main")
    second = fleet.commit("main", {"x": "1"})
    made = rest("POST", f"{GIT}/refs", json={"ref": "refs/heads/a", "sha": second})
    assert (made.status_code, fleet.tip("a")) == (201, second)

    def said(method: str, path: str, body: dict[str, object] | None = None) -> str:
        answer = rest(method, f"{GIT}/{path}", json=body)
        assert answer.status_code == 422
        return str(answer.json()["message"])

    assert said("POST", "refs", {"ref": "refs/heads/a", "sha": second}) == "Reference already exists"
    assert said("POST", "refs", {"ref": "refs/heads/b", "sha": "0" * 40}) == "Object does not exist"
    assert "not a valid ref" in said("POST", "refs", {"ref": "a", "sha": second})
    assert "not a valid ref" in said("POST", "refs", {"ref": "refs/heads/a..b", "sha": second})
    assert said("POST", "refs", {"ref": "refs/heads/a/b", "sha": second}) == "Reference cannot be updated"
    assert said("PATCH", "refs/heads/a", {"sha": first}) == "Update is not a fast forward"
    assert said("PATCH", "refs/heads/none", {"sha": first}) == "Reference does not exist"
    assert rest("PATCH", f"{GIT}/refs/heads/a", json={"sha": first, "force": True}).status_code == 200
    assert fleet.tip("a") == first
    assert rest("DELETE", f"{GIT}/refs/heads/a").status_code == 204
    assert said("DELETE", "refs/heads/a") == "Reference does not exist"
    assert said("DELETE", "refs/heads/main") == "Cannot delete the default branch"


def test_trees_show_modes_and_types(fleet: HostedRepository, rest: Rest) -> None:
    link = fleet.tip("main") or ""
    fleet.commit("odd", {"l": Symlink("../x"), "s": Gitlink(link), "d/run": Executable(b"#!"), 'q"u o\nte': "1"})
    flat = rest("GET", f"{GIT}/trees/odd").json()["tree"]
    assert {entry["path"]: entry["type"] for entry in flat} == {
        "README.md": "blob",
        "apps": "tree",
        "d": "tree",
        "l": "blob",
        'q"u o\nte': "blob",
        "s": "commit",
    }
    deep = rest("GET", f"{GIT}/trees/{fleet.tip('odd')}", params={"recursive": "1"}).json()
    modes = {entry["path"]: entry["mode"] for entry in deep["tree"]}
    assert (modes["l"], modes["s"], modes["d/run"], modes["d"]) == ("120000", "160000", "100755", "040000")
    assert rest("GET", f"{GIT}/trees/{deep['sha']}").json()["tree"] == flat


def test_a_commit_made_by_api_equals_git_and_is_signed_for_a_bot(
    github_double: GitHubDouble, fleet: HostedRepository, rest: Rest
) -> None:
    blob = rest("POST", f"{GIT}/blobs", json={"content": "bmV3", "encoding": "base64"}).json()["sha"]
    wanted = [
        {"path": "apps/dev/podinfo.yaml", "mode": "100644", "type": "blob", "sha": blob},
        {"path": "README.md", "mode": "100644", "type": "blob", "sha": None},
        {"path": "b", "mode": "100644", "type": "blob", "content": "text"},
    ]
    tree = rest("POST", f"{GIT}/trees", json={"base_tree": fleet.log("main")[0].tree, "tree": wanted}).json()["sha"]
    wish = {"message": "by api", "tree": tree, "parents": [fleet.tip("main")]}
    made = rest("POST", f"{GIT}/commits", json=wish).json()
    assert made["verification"]["verified"]
    rest("POST", f"{GIT}/refs", json={"ref": "refs/heads/new", "sha": made["sha"]})
    assert fleet.files("new") == {"apps/dev/podinfo.yaml": b"new", "b": b"text"}
    assert rest("GET", f"{GIT}/commits/{made['sha']}").json() == made
    assert rest("GET", f"{REPOSITORY}/commits/new").json()["author"]["login"] == "github-actions[bot]"
    named = rest("POST", f"{GIT}/commits", json=wish | {"author": {"name": "x", "email": "x@example.com"}}).json()
    assert not named["verification"]["verified"]
    human = rest("POST", f"{GIT}/commits", json=wish, token=github_double.token(person("alice"))).json()
    assert not human["verification"]["verified"]


def test_objects_that_do_not_exist_are_refused(fleet: HostedRepository, rest: Rest) -> None:
    absent = "1" * 40
    for kind in ("commits", "blobs", "trees"):
        assert rest("GET", f"{GIT}/{kind}/{absent}").status_code == 404
    assert rest("POST", f"{GIT}/commits", json={"message": "m", "tree": absent}).status_code == 422
    assert rest("POST", f"{GIT}/trees", json={"tree": [], "base_tree": absent}).status_code == 422
    assert rest("POST", f"{GIT}/trees", json={"tree": [{"mode": "100644"}]}).status_code == 422
    lines = [{"path": "x", "mode": "100644", "type": "blob", "sha": absent}]
    assert rest("POST", f"{GIT}/trees", json={"tree": lines}).status_code == 422
    assert rest("POST", f"{GIT}/blobs", json={"content": "a", "encoding": "base64"}).status_code == 422


def test_a_blob_comes_back_in_base64(fleet: HostedRepository, rest: Rest) -> None:
    sha = fleet.tree("main")["README.md"].sha
    assert base64.b64decode(rest("GET", f"{GIT}/blobs/{sha}").json()["content"]) == b"fleet\n"


def test_a_comparison_counts_both_sides(fleet: HostedRepository, rest: Rest) -> None:
    fleet.commit("ahead", {"x": "1"})
    assert rest("GET", f"{REPOSITORY}/compare/main...ahead").json()["status"] == "ahead"
    fleet.commit("main", {"y": "1"})
    both = rest("GET", f"{REPOSITORY}/compare/main...acme:ahead").json()
    assert (both["status"], both["ahead_by"], both["behind_by"]) == ("diverged", 1, 1)
    assert [file["filename"] for file in both["files"]] == ["x"]
    assert rest("GET", f"{REPOSITORY}/compare/main...main").json()["status"] == "identical"
    fleet.move("behind", "main~1")
    assert rest("GET", f"{REPOSITORY}/compare/main...behind").json()["status"] == "behind"
    for sides in ("main...nowhere", "main"):
        assert rest("GET", f"{REPOSITORY}/compare/{sides}").status_code == 404


def test_a_rename_and_a_change_of_type_are_told(fleet: HostedRepository, rest: Rest) -> None:
    fleet.commit("main", {"long": "line\n" * 20, "turned": "text"})
    fleet.commit("next", {"long": None, "moved": "line\n" * 20, "turned": Symlink("x"), "after": "1\n"})
    files = {file["filename"]: file for file in rest("GET", f"{REPOSITORY}/commits/next").json()["files"]}
    assert (files["moved"]["status"], files["moved"]["previous_filename"]) == ("renamed", "long")
    assert (files["turned"]["status"], "patch" in files["turned"]) == ("changed", False)
    assert files["after"]["patch"].endswith("+1")


def test_history_and_branches(fleet: HostedRepository, rest: Rest) -> None:
    fleet.commit("a/b", {"x": "1"}, "second")
    listed = rest("GET", f"{REPOSITORY}/commits", params={"sha": "a/b"}).json()
    assert [commit["commit"]["message"] for commit in listed] == ["second", "first"]
    names = [branch["name"] for branch in rest("GET", f"{REPOSITORY}/branches").json()]
    assert names == ["a/b", "main"]
    assert rest("GET", f"{REPOSITORY}/branches/a/b").json()["commit"]["sha"] == fleet.tip("a/b")
    assert rest("GET", f"{REPOSITORY}/branches/none").status_code == 404


def test_a_first_commit_has_everything_added(fleet: HostedRepository, rest: Rest) -> None:
    shown = rest("GET", f"{REPOSITORY}/commits/main").json()
    assert {file["status"] for file in shown["files"]} == {"added"}
    assert shown["stats"]["additions"] == 2


def test_the_pull_requests_of_a_commit(proposed: HostedRepository, rest: Rest) -> None:
    proposed.open_pull("bump")
    held = rest("GET", f"{REPOSITORY}/commits/{proposed.tip('bump')}/pulls").json()
    assert [pull["number"] for pull in held] == [1]
    assert rest("GET", f"{REPOSITORY}/commits/{proposed.tip('main')}/pulls").json() == []


@pytest.mark.parametrize("name", ["-x", "--output=x", "main^{/x}", "@", "main:README.md"])
def test_names_are_names_and_no_options_or_expressions(fleet: HostedRepository, rest: Rest, name: str) -> None:
    assert rest("GET", f"{REPOSITORY}/commits/{name}").status_code == 422
