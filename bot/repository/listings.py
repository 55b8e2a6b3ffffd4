"""What Git's plumbing prints, read into our nouns. Paths that are not UTF-8 keep their bytes as surrogate escapes."""

from collections.abc import Iterator

from msgspec import Struct

from bot.model.branch_names import branch_problem
from bot.model.commits import EntryKind, Sha, TreeEntry
from bot.model.tiers import Branch

_HEADS = "refs/heads/"
_EXECUTABLE = 0o100


class RemoteListing(Struct, frozen=True, kw_only=True):
    """What `ls-remote --symref` says; `default` is None where the remote's HEAD names no branch of its own."""

    default: Branch | None
    tips: dict[Branch, Sha]


class RawDifference(Struct, frozen=True, kw_only=True):
    """One record of `diff-tree --raw`; a kind is None on the side where the path does not exist."""

    path: str
    old_kind: EntryKind | None
    new_kind: EntryKind | None
    old_blob: Sha
    new_blob: Sha


def remote_listing(output: bytes) -> RemoteListing:
    """Read `git ls-remote --symref`; names that are no branch names to us are left out."""
    default: str | None = None
    tips: dict[Branch, Sha] = {}
    for line in output.decode("utf-8", "surrogateescape").split("\n"):
        value, _, ref = line.partition("\t")
        if ref == "HEAD" and value.startswith(f"ref: {_HEADS}"):
            default = value.removeprefix(f"ref: {_HEADS}")
        elif ref.startswith(_HEADS) and branch_problem(name := ref.removeprefix(_HEADS)) is None:
            tips[name] = value
    return RemoteListing(default=default if default in tips else None, tips=tips)


def tree_entries(output: bytes) -> tuple[TreeEntry, ...]:
    """Read `git ls-tree -r -z -l`."""
    return tuple(_entry(record) for record in records(output))


def raw_differences(output: bytes) -> tuple[RawDifference, ...]:
    """Read `git diff-tree -r -z --raw --no-renames`: records of modes, names and status, each followed by its path."""
    fields = records(output)
    return tuple(_difference(facts, path) for facts, path in zip(fields, fields, strict=True))


def raw_steps(output: bytes) -> dict[Sha, tuple[RawDifference, ...]]:
    """Read `git diff-tree --stdin -r -z --raw --no-renames`: the name of each commit that differs, then its records."""
    found: dict[Sha, list[RawDifference]] = {}
    step: list[RawDifference] = []
    fields = records(output)
    for field in fields:
        if field.startswith(":"):
            step.append(_difference(field, next(fields)))
        else:
            step = found.setdefault(field, [])
    return {sha: tuple(step) for sha, step in found.items()}


def records(output: bytes) -> Iterator[str]:
    """The NUL-terminated records of a listing."""
    return iter(output.decode("utf-8", "surrogateescape").split("\0")[:-1])


def entry_kind(mode: str) -> EntryKind:
    """The kind behind an octal mode; old repositories hold `100664` and the like, which Git reads as files."""
    if not mode.startswith("100"):
        return EntryKind(mode)
    return EntryKind.EXECUTABLE if int(mode, 8) & _EXECUTABLE else EntryKind.FILE


def _entry(record: str) -> TreeEntry:
    facts, _, path = record.partition("\t")
    mode, _, blob, size = facts.split()
    return TreeEntry(path=path, kind=entry_kind(mode), size=0 if size == "-" else int(size), blob=blob)


def _difference(facts: str, path: str) -> RawDifference:
    old_mode, new_mode, old_blob, new_blob, _ = facts.removeprefix(":").split()
    return RawDifference(
        path=path,
        old_kind=entry_kind(old_mode) if int(old_mode, 8) else None,
        new_kind=entry_kind(new_mode) if int(new_mode, 8) else None,
        old_blob=old_blob,
        new_blob=new_blob,
    )
