"""Semantic versions as Masterminds/semver v3.5.0 reads and orders them, which is how Flux does.

The PyPI package `semver` parses the strict form: there the two agree but for limits, which are added here. Three things
are our own, because Masterminds differs:

- the loose form (`v1.2`, `01.2.3`), which `semver` refuses;
- precedence: a numeric prerelease identifier over 64 bits is *text* to Masterminds and a number to `semver`; and a key
  made once is what keeps the sorting of 20,000 tags cheap;
- limits: 256 bytes, numbers of 64 bits; `semver` has none.

Source: https://github.com/Masterminds/semver/blob/v3.5.0/version.go
"""

import re
from functools import lru_cache

from msgspec import Struct

LONGEST_VERSION = 256
"""Bytes; a longer text is no version (`MaxVersionLen`)."""
LARGEST_NUMBER = 2**64 - 1

_DOTS_OF_A_FULL_VERSION = 2

# No repetition of characters gives one back, so a match is one pass over the text. Repetitions of groups are not
# possessive: Python before 3.11.5 gets those wrong (https://github.com/python/cpython/issues/106052), Debian 12's too.
_LOOSE = re.compile(
    r"v?([0-9]++)(?:\.([0-9]++))?(?:\.([0-9]++))?"
    r"(?:-([0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*))?"
    r"(?:\+([0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*))?"
)

# What nearly every tag is, and what every rule reads alike: three numbers below 64 bits that do not begin with a zero.
_PLAIN = re.compile(r"(0|[1-9][0-9]{0,17})\.(0|[1-9][0-9]{0,17})\.(0|[1-9][0-9]{0,17})", re.ASCII)

IdentifierKey = tuple[int, int, str]
PrecedenceKey = tuple[int, int, int, int, tuple[IdentifierKey, ...]]


class Version(Struct, frozen=True, eq=False):
    """A version. Comparison and hash follow precedence, so build metadata and spelling make no difference to either.

    Made by `try_loose` and the other `try_` functions.

    Attributes:
        key: Orders versions: major, minor, patch, 1 for a stable version or 0 for a prerelease, then its identifiers.
        prerelease: Text behind the `-`, without it; empty for a stable version.
        metadata: Text behind the `+`, without it; empty for none.
        original: The text that was parsed, with its `v`, zeros and missing parts.
    """

    key: PrecedenceKey
    prerelease: str
    metadata: str
    original: str

    @property
    def major(self) -> int:
        """First number, at most 64 bits."""
        return self.key[0]

    @property
    def minor(self) -> int:
        """Second number, 0 where it was not written."""
        return self.key[1]

    @property
    def patch(self) -> int:
        """Third number, 0 where it was not written."""
        return self.key[2]

    def __repr__(self) -> str:
        return f"<Version {self.original}>"

    def __str__(self) -> str:
        """The canonical text: three numbers, no `v`."""
        return f"{self.without_metadata}+{self.metadata}" if self.metadata else self.without_metadata

    @property
    def without_metadata(self) -> str:
        """The canonical text of all that has precedence."""
        numbers = f"{self.major}.{self.minor}.{self.patch}"
        return f"{numbers}-{self.prerelease}" if self.prerelease else numbers

    def __eq__(self, other: object) -> bool:
        return self.key == other.key if isinstance(other, Version) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other  # msgspec has one of its own, which knows nothing of the method above

    def __hash__(self) -> int:
        return hash(self.key)

    def __lt__(self, other: "Version") -> bool:
        return self.key < other.key

    def __le__(self, other: "Version") -> bool:
        return self.key <= other.key

    def __gt__(self, other: "Version") -> bool:
        return self.key > other.key

    def __ge__(self, other: "Version") -> bool:
        return self.key >= other.key


def try_plain(text: str) -> Version | None:
    """Read the form that all others agree on, `1.2.3`; None says nothing about those."""
    found = _PLAIN.fullmatch(text)
    if found is None:
        return None
    major, minor, patch = found.groups()
    return Version((int(major), int(minor), int(patch), 1, ()), "", "", text)


@lru_cache(maxsize=1024)
def try_loose(text: str) -> Version | None:
    """Read the loose form (Masterminds' `NewVersion`): optional `v`, one to three numbers, leading zeros allowed."""
    found = _LOOSE.fullmatch(text)
    # The grammar is ASCII, so characters are bytes wherever it matters.
    if found is None or len(text) > LONGEST_VERSION:
        return None
    major, minor, patch, prerelease, metadata = found.groups("")
    return _version(int(major), int(minor or 0), int(patch or 0), prerelease, metadata, text)


def try_written(text: str) -> Version | None:
    """The version that a manifest or a tag writes: a tag has `_` where the version has `+`. None where it is none."""
    return try_loose(text.replace("_", "+"))


def try_strict(text: str) -> Version | None:
    """Read the strict form (Masterminds' `StrictNewVersion`): three numbers, no `v`, no leading zeros."""
    # Imported here: it costs 15 ms and only ranges of a HelmRepository need the strict form.
    import semver  # noqa: PLC0415, TID251 - see above; this is the package's one home

    if len(text) > LONGEST_VERSION:
        return None
    try:
        parts = semver.Version.parse(text)
    except ValueError:
        return None
    return _version(parts.major, parts.minor, parts.patch, parts.prerelease or "", parts.build or "", text)


def try_flux(text: str) -> Version | None:
    """Read a version as Flux's `ParseVersion` does: at least two dots anywhere, then the loose form.

    So `1.2` is none and `1.2-rc.1` is one. Source: https://github.com/fluxcd/pkg/blob/version/v0.16.0/version/version.go
    """
    return try_loose(text) if text.count(".") >= _DOTS_OF_A_FULL_VERSION else None


def try_full(text: str) -> Version | None:
    """Read a version of three written numbers: the only text that a constraint takes as one version.

    `1.2-rc.1` is a version to `try_flux` and, as a constraint, every version of 1.2 from there on.
    """
    found = _LOOSE.fullmatch(text)
    return try_loose(text) if found and found[3] else None


def _version(major: int, minor: int, patch: int, prerelease: str, metadata: str, text: str) -> Version | None:
    if major > LARGEST_NUMBER or minor > LARGEST_NUMBER or patch > LARGEST_NUMBER:
        return None
    if not prerelease:
        return Version((major, minor, patch, 1, ()), "", metadata, text)
    identifiers = prerelease.split(".")
    if any(part.isdigit() and part[0] == "0" and part != "0" for part in identifiers):
        return None
    key = (major, minor, patch, 0, tuple(map(_identifier_key, identifiers)))
    return Version(key, prerelease, metadata, text)


def _identifier_key(identifier: str) -> IdentifierKey:
    """Numbers before text; a number over 64 bits does not parse in Go and is text."""
    if identifier.isdigit() and (number := int(identifier)) <= LARGEST_NUMBER:
        return (0, number, "")
    return (1, 0, identifier)
