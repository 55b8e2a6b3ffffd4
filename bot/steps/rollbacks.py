"""What people took back, and what they hold. What a base branch took and left stays away, there and behind it."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.ledger.merging import merge_returns
from bot.ledger.model import Ledger, Returns, Word, is_about
from bot.maturity.gates import HoldGate, ReturnGate
from bot.maturity.timeline import is_same, went_back
from bot.model.charts import ChartAddress
from bot.model.commits import Sha
from bot.model.references import Reference
from bot.model.tiers import Tier
from bot.steps.branches import LONGEST_PAST, Branches
from bot.steps.states import key_of, version_of
from bot.versions.version import Version, try_loose

_DEPTHS = (128,)
"""Commits in which a rollback is looked for: runs are frequent, and what one of them found is remembered."""
_NONE: Returns = {}


class Rollbacks:
    """What each tier went back from, as far as it was asked for or is remembered."""

    def __init__(self, branches: Branches) -> None:
        """Nothing is read yet."""
        self._branches = branches
        self._looked: set[tuple[str, ChartAddress]] = set()

    def gates(self, reference: Reference, tier: Tier) -> Iterator[ReturnGate | HoldGate]:
        """What is not taken again, and what is held."""
        yield from self.returns(reference, tier)
        yield from self.holds(reference, tier)

    def holds(self, reference: Reference, tier: Tier) -> Iterator[HoldGate]:
        """What people said of it."""
        names = {str(self._branches.chart(reference)), str(reference.source.address)}
        words = self._branches.known.words.items()
        about = tuple(each for each in words if any(is_about(each[0], tier.name, name) for name in names))
        if about:
            yield HoldGate(now=self._branches.now, words=about)

    def look(self, moving: Iterable[tuple[Reference, Tier]]) -> bool:
        """Find out what these would take up again in their tiers; whether that is anything new."""
        wanted: dict[str, dict[ChartAddress, None]] = {}
        for reference, tier in moving:
            chart = self._branches.chart(reference)
            for name in self._branches.chain(tier):
                if (name, chart) not in self._looked:
                    self._looked.add((name, chart))
                    wanted.setdefault(name, {})[chart] = None
        found = {name: self._find(name, charts) for name, charts in wanted.items()}
        new = {name: returns for name, returns in found.items() if returns}
        self._branches.learn(Ledger(rolled_back=new))
        return bool(new)

    def returns(self, reference: Reference, tier: Tier) -> Iterator[ReturnGate]:
        """What is not taken again."""
        branches = self._branches
        if not branches.known.rolled_back and not branches.learnt.rolled_back:
            return
        for name in branches.chain(tier):
            left = tuple(self._left(name, branches.chart(reference)))
            if left:
                yield ReturnGate(tier=name, now=branches.now, left=left)

    def _left(self, name: str, chart: ChartAddress) -> Iterator[tuple[Version, Sha]]:
        """What a tier went back from, and neither took up again nor a person released since."""
        ledgers = (self._branches.known, self._branches.learnt)
        known, new = (ledger.rolled_back.get(name, {}).get(str(chart), _NONE) for ledger in ledgers)
        running = [version_of(each) for each in self._branches.users(name, chart)]
        for text, commits in merge_returns(known, new).items():
            version, last = try_loose(text), max(commits, key=lambda sha: (commits[sha], sha))
            released = any(not word.held and word.at >= commits[last] for word in self._words(name, chart, text))
            if version and not released and not any(is_same(version, each) for each in running):
                yield version, last

    def _words(self, name: str, chart: ChartAddress, version: str) -> Iterator[Word]:
        for matter, word in self._branches.known.words.items():
            if matter.version in {"", version} and is_about(matter, name, str(chart)):
                yield word

    def _find(self, name: str, charts: Iterable[ChartAddress]) -> dict[str, Returns]:
        """What a tier's history shows that is not remembered."""
        history = self._branches.history(name)
        if history is None:
            return {}
        oldest = self._branches.now - LONGEST_PAST
        history.reach(lambda: history.commits[-1].at <= oldest, _DEPTHS)
        remembered = self._branches.known.rolled_back.get(name, {})
        found: dict[str, dict[str, dict[Sha, datetime]]] = {}
        for chart in charts:
            keys = [key_of(name, each) for each in self._branches.users(name, chart)]
            for version, commit in {each for key in keys for each in went_back(history.moments(key, chart))}:
                if commit not in remembered.get(str(chart), {}).get(str(version), {}):
                    found.setdefault(str(chart), {}).setdefault(str(version), {})[commit] = self._branches.now
        return dict(found)
