"""The comment behind a version: how far it may move."""

import re

SIGN = "flux-chart-bot:"
"""In every comment that is meant for us."""

_OURS = re.compile(r"(?<![\w-])flux-chart-bot:(.*)")


def narrowing(comment: str) -> str:
    """The constraint of a `# flux-chart-bot: 1.2.x` comment, empty for none."""
    found = _OURS.search(comment)
    return found.group(1).strip() if found else ""


def is_ours(comment: str) -> bool:
    """Whether a comment is meant for us, with a constraint or without one."""
    return _OURS.search(comment) is not None


def narrowing_comment(constraint: str) -> str:
    """The comment that `narrowing` reads as this constraint, without its sign; blanks of any kind are one space."""
    return f"flux-chart-bot: {' '.join(constraint.split())}"
