"""Why a push was rejected, and what mends it."""

from typing import assert_never

from bot.model.commits import PushRejected
from bot.model.tiers import Branch
from bot.ports import Repository
from bot.reason import Reason
from bot.reasons import PERMISSION_MISSING, PUSH_REJECTED


def rejection(branch: Branch, rejected: PushRejected, repository: Repository) -> Reason:
    """What is told of it, with its mend.

    Args:
        branch: Ours, that was pushed.
        rejected: What the server said.
        repository: Is asked what stands in the way, where that may be.
    """
    match rejected:
        case PushRejected.STALE:
            if way := in_the_way(branch, repository):
                cure = f"Delete or rename {way}; Git has no branch below the name of another one"
                return PUSH_REJECTED(branch=branch, problem=f"the branch {way} is in its way", cure=cure)
            cure = "Another run or a person was faster; the next run starts from there"
        case PushRejected.FORBIDDEN:
            return PERMISSION_MISSING(what=f"Pushing {branch}", permission="contents: write")
        case PushRejected.UNSIGNED:
            cure = "Give the Action a `signing-key`, or let GitHub sign: `commit: api` in the configuration"
        case PushRejected.ARCHIVED:
            cure = "Unarchive it, or turn the bot's workflow off"
        case PushRejected.PROTECTED:
            cure = "Let the rules of this repository allow the bot to write branches under `flux-chart-bot/`"
        case PushRejected.NOT_STORED:
            cure = "See what `git fsck` says of its base branch (an unsafe `.gitmodules` is one cause); else run again"
        case _:
            assert_never(rejected)
    return PUSH_REJECTED(branch=branch, problem=rejected.value, cure=cure)


def in_the_way(branch: Branch, repository: Repository) -> Branch | None:
    """A branch without which another one may be made: Git keeps both as files, and one would be the other's folder."""
    names = sorted(repository.heads().tips)
    return next((one for one in names if branch.startswith(f"{one}/") or one.startswith(f"{branch}/")), None)
