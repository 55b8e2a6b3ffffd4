"""What happens to pull requests when branches move, whoever moved them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from doubles.github.people import Identity
from doubles.github.state import PullRequest, RepositoryState, State


def branches_moved(state: State, repository: RepositoryState, before: Mapping[str, str], by: Identity | None) -> None:
    """Brings pull requests in line with the branches of a repository.

    Args:
        state: The server's memory.
        repository: Whose branches may have moved.
        before: Full ref names to commits, as they were.
        by: Who moved them.
    """
    after = repository.git.refs()
    moved = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    for home, pull in _open_pulls(state):
        if pull.head_repository is repository and f"refs/heads/{pull.head_branch}" in moved:
            _head_moved(state, home, pull, after.get(f"refs/heads/{pull.head_branch}"), by)
        elif home is repository and f"refs/heads/{pull.base_branch}" in moved:
            _base_moved(state, home, pull, after.get(f"refs/heads/{pull.base_branch}"), by)


def close(state: State, pull: PullRequest, by: Identity | None) -> None:
    """Closes a pull request without a merge."""
    pull.state, pull.closed_at, pull.closed_by = "closed", state.now(), by
    pull.updated_at = pull.closed_at


def mark_merged(state: State, pull: PullRequest, commit: str, by: Identity | None) -> None:
    """Closes a pull request as merged."""
    close(state, pull, by)
    pull.merged_at, pull.merged_by, pull.merge_commit_sha = pull.closed_at, by, commit


def take_head(home: RepositoryState, pull: PullRequest, sha: str) -> None:
    """Keeps the head's commits in the base's repository, as GitHub does under `refs/pull/`."""
    source = pull.head_repository
    if source is not None and source is not home:
        home.git.git("fetch", "--quiet", "--no-tags", str(source.git.path), f"+{sha}:{pull.own_ref}")
    else:
        home.git.update_ref(pull.own_ref, sha)
    pull.head_sha = sha
    pull.base_sha = home.git.ref(f"refs/heads/{pull.base_branch}") or pull.base_sha
    pull.mergeable_lag = home.mergeable_lag


def _open_pulls(state: State) -> Iterator[tuple[RepositoryState, PullRequest]]:
    for repository in state.repositories.values():
        yield from ((repository, pull) for pull in repository.pulls.values() if pull.state == "open")


def _head_moved(state: State, home: RepositoryState, pull: PullRequest, tip: str | None, by: Identity | None) -> None:
    if tip is None:
        close(state, pull, by)
        return
    take_head(home, pull, tip)
    pull.updated_at = state.now()
    if home.git.is_ancestor(tip, pull.base_sha):
        # A head without commits of its own closes the pull request: never move a branch to its base "in between".
        close(state, pull, by)


def _base_moved(state: State, home: RepositoryState, pull: PullRequest, tip: str | None, by: Identity | None) -> None:
    if tip is None:
        close(state, pull, by)
    elif home.git.is_ancestor(pull.head_sha, tip):
        mark_merged(state, pull, tip, by)
    else:
        pull.mergeable_lag = home.mergeable_lag
