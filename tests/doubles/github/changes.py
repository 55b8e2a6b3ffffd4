"""Changed files between two commits, with line counts and patches."""

from __future__ import annotations

from doubles.github.plumbing import NO_OBJECT, BareRepository
from msgspec import Struct

_STATUS = {"A": "added", "D": "removed", "M": "modified", "T": "changed", "R": "renamed", "C": "copied"}
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


class Change(Struct, frozen=True, kw_only=True):
    """One file that differs; `sha` is the blob's name after the change, or before it if the file is gone."""

    path: str
    status: str
    sha: str | None
    additions: int
    deletions: int
    previous: str | None = None
    patch: str | None = None


def changes(git: BareRepository, old: str | None, new: str) -> list[Change]:
    """Lists what differs between two trees, renames found; an absent old side is the empty tree."""
    start = old or _EMPTY_TREE
    git.git("hash-object", "-w", "-t", "tree", "--stdin")  # the empty tree need not be stored yet
    common = ("--no-ext-diff", "--no-textconv", "--no-color", "-M", "--full-index", start, new, "--")
    listed = git.git("diff", "--raw", "--numstat", "-z", "--abbrev=40", *common)
    patches = _patches(git.git("diff", "-p", *common).decode("utf-8", "replace"))
    return _join(listed.decode("utf-8", "surrogateescape").split("\0"), patches)


def _join(fields: list[str], patches: list[str | None]) -> list[Change]:
    raw: list[tuple[str, str, str | None, str]] = []
    position = 0
    while fields[position].startswith(":"):
        _, _, before, after, letter = fields[position].split()
        renamed = letter[0] in "RC"
        previous = fields[position + 1] if renamed else None
        path = fields[position + (2 if renamed else 1)]
        raw.append((letter[0], path, previous, before if after == NO_OBJECT else after))
        position += 3 if renamed else 2
    found = []
    texts = iter(patches)
    for letter, path, previous, sha in raw:
        added, deleted, _ = fields[position].split("\t")
        text = next(texts)
        if letter == "T":  # Git writes a change of type as two patches
            next(texts)
            text = None
        position += 3 if previous is not None else 1
        found.append(
            Change(
                path=path,
                status=_STATUS[letter],
                sha=sha,
                additions=0 if added == "-" else int(added),
                deletions=0 if deleted == "-" else int(deleted),
                previous=previous,
                patch=text,
            )
        )
    return found


def _patches(text: str) -> list[str | None]:
    found: list[str | None] = []
    for part in ("\n" + text).split("\ndiff --git ")[1:]:
        start = part.find("\n@@")
        found.append(part[start + 1 :].rstrip("\n") if start >= 0 else None)
    return found
