"""Who owns a path, by GitHub's rules for CODEOWNERS: the last line that matches decides, one without owners too.

https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Self

from msgspec import Struct, field

from bot.planning.path_patterns import ANY_FOLDERS, Glob

LOCATIONS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where the file may lie; the first that exists is the only one that is read."""
LARGEST = 3 * 1024 * 1024
"""Bytes; a larger file is not loaded, and then nobody owns anything."""

_WORD = re.compile(r"(?:\\.|\S)+")
_OWNER = re.compile(r"@[A-Za-z0-9][A-Za-z0-9_-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)?|[^\s@]+@[^\s@]+\.[^\s@]+")
# Negation and ranges are of `.gitignore`, whose rules hold but for these. `[Section]` is GitLab's.
_NOT_KNOWN = re.compile(r"^!|[\[\]]|\\(?! )")
_STARS = re.compile(r"\*{2,}")


class _Numbered(NamedTuple):
    """One pattern, and which line it is of."""

    line: int
    glob: Glob


class CodeOwners(Struct, frozen=True):
    """The owners of a repository's paths, read once and asked for thousands.

    Attributes:
        owners: Of each line that means something to GitHub, in order.
        files: Path to line, for patterns without a wildcard.
        folders: The other patterns by the folder that all of their paths lie below, the last line first.
    """

    owners: tuple[tuple[str, ...], ...] = ()
    files: Mapping[str, int] = field(default_factory=dict)
    folders: Mapping[str, tuple[_Numbered, ...]] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the file; a line that GitHub would skip for a mistake is skipped, and a file too large is empty."""
        if len(data) > LARGEST:
            return cls()
        lines = tuple(_lines(data.decode("utf-8-sig", "replace")))
        numbered = [_Numbered(line, glob) for line, (globs, _) in enumerate(lines) for glob in globs]
        folders: dict[str, list[_Numbered]] = {}
        for one in reversed([one for one in numbered if one.glob.prefix != one.glob.text]):
            folders.setdefault(one.glob.prefix.rpartition("/")[0], []).append(one)
        return cls(
            owners=tuple(owners for _, owners in lines),
            files={one.glob.text: one.line for one in numbered if one.glob.prefix == one.glob.text},
            folders={folder: tuple(found) for folder, found in folders.items()},
        )

    def owners_of(self, path: str) -> tuple[str, ...]:
        """The owners of one path, in the order of its line: `@user`, `@organisation/team` or an e-mail address.

        Args:
            path: From the top of the repository, POSIX, case as in Git; upper and lower case differ.

        Returns:
            Empty where nobody owns it.
        """
        last = self.files.get(path, -1)
        parts = path.split("/")
        for depth in range(len(parts)):
            for line, glob in self.folders.get("/".join(parts[:depth]), ()):
                if line <= last:
                    break
                if glob.matches(path):
                    last = line
                    break
        return self.owners[last] if last >= 0 else ()


def _lines(text: str) -> Iterator[tuple[tuple[Glob, ...], tuple[str, ...]]]:
    """The patterns and the owners of each line."""
    for line in text.splitlines():
        words = _WORD.findall(line)
        if not words or words[0].startswith("#"):
            continue
        comment = next((at for at, word in enumerate(words) if word.startswith("#")), len(words))
        pattern, owners = words[0], tuple(words[1:comment])
        globs = () if _NOT_KNOWN.search(pattern) else _globs(pattern.replace("\\ ", " "))
        if globs and all(map(_OWNER.fullmatch, owners)):
            yield globs, owners


def _globs(pattern: str) -> tuple[Glob, ...]:
    """A pattern of `.gitignore` in ours: without a slash before its end it fits at any depth, and a folder means all.

    Unlike there, `docs/*` means the files of that folder and not those below it.
    """
    body = pattern.removesuffix("/")
    anchored = "/" in body
    segments = body.removeprefix("/").split("/")
    if not all(segments):
        return ()
    kept = [part if part == ANY_FOLDERS else _STARS.sub("*", part) for part in segments]
    whole = "/".join(kept if anchored else [ANY_FOLDERS, *kept])
    if pattern.endswith("/"):
        folder = f"{whole}/*" if kept[-1] == ANY_FOLDERS else whole
        return (Glob.parse(f"{folder}/{ANY_FOLDERS}"),)
    if kept[-1] in {"*", ANY_FOLDERS}:
        return (Glob.parse(whole),)
    return Glob.parse(whole), Glob.parse(f"{whole}/{ANY_FOLDERS}")
