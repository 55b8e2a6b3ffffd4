"""Whether a version that comes from another tier is the same chart here: by its digest, where that can be told.

Threat: whoever pushes a tag again, or writes the digest of another version beside it, would choose what comes next.
Where no digest is written, the ledger's tells what the tag was when it was first seen to run.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from bot.ledger.first_digests import FirstDigest
from bot.maturity.maturity_reasons import OTHER_TAG
from bot.maturity.soaking import counting_spans
from bot.model.charts import ChartSource, Unreachable
from bot.model.references import ExactPin, Reference
from bot.model.verdicts import Held, Update, Verdict
from bot.ports import Progress, Registry
from bot.promotion.promotion_reasons import COPY_DIFFERS, TAG_MOVED
from bot.promotion.witnesses import pushed_again
from bot.reason import Reason
from bot.reasons import MANIFEST_NOT_FOUND
from bot.steps.look_up import Asked
from bot.steps.moving import Moving, moving
from bot.steps.recall import Recalled
from bot.steps.resolve import TierVerdicts
from bot.versions.version import Version

_Digests = Mapping[Asked, str | Unreachable]


class _Ran(Struct, frozen=True, kw_only=True):
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


def same_bytes(
    judged: Iterable[TierVerdicts], recalled: Recalled, registry: Registry, progress: Progress
) -> tuple[TierVerdicts, ...]:
    """Hold every update to a version that ran before as another chart. Nothing is asked where nothing could differ."""
    known = tuple(judged)
    told = {
        verdict: found
        for tier in known
        for verdict in tier.verdicts
        if (found := tuple((one, ran) for one in moving([verdict]) if not one.back and (ran := _ran(one, recalled))))
    }
    wanted = dict.fromkeys(asked for found in told.values() for one, ran in found for asked in _asked(one, ran))
    if not wanted:
        return known
    digests = registry.digests(wanted, progress)
    recalled.first_digests.told((asked, found) for asked, found in digests.items() if isinstance(found, str))

    def confirmed(verdict: Verdict) -> Verdict:
        if not isinstance(verdict.decision, Update):
            return verdict
        # Asked anew: what was found just now may be what a person's word was about, or not be it any more.
        objections = (_against(one, _ran(one, recalled), digests) for one, _ in told.get(verdict, ()))
        against = next(filter(None, objections), None)
        if against is None:
            return verdict
        return replace(verdict, decision=Held(version=verdict.decision.old, reason=against))

    return tuple(replace(tier, verdicts=tuple(map(confirmed, tier.verdicts))) for tier in known)


def _ran(one: Moving, recalled: Recalled) -> tuple[_Ran, ...]:
    """What may differ from the version here: its tag is another one, or a digest stands beside it, or is remembered."""
    return tuple(_told(one, recalled))


def _told(one: Moving, recalled: Recalled) -> Iterator[_Ran]:
    version = one.new
    if version is None:
        return
    for name in one.tier.pace.comes_from:
        for reference, spans in recalled.ran(name, one.reference):
            for span in counting_spans(spans, version)[-1:]:
                exact = isinstance(reference.pin, ExactPin) and not reference.pin.as_constraint
                tag = span.value.original.replace("+", "_") if exact and span.value else ""
                if span.digest:
                    yield _Ran(tier=name, source=reference.source, tag=tag, written=span.digest)
                else:
                    yield from _remembered(one, name, reference, version, tag, recalled)


def _remembered(
    one: Moving, name: str, reference: Reference, version: Version, exact: str, recalled: Recalled
) -> Iterator[_Ran]:
    """Each tag that one reference may have run, beside which nothing was written."""
    address, first = reference.source.address, recalled.first_digests
    for tag in (exact,) if exact else first.tags(address, version):
        seen, alike = first.of(address, tag, one.reference, one.tier), exact in {"", one.tag}
        if seen or not alike:
            yield _Ran(tier=name, source=reference.source, tag=tag, seen=seen, alike=alike)


def _asked(one: Moving, ran: tuple[_Ran, ...]) -> Iterator[Asked]:
    if not all(each.alike for each in ran):
        yield one.reference.source, one.tag
    yield from ((each.source, each.tag) for each in ran if not each.written)


def _against(one: Moving, ran: Iterable[_Ran], digests: _Digests) -> Reason | None:
    source = one.reference.source
    here = digests.get((source, one.tag), "")
    if isinstance(here, Unreachable):
        return here.reason
    for each in ran:
        there = each.written or digests[each.source, each.tag]
        if isinstance(there, Unreachable):
            if there.reason.id != MANIFEST_NOT_FOUND.id:
                return there.reason
            continue  # a HelmRelease of `1.2.3` runs the tag `v1.2.3`, where there is no other
        if not each.written and (against := pushed_again(each.tag, each.source.address, there, each.seen)):
            return against
        if there == here or each.alike:
            continue
        if not each.written:
            return OTHER_TAG(tier=each.tier, theirs=each.tag, there=there, ours=one.tag, here=here)
        if each.source.address == source.address:
            return TAG_MOVED(tier=each.tier, version=one.tag, written=there, chart=source.address, found=here)
        return COPY_DIFFERS(
            version=one.tag, here=here, chart=source.address, there=there, other=each.source.address, tier=each.tier
        )
    return None
