"""Commit statuses, one by one and combined."""

from __future__ import annotations

from collections.abc import Sequence

from doubles.github.answers import Json
from doubles.github.rendering.repositories import minimal_repository
from doubles.github.rendering.urls import Urls, node_id
from doubles.github.rendering.users import simple_user
from doubles.github.state import RepositoryState, Status


def status(urls: Urls, repository: RepositoryState, of: Status) -> Json:
    """A status with its creator."""
    return {**simple_status(urls, repository, of), "creator": simple_user(urls, of.creator)}


def simple_status(urls: Urls, repository: RepositoryState, of: Status) -> Json:
    """A status inside the combined one; GitHub does not say there who made it."""
    return {
        "url": urls.repository(repository.full_name, f"/statuses/{of.sha}"),
        "avatar_url": f"{urls.server}/avatars/u/{of.creator.id}",
        "id": of.id,
        "node_id": node_id("StatusContext", of.id),
        "state": of.state,
        "description": of.description,
        "target_url": of.target_url,
        "context": of.context,
        "created_at": of.created_at,
        "updated_at": of.created_at,
    }


def latest(statuses: Sequence[Status]) -> list[Status]:
    """The newest status of each context, out of a list that is newest first."""
    found: dict[str, Status] = {}
    for of in statuses:
        found.setdefault(of.context, of)
    return list(found.values())


def combined_state(newest: Sequence[Status]) -> str:
    """Failure if any failed, pending if any is pending or there is none, else success."""
    states = {of.state for of in newest}
    if states & {"error", "failure"}:
        return "failure"
    return "pending" if not states or "pending" in states else "success"


def combined(
    urls: Urls, repository: RepositoryState, sha: str, shown: Sequence[Status], newest: Sequence[Status]
) -> Json:
    """The combined status of a commit; `shown` is the page of `newest` that was asked for."""
    name = repository.full_name
    return {
        "state": combined_state(newest),
        "statuses": [simple_status(urls, repository, of) for of in shown],
        "sha": sha,
        "total_count": len(newest),
        "repository": minimal_repository(urls, repository),
        "commit_url": urls.repository(name, f"/commits/{sha}"),
        "url": urls.repository(name, f"/commits/{sha}/status"),
    }
