"""The place that `--explain` names."""

import re
from pathlib import PurePosixPath

from bot.errors import UsageError
from bot.model.explanations import Spot

_LINE = re.compile(r"(?P<path>.+):(?P<line>[1-9][0-9]{0,8})")


def parse_spot(text: str) -> Spot:
    """Read `PATH` or `PATH:LINE`.

    Raises:
        UsageError: The path is not one within the repository.
    """
    found = _LINE.fullmatch(text)
    path = PurePosixPath(found["path"] if found else text)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        mend = "Give the path from the top of the repository, and a line, as in apps/dev/podinfo.yaml:12"
        raise UsageError(f"--explain is {text!r}, which is not a place within the repository", mend)
    return Spot(path=str(path), line=int(found["line"]) if found else 0)
