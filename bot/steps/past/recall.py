"""recall: what is remembered of versions and branches, and what the branches' history tells, as limits by time."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import reduce
from itertools import pairwise

from bot.ledger.merging import merge_sights
from bot.ledger.model import ChartSights, Ledger
from bot.maturity.gates import Gate, HoldGate, ReturnGate, SettleGate, SoakGate, StatusGate, WaitGate
from bot.maturity.timeline import Span, is_same
from bot.model.charts import ChartAddress
from bot.model.references import Reference
from bot.model.tiers import Configuration, Tier
from bot.reason import Reason
from bot.selection.excluded import RuleGate
from bot.selection.limits import Limits, limits_of
from bot.steps.past.branches import Branches, Past
from bot.steps.past.doubts import Doubt, soak_doubt, wait_doubt
from bot.steps.past.first_digests import FirstDigests
from bot.steps.past.greens import Greens
from bot.steps.past.merges import Merges
from bot.steps.past.moving import Moving
from bot.steps.past.rollbacks import Rollbacks
from bot.steps.past.soaks import Soaks
from bot.steps.past.states import key_of
from bot.steps.past.ways_back import WaysBack
from bot.steps.resolve import Resolved, TierVerdicts
from bot.steps.scan import Readings
from bot.versions.version import Version, try_written


class Recalled:
    """What is known of time in one run. Grows while the run asks more of it.

    Attributes:
        asks: Whether versions whose age or past is not known pass, so that it can be asked for.
        silent: Charts and their tags whose manifests did not answer in this run.
        first_digests: What tags were when they were first seen to run.
    """

    def __init__(
        self, resolved: Resolved, configuration: Configuration, now: datetime, past: Past | None, readings: Readings
    ) -> None:
        """Know the present; nothing is read yet."""
        self.asks = True
        self.silent: set[tuple[str, str]] = set()
        self._branches = Branches(resolved, configuration, now, past, readings)
        self.first_digests = FirstDigests(self._branches)
        self._soaks = Soaks(self._branches)
        self._greens = Greens(self._branches, self._soaks)
        self._rollbacks = Rollbacks(self._branches)
        self._ways_back = WaysBack(self._branches)
        self._moved: dict[tuple[str, ChartAddress], datetime | None] = {}

    @property
    def branches(self) -> Branches:
        """The branches of the run, with as much of their past as was read."""
        return self._branches

    @property
    def now(self) -> datetime:
        """The time of the run."""
        return self._branches.now

    @property
    def known(self) -> Ledger:
        """The ledger as it was read."""
        return self._branches.known

    @property
    def learnt(self) -> Ledger:
        """What is new to it."""
        return self._branches.learnt

    def learn(self, ledger: Ledger) -> None:
        """Add what was seen."""
        self._branches.learn(ledger)

    def timed(self, reference: Reference, limits: Limits) -> tuple[Gate, ...]:
        """The limits by time of one reference."""
        if limits.stays:
            # What is held and runs is told of all the same.
            return self.held(reference, limits.tier)
        pace = limits.pace
        gates: list[Gate] = [*self._rollbacks.gates(reference, limits.tier)]
        if pace.wait:
            gates.append(self._wait_gate(reference, pace.wait))
        if moved := self._moved.get((limits.tier.name, self._branches.chart(reference))) if pace.settle else None:
            gates.append(SettleGate(settle=pace.settle, now=self.now, moved=moved))
        ran = self._ways_back.gate(reference, limits, asks=self.asks)
        soaks = (self._soaks.gate(name, reference, limits, asks=self.asks) for name in pace.comes_from)
        greens = self._greens.gates(reference, limits.tier, asks=self.asks)
        return (*gates, *(gate for gate in (ran, *soaks) if gate), *greens)

    def with_merges(self, judged: Iterable[TierVerdicts]) -> tuple[TierVerdicts, ...]:
        """Add what merges would bring to tiers that move by them."""
        return Merges(self._branches, self._soaks).told(judged)

    def held(self, reference: Reference, tier: Tier) -> tuple[HoldGate, ...]:
        """What people hold of one reference: known without a registry, and without a look into the past."""
        return tuple(self._rollbacks.holds(reference, tier))

    def refused(self, reference: Reference, tier: Tier) -> tuple[HoldGate | ReturnGate | RuleGate, ...]:
        """What people hold of one reference, exclude, or took back there or in a tier before: no registry is asked."""
        self._rollbacks.look([(reference, tier)])
        limits = limits_of(reference, tier, self._branches.configuration)
        rules = () if isinstance(limits, Reason) else (RuleGate(limits=limits),)
        return (*self._rollbacks.gates(reference, tier), *rules)

    def doubt(self, reference: Reference, tier: Tier, text: str) -> Doubt | None:
        """What speaks against a version that an open pull request has, while its registry cannot be asked."""
        limits = limits_of(reference, tier, self._branches.configuration)
        if isinstance(limits, Reason):
            return None
        wait = limits.pace.wait
        waits = wait_doubt(self._wait_gate(reference, wait), text) if wait else None
        version = try_written(text)
        soaks = soak_doubt(self._branches, reference, tier, version) if version else None
        return soaks or waits

    def look_for(self, asked: Iterable[Moving], also: Iterable[Moving] = ()) -> None:
        """Read as much of the branches' past as it takes to know whether exactly these versions have soaked.

        Args:
            asked: What has to have soaked, and to be green.
            also: What need not: as which chart it ran is looked for as well.
        """
        known = tuple(asked)
        self._soaks.look((*known, *also), exactly=True)
        self._greens.look(known)

    def reach_beginning(self, reference: Reference, tier: str, version: Version) -> bool:
        """Read on to the commits that brought a version to a tier; whether they were found, wherever it ran."""
        return self._soaks.reach_beginning(tier, self._branches.chart(reference), version)

    def keep_sights(self, asked: Iterable[Moving]) -> None:
        """See to it that it is known since when these versions run below, on the day when somebody promotes them."""
        self._soaks.look((one for one in asked if one.tier.pace.soak), exactly=True)

    def look_for_returns(self, asked: Iterable[tuple[Reference, Tier]]) -> bool:
        """Find out what base branches took of these charts and left again, there or before; whether anything is new."""
        return self._rollbacks.look(asked)

    def look_behind(self, waiting: Iterable[tuple[Reference, Tier]]) -> bool:
        """The same of what is not taken now, for other reasons; whether anything is new."""
        return self._rollbacks.look_behind(waiting)

    def returned(self, reference: Reference, tier: Tier) -> tuple[ReturnGate, ...]:
        """What was taken back of one reference's chart, as far as it was looked for or is remembered."""
        return tuple(self._rollbacks.returns(reference, tier))

    def soaks(self, reference: Reference, limits: Limits) -> tuple[SoakGate | StatusGate, ...]:
        """What the tiers say from which one reference takes its versions, by what was read of their past."""
        pace = limits.pace
        found = (self._soaks.gate(name, reference, limits, asks=False) for name in pace.comes_from)
        return (*(gate for gate in found if gate), *self._greens.gates(reference, limits.tier, asks=False))

    def ran(self, name: str, reference: Reference) -> Iterator[tuple[Reference, tuple[Span, ...]]]:
        """What every reference of a tier to one reference's chart ran, as far as that was read."""
        chart = self._branches.chart(reference)
        for each, run in zip(self._branches.users(name, chart), self._soaks.runs(name, chart), strict=False):
            yield each, run.spans

    def sights(self, address: ChartAddress) -> ChartSights:
        """What is known of a chart in its registry, with what this run learnt; as if listed now where nothing is."""
        name = str(address)
        found = [ledger.charts[name] for ledger in (self.known, self.learnt) if name in ledger.charts]
        return reduce(merge_sights, found) if found else ChartSights(since=self.now)

    def look_back(self, moving: Iterable[Moving]) -> bool:
        """Read as much of the branches' past as these depend on; whether anything was not known before."""
        known = tuple(moving)
        up = tuple(one for one in known if not one.back)
        soaks = self._soaks.look(up)
        settles = self._settle(one for one in up if one.tier.pace.settle)
        ways_back = self._ways_back.look(one for one in known if one.back)
        # Last, where nothing else speaks against them: that something was rolled back is rare.
        return (
            soaks
            or settles
            or ways_back
            or self._greens.look(up)
            or self._rollbacks.look((one.reference, one.tier) for one in known)
        )

    def _wait_gate(self, reference: Reference, wait: timedelta) -> WaitGate:
        address = reference.source.address
        silent = frozenset(tag for name, tag in self.silent if name == str(address))
        return WaitGate(wait=wait, now=self.now, sights=self.sights(address), asks=self.asks, silent=silent)

    def _settle(self, moving: Iterable[Moving]) -> bool:
        """Find out when charts moved last in their tiers; whether that was not known before."""
        asked = {(one.tier.name, self._branches.chart(one.reference)): one for one in moving}
        new = {key: one for key, one in asked.items() if key not in self._moved}
        for (name, chart), one in new.items():
            self._moved[name, chart] = self._last_move(name, chart, one.tier.pace.settle)
        return bool(new)

    def _last_move(self, name: str, chart: ChartAddress, settle: timedelta) -> datetime | None:
        """None where it did not move within the time it settles, or nothing tells."""
        history = self._branches.history(name)
        if history is None:
            return None
        keys = [key_of(name, each) for each in self._branches.users(name, chart)]

        def moves() -> list[datetime]:
            told = [history.moments(key, chart) for key in keys]
            pairs = ((old, new) for moments in told for old, new in pairwise(moments))
            return [
                min(new.at, self.now)
                for old, new in pairs
                if old.value and new.value and not is_same(old.value, new.value)
            ]

        history.reach(lambda: bool(moves()) or history.commits[-1].at <= self.now - settle)
        return max(moves(), default=None)
