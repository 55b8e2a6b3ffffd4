"""One term of a constraint (`>=1.2`, `~1.x`, `!=2`) and what each operator means, wildcards included.

A port of the functions of https://github.com/Masterminds/semver/blob/v3.5.0/constraints.go, oddities kept: `^*` is
0.0.0 only, `~0.0.0` is everything, `>1` starts at 2.0.0. Where Masterminds keeps three flags for what was left out or
wild ("dirty"), a term counts the numbers that were given.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from bot.versions.version import Version, try_loose

# Possessive throughout, and no repetition can begin with what the one before it ends with: one pass over the text.
# Blanks are Go's `\s`, which has no vertical tab; `|` inside a number is Masterminds' own slip and fails later.
TERM: Final = re.compile(
    r"[\t\n\f\r ]*+(=>|=<|=|!=|>=|>|<=|<|~>|~|\^|)[\t\n\f\r ]*+"
    r"(v?([0-9|xX*]++)(?:\.([0-9|xX*]++))?(?:\.([0-9|xX*]++))?"
    r"(-[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*)?(?:\+[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*)?)"
    r"[\t\n\f\r ]*+"
)

_WILD = frozenset({"x", "X", "*"})
_LEFT_OUT = _WILD | {""}
_MAJOR_ONLY = 1
_MAJOR_AND_MINOR = 2
_FULL = 3


class Term(Struct, frozen=True, kw_only=True):
    """An operator and its version.

    Attributes:
        operator: As written; empty for none.
        text: The version as written, wildcards included.
        bound: The version that stands for it: parts left out or wild are 0.
        given: How many numbers come before the first that is left out or wild: 0 to 3.
    """

    operator: str
    text: str
    bound: Version
    given: int


def read_term(found: re.Match[str]) -> Term | None:
    """Make the term of a match of `TERM`; None where its numbers or its prerelease are not usable."""
    operator, text, major, minor, patch, prerelease = found.groups("")
    if major in _WILD:
        given, full = 0, f"0.0.0{prerelease}"
    elif minor in _LEFT_OUT:
        given, full = _MAJOR_ONLY, f"{major}.0.0{prerelease}"
    elif patch in _LEFT_OUT:
        given, full = _MAJOR_AND_MINOR, f"{major}.{minor}.0{prerelease}"
    else:
        given, full = _FULL, text
    bound = try_loose(full)
    return None if bound is None else Term(operator=operator, text=text, bound=bound, given=given)


def _equal(version: Version, term: Term) -> bool:
    return version == term.bound if term.given == _FULL else _tilde(version, term)


def _not_equal(version: Version, term: Term) -> bool:
    bound = term.bound
    if term.given == _MAJOR_ONLY:
        return version.major != bound.major
    if term.given == _MAJOR_AND_MINOR:
        # Two prereleases of one minor version are compared by their text alone, whatever the patch is.
        return (version.major, version.minor, version.prerelease) != (bound.major, bound.minor, bound.prerelease)
    return version != bound


def _greater(version: Version, term: Term) -> bool:
    bound = term.bound
    if term.given == _MAJOR_ONLY:
        return version.major > bound.major
    if term.given == _MAJOR_AND_MINOR:
        return (version.major, version.minor) > (bound.major, bound.minor)
    return version > bound or (term.given == 0 and version.major > 0)


def _less(version: Version, term: Term) -> bool:
    return version < term.bound


def _at_least(version: Version, term: Term) -> bool:
    return version >= term.bound


def _at_most(version: Version, term: Term) -> bool:
    bound = term.bound
    if term.given == _FULL:
        return version <= bound
    if term.given == _MAJOR_ONLY:
        return version.major <= bound.major
    return (version.major, version.minor) <= (bound.major, bound.minor)


def _tilde(version: Version, term: Term) -> bool:
    key, bound = version.key, term.bound.key
    if key < bound:
        return False
    if bound[0] == bound[1] == bound[2] == 0 and term.given in (0, _FULL):
        return True
    return key[0] == bound[0] and (term.given == _MAJOR_ONLY or key[1] == bound[1])


def _caret(version: Version, term: Term) -> bool:
    key, bound = version.key, term.bound.key
    if key < bound or key[0] != bound[0]:
        return False
    if bound[0] > 0 or term.given == _MAJOR_ONLY:
        return True
    if key[1] != bound[1]:
        return False
    return bound[1] > 0 or term.given == _MAJOR_AND_MINOR or key[2] == bound[2]


MEANING: Mapping[str, Callable[[Version, Term], bool]] = {
    "": _equal,
    "=": _equal,
    "!=": _not_equal,
    ">": _greater,
    "<": _less,
    ">=": _at_least,
    "=>": _at_least,
    "<=": _at_most,
    "=<": _at_most,
    "~": _tilde,
    "~>": _tilde,
    "^": _caret,
}
"""Whether each operator takes a version. Whether prereleases are admitted is a matter of the whole group."""
