"""How the ledger's files are named and its times written."""

import re
from datetime import UTC, datetime

CHARTS, BRANCHES, ROLLED_BACK, DIGESTS = "charts/", "branches/", "rolled-back/", "digests/"
WORDS = "holds.json"
_SUFFIX = ".json"
_KEPT = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def path_of(folder: str, name: str) -> str:
    """The file for a name. Two names never share one, also where capital letters are not told from small ones."""
    written = "".join(sign if sign in _KEPT else _escaped(sign) for sign in name)
    return f"{folder}{written}{_SUFFIX}"


def _escaped(sign: str) -> str:
    return "".join(f"%{byte:02x}" for byte in sign.encode("utf-8", "surrogateescape"))


def time_text(at: datetime) -> str:
    """A time as the files hold it, in whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_time(text: str) -> datetime | None:
    """A time of the files; None for anything else."""
    if not _TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
