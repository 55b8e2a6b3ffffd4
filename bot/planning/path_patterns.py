"""Patterns of repository paths and of chart addresses: `*` and `?` within a folder, `**` across folders.

A matcher of our own: `fnmatch` lets `*` cross folders, and patterns are foreign text, which Python's `re` must never
run (a hostile one would hold every thread). This one takes at most pattern times path steps.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Self, TypeVar

from msgspec import Struct

from bot.model.charts import ChartAddress

_Part = TypeVar("_Part")

ANY_FOLDERS = "**"
"""The segment that stands for any number of folders, none included; at the end for everything below."""

_ONE_SEGMENT = frozenset("*?")
_NOT_KNOWN = "[]{}!\\"


class Glob(Struct, frozen=True):
    """One pattern, split once.

    Attributes:
        text: The pattern as it was written.
        prefix: What every match begins with; all that has to be compared for most paths.
        segments: The pattern between its slashes; a last `**` is followed by `*`, since it means files below.
    """

    text: str
    prefix: str
    segments: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Split a pattern; one that `pattern_problem` objects to matches nothing, or less than it seems to."""
        wild = min((text.find(sign) for sign in _ONE_SEGMENT if sign in text), default=len(text))
        segments = tuple(text.split("/"))
        return cls(text, text[:wild], (*segments, "*") if segments[-1] == ANY_FOLDERS else segments)

    @property
    def is_folder(self) -> bool:
        """Whether it means everything below one folder, so that the prefix decides alone."""
        return self.text == f"{self.prefix}{ANY_FOLDERS}"

    def matches(self, path: str) -> bool:
        """Whether the whole path fits."""
        if not path.startswith(self.prefix):
            return False
        return self.is_folder or _fits(self.segments, path.split("/"), ANY_FOLDERS, _segment_fits)


class PathPatterns:
    """Several patterns as one question, made for ten thousand paths."""

    __slots__ = ("_folders", "_globs", "_prefixes")

    def __init__(self, patterns: Iterable[str]) -> None:
        globs = [Glob.parse(pattern) for pattern in patterns]
        self._folders = tuple(glob.prefix for glob in globs if glob.is_folder)
        self._globs = tuple(glob for glob in globs if not glob.is_folder)
        self._prefixes = tuple(glob.prefix for glob in self._globs)

    def matches(self, path: str) -> bool:
        """Whether any pattern fits the path (POSIX, without a leading slash)."""
        if path.startswith(self._folders):
            return True
        return path.startswith(self._prefixes) and any(glob.matches(path) for glob in self._globs)


@lru_cache(maxsize=256)
def path_patterns(patterns: tuple[str, ...]) -> PathPatterns:
    """The question that a tier's or a rule's patterns are, made once for all references that are asked about."""
    return PathPatterns(patterns)


class ChartPatterns:
    """Patterns of chart addresses without `oci://`: `ghcr.io/stefanprodan/charts/*`. No pattern matches every chart."""

    __slots__ = ("_patterns",)

    def __init__(self, patterns: Iterable[str]) -> None:
        given = tuple(patterns)
        self._patterns = PathPatterns(given or (ANY_FOLDERS,))

    def matches(self, chart: ChartAddress) -> bool:
        """Whether any pattern fits the chart's canonical address."""
        return self._patterns.matches(str(chart))


def pattern_problem(text: str) -> str | None:
    """What keeps a text from being a pattern, in words that complete "the pattern …"; None where it is one."""
    if unknown := sorted(set(text) & set(_NOT_KNOWN)):
        return f"holds {unknown[0]}; only *, ** and ? are known here, several patterns make a list"
    segments = text.split("/")
    if text.startswith("/"):
        return "begins with /; paths are counted from the root of the repository, without it"
    if text.endswith("/"):
        return f"ends with /; for everything below the folder write {text}**"
    if any(part in {"", ".", ".."} for part in segments):
        return "holds an empty segment, . or .."
    if any(ANY_FOLDERS in part and part != ANY_FOLDERS for part in segments):
        return "holds ** beside other text; ** stands between slashes, by itself"
    return None


def _segment_fits(pattern: str, segment: str) -> bool:
    if pattern in {segment, "*"}:
        return True
    return not _ONE_SEGMENT.isdisjoint(pattern) and _fits(pattern, segment, "*", _sign_fits)


def _sign_fits(pattern: str, sign: str) -> bool:
    return pattern in {"?", sign}


def _fits(pattern: Sequence[_Part], parts: Sequence[_Part], star: _Part, fits: Callable[[_Part, _Part], bool]) -> bool:
    """Match with one wildcard that takes any number of parts; only the last one met is ever tried again.

    That is enough: an earlier wildcard that took as little as it could leaves the most to the later ones.
    """
    at = after_star = taken = 0
    index = 0
    while index < len(parts):
        if at < len(pattern) and pattern[at] == star:
            at, taken = at + 1, index
            after_star = at
        elif at < len(pattern) and fits(pattern[at], parts[index]):
            at, index = at + 1, index + 1
        elif after_star:
            taken += 1
            at, index = after_star, taken
        else:
            return False
    return all(part == star for part in pattern[at:])
