"""What stands for a production's reference in the tiers before: the same release, or all that use the same chart.

Fleets name things differently: the namespace often tells the environment, sometimes the name does. So the same object
is looked for first, then the same name, then whatever uses the chart; never the highest of versions that differ.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from bot.maturity.timeline import identity_of
from bot.model.charts import ChartAddress
from bot.model.references import ExactPin, Reference
from bot.model.tiers import Mirror
from bot.planning.mirrors import canonical
from bot.promotion.promotion_reasons import (
    DIFFERS_BELOW,
    NO_COUNTERPART,
    NO_EXACT_VERSION,
    NOT_USED_BELOW,
    OTHER_CHART,
    SUSPENDED_BELOW,
)
from bot.reason import Reason
from bot.versions.tags import read_pin
from bot.versions.version import Version, try_full

MOST_NAMED = 5


class Counterpart(Struct, frozen=True, kw_only=True):
    """A reference of a tier before, the exact version that it writes, and the digest beside that; empty for none."""

    tier: str
    reference: Reference
    version: Version
    digest: str = ""


class _Found(Struct, frozen=True, kw_only=True):
    """The references of one tier that may stand for another; `named` where they have its name."""

    tier: str
    references: tuple[Reference, ...]
    named: bool


def counterparts(
    reference: Reference, lower: Mapping[str, tuple[Reference, ...]], mirrors: Iterable[Mirror]
) -> tuple[Counterpart, ...] | Reason:
    """What of each tier before stands for a reference; all of one version, or why there is no such thing.

    Args:
        reference: Of production.
        lower: The references of each tier before, suspended ones too.
        mirrors: Which addresses are one chart.
    """
    known = tuple(mirrors)
    found: list[_Found] = []
    for tier, references in lower.items():
        one = _found(reference, tier, references, known)
        if isinstance(one, Reason):
            return one
        found.append(one)
    read = [(one, each, exact_version(each)) for one in found for each in one.references]
    if unwritten := [(one.tier, each) for one, each, version in read if version is None]:
        tier = unwritten[0][0]
        return NO_EXACT_VERSION(tier=tier, where=_some(_where(each) for name, each in unwritten if name == tier))
    agreed = tuple(
        Counterpart(tier=one.tier, reference=each, version=version, digest=digest_written(each))
        for one, each, version in read
        if version
    )
    if len({identity_of(each.version) for each in agreed}) > 1:
        return _disagreement(reference, found, agreed, known)
    return agreed


def other_chart(
    reference: Reference, lower: Mapping[str, tuple[Reference, ...]], mirrors: Iterable[Mirror]
) -> Reason | None:
    """That a tier before has the same object with another chart; None where none does, or also with the same."""
    known = tuple(mirrors)
    chart = canonical(reference.source.address, known)
    for tier, references in lower.items():
        named = [each for each in references if each.object == reference.object]
        if named and not _of(chart, named, known):
            return _other(reference, tier, named[0])
    return None


def exact_version(reference: Reference) -> Version | None:
    """The one version that a reference writes; None for a range, a floating tag, and a digest alone."""
    pin = reference.pin
    if not isinstance(pin, ExactPin):
        return None
    return try_full(pin.version.text) if pin.as_constraint else read_pin(pin.version.text, reference.tag_rule)


def digest_written(reference: Reference) -> str:
    """The digest beside an exact version; empty for none."""
    pin = reference.pin
    return pin.digest.text if isinstance(pin, ExactPin) and pin.digest else ""


def _found(
    reference: Reference, tier: str, references: tuple[Reference, ...], mirrors: tuple[Mirror, ...]
) -> _Found | Reason:
    if other := other_chart(reference, {tier: references}, mirrors):
        return other
    chart = canonical(reference.source.address, mirrors)
    users = _of(chart, references, mirrors)
    if not users:
        called = next((each for each in references if each.object.name == reference.object.name), None)
        return _other(reference, tier, called) if called else NOT_USED_BELOW(tier=tier, chart=chart)
    same_object = [each for each in users if each.object == reference.object]
    named = same_object or [each for each in users if each.object.name == reference.object.name]
    running = tuple(each for each in named or users if not each.suspended)
    if not running:
        return SUSPENDED_BELOW(tier=tier, where=_some(map(_where, named or users)))
    return _Found(tier=tier, references=running, named=bool(named))


def _of(chart: ChartAddress, references: Iterable[Reference], mirrors: tuple[Mirror, ...]) -> list[Reference]:
    return [each for each in references if canonical(each.source.address, mirrors) == chart]


def _other(reference: Reference, tier: str, other: Reference) -> Reason:
    ours, theirs = reference.source.address, other.source.address
    return OTHER_CHART(object=reference.object, ours=ours, theirs=theirs, tier=tier, where=_where(other))


def _disagreement(
    reference: Reference, found: Iterable[_Found], agreed: Iterable[Counterpart], mirrors: tuple[Mirror, ...]
) -> Reason:
    versions = _some(f"{each.version} in {_where(each.reference)}" for each in agreed)
    unnamed = next((one.tier for one in found if not one.named), None)
    if unnamed is None:
        return DIFFERS_BELOW(versions=versions, tiers=_who_disagrees(found))
    chart = canonical(reference.source.address, mirrors)
    return NO_COUNTERPART(tier=unnamed, name=reference.object.name, chart=chart, versions=versions)


def _who_disagrees(found: Iterable[_Found]) -> str:
    """The one tier whose folders differ, or all that are asked."""
    names = list(dict.fromkeys(one.tier for one in found))
    return f"{names[0]} disagrees" if len(names) == 1 else "the tiers before it disagree"


def _where(reference: Reference) -> str:
    return f"{reference.path}:{reference.line}"


def _some(texts: Iterable[str]) -> str:
    known = list(dict.fromkeys(texts))
    more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
    return f"{', '.join(known[:MOST_NAMED])}{more}"
