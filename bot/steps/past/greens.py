"""`with-status`: what the commits of a lower tier say while they hold a version; asked only of what has soaked."""

from collections.abc import Iterable, Iterator
from itertools import islice

from bot.maturity.gates import Run, StatusGate
from bot.maturity.greens import Colour, colour, unread, worst
from bot.maturity.soaking import counting_spans
from bot.maturity.timeline import Identity, identity_of
from bot.model.charts import ChartAddress
from bot.model.commits import Sha
from bot.model.proposals import SaidStatus
from bot.model.references import Reference
from bot.model.tiers import RequiredStatus, Tier
from bot.steps.past.branches import Branches
from bot.steps.past.moving import Moving
from bot.steps.past.soaks import Soaks
from bot.versions.version import Version

MOST_COMMITS = 20
"""Commits of one version whose statuses are asked for, newest first: each is a call to the forge."""

_Asked = tuple[str, ChartAddress, RequiredStatus]


class Greens:
    """What is said of the versions that were asked about."""

    def __init__(self, branches: Branches, soaks: Soaks) -> None:
        """Nothing is asked yet."""
        self._branches = branches
        self._soaks = soaks
        self._told: dict[_Asked, dict[Identity, tuple[Colour, str]]] = {}
        self._said: dict[Sha, tuple[SaidStatus, ...]] = {}

    def gates(self, reference: Reference, tier: Tier, *, asks: bool) -> Iterator[StatusGate]:
        """One for each lower tier, where there are statuses that must be green."""
        if not tier.pace.with_status:
            return
        chart = self._branches.chart(reference)
        for name in tier.pace.comes_from:
            told = {one: self._told.get((name, chart, one), {}) for one in tier.pace.with_status}
            known = {version for by_version in told.values() for version in by_version}
            not_green = {
                version: tuple((one, *said) for one in told if (said := told[one][version])[0] is not Colour.GREEN)
                for version in known
            }
            yield StatusGate(tier=name, now=self._branches.now, told=not_green, asks=asks)

    def look(self, moving: Iterable[Moving]) -> bool:
        """Ask what is said of the versions that would be taken; whether anything was not known before."""
        new = False
        for one in moving:
            chart, version = self._branches.chart(one.reference), one.new
            for name in one.tier.pace.comes_from if version else ():
                for required in one.tier.pace.with_status:
                    told = self._told.setdefault((name, chart, required), {})
                    if version and identity_of(version) not in told:
                        new = True
                        self._soaks.reach_commits(name, chart, version, MOST_COMMITS)
                        told[identity_of(version)] = self._judged(self._soaks.runs(name, chart), version, required)
        return new

    def _judged(self, runs: tuple[Run, ...], version: Version, required: RequiredStatus) -> tuple[Colour, str]:
        """The colour, and what cannot be read."""
        found = worst(colour(self._statuses(run, version), required) for run in runs)
        problems = (unread(self._statuses(run, version), required) for run in runs)
        return found, next(filter(None, problems), "")

    def _statuses(self, run: Run, version: Version) -> Iterator[tuple[SaidStatus, ...]]:
        ask = self._branches.statuses
        if ask is None:
            return
        held = [sha for span in counting_spans(run.spans, version) for sha in span.commits]
        for sha in islice(reversed(held), MOST_COMMITS):
            if sha not in self._said:
                self._said[sha] = ask(sha)
            yield self._said[sha]
