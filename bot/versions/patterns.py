r"""Foreign patterns: `semverFilter`, `filterTags`, identities. They run on RE2, the family of Go's regexp.

RE2 needs linear time; Python's `re` takes 2 s for 26 characters under a hostile pattern, and gives `$`, `\d` and
`[[:digit:]]` other meanings than Flux. Source of the syntax: https://github.com/google/re2/wiki/Syntax
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Self

from msgspec import Struct

from bot.versions.quoting import quoted

_LONGEST_PROBLEM = 120


class InvalidPattern(ValueError):
    """A text that is no pattern of Go's regexp.

    Attributes:
        text: The text as it was given: foreign, not escaped.
        problem: What the engine says about it; may quote the text, and is escaped.
    """

    def __init__(self, text: str, problem: str) -> None:
        super().__init__(f"not a pattern: {quoted(text)}: {problem}")
        self.text = text
        self.problem = problem


class Found(Struct, frozen=True, kw_only=True):
    """The first match of a pattern in a text.

    Attributes:
        groups: What each group holds, all of the match first; None where a group took no part.
        names: The number of each named group.
    """

    groups: tuple[str | None, ...]
    names: Mapping[str, int]


class Pattern(Struct, frozen=True, kw_only=True):
    """A pattern that the engine takes."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        r"""Compile a pattern.

        Raises:
            InvalidPattern: Where Go refuses it, and in two cases where Go of 2026 does not: long names of Unicode
                classes (`\p{Letter}`), and patterns whose program passes 8 MiB (`\p{L}{1000}`).
        """
        _compiled(text)
        return cls(text=text)

    def found_in(self, text: str) -> bool:
        """Whether the pattern matches anywhere in a text, as Go's `MatchString`: anchored only where it says so.

        A text with a lone surrogate is no Unicode, cannot reach Flux, and matches nothing.
        """
        try:
            return _compiled(self.text).search(text.encode()) is not None
        except UnicodeEncodeError:
            return False

    def find(self, text: str) -> Found | None:
        """The first match anywhere in a text, as Go's `FindStringSubmatchIndex`; texts without one as in `found_in`."""
        engine = _compiled(self.text)
        try:
            match = engine.search(text.encode())
        except UnicodeEncodeError:
            return None
        if match is None:
            return None
        parts = (match.group(number) for number in range(engine.groups + 1))
        groups = tuple(None if part is None else part.decode(errors="replace") for part in parts)
        names = {name.decode(): number for name, number in engine.groupindex.items()}
        return Found(groups=groups, names=names)


@cache
def _compiled(text: str) -> Any:
    """The engine of a pattern; a run meets few, and each of them often."""
    # Imported here: few fleets hold a pattern, and it is a large native library.
    import re2  # noqa: PLC0415, TID251 - see above; this is the package's one home

    if _has_single_byte_class(text):
        raise InvalidPattern(text, "Go knows no \\C")
    options = re2.Options()
    options.log_errors = False
    try:
        engine = re2.compile(text.encode(), options)
    except UnicodeEncodeError:
        raise InvalidPattern(text, "not valid Unicode") from None
    except re2.error as problem:
        raise InvalidPattern(text, _said(problem)) from None
    if not all(name.isascii() for name in engine.groupindex):
        raise InvalidPattern(text, "a group's name is not ASCII")
    return engine


def _said(problem: Exception) -> str:
    """The engine's words, which arrive as bytes and quote the pattern."""
    words = problem.args[0] if problem.args else b""
    text = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
    return ascii(text[:_LONGEST_PROBLEM])[1:-1]


def _has_single_byte_class(text: str) -> bool:
    r"""Whether a pattern holds `\C`, the one escape of RE2 that Go refuses; `\\C` and `\Q\C\E` hold none."""
    at = 0
    while (at := text.find("\\", at)) >= 0:
        escaped = text[at + 1 : at + 2]
        if escaped == "C":
            return True
        if escaped == "Q":
            at = text.find("\\E", at)
            if at < 0:
                return False
        at += 2
    return False
