"""What a forge does to pull requests of ours, apart from refusing them: kinds of `bot.reasons`, kept beside it."""

from bot.reason import ReasonKind, Weight

COMMIT_UNSIGNED = ReasonKind(
    "commit-unsigned",
    "GitHub did not sign the commits that it made for {login} ({problem})",
    "It signs those of a GitHub App and of GITHUB_TOKEN; or use `commit: git` with a `signing-key`",
    Weight.WARNING,
)
PATH_NOT_UTF8 = ReasonKind(
    "path-not-utf8",
    "the name of {path} is not UTF-8, and GitHub's API takes no other",
    "Rename the file, or use `commit: git`",
    Weight.WARNING,
)
ARCHIVED = ReasonKind(
    "archived", "{what} was refused: the repository is archived", "Unarchive it, or turn the bot's workflow off"
)
WAITS_FOR_APPROVAL = ReasonKind(
    "waits-for-approval",
    "workflows on pull requests of GITHUB_TOKEN run after a person's approval only{required}",
    "Press “Approve workflows to run” there, or give the Action the token of a GitHub App",
)
MERGE_QUEUE = ReasonKind(
    "merge-queue",
    "{base} has a merge queue",
    "Let the workflows of its required checks run on `merge_group` too, and merge with “Merge when ready”",
)
IS_FORK = ReasonKind(
    "fork",
    "this repository is a fork, and its pull requests go to itself",
    "Schedules are off in forks until someone turns them on under Actions",
)
