"""What we keep on branches of our own is believed only as a commit left it that says that we made it.

Whoever may push could make such a commit as well; see SECURITY.md.
"""

from collections.abc import Callable

from bot.model.commits import CommitFacts, Sha
from bot.model.tiers import Branch
from bot.ports import Repository

_TRAILER = "Flux-Chart-Bot-State"
_FETCHED = 10
"""Commits of a branch in which one of ours is looked for at first: they are here."""
_DEPTHS = (64, 1024)
"""Commits in which it is looked for when others put so many above it; each is one fetch."""
_CHANGED = "it is not as this bot's last commit there left it"
_NEVER_OURS = "no commit of its branch is this bot's"
_BURIED = f"none of the newest {_DEPTHS[-1]:,} commits of its branch is this bot's, so nothing tells who wrote it"


def message_of(subject: str, state: str) -> str:
    """The message of a commit that writes a state: `ledger`, `proposals`."""
    return f"{subject}\n\n{_TRAILER}: {state}\n"


def is_left_by_us(commit: CommitFacts, state: str) -> bool:
    """Whether a commit says that we wrote this state; by its trailer alone, so with a token of another login too."""
    return (_TRAILER, state) in commit.trailers


def why_not_ours(
    repository: Repository, branch: Branch, tip: Sha, state: str, is_kept: Callable[[str], bool]
) -> str | None:
    """Why the files of a state are not to be believed; None where our newest commit left them as they are.

    Others' files may lie beside them, and so may their commits be above ours.

    Args:
        repository: Where it is kept.
        branch: On which.
        tip: Of that branch.
        state: As `message_of` takes it.
        is_kept: Whether a path is one of its files.
    """
    found = _ours_or_first(repository, branch, tip, state)
    if found is None:
        return _BURIED
    if is_left_by_us(found, state):
        return _CHANGED if any(is_kept(one.path) for one in repository.differences(found.sha, tip)) else None
    return _NEVER_OURS if any(is_kept(entry.path) for entry in repository.tree(tip).entries()) else None


def _ours_or_first(repository: Repository, branch: Branch, tip: Sha, state: str) -> CommitFacts | None:
    """Our newest commit; the branch's first where none is ours; None where both are further back than is looked."""
    for depth in (_FETCHED, *_DEPTHS):
        if depth > _FETCHED:
            repository.past(branch, tip, depth)
        for commit in repository.history(tip, depth):
            if is_left_by_us(commit, state) or not commit.parents:
                return commit
    return None
