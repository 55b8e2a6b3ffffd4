"""The comment behind a version: whose the value is, and how far it may move."""

import json
import re

_MARKER = "$imagepolicy"
_POLICY = re.compile(r"[^:]+:[^:]+(?::(?:tag|name|digest))?")
_OURS = re.compile(r"(?<![\w-])flux-chart-bot:(.*)")


def belongs_to_image_policy(comment: str) -> bool:
    """Whether Flux's image automation writes the value.

    The comment is a JSON object of strings with the key `$imagepolicy`, nothing after it; its value is
    `<namespace>:<policy>`, or that with `:tag`, `:name` or `:digest`.

    Source: https://fluxcd.io/flux/components/image/imageupdateautomations/ and its `internal/update/setters.go`
    """
    if _MARKER not in comment:
        return False
    try:
        marker = json.loads(comment.lstrip("#"))
    except (ValueError, RecursionError):
        return False
    if not isinstance(marker, dict) or not all(isinstance(value, str) for value in marker.values()):
        return False
    return _POLICY.fullmatch(marker.get(_MARKER, "")) is not None


def narrowing(comment: str) -> str:
    """The constraint of a `# flux-chart-bot: 1.2.x` comment, empty for none."""
    found = _OURS.search(comment)
    return found.group(1).strip() if found else ""


def narrowing_comment(constraint: str) -> str:
    """The comment that `narrowing` reads as this constraint, without its sign; blanks of any kind are one space."""
    return f"flux-chart-bot: {' '.join(constraint.split())}"
