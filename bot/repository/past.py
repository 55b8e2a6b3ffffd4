"""The first-parent history of a branch: which commits it stood at, and what each changed."""

from collections.abc import Callable

from msgspec.structs import replace

from bot.model.commits import PastCommit, Sha
from bot.repository.commit_text import commit_facts, committed_at
from bot.repository.differences import sizes_of, with_sizes
from bot.repository.listings import raw_steps
from bot.repository.object_reader import ObjectReader
from bot.repository.runner import GitRunner

_CHANGES = ("diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--no-ext-diff")


def read_past(
    tip: Sha, most: int, reader: ObjectReader, runner: GitRunner, deepen: Callable[[], None]
) -> tuple[PastCommit, ...]:
    """Walk back from `tip`, tip first; `deepen` is called once where commits are missing.

    The walk reads the objects themselves: what Git notes about where a shallow history ends changes with each fetch of
    any other branch.
    """
    found = _walk(tip, most, reader)
    if len(found) < most and not found[-1][1].first:
        deepen()
        found = _walk(tip, most, reader)
    pairs = [(one.sha, parent) for parent, one in found[:-1]]
    asked = "".join(f"{sha} {parent}\n" for sha, parent in pairs).encode("ascii")
    steps = raw_steps(runner.run("compare commits", *_CHANGES, stdin=asked)) if pairs else {}
    sizes = sizes_of((one for step in steps.values() for one in step), runner)
    return tuple(replace(one, changed=with_sizes(steps.get(one.sha, ()), sizes)) for _, one in found)


def _walk(tip: Sha, most: int, reader: ObjectReader) -> list[tuple[Sha | None, PastCommit]]:
    """Each commit with the name of its first parent."""
    found: list[tuple[Sha | None, PastCommit]] = []
    following: Sha | None = tip
    while following and len(found) < most and (content := reader.commit(following)) is not None:
        facts = commit_facts(following, content)
        parent = next(iter(facts.parents), None)
        found.append((parent, PastCommit(sha=following, at=committed_at(content), first=parent is None)))
        following = parent
    return found
