"""Which texts are branch names to us: Git's own rules, and none of what Git's command line reads as something else."""

import re

_SEPARATORS = re.compile(r"[\x00-\x20\x7f:?*^~+\[\\]")
_BROKEN_PART = re.compile(r"(?:^|/)(?:\.|/|$)|\.lock(?:/|$)|\.\.|\.$")


def branch_problem(name: str) -> str | None:
    """What keeps `name` from being a branch name, as a sentence; None for a good one.

    Stricter than `git check-ref-format --branch` (https://git-scm.com/docs/git-check-ref-format): a leading dash is an
    option, `+` and `:` make a refspec, and a name beginning with `refs/` is a slip.
    """
    if not name:
        return "a branch name cannot be empty"
    if name.startswith("-"):
        return "a branch name cannot begin with a dash"
    if name.startswith("refs/"):
        return "a branch name is written without refs/heads/"
    if name in {"@", "HEAD"} or "@{" in name:
        return "a branch name cannot be @ or HEAD, nor contain @{"
    if _SEPARATORS.search(name):
        return "a branch name cannot contain blanks, control characters or any of : ? * ^ ~ + [ \\"
    if _BROKEN_PART.search(name):
        return "no part of a branch name can be empty, begin with a dot, end with .lock or a last dot, or contain .."
    if any("\ud800" <= character <= "\udfff" for character in name):
        return "a branch name must be UTF-8"
    return None
