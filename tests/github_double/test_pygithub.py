"""The double through PyGithub, the client the bot uses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from doubles.github import faults
from doubles.github.hosted import HostedRepository
from doubles.github.people import actions, person
from doubles.github.server import GitHubDouble
from github import Auth, Github, GithubException, GithubRetry  # noqa: TID251 - the double must stand before this client
from github.Repository import Repository  # noqa: TID251 - as above


@pytest.fixture
def client(github_double: GitHubDouble, token: str) -> Iterator[Github]:
    with Github(
        base_url=github_double.api_url,
        auth=Auth.Token(token),
        per_page=100,
        retry=GithubRetry(total=2, backoff_factor=0, secondary_rate_wait=0),
        seconds_between_requests=0,
        seconds_between_writes=0,
    ) as made:
        yield made


@pytest.fixture
def repository(client: Github, proposed: HostedRepository) -> Repository:
    return client.get_repo("acme/fleet")


def test_the_life_of_a_pull_request(repository: Repository, proposed: HostedRepository) -> None:
    pull = repository.create_pull("main", "bump", title="bump podinfo", body="why", draft=False)
    (found,) = repository.get_pulls(state="open", base="main", head="acme:bump")
    assert (found.number, found.head.repo.full_name, found.user.login) == (1, "acme/fleet", "github-actions[bot]")
    pull.edit(title="bump podinfo again", body="because")
    pull.add_to_labels("helm")
    pull.create_issue_comment("hello")
    assert [comment.body for comment in pull.get_issue_comments()] == ["hello"]
    assert [commit.sha for commit in pull.get_commits()] == [proposed.tip("bump")]
    assert [file.filename for file in pull.get_files()] == ["apps/dev/podinfo.yaml"]
    assert repository.get_pull(1).mergeable
    pull.edit(state="closed")
    closer = repository.get_issue(1).closed_by
    assert closer is not None
    assert closer.login == "github-actions[bot]"


def test_statuses_and_their_creators(repository: Repository, proposed: HostedRepository) -> None:
    proposed.status("bump", "success", context="c", by=person("mallory"))
    commit = repository.get_commit(proposed.tip("bump") or "")
    commit.create_status("failure", context="c", description="d", target_url="https://example.com/run")
    assert commit.get_combined_status().state == "failure"
    assert [status.creator.login for status in commit.get_statuses()] == ["github-actions[bot]", "mallory"]


def test_git_data(repository: Repository, proposed: HostedRepository) -> None:
    assert repository.get_git_ref("heads/bump").object.sha == proposed.tip("bump")
    assert [ref.ref for ref in repository.get_git_matching_refs("heads/bu")] == ["refs/heads/bump"]
    tree = repository.get_git_tree("bump", recursive=True)
    assert {entry.path for entry in tree.tree if entry.type == "blob"} == set(proposed.files("bump"))
    assert repository.compare("main", "bump").ahead_by == 1
    assert {branch.name for branch in repository.get_branches()} == {"main", "bump"}
    assert repository.get_git_blob(proposed.tree("main")["README.md"].sha).size == 6
    repository.get_git_ref("heads/bump").delete()
    assert proposed.tip("bump") is None


def test_refusals_carry_githubs_words(repository: Repository, proposed: HostedRepository) -> None:
    proposed.open_pull("bump")
    with pytest.raises(GithubException) as refused:
        repository.create_pull("main", "bump", title="t")
    assert refused.value.status == 422
    assert "already exists" in str(refused.value.data)


def test_a_person_is_told_who_they_are_and_a_workflow_is_not(github_double: GitHubDouble, client: Github) -> None:
    alice = github_double.token(person("alice"))
    with Github(base_url=github_double.api_url, auth=Auth.Token(alice)) as as_alice:
        assert as_alice.get_user().login == "alice"
    with pytest.raises(GithubException) as refused:
        _ = client.get_user().login
    assert refused.value.status == 403


def test_a_post_is_sent_again_after_a_502_and_finds_its_own_work(
    github_double: GitHubDouble, repository: Repository, proposed: HostedRepository
) -> None:
    github_double.faults.on("POST /repos/{owner}/{repo}/pulls", faults.bad_gateway(after=True))
    with pytest.raises(GithubException) as refused:
        repository.create_pull("main", "bump", title="t")
    assert refused.value.status == 422
    assert len(proposed.pulls()) == 1
    assert [entry.status for entry in github_double.writes()] == [502, 422]


def test_pages_are_followed_to_the_end(repository: Repository, proposed: HostedRepository) -> None:
    for turn in range(105):
        proposed.comment(proposed.open_pull("bump").number if turn == 0 else 1, str(turn), by=actions())
    assert [comment.body for comment in repository.get_issue(1).get_comments()] == [str(turn) for turn in range(105)]
