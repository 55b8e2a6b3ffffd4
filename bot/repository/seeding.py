"""Makes a bare repository with first commits on branches: the remote of the demo. No user's remote is written so."""

import os
from collections.abc import Mapping
from pathlib import Path

from bot.model.tiers import Branch
from bot.repository import surroundings
from bot.repository.remotes import Transport
from bot.repository.runner import GitRunner

_COMMITTER = b"Sample Person <person@example.com> 1767225600 +0000"
"""2026-01-01, so that the demo's commits have the same names on every machine."""


def seed(folder: Path, branches: Mapping[Branch, Mapping[str, bytes]]) -> Path:
    """Make a bare repository in a new folder; the first branch is its default.

    Args:
        folder: Where it is made; holds nothing yet.
        branches: The files of each branch's one commit.

    Returns:
        The path of the remote.
    """
    remote = folder / "repository"
    for name in ("home", "repository/objects", "repository/refs"):
        (folder / name).mkdir(parents=True)
    (remote / "HEAD").write_text(f"ref: refs/heads/{next(iter(branches))}\n")
    (remote / "config").write_text(surroundings.CONFIGURATION)
    variables = surroundings.isolated(os.environ, folder, Transport.FILE)
    runner = GitRunner(folder, variables, seconds=60, secrets=())
    stream = b"".join(_commit(branch, files) for branch, files in branches.items())
    runner.run("fill the sample repository", "fast-import", "--quiet", "--done", stdin=stream + b"done\n")
    return remote


def _commit(branch: Branch, files: Mapping[str, bytes]) -> bytes:
    """One root commit in the language of `git fast-import`, see https://git-scm.com/docs/git-fast-import."""
    message = b"Start the fleet on %b" % branch.encode()
    head = b"commit refs/heads/%b\ncommitter %b\ndata %d\n%b\n" % (branch.encode(), _COMMITTER, len(message), message)
    return head + b"".join(
        b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(data), data) for path, data in files.items()
    )
