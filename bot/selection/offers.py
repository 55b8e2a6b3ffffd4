"""What a chart offers, read from its tags once for all the references that ask.

References are judged chart by chart, so a few offers are all that need be kept: those of a whole fleet would fill the
memory, and reading 50 tags anew for each reference would take longer than everything else about it.
"""

from functools import lru_cache

from msgspec import Struct

from bot.versions.patterns import Pattern
from bot.versions.tags import SeenTags, TaggedVersion, TagRule, see_pinnable, see_tags
from bot.versions.version import Version

_KEPT = 8
"""Rules, and spellings with a `v` and without one, of the chart at hand."""


class Offer(Struct, frozen=True, kw_only=True):
    """The versions that a chart offers in the place of one.

    Attributes:
        seen: Those that may be taken.
        otherwise: Tags of versions that the chart has in the other spelling only, with a `v` or without: said, never
            taken.
        newest_first: Both, by falling precedence.
    """

    seen: SeenTags
    otherwise: frozenset[str]
    newest_first: tuple[TaggedVersion, ...]


def pinnable(tags: tuple[str, ...], rule: TagRule, current: Version) -> Offer:
    """What may stand in the place of an exact version that names a tag."""
    return _pinnable(tags, rule, current.original.startswith("v"))


@lru_cache(maxsize=_KEPT)
def listed(tags: tuple[str, ...], rule: TagRule, only: Pattern | None = None) -> Offer:
    """What Flux sees when it looks for a range; `only` is its filter."""
    seen = see_tags(tags, rule, only)
    return Offer(seen=seen, otherwise=frozenset(), newest_first=seen.newest_first())


@lru_cache(maxsize=_KEPT)
def _pinnable(tags: tuple[str, ...], rule: TagRule, prefixed: bool) -> Offer:  # noqa: FBT001 - lru_cache knows it so
    seen = see_pinnable(tags, rule, prefixed=prefixed)
    others = [tag for tag in tags if tag.startswith("v") != prefixed]
    if not others:
        return Offer(seen=seen, otherwise=frozenset(), newest_first=seen.newest_first())
    known = {each.version for each in seen.versions}
    found = see_pinnable(others, rule, prefixed=not prefixed).versions
    otherwise = tuple(each for each in found if each.version not in known)
    together = sorted((*seen.versions, *otherwise), key=lambda each: each.version.key, reverse=True)
    return Offer(seen=seen, otherwise=frozenset(each.tag for each in otherwise), newest_first=tuple(together))
