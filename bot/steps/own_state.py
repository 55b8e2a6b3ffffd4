"""What we keep on branches of our own is believed only as a commit left it that says that we made it.

Whoever may push could make such a commit as well; see SECURITY.md.
"""

from collections.abc import Callable

from bot.model.commits import CommitFacts, Sha
from bot.ports import Repository

_TRAILER = "Flux-Chart-Bot-State"
_LOOKED_AT = 10
"""Commits of a branch in which one of ours is looked for: as many as are fetched."""


def message_of(subject: str, state: str) -> str:
    """The message of a commit that writes a state: `ledger`, `proposals`."""
    return f"{subject}\n\n{_TRAILER}: {state}\n"


def is_left_by_us(commit: CommitFacts, state: str) -> bool:
    """Whether a commit says that we wrote this state; by its trailer alone, so with a token of another login too."""
    return (_TRAILER, state) in commit.trailers


def is_as_we_left_it(repository: Repository, tip: Sha, state: str, is_kept: Callable[[str], bool]) -> bool:
    """Whether the files of a state are those of our newest commit; others' files may lie beside them.

    Args:
        repository: Where it is kept.
        tip: Of its branch.
        state: As `message_of` takes it.
        is_kept: Whether a path is one of its files.
    """
    history = repository.history(tip, _LOOKED_AT)
    ours = next((commit.sha for commit in history if is_left_by_us(commit, state)), None)
    if ours is None:
        return not any(is_kept(entry.path) for entry in repository.tree(tip).entries())
    return not any(is_kept(one.path) for one in repository.differences(ours, tip))
