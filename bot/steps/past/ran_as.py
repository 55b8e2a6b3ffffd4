"""As which chart the tiers before ran a version: by the digest that they wrote, or by what its tag was then."""

from collections.abc import Iterator

from msgspec import Struct

from bot.ledger.first_digests import FirstDigest
from bot.maturity.soaking import counting_spans
from bot.model.charts import ChartSource
from bot.model.references import ExactPin, Reference
from bot.steps.past.moving import Moving
from bot.steps.past.recall import Recalled
from bot.versions.version import Version


class RanAs(Struct, frozen=True, kw_only=True):
    """What a reference of a tier before ran as the version.

    Attributes:
        tag: Its tag; empty where it wrote a constraint, and a digest beside that.
        written: The digest that it wrote beside; empty for none.
        seen: What its tag was when it was first seen to run; None where that was not kept, or a digest is written.
        alike: Its tag is not compared with the one here: it is the same, or that of a constraint.
    """

    tier: str
    source: ChartSource
    tag: str
    written: str = ""
    seen: FirstDigest | None = None
    alike: bool = False


def ran_as(one: Moving, recalled: Recalled) -> tuple[RanAs, ...]:
    """What may differ from the version here: its tag is another one, or a digest stands beside it, or is remembered."""
    below = tuple(_below(one, recalled))
    names = one.tier.pace.comes_from
    if any(each.written for each in below) or not (names or one.back):
        return below
    # Of a mirror's own tag nothing else tells, nor of a version that is gone back to.
    source = one.reference.source
    seen = recalled.first_digests.of(source.address, one.tag, one.reference, one.tier)
    own = RanAs(tier=next(iter(names), one.tier.name), source=source, tag=one.tag, seen=seen, alike=True)
    told = any((each.source.address, each.tag) == (source.address, one.tag) for each in below)
    return below if told or not seen else (*below, own)


def _below(one: Moving, recalled: Recalled) -> Iterator[RanAs]:
    version = one.new
    if version is None:
        return
    for name in one.tier.pace.comes_from:
        for reference, spans in recalled.ran(name, one.reference):
            for span in counting_spans(spans, version)[-1:]:
                exact = isinstance(reference.pin, ExactPin) and not reference.pin.as_constraint
                tag = span.value.original.replace("+", "_") if exact and span.value else ""
                if span.digest:
                    yield RanAs(tier=name, source=reference.source, tag=tag, written=span.digest)
                else:
                    yield from _remembered(one, name, reference, version, tag, recalled)


def _remembered(
    one: Moving, name: str, reference: Reference, version: Version, exact: str, recalled: Recalled
) -> Iterator[RanAs]:
    """Each tag that one reference may have run, beside which nothing was written."""
    address, first = reference.source.address, recalled.first_digests
    for tag in (exact,) if exact else first.tags(address, version):
        seen, alike = first.of(address, tag, one.reference, one.tier), exact in {"", one.tag}
        if seen or not alike:
            yield RanAs(tier=name, source=reference.source, tag=tag, seen=seen, alike=alike)
