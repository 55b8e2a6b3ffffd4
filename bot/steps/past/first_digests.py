"""What tags were when a tier was first seen to run them: who pushes one again chooses what comes next, unless we know.

Threat: a soak proves that a version ran, and not that its tag is still the chart that did.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from bot.ledger.first_digests import FirstDigest, believed, sighted
from bot.ledger.model import Ledger, Matter, is_about
from bot.model.charts import ChartAddress
from bot.model.references import Reference
from bot.model.tiers import Tier
from bot.steps.look_up import Asked
from bot.steps.past.branches import Branches
from bot.versions.version import Version, try_written


class FirstDigests:
    """The digests of the ledger, and what this run adds to them."""

    def __init__(self, branches: Branches) -> None:
        """Know what is remembered."""
        self._branches = branches

    def of(self, address: ChartAddress, tag: str, reference: Reference, tier: Tier) -> FirstDigest | None:
        """What a tag was when it was first seen to run; None where that was not kept.

        Args:
            address: Where the tag lies.
            tag: The registry's own spelling.
            reference: Which would take the version: a person's word about its chart there counts.
            tier: Where it would.
        """
        names = {str(self._branches.chart(reference)), str(reference.source.address)}
        said = self._accepted(tag, lambda matter: any(is_about(matter, tier.name, name) for name in names))
        return believed(self._seen(address, tag), max(said, default=None))

    def tags(self, address: ChartAddress, version: Version) -> Iterator[str]:
        """The tags of a version, by its precedence, that were seen to run."""
        ledgers = (self._branches.known, self._branches.learnt)
        seen = {tag: None for ledger in ledgers for tag in ledger.digests.get(str(address), ())}
        yield from (tag for tag in seen if try_written(tag) == version)

    def changed(self) -> frozenset[str]:
        """The charts that have a tag which was seen to be more than one."""
        ledgers = (self._branches.known, self._branches.learnt)
        charts = {chart: None for ledger in ledgers for chart in ledger.digests}
        return frozenset(chart for chart in charts if self._has_changed(chart))

    def is_known(self, address: ChartAddress, tag: str) -> bool:
        """Whether it was asked what a tag is."""
        return bool(self._seen(address, tag))

    def latest(self, address: ChartAddress, tag: str) -> FirstDigest | None:
        """What it was when it was last found to have become another; None where that was not kept."""
        return next(reversed(sighted(self._seen(address, tag))), None)

    def is_fresh(self, address: ChartAddress, tag: str) -> bool:
        """Whether this run found it to have become what it is."""
        latest = self.latest(address, tag)
        return latest is not None and latest.at == self._branches.now

    def learn(self, address: ChartAddress, tag: str, digest: str) -> None:
        """Keep what a tag is now, where that is new, or a person accepted it since it was last written down."""
        seen = sighted(self._seen(address, tag))
        if seen and seen[-1].digest == digest and not any(at > seen[-1].at for at in self._accepted(tag)):
            return
        self._branches.learn(Ledger(digests={str(address): {tag: {digest: frozenset({self._branches.now})}}}))

    def _has_changed(self, chart: str) -> bool:
        known, learnt = (each.digests.get(chart, {}) for each in (self._branches.known, self._branches.learnt))
        return any(len({*known.get(tag, ()), *learnt.get(tag, ())}) > 1 for tag in (*known, *learnt))

    def told(self, found: Iterable[tuple[Asked, str]]) -> None:
        """Keep what known tags are now: a person can accept only what was seen before."""
        for (source, tag), digest in found:
            if self.is_known(source.address, tag):
                self.learn(source.address, tag, digest)

    def _accepted(self, tag: str, is_meant: Callable[[Matter], bool] = lambda _: True) -> Iterator[datetime]:
        """When people accepted what the tags of its version are; of whatever chart unless that is said."""
        version = str(try_written(tag))
        for matter, word in self._branches.known.words.items():
            if word.accepts and matter.version == version and is_meant(matter):
                yield word.accepts

    def _seen(self, address: ChartAddress, tag: str) -> Mapping[str, frozenset[datetime]]:
        known, learnt = (
            ledger.digests.get(str(address), {}).get(tag, {})
            for ledger in (self._branches.known, self._branches.learnt)
        )
        return {digest: known.get(digest, _NEVER) | learnt.get(digest, _NEVER) for digest in {**known, **learnt}}


_NEVER: frozenset[datetime] = frozenset()
