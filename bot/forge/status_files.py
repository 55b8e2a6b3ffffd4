"""Statuses in files: ours as we wrote them, and others' as whoever runs checks wrote them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.errors import ForgeFailed
from bot.model.proposals import CommitStatus, SaidStatus, State


def statuses_in(path: Path) -> tuple[CommitStatus, ...]:
    """The statuses of one file; none where there is no such file.

    Raises:
        ForgeFailed: One of them cannot be read; the file is named, and what is wrong with it.
    """
    return tuple(_status(path, row) for row in _rows(path))


def said_in(path: Path, creator: str) -> tuple[SaidStatus, ...]:
    """What somebody says in one file, its last entry first, as of when the file was written.

    What cannot be read is a word too: it may be a failure, and it stops no other tier.
    """
    try:
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:  # nobody wrote it, or it is gone again
        return ()
    try:
        rows = _rows(path)
    except ForgeFailed as failed:
        return (_unread(failed, creator, at),)
    return tuple(_said(path, row, creator, at) for row in reversed(rows))


def read_json(path: Path, default: Any) -> Any:
    """What a file holds.

    Raises:
        ForgeFailed: It cannot be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return default
    except (OSError, ValueError, RecursionError) as error:
        raise broken(path, error) from error


def broken(path: Path, why: Exception | str) -> ForgeFailed:
    """That a file is not as it was written."""
    said = why if isinstance(why, str) else type(why).__name__
    return ForgeFailed(f"{path} cannot be read: {said}", "Mend or delete the file")


def _rows(path: Path) -> list[Any]:
    rows = read_json(path, [])
    if not isinstance(rows, list):
        raise broken(path, "it is no list")
    return rows


def _said(path: Path, row: object, creator: str, at: datetime) -> SaidStatus:
    try:
        status = _status(path, row)
    except ForgeFailed as failed:
        context = row.get("context") if isinstance(row, dict) else None
        return _unread(failed, creator, at, context if isinstance(context, str) else "")
    return SaidStatus(context=status.context, state=status.state, creator=creator, at=at)


def _unread(failed: ForgeFailed, creator: str, at: datetime, context: str = "") -> SaidStatus:
    return SaidStatus(context=context, state=State.PENDING, creator=creator, at=at, unread=failed.message)


def _status(path: Path, row: object) -> CommitStatus:
    """One status; people may write these by hand, so the field that is wrong is named."""
    if not isinstance(row, dict):
        raise broken(path, "an entry is no object")
    for name in ("context", "state"):
        if name not in row:
            raise broken(path, f"`{name}` is missing")
    for name, value in row.items():
        if name not in CommitStatus.__struct_fields__:
            raise broken(path, f"`{name}` is not known")
        if not isinstance(value, str):
            raise broken(path, f"`{name}` is no text")
    if row["state"] not in set(State):
        raise broken(path, f"`state` is none of {', '.join(State)}")
    return CommitStatus(**{"description": "", **row, "state": State(row["state"])})
