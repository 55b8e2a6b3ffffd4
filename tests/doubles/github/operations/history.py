"""Commits, comparisons and branches as people browse them."""

from __future__ import annotations

from collections.abc import Mapping

from doubles.github.answers import Answer, Json, not_found
from doubles.github.call import Call, Handler
from doubles.github.changes import changes
from doubles.github.plumbing import Commit
from doubles.github.rendering import commits as form
from doubles.github.rendering import pulls as pull_form
from doubles.github.state import RepositoryState


def list_commits(call: Call) -> Answer:
    """The history of a branch or commit, newest first."""
    start = call.commit(call.query.get("sha", call.repository.default_branch))
    limits = [f"--{name}={call.query[name]}" for name in ("since", "until", "author") if name in call.query]
    found = call.repository.git.commits(*limits, start)
    shown, links = call.page(found)
    return Answer(body=[_commit(call, made) for made in shown], headers=links)


def get_commit(call: Call) -> Answer:
    """One commit, with what it changed against its first parent."""
    home = call.repository
    made = home.git.commit(call.commit(call.operation.parameters["ref"]))
    found = changes(home.git, made.parents[0] if made.parents else None, made.sha)
    added, deleted = sum(file.additions for file in found), sum(file.deletions for file in found)
    shown, links = call.page(found)
    body = _commit(call, made) | {
        "stats": {"additions": added, "deletions": deleted, "total": added + deleted},
        "files": [form.changed_file(call.urls, home, made.sha, file) for file in shown],
    }
    return Answer(body=body, headers=links)


def pulls_of_commit(call: Call) -> Answer:
    """The pull requests that hold a commit."""
    home, sha = call.repository, call.commit(call.operation.parameters["commit_sha"])
    holders = [
        pull
        for pull in reversed(home.pulls.values())
        if sha == pull.merge_commit_sha
        or (home.git.is_ancestor(sha, pull.head_sha) and not home.git.is_ancestor(sha, pull.base_sha))
    ]
    shown, links = call.page(holders)
    return Answer(body=[pull_form.simple_pull(call.urls, home, pull) for pull in shown], headers=links)


def compare(call: Call) -> Answer:
    """What head has that base has not: `base...head`, either side `owner:branch` within this repository."""
    home = call.repository
    sides = [side.removeprefix(f"{home.owner.login}:") for side in call.operation.parameters["basehead"].split("...")]
    found = [home.git.resolve(side) for side in sides]
    if len(found) != 2 or found[0] is None or found[1] is None:
        raise not_found()
    base, head = found[0], found[1]
    start = home.git.merge_base(base, head)
    if start is None:
        raise not_found()
    ahead, behind = home.git.commits("--reverse", "--topo-order", f"{base}..{head}"), home.git.count(f"{head}..{base}")
    shown, links = call.page(ahead)
    body = _comparison(call, home, base, head) | {
        "merge_base_commit": _commit(call, home.git.commit(start)),
        "status": _relation(len(ahead), behind),
        "ahead_by": len(ahead),
        "behind_by": behind,
        "total_commits": len(ahead),
        "commits": [_commit(call, made) for made in shown],
        "files": [form.changed_file(call.urls, home, head, file) for file in changes(home.git, start, head)],
    }
    return Answer(body=body, headers=links)


def _comparison(call: Call, home: RepositoryState, base: str, head: str) -> Json:
    page = call.urls.page(home.full_name, f"/compare/{base}...{head}")
    return {
        "url": call.urls.repository(home.full_name, f"/compare/{base}...{head}"),
        "html_url": page,
        "permalink_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "base_commit": _commit(call, home.git.commit(base)),
    }


def _relation(ahead: int, behind: int) -> str:
    if ahead and behind:
        return "diverged"
    return "ahead" if ahead else "behind" if behind else "identical"


def list_branches(call: Call) -> Answer:
    """Branches by name."""
    home = call.repository
    refs = [] if call.query.get("protected") == "true" else list(home.git.refs().items())
    shown, links = call.page(refs)
    body = [
        {
            "name": name.removeprefix("refs/heads/"),
            "commit": {"sha": sha, "url": call.urls.repository(home.full_name, f"/commits/{sha}")},
            "protected": False,
        }
        for name, sha in shown
    ]
    return Answer(body=body, headers=links)


def get_branch(call: Call) -> Answer:
    """A branch with its tip."""
    home, name = call.repository, call.operation.parameters["branch"]
    sha = home.git.ref(f"refs/heads/{name}")
    if sha is None:
        raise not_found()
    own = call.urls.repository(home.full_name, f"/branches/{name}")
    body = {
        "name": name,
        "commit": _commit(call, home.git.commit(sha)),
        "_links": {"self": own, "html": call.urls.page(home.full_name, f"/tree/{name}")},
        "protected": False,
        "protection": {"enabled": False},
        "protection_url": f"{own}/protection",
    }
    return Answer(body=body)


def _commit(call: Call, made: Commit) -> Json:
    return form.commit(call.urls, call.state, call.repository, made)


HANDLERS: Mapping[str, Handler] = {
    "GET /repos/{owner}/{repo}/commits": list_commits,
    "GET /repos/{owner}/{repo}/commits/{ref}": get_commit,
    "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls": pulls_of_commit,
    "GET /repos/{owner}/{repo}/compare/{basehead}": compare,
    "GET /repos/{owner}/{repo}/branches": list_branches,
    "GET /repos/{owner}/{repo}/branches/{branch}": get_branch,
}
