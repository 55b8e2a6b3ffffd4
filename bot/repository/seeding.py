"""The remote of the demo: a bare repository with first commits, and what people do to it. No user's is written so."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bot.model.tiers import Branch
from bot.repository import surroundings
from bot.repository.remotes import Transport
from bot.repository.runner import GitRunner

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
"""Of the first commits, so that they have the same names on every machine."""
_IMPORT = ("fast-import", "--quiet", "--done")
_NOTHING = "0" * 40
"""A branch that is reset to it is deleted."""


def seed(folder: Path, branches: Mapping[Branch, Mapping[str, bytes]]) -> Path:
    """Make a bare repository in a new folder; the first branch is its default.

    Args:
        folder: Where it is made; holds nothing yet.
        branches: The files of each branch's one commit.

    Returns:
        The path of the remote.
    """
    remote = surroundings.lay_out(folder, next(iter(branches)))
    stream = b"".join(
        _commit(branch, _BEGIN, f"Start the fleet on {branch}", _files(files)) for branch, files in branches.items()
    )
    _runner(folder).run("fill the sample repository", *_IMPORT, stdin=stream + b"done\n")
    return remote


def edit(remote: Path, branch: Branch, files: Mapping[str, bytes], *, at: datetime) -> None:
    """Commit files on a branch, as a person does."""
    start = b"from refs/heads/%b^0\n" % branch.encode()
    stream = _commit(branch, at, f"Edit {', '.join(files)}", start + _files(files))
    _runner(remote.parent).run("edit the sample repository", *_IMPORT, stdin=stream + b"done\n")


def merge(remote: Path, *, head: Branch, base: Branch, at: datetime) -> None:
    """Merge a branch that was built on its base as that still is, and delete it, as a person does."""
    runner = _runner(remote.parent)
    tree = runner.run("read the sample repository", "rev-parse", f"refs/heads/{head}^{{tree}}").decode().strip()
    told = f"from refs/heads/{base}^0\nmerge refs/heads/{head}^0\nM 040000 {tree} \n"
    stream = _commit(base, at, f"Merge {head}", told.encode())
    gone = f"reset refs/heads/{head}\nfrom {_NOTHING}\n\n"
    runner.run("merge in the sample repository", *_IMPORT, "--force", stdin=stream + gone.encode() + b"done\n")


def _runner(folder: Path) -> GitRunner:
    return GitRunner(folder, surroundings.isolated(os.environ, folder, Transport.FILE), seconds=60, secrets=())


def _commit(branch: Branch, at: datetime, message: str, rest: bytes) -> bytes:
    """One commit in the language of `git fast-import`, see https://git-scm.com/docs/git-fast-import."""
    committer = f"Sample Person <person@example.com> {int(at.timestamp())} +0000"
    head = f"commit refs/heads/{branch}\ncommitter {committer}\ndata {len(message.encode())}\n{message}\n"
    return head.encode() + rest


def _files(files: Mapping[str, bytes]) -> bytes:
    told = (b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(data), data) for path, data in files.items())
    return b"".join(told)
