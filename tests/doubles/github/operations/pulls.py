"""Pull requests: open, find, read, change."""

from __future__ import annotations

from collections.abc import Mapping

from doubles.github import lifecycle
from doubles.github.answers import Answer, Refusal, check_length, custom, invalid, refuse
from doubles.github.call import Call, Handler
from doubles.github.changes import changes
from doubles.github.people import Identity
from doubles.github.rendering import commits as commit_form
from doubles.github.rendering import pulls as form
from doubles.github.state import PullRequest, RepositoryState, State

MAX_TITLE = 256
MAX_BODY = 65536


def list_pulls(call: Call) -> Answer:
    """Newest first, unless sorted otherwise."""
    known = list(call.repository.pulls.values())
    if call.repository.list_lag:
        call.repository.list_lag -= 1
        known = known[:-1]
    found = [pull for pull in known if _wanted(call, pull)]
    by_update = call.query.get("sort") == "updated"
    found.sort(key=lambda pull: (pull.updated_at, pull.number) if by_update else ("", pull.number))
    if call.query.get("direction", "asc" if by_update else "desc") == "desc":
        found.reverse()
    shown, links = call.page(found)
    return Answer(body=[form.simple_pull(call.urls, call.repository, pull) for pull in shown], headers=links)


def _wanted(call: Call, pull: PullRequest) -> bool:
    state, base, head = call.query.get("state", "open"), call.query.get("base"), call.query.get("head")
    if head is not None and ":" not in head:
        call.complain(f"head filter {head!r} has no owner: GitHub ignores it and lists everything")
        head = None
    return (
        state in ("all", pull.state)
        and (base is None or base == pull.base_branch)
        and (head is None or _same_label(head, pull.label))
    )


def _same_label(one: str, other: str) -> bool:
    owner, _, branch = one.partition(":")
    other_owner, _, other_branch = other.partition(":")
    return owner.lower() == other_owner.lower() and branch == other_branch


def create_pull(call: Call) -> Answer:
    """Opens one from a branch of this repository (`branch`) or of a fork (`owner:branch`)."""
    home, actor, fields = call.repository, call.actor, call.fields
    if actor.kind == "actions" and not home.actions_may_open_pulls:
        raise refuse(403, "GitHub Actions is not permitted to create or approve pull requests.")
    if not fields.get("title"):
        raise invalid("PullRequest", "title", "missing_field")
    source, branch = find_head(call.state, home, fields["head"])
    pull = open_pull(
        call.state,
        home,
        actor,
        source=source,
        head=branch,
        base=fields["base"],
        title=fields["title"],
        body=fields.get("body"),
        draft=fields.get("draft", False),
    )
    pull.maintainer_can_modify = bool(fields.get("maintainer_can_modify", False)) and source is not home
    shown = form.full_pull(call.urls, home, pull) | {
        "mergeable": None,
        "rebaseable": None,
        "mergeable_state": "unknown",
    }
    return Answer(status=201, body=shown, headers=(("Location", shown["url"]),))


def find_head(state: State, home: RepositoryState, head: str) -> tuple[RepositoryState, str]:
    """Finds the repository and branch that a head names.

    Raises:
        Refusal: 422; the owner has no repository of this network.
    """
    owner, separator, branch = head.rpartition(":")
    if not separator or owner.lower() == home.owner.login.lower():
        return home, branch
    for repository in state.repositories.values():
        if repository.parent is home and repository.owner.login.lower() == owner.lower():
            return repository, branch
    raise invalid("PullRequest", "head")


def open_pull(
    state: State,
    home: RepositoryState,
    author: Identity,
    *,
    source: RepositoryState,
    head: str,
    base: str,
    title: str,
    body: str | None = None,
    draft: bool = False,
) -> PullRequest:
    """Opens a pull request under all of GitHub's rules.

    Raises:
        Refusal: 422 with the rule.
    """
    check_length("PullRequest", "title", title, MAX_TITLE)
    check_length("PullRequest", "body", body, MAX_BODY)
    tip = source.git.ref(f"refs/heads/{head}")
    base_tip = home.git.ref(f"refs/heads/{base}")
    wrong = [name for name, sha in (("head", tip), ("base", base_tip)) if sha is None]
    if tip is None or base_tip is None:
        errors = ({"resource": "PullRequest", "field": name, "code": "invalid"} for name in wrong)
        raise refuse(422, "Validation Failed", *errors)
    number = max(home.pulls, default=0) + 1
    pull = PullRequest(
        id=state.next_id(),
        number=number,
        title=title,
        body=body,
        author=state.known(author),
        head_owner=source.owner,
        head_repository=source,
        head_branch=head,
        head_sha=tip,
        base_branch=base,
        base_sha=base_tip,
        created_at=state.now(),
        updated_at=state.now(),
        draft=draft,
    )
    _refuse_twin(home, pull)
    lifecycle.take_head(home, pull, tip)
    _refuse_empty(home, pull)
    home.pulls[number] = pull
    return pull


def _refuse_twin(home: RepositoryState, pull: PullRequest) -> None:
    for other in home.pulls.values():
        same = other.head_repository is pull.head_repository and other.head_branch == pull.head_branch
        if other is not pull and other.state == "open" and same and other.base_branch == pull.base_branch:
            raise custom("PullRequest", f"A pull request already exists for {pull.label}.")


def _refuse_empty(home: RepositoryState, pull: PullRequest) -> None:
    refusal: Refusal | None = None
    head = pull.head_branch if pull.head_repository is home else pull.label
    if home.git.merge_base(pull.base_sha, pull.head_sha) is None:
        refusal = custom("PullRequest", f"The {head} branch has no history in common with {pull.base_branch}")
    elif home.git.is_ancestor(pull.head_sha, pull.base_sha):
        refusal = custom("PullRequest", f"No commits between {pull.base_branch} and {head}")
    if refusal is not None:
        home.git.delete_ref(pull.own_ref)
        raise refusal


def get_pull(call: Call) -> Answer:
    """One pull request; each read brings GitHub's background work on mergeability a step further."""
    pull = call.pull
    shown = form.full_pull(call.urls, call.repository, pull)
    pull.mergeable_lag = max(pull.mergeable_lag - 1, 0)
    return Answer(body=shown)


def update_pull(call: Call) -> Answer:
    """Title, body, base, state."""
    edit_pull(call.state, call.repository, call.pull, call.actor, call.fields)
    return Answer(body=form.full_pull(call.urls, call.repository, call.pull))


def edit_pull(
    state: State, home: RepositoryState, pull: PullRequest, by: Identity, fields: Mapping[str, object]
) -> None:
    """Changes a pull request under all of GitHub's rules.

    Raises:
        Refusal: 422 with the rule.
    """
    title, body, base = fields.get("title"), fields.get("body"), fields.get("base")
    check_length("PullRequest", "title", str(title or ""), MAX_TITLE)
    check_length("PullRequest", "body", str(body or ""), MAX_BODY)
    if title == "":
        raise invalid("PullRequest", "title", "missing_field")
    if isinstance(base, str) and base != pull.base_branch:
        _move_base(home, pull, base)
    wanted = fields.get("state", pull.state)
    if wanted == "closed" and pull.state == "open":
        lifecycle.close(state, pull, by)
    elif wanted == "open" and pull.state == "closed":
        _reopen(home, pull)
    pull.title = title if isinstance(title, str) else pull.title
    pull.body = body if isinstance(body, str) else pull.body
    pull.updated_at = state.now()


def _move_base(home: RepositoryState, pull: PullRequest, base: str) -> None:
    tip = home.git.ref(f"refs/heads/{base}")
    if tip is None:
        raise invalid("PullRequest", "base", "invalid", f"Proposed base branch '{base}' was not found")
    before = pull.base_branch
    pull.base_branch = base
    try:
        _refuse_twin(home, pull)
    except Refusal:
        pull.base_branch = before
        raise
    pull.base_sha = tip


def _reopen(home: RepositoryState, pull: PullRequest) -> None:
    source = pull.head_repository
    tip = source.git.ref(f"refs/heads/{pull.head_branch}") if source else None
    reason = None
    if pull.merged_at is not None:
        reason = "The pull request cannot be reopened."
    elif source is None or tip is None:
        reason = f"The {pull.head_branch} branch has been deleted."
    elif not source.git.is_ancestor(pull.head_sha, tip):
        reason = f"The {pull.head_branch} branch was force-pushed or recreated."
    if reason is not None or tip is None:
        raise invalid("PullRequest", "state", "invalid", f"state cannot be changed. {reason}")
    _refuse_twin(home, pull)
    lifecycle.take_head(home, pull, tip)
    pull.state, pull.closed_at, pull.closed_by = "open", None, None


def list_commits(call: Call) -> Answer:
    """The commits that the base lacks, oldest first."""
    pull, home = call.pull, call.repository
    found = home.git.commits("--reverse", "--topo-order", f"{pull.base_sha}..{pull.head_sha}")
    shown, links = call.page(found)
    return Answer(body=[commit_form.commit(call.urls, call.state, home, made) for made in shown], headers=links)


def list_files(call: Call) -> Answer:
    """What differs from the merge base."""
    pull, home = call.pull, call.repository
    start = home.git.merge_base(pull.base_sha, pull.head_sha)
    shown, links = call.page(changes(home.git, start, pull.head_sha))
    files = [commit_form.changed_file(call.urls, home, pull.head_sha, change) for change in shown]
    return Answer(body=files, headers=links)


def merge_pull(call: Call) -> Answer:
    """Merges, as the button does."""
    home, pull = call.repository, call.pull
    if call.fields.get("sha", pull.head_sha) != pull.head_sha:
        raise refuse(409, "Head branch was modified. Review and try the merge again.")
    sha = merge(call.state, home, pull, call.actor, call.fields.get("merge_method", "merge"))
    return Answer(body={"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


def merge(state: State, home: RepositoryState, pull: PullRequest, by: Identity, method: str = "merge") -> str:
    """Merges a pull request into its base, by `merge` or `squash`, and returns the new commit.

    Raises:
        Refusal: 405 when it is closed or conflicts.
    """
    base = f"refs/heads/{pull.base_branch}"
    before = home.git.refs()
    tree = home.git.merged_tree(before[base], pull.head_sha) if pull.state == "open" and base in before else None
    if tree is None or pull.draft:
        raise refuse(405, "Pull Request is not mergeable")
    parents = [before[base], *([pull.head_sha] if method == "merge" else [])]
    who = {"GIT_AUTHOR_NAME": by.login, "GIT_AUTHOR_EMAIL": by.noreply}
    title = f"Merge pull request #{pull.number}" if method == "merge" else f"{pull.title} (#{pull.number})"
    commit = home.git.write_commit(tree, parents, f"{title}\n", who)
    lifecycle.mark_merged(state, pull, commit, by)
    home.git.update_ref(base, commit)
    lifecycle.branches_moved(state, home, before, by)
    return commit


def is_merged(call: Call) -> Answer:
    """204 or 404."""
    return Answer(status=204 if call.pull.merged_at else 404)


HANDLERS: Mapping[str, Handler] = {
    "GET /repos/{owner}/{repo}/pulls": list_pulls,
    "POST /repos/{owner}/{repo}/pulls": create_pull,
    "GET /repos/{owner}/{repo}/pulls/{pull_number}": get_pull,
    "PATCH /repos/{owner}/{repo}/pulls/{pull_number}": update_pull,
    "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits": list_commits,
    "GET /repos/{owner}/{repo}/pulls/{pull_number}/files": list_files,
    "GET /repos/{owner}/{repo}/pulls/{pull_number}/merge": is_merged,
    "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge": merge_pull,
}
