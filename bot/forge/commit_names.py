"""Names of commits at the border: they become parts of paths, of an API's and of a folder's."""

import re

from bot.errors import ForgeFailed
from bot.model.commits import Sha

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def checked(sha: Sha) -> Sha:
    """Give back a full object name.

    Raises:
        ForgeFailed: It is anything else; `../../../other/repo/commits/…` would name another repository's commit.
    """
    if not _SHA.fullmatch(sha):
        raise ForgeFailed(f"{sha[:80]!r} is not a commit", "Please report this as a bug")
    return sha
