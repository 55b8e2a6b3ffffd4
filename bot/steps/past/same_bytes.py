"""Whether a version that comes from another tier is the same chart here: by its digest, where that can be told.

Threat: whoever pushes a tag again, or writes the digest of another version beside it, would choose what comes next.
Where no digest is written, the ledger's tells what the tag was when it was first seen to run.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from bot.maturity.maturity_reasons import OTHER_TAG
from bot.model.charts import Unreachable
from bot.model.verdicts import Held, Update, Verdict
from bot.ports import Progress, Registry
from bot.promotion.promotion_reasons import COPY_DIFFERS
from bot.promotion.witnesses import pushed_again, tag_moved
from bot.reason import Reason
from bot.reasons import MANIFEST_NOT_FOUND
from bot.steps.look_up import Asked
from bot.steps.past.moving import Moving, moving
from bot.steps.past.ran_as import RanAs, ran_as
from bot.steps.past.recall import Recalled
from bot.steps.resolve import TierVerdicts

_Digests = Mapping[Asked, str | Unreachable]


def same_bytes(
    judged: Iterable[TierVerdicts], recalled: Recalled, registry: Registry, progress: Progress
) -> tuple[TierVerdicts, ...]:
    """Hold every update to a version that ran before as another chart. Nothing is asked where nothing could differ."""
    known = tuple(judged)
    told = {
        verdict: found
        for tier in known
        for verdict in tier.verdicts
        if (found := tuple((one, ran) for one in moving([verdict]) if (ran := ran_as(one, recalled))))
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
        objections = (_against(one, ran_as(one, recalled), digests) for one, _ in told.get(verdict, ()))
        against = next(filter(None, objections), None)
        if against is None:
            return verdict
        return replace(verdict, decision=Held(version=verdict.decision.old, reason=against))

    return tuple(replace(tier, verdicts=tuple(map(confirmed, tier.verdicts))) for tier in known)


def _asked(one: Moving, ran: tuple[RanAs, ...]) -> Iterator[Asked]:
    if not all(each.alike for each in ran):
        yield one.reference.source, one.tag
    yield from ((each.source, each.tag) for each in ran if not each.written)


def _against(one: Moving, ran: Iterable[RanAs], digests: _Digests) -> Reason | None:
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
            return tag_moved(each.tier, one.tag, there, source.address, here)
        return COPY_DIFFERS(
            version=one.tag, here=here, chart=source.address, there=there, other=each.source.address, tier=each.tier
        )
    return None
