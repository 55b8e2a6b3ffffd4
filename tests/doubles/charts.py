"""Short ways to write what tests ask registries for."""

from bot.model.charts import ChartAddress, ChartSource, ManifestFacts, TagList, Unreachable
from bot.reason import Reason
from bot.registry.adapter import OciRegistry


def source(
    netloc: str, name: str = "charts/demo", *, plain_http: bool = True, provider: str = "generic"
) -> ChartSource:
    """A chart at a registry of this machine."""
    return ChartSource(address=ChartAddress(host=netloc, name=name), plain_http=plain_http, provider=provider)


def no_progress(_done: int, _total: int, _lost: int) -> None:
    """Nobody watches."""


def tags_of(registry: OciRegistry, chart: ChartSource) -> tuple[str, ...]:
    """The tags of one chart; fails with the reason where there are none."""
    found = registry.tags([chart], no_progress)[chart]
    assert isinstance(found, TagList), found
    return found.tags


def refusal(registry: OciRegistry, chart: ChartSource) -> Reason:
    """Why one chart's tags cannot be listed."""
    found = registry.tags([chart], no_progress)[chart]
    assert isinstance(found, Unreachable), found
    return found.reason


def manifest_of(registry: OciRegistry, chart: ChartSource, reference: str) -> ManifestFacts | Reason:
    """One manifest's facts, or why there are none."""
    found = registry.manifests([(chart, reference)], no_progress)[chart, reference]
    return found.reason if isinstance(found, Unreachable) else found


def digest_of_tag(registry: OciRegistry, chart: ChartSource, tag: str) -> str | Reason:
    """One tag's digest, or why there is none."""
    found = registry.digests([(chart, tag)], no_progress)[chart, tag]
    return found.reason if isinstance(found, Unreachable) else found
