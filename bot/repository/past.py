"""The history of a branch: which commits it stood at, and what each changed."""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import pairwise

from msgspec.structs import replace

from bot.errors import RepositoryFailed
from bot.model.commits import PastCommit, Sha
from bot.repository.commit_text import commit_facts, committed_at
from bot.repository.differences import sizes_of, with_sizes
from bot.repository.line import line_of
from bot.repository.listings import raw_steps
from bot.repository.object_reader import ObjectReader
from bot.repository.runner import GitRunner

_CHANGES = ("diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--no-ext-diff")


def read_past(
    tip: Sha, most: int, through: Iterable[Sha], reader: ObjectReader, runner: GitRunner, deepen: Callable[[], None]
) -> tuple[PastCommit, ...]:
    """Walk back from `tip`, tip first; `deepen` is called once where commits are missing.

    The walk reads the objects themselves: what Git notes about where a shallow history ends changes with each fetch of
    any other branch.
    """
    known = _Commits(reader)
    seen = tuple(through)
    line = line_of(tip, most, seen, known.parents)
    if len(line) < most and known.parents(line[-1]):
        deepen()
        known = _Commits(reader)
        line = line_of(tip, most, seen, known.parents)
    asked = "".join(f"{newer} {older}\n" for newer, older in pairwise(line)).encode("ascii")
    steps = raw_steps(runner.run("compare commits", *_CHANGES, stdin=asked)) if asked else {}
    sizes = sizes_of((one for step in steps.values() for one in step), runner)
    changed = {sha: with_sizes(step, sizes) for sha, step in steps.items()}
    newer = tuple(replace(known.past(sha), changed=changed.get(sha, ())) for sha in line[:-1])
    return (*newer, known.past(line[-1]))


class _Commits:
    """The commits that are here, each read once."""

    def __init__(self, reader: ObjectReader) -> None:
        self._reader = reader
        self._known: dict[Sha, tuple[tuple[Sha, ...], datetime] | None] = {}

    def parents(self, sha: Sha) -> tuple[Sha, ...] | None:
        known = self._read(sha)
        return known[0] if known else None

    def past(self, sha: Sha) -> PastCommit:
        known = self._read(sha)
        if known is None:
            raise RepositoryFailed(f"the commit {sha} was not fetched", "Run again")
        return PastCommit(sha=sha, at=known[1], first=not known[0])

    def _read(self, sha: Sha) -> tuple[tuple[Sha, ...], datetime] | None:
        if sha not in self._known:
            content = self._reader.commit(sha)
            self._known[sha] = (commit_facts(sha, content).parents, committed_at(content)) if content else None
        return self._known[sha]
