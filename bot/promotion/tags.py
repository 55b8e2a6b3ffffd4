"""Which tags of a registry a version is, and how a manifest writes it."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec.structs import replace

from bot.ledger.first_digests import FirstDigest
from bot.model.charts import ChartAddress, ChartSource, ManifestFacts, TagList, Unreachable
from bot.model.references import ExactPin, Reference
from bot.promotion.pairing import Counterpart
from bot.promotion.promotion_reasons import NO_SUCH_VERSION
from bot.promotion.witnesses import Witness
from bot.reason import Reason
from bot.selection.pins import offer_in_place_of
from bot.versions.tags import TagRule, tag_of
from bot.versions.version import Version

Tag = tuple[ChartSource, str]
Facts = Mapping[Tag, ManifestFacts]
Listed = Mapping[ChartSource, TagList | Unreachable]
Seen = Callable[[ChartAddress, str], FirstDigest | None]
"""Knows what a tag was when it was first seen to run."""


def tags_meant(reference: Reference, pin: ExactPin, version: Version, listed: Listed) -> tuple[str, ...] | Reason:
    """The tags that may be meant by a version in the place of a reference's own.

    One, but where a constraint is written: there Flux takes any of equal precedence.
    """
    tags = listed[reference.source]
    if isinstance(tags, Unreachable):
        return tags.reason
    equal = offer_in_place_of(reference, pin, tags).seen.equals(version)
    found = tuple(one.tag for one in equal if pin.as_constraint or one.version.metadata == version.metadata)
    return found or NO_SUCH_VERSION(chart=reference.source.address, version=version)


def tags_run(one: Counterpart, listed: Listed) -> tuple[str, ...] | Reason:
    """The tags that a tier before runs: the one that it writes, or all that its constraint means."""
    reference, pin = one.reference, one.reference.pin
    if not isinstance(pin, ExactPin):
        return ()
    if pin.as_constraint:
        return tags_meant(reference, pin, one.version, listed)
    return (tag_of(pin.version.text, reference.tag_rule),)


def as_if_running(one: Counterpart, version: Version, tag: str, digest: str) -> Counterpart:
    """A tier's reference as it was when it ran a version, with the digest that it had then."""
    pin = one.reference.pin
    if not isinstance(pin, ExactPin):
        return one
    text = tag.replace("_", "+") if one.reference.tag_rule is TagRule.HELM_REPOSITORY else tag
    then = ExactPin(version=replace(pin.version, text=text))
    return replace(one, version=version, digest=digest, reference=replace(one.reference, pin=then))


def spelled(reference: Reference, pin: ExactPin, version: Version, tag: str) -> str:
    """What a manifest writes to mean a tag, as it writes its version now."""
    if pin.as_constraint:
        return f"{'v' if pin.version.text.startswith('v') else ''}{version.without_metadata}"
    return tag.replace("_", "+") if reference.tag_rule is TagRule.HELM_REPOSITORY else tag


def witnesses(
    lower: Iterable[Counterpart], tags: Mapping[Counterpart, tuple[str, ...]], facts: Facts, seen: Seen
) -> Iterator[Witness]:
    """What each tier before says its version is, and the ledger where that writes no digest."""
    for one in lower:
        source = one.reference.source
        for tag in tags[one]:
            found = facts[source, tag].digest
            known = None if one.digest else seen(source.address, tag)
            yield Witness(tier=one.tier, chart=source.address, found=found, written=one.digest, seen=known)
