"""Whose branch is it? A name proves nothing: anyone who may push can take ours first (and a fork can copy it)."""

from enum import Enum, auto

from bot.model.commits import CommitFacts
from bot.model.proposals import Identity

TIER_TRAILER = "Flux-Chart-Bot-Tier"
"""Every commit of ours carries this trailer with its tier's name."""

ON_TOP_TRAILER = "Flux-Chart-Bot-On-Top"
"""A commit of ours on top of others' names the one below it: the branch is theirs all the same."""
PARENT_TRAILER = "Flux-Chart-Bot-Base-Commit"
"""A commit of ours names the tip of the base that it was made from, so that it is known when the base drops that."""
_FORGE = "noreply@"
"""The committer of what GitHub commits itself: `noreply@github.com`, or `noreply@` a server's own name."""


class Ownership(Enum):
    """What the history of a branch with our name says."""

    OURS = auto()
    """Its tip is a commit of ours."""
    TOUCHED = auto()
    """Others' commits lie on top of one of ours: theirs to finish."""
    FOREIGN = auto()
    """No commit of ours is in sight: somebody else took the name."""


def owner_of(history: tuple[CommitFacts, ...], tier: str, us: Identity) -> Ownership:
    """Judge a branch by its first-parent history, tip first.

    A commit is ours when its committer is our address, or GitHub's own where it made the commit for us as its author,
    and its trailer names this tier. All are forgeable by someone who may push; such a person could as well edit the
    branch itself, so nothing is gained by a forgery.
    """
    ours = [is_ours(commit, tier, us) for commit in history]
    if ours and ours[0] and not _is_on_top(history[0]):
        return Ownership.OURS
    return Ownership.TOUCHED if any(ours) else Ownership.FOREIGN


def is_ours(commit: CommitFacts, tier: str, us: Identity) -> bool:
    """Whether we made a commit, for this tier."""
    made_for_us = commit.author_email == us.email and commit.committer_email.startswith(_FORGE)
    return (commit.committer_email == us.email or made_for_us) and (TIER_TRAILER, tier) in commit.trailers


def is_made_from_its_parent(commit: CommitFacts) -> bool:
    """Whether the one commit below one of ours is what we made it from: nobody's work lies between it and the base."""
    return len(commit.parents) == 1 and (PARENT_TRAILER, commit.parents[0]) in commit.trailers


def below_ours(history: tuple[CommitFacts, ...], tier: str, us: Identity) -> int:
    """How many commits of a branch come before what lies below the newest that we made from a base, that one too."""
    made = (place for place, one in enumerate(history, 1) if is_ours(one, tier, us) and not _is_on_top(one))
    return next(made, 1)


def _is_on_top(commit: CommitFacts) -> bool:
    return any(key == ON_TOP_TRAILER for key, _ in commit.trailers)
