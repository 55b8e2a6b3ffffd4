"""Which of the digests that a tag was seen to have is the one that ran: the first, until a person says otherwise."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct


class FirstDigest(Struct, frozen=True, kw_only=True):
    """A digest, and when the tag was first seen to have it.

    Attributes:
        released: When a person took it in place of the one that was seen first; None where it is that one.
    """

    digest: str
    at: datetime
    released: datetime | None = None


def believed(seen: Mapping[str, datetime], released: datetime | None) -> FirstDigest | None:
    """The digest that counts; None where none was seen.

    Whoever pushes the tag again adds one that is later, and so never this one. Once a person released the version it is
    the newest that had been seen, and so told, before that word: what is pushed after it is another one again.

    Args:
        seen: Every digest that the tag was seen to have, and when first.
        released: When a person last released just this version; None for never.
    """
    ordered = sorted((at, digest) for digest, at in seen.items())
    told = [one for one in ordered if released and one[0] < released]
    found = told[-1] if told else ordered[0] if ordered else None
    if found is None:
        return None
    return FirstDigest(digest=found[1], at=found[0], released=None if found == ordered[0] else released)
