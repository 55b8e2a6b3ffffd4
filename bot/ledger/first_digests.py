"""Which of the digests that a tag was seen to have is the one that counts: the first, until a person says otherwise."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace


class FirstDigest(Struct, frozen=True, kw_only=True):
    """A digest, and since when the tag was seen to have it.

    Attributes:
        released: When a person took it in place of the one that was seen first; None where it is that one.
    """

    digest: str
    at: datetime
    released: datetime | None = None


def believed(seen: Mapping[str, frozenset[datetime]], accepted: datetime | None) -> FirstDigest | None:
    """The digest that counts; None where none was seen.

    Whoever pushes the tag again adds one that is later, and so never this one. Once a person accepted what the tag is,
    it is what that was when it was last seen, and so told, before that word: what is pushed after it is another one
    again. Where the tag was no more what was told when it was next seen, the word was about nothing.

    Args:
        seen: Every digest that the tag was seen to have, and when it was seen to have become that.
        accepted: When a person last accepted what just this version is; None for never.
    """
    ordered = sighted(seen)
    told = [one for one in ordered if accepted and one.at < accepted]
    after = ordered[len(told) :]
    if len(told) > 1 and (not after or after[0].digest == told[-1].digest):
        return replace(told[-1], released=accepted)
    return next(iter(ordered), None)


def sighted(seen: Mapping[str, frozenset[datetime]]) -> list[FirstDigest]:
    """What the tag became, in the order in which that was seen."""
    ordered = sorted((at, digest) for digest, times in seen.items() for at in times)
    return [FirstDigest(digest=digest, at=at) for at, digest in ordered]
