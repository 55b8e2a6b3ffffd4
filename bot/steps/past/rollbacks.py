"""What people took back, and what they hold. What a base branch took and left stays away, there and behind it."""

from collections.abc import Iterable, Iterator

from bot.ledger.merging import merge_returns
from bot.ledger.model import Ledger, Return, Returns, is_about
from bot.ledger.returns import unreleased
from bot.maturity.gates import HoldGate, ReturnGate
from bot.maturity.timeline import is_same, went_back
from bot.model.charts import ChartAddress
from bot.model.commits import Sha
from bot.model.references import Reference
from bot.model.tiers import Pace, Tier
from bot.steps.past.branches import Branches
from bot.steps.past.states import Key, key_of, version_of
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
        self._told: dict[tuple[str, ChartAddress], tuple[tuple[Version, Sha], ...]] = {}

    def gates(self, reference: Reference, tier: Tier) -> Iterator[ReturnGate | HoldGate]:
        """What is not taken again, and what is held."""
        yield from self.returns(reference, tier)
        yield from self.holds(reference, tier)

    def holds(self, reference: Reference, tier: Tier) -> Iterator[HoldGate]:
        """What people said of it."""
        words = self._branches.known.words.items()
        if not words:
            return
        names = {str(self._branches.chart(reference)), str(reference.source.address)}
        about = tuple(each for each in words if any(is_about(each[0], tier.name, name) for name in names))
        if about:
            yield HoldGate(now=self._branches.now, words=about)

    def look(self, moving: Iterable[tuple[Reference, Tier]]) -> bool:
        """Find out what these would take up again in their tiers; whether that is anything new."""
        return self._look((reference, self._branches.chain(tier)) for reference, tier in moving)

    def look_behind(self, waiting: Iterable[tuple[Reference, Tier]]) -> bool:
        """Find out what these would take up again if nothing else spoke against it; whether that is anything new.

        While nothing has soaked yet for a tier that wants it, no run saw what a branch took and left: it is not read.
        """

        def seen(name: str, pace: Pace) -> bool:
            return not pace.soak or bool(pace.settle or self._branches.sights(self._branches.view(name).base.branch))

        return self._look(
            (reference, [name for name in self._branches.chain(tier) if seen(name, tier.pace)])
            for reference, tier in waiting
        )

    def _look(self, asked: Iterable[tuple[Reference, Iterable[str]]]) -> bool:
        wanted: dict[str, dict[ChartAddress, None]] = {}
        for reference, names in asked:
            chart = self._branches.chart(reference)
            for name in names:
                if (name, chart) not in self._looked:
                    self._looked.add((name, chart))
                    wanted.setdefault(name, {})[chart] = None
        found = {name: self._find(name, charts) for name, charts in wanted.items()}
        new = {name: returns for name, returns in found.items() if returns}
        self._branches.learn(Ledger(rolled_back=new))
        if new:
            self._told.clear()
        return bool(new)

    def returns(self, reference: Reference, tier: Tier) -> Iterator[ReturnGate]:
        """What is not taken again."""
        branches = self._branches
        if not branches.known.rolled_back and not branches.learnt.rolled_back:
            return
        chart = branches.chart(reference)
        for name in branches.chain(tier):
            if (name, chart) not in self._told:
                self._told[name, chart] = tuple(self._left(name, chart))
            if left := self._told[name, chart]:
                yield ReturnGate(tier=name, now=branches.now, left=left)

    def _left(self, name: str, chart: ChartAddress) -> Iterator[tuple[Version, Sha]]:
        """What a tier went back from, and neither took up again nor a person released since."""
        ledgers = (self._branches.known, self._branches.learnt)
        known, new = (ledger.rolled_back.get(name, {}).get(str(chart), _NONE) for ledger in ledgers)
        for text, commits in merge_returns(known, new).items():
            version = try_loose(text)
            last = unreleased(name, str(chart), text, commits, self._branches.known.words)
            if version and last and not self._is_taken_up(name, chart, version, commits.values()):
                yield version, last

    def _is_taken_up(self, name: str, chart: ChartAddress, version: Version, returns: Iterable[Return]) -> bool:
        """Whether those that went back run it again: what other clusters run all the time says nothing of that."""
        who = {one for each in returns for one in each.who}
        present = self._branches.listed(name, chart)
        went = [each for each in present if _fingerprint(key_of(name, each)) in who]
        asked = went or self._branches.users(name, chart)
        return bool(asked) and all(is_same(version_of(each), version) for each in asked)

    def _find(self, name: str, charts: Iterable[ChartAddress]) -> dict[str, Returns]:
        """What a tier's history shows that is not remembered."""
        history = self._branches.history(name)
        if history is None:
            return {}
        # By number and not by date, which whoever made a commit chose.
        history.reach(lambda: False, _DEPTHS)
        remembered = self._branches.known.rolled_back.get(name, {})
        found: dict[str, dict[str, dict[Sha, Return]]] = {}
        for chart in charts:
            known = remembered.get(str(chart), _NONE)
            for key in {key_of(name, each) for each in self._branches.users(name, chart)}:
                who = frozenset({_fingerprint(key)})
                for version, commit in went_back(history.moments(key, chart)):
                    before = known.get(str(version), {}).get(commit)
                    if before is None or not who <= before.who:
                        returns = found.setdefault(str(chart), {}).setdefault(str(version), {})
                        others = returns[commit].who if commit in returns else frozenset()
                        returns[commit] = Return(at=self._branches.now, who=who | others)
        return dict(found)


def _fingerprint(key: Key) -> str:
    """A reference, in as few bytes as the ledger has to hold: its file may have a long name."""
    from hashlib import sha256  # noqa: PLC0415 - only a branch with a past needs it

    return sha256(f"{key.path}\0{key.object}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
