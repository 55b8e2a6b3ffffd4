"""Edits as data: which bytes are replaced by which."""

from collections.abc import Iterable

from msgspec import Struct


class Splice(Struct, frozen=True, kw_only=True, order=True):
    """Replace ``data[start:end]``; an empty span inserts.

    Attributes:
        start: Byte offset in the old bytes.
        end: Byte offset behind the replaced bytes; not before ``start``.
        replacement: The new bytes.
    """

    start: int
    end: int
    replacement: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a splice from {self.start} to {self.end} is no span")


def apply(data: bytes, splices: Iterable[Splice]) -> bytes:
    """Apply all splices to the bytes they were planned for.

    Raises:
        ValueError: Two of them overlap or start at one place, or one reaches beyond the end.
    """
    pieces: list[bytes] = []
    rest = len(data)
    following: Splice | None = None
    for splice in sorted(splices, reverse=True):
        if splice.end > rest or (following and splice.start == following.start):
            raise ValueError(f"the splice from {splice.start} to {splice.end} overlaps another or the end")
        pieces += [data[splice.end : rest], splice.replacement]
        rest, following = splice.start, splice
    return b"".join([data[:rest], *reversed(pieces)])
