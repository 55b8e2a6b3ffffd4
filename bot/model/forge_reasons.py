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
MERGES_SILENTLY = ReasonKind(
    "merges-silently",
    "what auto-merge merges with GITHUB_TOKEN starts no workflows on its base branch",
    "Give the Action the token of a GitHub App where something has to run after a merge",
)
WANTS_SIGNATURES = ReasonKind(
    "wants-signatures",
    "{base} takes only verified commits, and those of this bot are not signed",
    "Use `commit: api` in the configuration, or give the Action a `signing-key`",
    Weight.WARNING,
)
SHUT_OUT = ReasonKind("shut-out", "{what} was refused ({problem})", "{cure}", Weight.WARNING)
IS_FORK = ReasonKind(
    "fork",
    "this repository is a fork, and its pull requests go to itself",
    "Schedules are off in forks until someone turns them on under Actions",
)
