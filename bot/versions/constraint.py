"""Constraints in Flux's language: Masterminds/semver v3.5.0 `NewConstraint` and `Check`.

`||` separates groups, a blank or a comma the terms of a group, all of which must hold. A prerelease is admitted only by
a group in which some term names a prerelease, and then by every term of it, across all patch levels.

Source: https://github.com/Masterminds/semver/blob/v3.5.0/constraints.go
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Self

from msgspec import Struct

from bot.versions.quoting import quoted
from bot.versions.terms import MEANING, TERM, Term, read_term
from bot.versions.version import Version

LONGEST_CONSTRAINT = 512
"""Bytes (`MaxConstraintLen`)."""
MOST_GROUPS = 32
"""Groups between `||` (`MaxConstraintGroups`)."""

_BLANKS = frozenset("\t\n\f\r ")

# `a - b`, anywhere in the text; possessive throughout, see `terms.TERM`.
_HYPHEN_RANGE = re.compile(
    r"[\t\n\f\r ]*+"
    r"(v?[0-9|xX*]++(?:\.[0-9|xX*]++)?(?:\.[0-9|xX*]++)?"
    r"(?:-[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*)?(?:\+[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*)?)"
    r"[\t\n\f\r ]++-[\t\n\f\r ]++"
    r"(v?[0-9|xX*]++(?:\.[0-9|xX*]++)?(?:\.[0-9|xX*]++)?"
    r"(?:-[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*)?(?:\+[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*)?)"
    r"[\t\n\f\r ]*+"
)


class Fault(StrEnum):
    """What is wrong with a text that is no constraint, in the order in which it is looked for."""

    TOO_LONG = "longer than 512 bytes"
    TOO_MANY_GROUPS = "more than 32 groups between `||`"
    IMPROPER = "neither an operator nor a version, or nothing where a version must be"
    UNUSABLE_VERSION = "a version with a number over 64 bits, a mixed wildcard, or a zero before a numeric prerelease"


class InvalidConstraint(ValueError):
    """A text that is no constraint.

    Attributes:
        text: The text as it was given: foreign, not escaped.
        fault: What is wrong with it.
        offset: 0-based character where reading stopped; None where that is unknown because a range `a - b` was
            rewritten before, or where it is the text as a whole.
    """

    def __init__(self, text: str, fault: Fault, offset: int | None = None) -> None:
        where = "" if offset is None else f" at character {offset + 1}"
        super().__init__(f"not a constraint: {quoted(text)}: {fault.value}{where}")
        self.text = text
        self.fault = fault
        self.offset = offset


class Group(Struct, frozen=True, kw_only=True):
    """Terms that must all hold."""

    terms: tuple[Term, ...]
    admits_prereleases: bool

    @classmethod
    def of(cls, terms: Iterable[Term]) -> Self:
        """Make a group; it admits prereleases where one of its terms names one."""
        together = tuple(terms)
        return cls(terms=together, admits_prereleases=any(term.bound.prerelease for term in together))


class Constraint(Struct, frozen=True, kw_only=True):
    """A set of versions.

    Attributes:
        text: The constraint as it was written.
        groups: Alternatives; one that holds is enough. Never empty.
    """

    text: str
    groups: tuple[Group, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a constraint.

        Args:
            text: Any text. The empty one is an error: that it means `*` for a HelmChart is Flux's addition.

        Raises:
            InvalidConstraint: Where Masterminds refuses the text too.
        """
        if len(text.encode(errors="surrogatepass")) > LONGEST_CONSTRAINT:
            raise InvalidConstraint(text, Fault.TOO_LONG)
        rewritten = _rewrite_hyphen_ranges(text)
        parts = rewritten.split("||")
        if len(parts) > MOST_GROUPS:
            raise InvalidConstraint(text, Fault.TOO_MANY_GROUPS)
        groups = []
        start = 0
        for part in parts:
            terms = _read_group(part)
            if isinstance(terms, _Stop):
                raise InvalidConstraint(text, terms.fault, start + terms.at if rewritten == text else None)
            groups.append(Group.of(terms))
            start += len(part) + len("||")
        return cls(text=text, groups=tuple(groups))

    @classmethod
    def caret(cls, version: Version) -> Self:
        """`^<version>`: everything compatible by semantic versioning; 0.4.2 stays in 0.4."""
        return cls._single("^", version, version.without_metadata, given=3)

    @classmethod
    def tilde(cls, version: Version) -> Self:
        """`~<version>`: its own patch releases.

        Masterminds reads `~0.0.0` as everything there is; nobody who follows patches means that, so 0.0.0 is written
        as `~0.0` with its prerelease, which is 0.0.*.
        """
        if version.key[:3] != (0, 0, 0):
            return cls._single("~", version, version.without_metadata, given=3)
        return cls._single("~", version, version.without_metadata.replace("0.0.0", "0.0", 1), given=2)

    @classmethod
    def equal(cls, version: Version) -> Self:
        """`=<version>`: this version only."""
        return cls._single("=", version, version.without_metadata, given=3)

    @classmethod
    def _single(cls, operator: str, version: Version, text: str, *, given: int) -> Self:
        # Without parsing: the canonical text of a version near 256 bytes may itself be too long to be parsed.
        term = Term(operator=operator, text=text, bound=version, given=given)
        return cls(text=f"{operator}{text}", groups=(Group.of((term,)),))

    def check(self, version: Version) -> bool:
        """Whether the constraint takes a version; asked for every tag of every chart."""
        for group in self.groups:
            if version.prerelease and not group.admits_prereleases:
                continue
            for term in group.terms:
                if not MEANING[term.operator](version, term):
                    break
            else:
                return True
        return False

    def __str__(self) -> str:
        return self.text


class _Stop(Struct, frozen=True, kw_only=True):
    """Where reading a group ended too early, and why."""

    fault: Fault
    at: int


def _rewrite_hyphen_ranges(text: str) -> str:
    """Turn `a - b` into `>= a, <= b ` as text, first occurrence by first occurrence, as Masterminds does."""
    rewritten = text
    for found in _HYPHEN_RANGE.finditer(text):
        rewritten = rewritten.replace(found[0], f">= {found[1]}, <= {found[2]} ", 1)
    return rewritten


def _read_group(text: str) -> tuple[Term, ...] | _Stop:
    """Read the terms of one group. The grammar of the whole group is checked before any number in it, as upstream."""
    matches = []
    at = 0
    while True:
        found = TERM.match(text, at)
        if found is None:
            return _Stop(fault=Fault.IMPROPER, at=at)
        matches.append(found)
        at = found.end()
        if at == len(text):
            return _terms(matches)
        if text[at] == ",":
            at += 1
        elif text[at - 1] not in _BLANKS:
            return _Stop(fault=Fault.IMPROPER, at=at)


def _terms(matches: list[re.Match[str]]) -> tuple[Term, ...] | _Stop:
    terms = []
    for found in matches:
        term = read_term(found)
        if term is None:
            return _Stop(fault=Fault.UNUSABLE_VERSION, at=found.start(2))
        terms.append(term)
    return tuple(terms)
