"""Pull requests, their labels and comments."""

from __future__ import annotations

from doubles.github.answers import Json
from doubles.github.changes import changes
from doubles.github.people import Identity
from doubles.github.rendering.repositories import inner_repository
from doubles.github.rendering.urls import Urls, node_id
from doubles.github.rendering.users import optional_user, simple_user
from doubles.github.state import Comment, Label, PullRequest, RepositoryState


def simple_pull(urls: Urls, home: RepositoryState, pull: PullRequest) -> Json:
    """A pull request as lists show it."""
    own = urls.repository(home.full_name, f"/pulls/{pull.number}")
    issue = urls.repository(home.full_name, f"/issues/{pull.number}")
    page = urls.page(home.full_name, f"/pull/{pull.number}")
    links = {
        "self": own,
        "html": page,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{own}/comments",
        "review_comment": urls.repository(home.full_name, "/pulls/comments") + "{/number}",
        "commits": f"{own}/commits",
        "statuses": urls.repository(home.full_name, f"/statuses/{pull.head_sha}"),
    }
    return {
        "url": own,
        "id": pull.id,
        "node_id": node_id("PullRequest", pull.id),
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": issue,
        **{f"{name}_url": links[name] for name in ("comments", "review_comments", "review_comment", "commits")},
        "statuses_url": links["statuses"],
        "_links": {name: {"href": address} for name, address in links.items()},
        **_own_fields(urls, home, pull),
        "head": _head(urls, pull),
        "base": _base(urls, home, pull),
    }


def full_pull(urls: Urls, home: RepositoryState, pull: PullRequest) -> Json:
    """A pull request by itself: figures and mergeability too, null for as long as GitHub is working it out."""
    start = home.git.merge_base(pull.base_sha, pull.head_sha)
    files = changes(home.git, start, pull.head_sha)
    mergeable = _mergeable(home, pull)
    return {
        **simple_pull(urls, home, pull),
        "user": simple_user(urls, pull.author),
        "merged": pull.merged_at is not None,
        "mergeable": mergeable,
        "rebaseable": mergeable,
        "mergeable_state": _mergeable_state(pull, mergeable=mergeable),
        "merged_by": optional_user(urls, pull.merged_by),
        "comments": len(home.comments_of(pull.number)),
        "review_comments": 0,
        "maintainer_can_modify": pull.maintainer_can_modify,
        "commits": home.git.count(f"{pull.base_sha}..{pull.head_sha}"),
        "additions": sum(file.additions for file in files),
        "deletions": sum(file.deletions for file in files),
        "changed_files": len(files),
    }


def issue(urls: Urls, home: RepositoryState, pull: PullRequest) -> Json:
    """A pull request in its second life as an issue; the only place that says who closed it."""
    own = urls.repository(home.full_name, f"/issues/{pull.number}")
    page = urls.page(home.full_name, f"/pull/{pull.number}")
    pull_url = urls.repository(home.full_name, f"/pulls/{pull.number}")
    return {
        "url": own,
        "repository_url": urls.repository(home.full_name),
        "labels_url": own + "/labels{/name}",
        "comments_url": f"{own}/comments",
        "events_url": f"{own}/events",
        "html_url": page,
        "id": pull.id,
        "node_id": node_id("PullRequest", pull.id),
        "comments": len(home.comments_of(pull.number)),
        "closed_by": optional_user(urls, pull.closed_by),
        "pull_request": {
            "url": pull_url,
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "merged_at": pull.merged_at,
        },
        **{
            name: value
            for name, value in _own_fields(urls, home, pull).items()
            if name not in {"requested_reviewers", "requested_teams", "auto_merge", "merged_at", "merge_commit_sha"}
        },
        "reactions": _reactions(own),
    }


def label(urls: Urls, home: RepositoryState, of: Label) -> Json:
    """A label of a repository."""
    return {
        "id": of.id,
        "node_id": node_id("Label", of.id),
        "url": urls.repository(home.full_name, f"/labels/{of.name}"),
        "name": of.name,
        "color": of.color,
        "default": False,
        "description": of.description,
    }


def comment(urls: Urls, home: RepositoryState, of: Comment) -> Json:
    """A comment on a pull request."""
    own = urls.repository(home.full_name, f"/issues/comments/{of.id}")
    return {
        "id": of.id,
        "node_id": node_id("IssueComment", of.id),
        "url": own,
        "html_url": urls.page(home.full_name, f"/pull/{of.number}") + f"#issuecomment-{of.id}",
        "issue_url": urls.repository(home.full_name, f"/issues/{of.number}"),
        "body": of.body,
        "user": optional_user(urls, of.author),
        "created_at": of.created_at,
        "updated_at": of.updated_at,
        "author_association": association(home, of.author),
        "reactions": _reactions(own),
        "performed_via_github_app": None,
    }


def association(home: RepositoryState, who: Identity) -> str:
    """How GitHub relates someone to a repository."""
    if who.login.lower() == home.owner.login.lower():
        return "OWNER"
    if who.is_installation:
        return "CONTRIBUTOR"
    return "COLLABORATOR" if who.reaches(home.full_name) and who.may("contents", "write") else "NONE"


def _own_fields(urls: Urls, home: RepositoryState, pull: PullRequest) -> Json:
    return {
        "number": pull.number,
        "state": pull.state,
        "locked": False,
        "title": pull.title,
        "user": optional_user(urls, pull.author),
        "body": pull.body,
        "labels": [label(urls, home, of) for of in pull.labels],
        "milestone": None,
        "active_lock_reason": None,
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "closed_at": pull.closed_at,
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_commit_sha,
        "assignee": optional_user(urls, pull.assignees[0] if pull.assignees else None),
        "assignees": [simple_user(urls, who) for who in pull.assignees],
        "requested_reviewers": [simple_user(urls, who) for who in pull.reviewers],
        "requested_teams": [],
        "author_association": association(home, pull.author),
        "auto_merge": None,
        "draft": pull.draft,
    }


def _head(urls: Urls, pull: PullRequest) -> Json:
    source = pull.head_repository
    return {
        "label": pull.label,
        "ref": pull.head_branch,
        "sha": pull.head_sha,
        "user": simple_user(urls, pull.head_owner),
        "repo": None if source is None else inner_repository(urls, source),
    }


def _base(urls: Urls, home: RepositoryState, pull: PullRequest) -> Json:
    return {
        "label": f"{home.owner.login}:{pull.base_branch}",
        "ref": pull.base_branch,
        "sha": pull.base_sha,
        "user": simple_user(urls, home.owner),
        "repo": inner_repository(urls, home),
    }


def _mergeable(home: RepositoryState, pull: PullRequest) -> bool | None:
    tip = home.git.ref(f"refs/heads/{pull.base_branch}")
    if pull.state == "closed" or pull.mergeable_lag or tip is None:
        return None
    return home.git.merged_tree(tip, pull.head_sha) is not None


def _mergeable_state(pull: PullRequest, *, mergeable: bool | None) -> str:
    if mergeable is None:
        return "unknown"
    if not mergeable:
        return "dirty"
    return "draft" if pull.draft else "clean"


def _reactions(own: str) -> Json:
    kinds = ("+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket")
    return {"url": f"{own}/reactions", "total_count": 0, **dict.fromkeys(kinds, 0)}
