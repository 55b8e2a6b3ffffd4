"""Markers of Flux's image automation: the comment that says which policy writes a value.

Source: https://github.com/fluxcd/image-automation-controller/blob/v1.2.1/internal/update/setters.go
"""

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.model.image_policies import Marker

_KEY = "$imagepolicy"
_POLICY = re.compile(r"([^:]+):([^:]+)(?::(tag|name|digest))?")


def marker_of(comment: str) -> "Marker | None":
    """The marker that a comment is.

    It is a JSON object of strings with the key `$imagepolicy`, nothing after it; its value is `<namespace>:<policy>`,
    or that with `:tag`, `:name` or `:digest`.
    """
    if _KEY not in comment:
        return None
    try:
        said = json.loads(comment.lstrip("#"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        return None
    found = _POLICY.fullmatch(said.get(_KEY, ""))
    if found is None:
        return None
    from bot.model.image_policies import Marker, MarkerPart  # noqa: PLC0415 - few versions have a marker

    return Marker(namespace=found[1], policy=found[2], part=MarkerPart(found[3] or ""))
