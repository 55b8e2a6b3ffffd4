"""Words of people that are about nothing: who mistyped a chart or a version would else wait for what never comes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import astuple, replace

from bot.ledger.model import Matter, Word
from bot.maturity.maturity_reasons import WORD_ABOUT_NO_VERSION, WORD_ABOUT_NOTHING
from bot.model.charts import ChartSource, ManifestFacts, TagList, Unreachable
from bot.model.references import PassedOver
from bot.planning.mirrors import canonical
from bot.ports import Progress, Registry
from bot.reason import Reason
from bot.report.run_report import RunReport
from bot.versions.version import try_flux

if TYPE_CHECKING:
    from datetime import datetime

    from bot.pipeline import Request

    Run = Callable[[Request], RunReport]

_Asked = tuple[ChartSource, str]


class _Listings:
    """A registry that keeps the listings it was asked for: to look at them again needs no further question."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._made: list[Mapping[ChartSource, TagList | Unreachable]] = []

    def tags(self, sources: Iterable[ChartSource], progress: Progress) -> Mapping[ChartSource, TagList | Unreachable]:
        self._made.append(self._registry.tags(sources, progress))
        return self._made[-1]

    def manifests(self, wanted: Iterable[_Asked], progress: Progress) -> Mapping[_Asked, ManifestFacts | Unreachable]:
        return self._registry.manifests(wanted, progress)

    def digests(self, wanted: Iterable[_Asked], progress: Progress) -> Mapping[_Asked, str | Unreachable]:
        return self._registry.digests(wanted, progress)

    def of(self, source: ChartSource) -> TagList | Unreachable | None:
        """What was answered; None where nobody asked."""
        return next((answers[source] for answers in self._made if source in answers), None)


def run_telling_idle_words(run: "Run", request: "Request") -> RunReport:
    """An update that says of each word that stands whether it is about nothing: the one who said it may have gone."""
    listings = _Listings(request.registry)
    report = run(replace(request, registry=listings))
    words = request.past.ledger.words if request.past else {}
    told = (_about_nothing(report, matter, listings) for matter in standing(words, request.now) if matter.chart)
    return _telling(report, told)


def run_with_word(run: "Run", request: "Request", matter: Matter, told: str, *, asks: bool) -> RunReport:
    """A run that ends with a word kept; where it is about nothing that the run judged, that is said.

    Args:
        run: Tells the story.
        request: What it is asked for.
        matter: What the word is about.
        told: What becomes of it, in a line.
        asks: Whether it can be about nothing; a release that ended something is not.
    """
    listings = _Listings(request.registry)
    report = run(replace(request, registry=listings))
    if not asks:
        return replace(report, word=told)
    unlisted = [source for source in _sources(report, matter) if listings.of(source) is None]
    if unlisted and matter.version:
        listings.tags(unlisted, request.progress)
    reason = _about_nothing(report, matter, listings)
    return replace(_telling(report, [reason]), word=f"{told}, {reason.words}" if reason else told)


def standing(words: Mapping[Matter, Word], now: "datetime") -> Iterator[Matter]:
    """What is held now: until its end, or until a later word about all of it."""
    freed = [(matter, word.at) for matter, word in words.items() if not word.held]
    for matter, word in sorted(words.items()):
        ended = word.until is not None and word.until <= now
        later = (about for about, at in freed if at > word.at and _covers(about, matter))
        if word.held and not ended and next(later, None) is None:
            yield matter


def _covers(one: Matter, other: Matter) -> bool:
    return all(mine in {"", theirs} for mine, theirs in zip(astuple(one), astuple(other), strict=True))


def _telling(report: RunReport, reasons: Iterable[Reason | None]) -> RunReport:
    told = tuple(PassedOver(path="", reason=reason) for reason in reasons if reason)
    return replace(report, passed_over=(*report.passed_over, *told))


def _about_nothing(report: RunReport, matter: Matter, listings: _Listings) -> Reason | None:
    """That no reference uses the chart, or that its version is neither listed nor written anywhere."""
    sources = _sources(report, matter)
    if not sources:
        where = f"the tier {matter.tier}" if matter.tier else "any tier"
        return WORD_ABOUT_NOTHING(chart=matter.chart, where=where)
    if not matter.version or any(_is_version(text, matter.version) for texts in sources.values() for text in texts):
        return None
    answers = [listings.of(source) for source in sources]
    if any(not isinstance(each, TagList) or _has(each, matter.version) for each in answers):
        return None
    return WORD_ABOUT_NO_VERSION(chart=matter.chart, version=matter.version)


def _sources(report: RunReport, matter: Matter) -> dict[ChartSource, set[str]]:
    """Where the chart that a word is about is taken from, each with the versions in use."""
    from bot.steps.select_versions import version_in_use  # noqa: PLC0415 - a run loads it while registries answer

    mirrors = report.configuration.mirrors
    found: dict[ChartSource, set[str]] = {}
    for verdict in report.verdicts:
        source = verdict.reference.source
        if matter.tier in {"", verdict.tier.name} and str(canonical(source.address, mirrors)) == matter.chart:
            found.setdefault(source, set()).add(version_in_use(verdict.reference))
    return found


def _has(listed: TagList, version: str) -> bool:
    return any(_is_version(tag, version) for tag in listed.tags)


def _is_version(text: str, version: str) -> bool:
    spelled = text.replace("_", "+")
    return spelled.removeprefix("v") == version or str(try_flux(spelled)) == version
