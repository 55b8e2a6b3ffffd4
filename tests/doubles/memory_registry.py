"""The Registry port in memory: what is there, what is out of reach, and what was asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.model.charts import ChartSource, ManifestFacts, TagList, Unreachable
from bot.ports import Progress
from bot.reason import Reason
from bot.reasons import CHART_NOT_FOUND, UNREACHABLE

Asked = tuple[ChartSource, str]


@dataclass
class MemoryRegistry:
    """Charts by their source.

    Attributes:
        charts: Each chart's tags in the registry's order, with the manifest under each.
        away: Charts that cannot be asked, and why.
        lost: Single manifests that do not answer though their tags are listed.
        listed: The charts whose tags were asked for, once for every time.
        fetched: The manifests that were asked for.
        resolved: The tags whose digests were asked for.
    """

    charts: dict[ChartSource, dict[str, ManifestFacts]] = field(default_factory=dict)
    away: dict[ChartSource, Reason] = field(default_factory=dict)
    lost: set[Asked] = field(default_factory=set)
    listed: list[ChartSource] = field(default_factory=list)
    fetched: list[Asked] = field(default_factory=list)
    resolved: list[Asked] = field(default_factory=list)

    def push(
        self,
        source: ChartSource,
        tag: str,
        digest: str = "",
        version: str | None = None,
        created: datetime | None = None,
    ) -> None:
        """Put a manifest under a tag; its annotation names the tag's version if nothing else is said."""
        said = tag.removeprefix("v").replace("_", "+") if version is None else version
        digest = digest or f"sha256:{abs(hash((source, tag))):064x}"[:71]
        facts = ManifestFacts(digest=digest, version=said, created=created)
        self.charts.setdefault(source, {})[tag] = facts

    def tags(self, sources: Iterable[ChartSource], progress: Progress) -> Mapping[ChartSource, TagList | Unreachable]:
        return {source: self._tags(source) for source in sources}

    def manifests(self, wanted: Iterable[Asked], progress: Progress) -> Mapping[Asked, ManifestFacts | Unreachable]:
        asked = list(wanted)
        self.fetched += asked
        return {(source, name): self._manifest(source, name) for source, name in asked}

    def digests(self, wanted: Iterable[Asked], progress: Progress) -> Mapping[Asked, str | Unreachable]:
        asked = list(wanted)
        self.resolved += asked
        answers = {each: self._manifest(*each) for each in asked}
        return {each: facts if isinstance(facts, Unreachable) else facts.digest for each, facts in answers.items()}

    def _tags(self, source: ChartSource) -> TagList | Unreachable:
        self.listed.append(source)
        if source in self.away:
            return Unreachable(reason=self.away[source])
        if source not in self.charts:
            return Unreachable(reason=CHART_NOT_FOUND(host=source.address.host, chart=source.address))
        return TagList(tags=tuple(self.charts[source]))

    def _manifest(self, source: ChartSource, name: str) -> ManifestFacts | Unreachable:
        if source in self.away:
            return Unreachable(reason=self.away[source])
        known = self.charts.get(source, {})
        by_digest = {facts.digest: facts for facts in known.values()}
        found = None if (source, name) in self.lost else known.get(name) or by_digest.get(name)
        return found or Unreachable(reason=UNREACHABLE(host=source.address.host, problem="404"))


def quiet(done: int, total: int, lost: int) -> None:
    """A progress that nobody watches."""
