"""Commits, changed files, comparisons, refs."""

from __future__ import annotations

from doubles.github.answers import Json
from doubles.github.changes import Change
from doubles.github.plumbing import Commit, Signature
from doubles.github.rendering.urls import Urls, node_id
from doubles.github.rendering.users import optional_user
from doubles.github.state import RepositoryState, State


def verification(repository: RepositoryState, commit: Commit) -> Json:
    """Whether GitHub signed it: only commits that a bot made by API, leaving author and committer to GitHub."""
    signed = commit.sha in repository.verified
    return {
        "verified": signed,
        "reason": "valid" if signed else "unsigned",
        "signature": "-----BEGIN PGP SIGNATURE-----\n" if signed else None,
        "payload": f"tree {commit.tree}\n" if signed else None,
        "verified_at": commit.committer.date if signed else None,
    }


def git_commit(urls: Urls, repository: RepositoryState, commit: Commit) -> Json:
    """A commit as the Git database's part of the API shows it."""
    name = repository.full_name
    return {
        "sha": commit.sha,
        "node_id": node_id("Commit", commit.sha),
        "url": urls.repository(name, f"/git/commits/{commit.sha}"),
        "html_url": urls.page(name, f"/commit/{commit.sha}"),
        "author": _signature(commit.author),
        "committer": _signature(commit.committer),
        "tree": {"sha": commit.tree, "url": urls.repository(name, f"/git/trees/{commit.tree}")},
        "message": commit.message,
        "parents": [
            {
                "sha": parent,
                "url": urls.repository(name, f"/git/commits/{parent}"),
                "html_url": urls.page(name, f"/commit/{parent}"),
            }
            for parent in commit.parents
        ],
        "verification": verification(repository, commit),
    }


def commit(urls: Urls, state: State, repository: RepositoryState, made: Commit) -> Json:
    """A commit with the users behind its addresses; null where an address belongs to nobody."""
    name = repository.full_name
    own = urls.repository(name, f"/commits/{made.sha}")
    return {
        "sha": made.sha,
        "node_id": node_id("Commit", made.sha),
        "url": own,
        "html_url": urls.page(name, f"/commit/{made.sha}"),
        "comments_url": f"{own}/comments",
        "commit": {
            "url": urls.repository(name, f"/git/commits/{made.sha}"),
            "author": _signature(made.author),
            "committer": _signature(made.committer),
            "message": made.message,
            "comment_count": 0,
            "tree": {"sha": made.tree, "url": urls.repository(name, f"/git/trees/{made.tree}")},
            "verification": verification(repository, made),
        },
        "author": optional_user(urls, state.by_email(made.author.email)),
        "committer": optional_user(urls, state.by_email(made.committer.email)),
        "parents": [
            {
                "sha": parent,
                "url": urls.repository(name, f"/commits/{parent}"),
                "html_url": urls.page(name, f"/commit/{parent}"),
            }
            for parent in made.parents
        ],
    }


def changed_file(urls: Urls, repository: RepositoryState, sha: str, change: Change) -> Json:
    """One file of a pull request, commit or comparison."""
    name = repository.full_name
    shown: Json = {
        "sha": change.sha,
        "filename": change.path,
        "status": change.status,
        "additions": change.additions,
        "deletions": change.deletions,
        "changes": change.additions + change.deletions,
        "blob_url": urls.page(name, f"/blob/{sha}/{change.path}"),
        "raw_url": urls.page(name, f"/raw/{sha}/{change.path}"),
        "contents_url": urls.repository(name, f"/contents/{change.path}") + f"?ref={sha}",
    }
    if change.patch is not None:
        shown["patch"] = change.patch
    if change.previous is not None:
        shown["previous_filename"] = change.previous
    return shown


def git_ref(urls: Urls, repository: RepositoryState, name: str, sha: str) -> Json:
    """A ref and what it points at."""
    kind = repository.git.object_type(sha)
    return {
        "ref": name,
        "node_id": node_id("Ref", f"{repository.id}:{name}"),
        "url": urls.repository(repository.full_name, f"/git/{name}"),
        "object": {
            "type": kind,
            "sha": sha,
            "url": urls.repository(repository.full_name, f"/git/{kind}s/{sha}"),
        },
    }


def _signature(who: Signature) -> Json:
    return {"name": who.name, "email": who.email, "date": who.date}
