"""Repositories, in the three sizes the API has."""

from __future__ import annotations

from doubles.github.answers import Json
from doubles.github.people import Identity
from doubles.github.rendering.urls import Urls, node_id
from doubles.github.rendering.users import simple_user
from doubles.github.state import RepositoryState

_LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def minimal_repository(urls: Urls, repository: RepositoryState) -> Json:
    """What a repository is called and where its parts stand."""
    own = urls.repository(repository.full_name)
    return {
        "id": repository.id,
        "node_id": node_id("Repository", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "owner": simple_user(urls, repository.owner),
        "private": repository.private,
        "html_url": urls.page(repository.full_name),
        "description": None,
        "fork": repository.parent is not None,
        "url": own,
        **{name: own + rest for name, rest in _LINKS.items()},
    }


def inner_repository(urls: Urls, repository: RepositoryState) -> Json:
    """A repository as it stands inside a pull request."""
    page = urls.page(repository.full_name)
    return {
        **minimal_repository(urls, repository),
        "clone_url": f"{page}.git",
        "git_url": f"{page}.git".replace("http://", "git://"),
        "ssh_url": f"ssh://git@{urls.server.removeprefix('http://')}/{repository.full_name}.git",
        "svn_url": page,
        "mirror_url": None,
        "default_branch": repository.default_branch,
        **dict.fromkeys(("homepage", "language", "license"), None),
        **dict.fromkeys(("has_issues", "has_projects", "has_wiki", "has_downloads"), True),
        **dict.fromkeys(("has_pages", "has_discussions", "disabled", "is_template"), False),
        "archived": repository.archived,
        **dict.fromkeys(("forks", "forks_count", "stargazers_count", "watchers", "watchers_count", "size"), 0),
        **dict.fromkeys(("open_issues", "open_issues_count"), _open_issues(repository)),
        **dict.fromkeys(("pushed_at", "created_at", "updated_at"), repository.created_at),
        "topics": [],
        "visibility": "private" if repository.private else "public",
        "allow_forking": True,
        "web_commit_signoff_required": False,
    }


def full_repository(urls: Urls, repository: RepositoryState, reader: Identity | None) -> Json:
    """A repository by itself, with what the reader may do."""
    writes = reader is not None and reader.may("contents", "write")
    full = {**inner_repository(urls, repository), "network_count": 0, "subscribers_count": 0}
    if reader is not None:
        rights = {"admin": False, "maintain": False, "push": writes, "triage": writes, "pull": True}
        full["permissions"] = rights
    if repository.parent is not None:
        parent = inner_repository(urls, repository.parent)
        full |= {"parent": parent, "source": parent}
    return full


def _open_issues(repository: RepositoryState) -> int:
    return sum(pull.state == "open" for pull in repository.pulls.values())
