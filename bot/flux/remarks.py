"""The comment behind a version: how far it may move."""

import re

SIGN = "flux-chart-bot:"
"""In every comment that is meant for us."""

_OURS = re.compile(r"(?<![\w-])flux-chart-bot:(.*)")

_NEARLY_OURS = re.compile(r"(?:^|#)\s*flux[-_ ]?chart[-_ ]?bot(?![\w/-])", re.IGNORECASE)


def narrowing(comment: str) -> str:
    """The constraint of a `# flux-chart-bot: 1.2.x` comment, empty for none.

    A comment that begins with our name and is not of this form (`flux-chart-bot exact`, `flux_chart_bot: exact`,
    nothing behind the colon) is given back whole: no constraint, so that nothing moves past what a person meant.
    """
    found = _OURS.search(comment)
    constraint = found.group(1).strip() if found else ""
    return constraint or (comment.strip() if is_misspelled(comment) else "")


def is_misspelled(narrowing: str) -> bool:
    """Whether what `narrowing` gave is no constraint, but a comment that was meant for us."""
    return _NEARLY_OURS.search(narrowing) is not None


def is_ours(comment: str) -> bool:
    """Whether a comment is meant for us, with a constraint or without one."""
    return _OURS.search(comment) is not None


def narrowing_comment(constraint: str) -> str:
    """The comment that `narrowing` reads as this constraint, without its sign; blanks of any kind are one space."""
    return f"flux-chart-bot: {' '.join(constraint.split())}"
