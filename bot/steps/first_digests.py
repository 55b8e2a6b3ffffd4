"""What tags were when a tier was first seen to run them: who pushes one again chooses what comes next, unless we know.

Threat: a soak proves that a version ran, and not that its tag is still the chart that did.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.ledger.first_digests import FirstDigest, believed
from bot.ledger.model import Ledger, is_about
from bot.model.charts import ChartAddress
from bot.model.references import Reference
from bot.model.tiers import Tier
from bot.steps.branches import Branches
from bot.steps.look_up import Asked
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
        version = str(try_written(tag))
        said = (
            word.at
            for matter, word in self._branches.known.words.items()
            if not word.held and matter.version == version and any(is_about(matter, tier.name, name) for name in names)
        )
        return believed(self._seen(address, tag), max(said, default=None))

    def tags(self, address: ChartAddress, version: Version) -> Iterator[str]:
        """The tags of a version, by its precedence, that were seen to run."""
        ledgers = (self._branches.known, self._branches.learnt)
        seen = {tag: None for ledger in ledgers for tag in ledger.digests.get(str(address), ())}
        yield from (tag for tag in seen if try_written(tag) == version)

    def is_known(self, address: ChartAddress, tag: str) -> bool:
        """Whether it was asked what a tag is."""
        return bool(self._seen(address, tag))

    def learn(self, address: ChartAddress, tag: str, digest: str) -> None:
        """Keep what a tag is now, where that is new."""
        if digest not in self._seen(address, tag):
            self._branches.learn(Ledger(digests={str(address): {tag: {digest: self._branches.now}}}))

    def told(self, found: Iterable[tuple[Asked, str]]) -> None:
        """Keep what known tags are now: a person can accept only what was seen before."""
        for (source, tag), digest in found:
            if self.is_known(source.address, tag):
                self.learn(source.address, tag, digest)

    def _seen(self, address: ChartAddress, tag: str) -> dict[str, datetime]:
        ledgers = (self._branches.learnt, self._branches.known)
        return {
            digest: at for ledger in ledgers for digest, at in ledger.digests.get(str(address), {}).get(tag, {}).items()
        }
