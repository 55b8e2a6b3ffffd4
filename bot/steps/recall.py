"""recall: what is remembered of versions and branches, and what the branches' history tells, as limits by time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import reduce
from itertools import pairwise

from bot.ledger.merging import merge, merge_returns, merge_sights
from bot.ledger.model import ChartSights, Ledger, Returns, Word, is_about
from bot.maturity.gates import Gate, HoldGate, ReturnGate, Run, SettleGate, SoakGate, WaitGate
from bot.maturity.soaking import free_at
from bot.maturity.timeline import Span, is_same, spans, went_back
from bot.model.charts import ChartAddress
from bot.model.commits import Sha
from bot.model.references import Reference
from bot.model.tiers import Branch, Configuration, Tier
from bot.model.verdicts import Verdict
from bot.planning.mirrors import canonical
from bot.ports import Repository
from bot.reason import Reason
from bot.selection.limits import Limits, limits_of
from bot.steps.histories import History, key_of, version_of
from bot.steps.resolve import Resolved, TierView
from bot.steps.scan import Readings
from bot.versions.version import Version, try_loose

LONGEST_PAST, _SOAKS = timedelta(weeks=4), 4
"""What a tier ran only before four weeks, or four times the soak, is not looked for in its history."""
_DEPTH_OF_RETURNS = (128,)
"""Commits in which a rollback is looked for: runs are frequent, and what one of them found is remembered."""
_NO_FOLDER = "a folder has no history"
_CAPPED = "the history of its branch is longer than what is read of it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a run on Git knows beside the tips.

    Attributes:
        ledger: As it was read; empty where there is none.
        tip: The commit that it was read from; None where there is none.
    """

    repository: Repository
    ledger: Ledger = field(default_factory=Ledger)
    tip: Sha | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Want:
    """A reference that may take what a lower tier ran, and what it would take."""

    reference: Reference
    version: Version
    limits: Limits

    def would_take(self, version: Version) -> bool:
        return version > self.version and self.limits.refusal(version, self.limits.reach(self.version)) is None


class Recalled:
    """What is known of time in one run. Grows while the run asks more of it.

    Attributes:
        known: The ledger as it was read.
        learnt: What is new to it.
        asks: Whether versions whose age or past is not known pass, so that it can be asked for.
        silent: Charts and their tags whose manifests did not answer in this run.
    """

    def __init__(
        self, resolved: Resolved, configuration: Configuration, now: datetime, past: Past | None, readings: Readings
    ) -> None:
        """Know the present; nothing is read yet."""
        self.now = now
        self.known = past.ledger if past else Ledger()
        self.learnt = Ledger()
        self.asks = True
        self.silent: set[tuple[str, str]] = set()
        self._past = past
        self._configuration = configuration
        self._readings = readings
        self._views = {view.tier.name: view for view in resolved.views}
        self._by_branch: dict[Branch, dict[str, tuple[Reference, ...]]] = {}
        for view in resolved.views:
            self._by_branch.setdefault(view.base.branch, {})[view.tier.name] = view.references
        self._histories: dict[Branch, History] = {}
        self._runs: dict[tuple[str, ChartAddress], tuple[Run, ...]] = {}
        self._capped: set[str] = set()
        self._returned: set[tuple[str, ChartAddress]] = set()
        self._moved: dict[tuple[str, ChartAddress], datetime | None] = {}

    def timed(self, reference: Reference, limits: Limits) -> tuple[Gate, ...]:
        """The limits by time of one reference."""
        pace = limits.pace
        if limits.stays:
            return ()
        gates: list[Gate] = [*self._returns(reference, limits.tier), *self._holds(reference, limits.tier)]
        if pace.wait:
            gates.append(self._wait_gate(reference, pace.wait))
        if moved := self._moved.get((limits.tier.name, self.chart(reference))) if pace.settle else None:
            gates.append(SettleGate(settle=pace.settle, now=self.now, moved=moved))
        gates += [gate for name in pace.comes_from if (gate := self._soak_gate(name, reference, pace.soak))]
        return tuple(gates)

    def chart(self, reference: Reference) -> ChartAddress:
        """The address under which a chart is known in every tier."""
        return canonical(reference.source.address, self._configuration.mirrors)

    def sights(self, address: ChartAddress) -> ChartSights:
        """What is known of a chart in its registry, with what this run learnt; as if listed now where nothing is."""
        name = str(address)
        found = [ledger.charts[name] for ledger in (self.known, self.learnt) if name in ledger.charts]
        return reduce(merge_sights, found) if found else ChartSights(since=self.now)

    def look_back(self, updates: Iterable[Verdict]) -> bool:
        """Read as much of the branches' past as these depend on; whether anything was not known before."""
        moving = [(one.tier, one.reference) for one in updates]
        soaks = self._soaks((tier, each) for tier, each in moving if tier.pace.comes_from)
        settles = self._settles((tier, each) for tier, each in moving if tier.pace.settle)
        # Last, where nothing else speaks against them: that something was rolled back is rare.
        return soaks or settles or self._look_for_returns(moving)

    def learn(self, ledger: Ledger) -> None:
        """Add what was seen."""
        self.learnt = merge(self.learnt, ledger)

    def _wait_gate(self, reference: Reference, wait: timedelta) -> WaitGate:
        address = reference.source.address
        silent = frozenset(tag for name, tag in self.silent if name == str(address))
        return WaitGate(wait=wait, now=self.now, sights=self.sights(address), asks=self.asks, silent=silent)

    def _soak_gate(self, name: str, reference: Reference, soak: timedelta) -> SoakGate | None:
        """None where the tier may have run something for it: whatever there is passes, so that it can be asked for."""
        chart = self.chart(reference)
        runs = self._runs.get((name, chart))
        if runs is None and self.asks and self._past and self._is_ahead(name, reference):
            return None
        runs = self._present(name, chart) if runs is None else runs
        return SoakGate(tier=name, soak=soak, now=self.now, runs=runs, unknown=self._unknown(name))

    def _unknown(self, name: str) -> str:
        base = self._views[name].base
        if self._past is None or base.sha is None:
            return _NO_FOLDER
        return _CAPPED if name in self._capped else ""

    def _present(self, name: str, chart: ChartAddress) -> tuple[Run, ...]:
        """What a tier runs of a chart at its tip, without a past."""
        return tuple(_run(each, (Span(value=version_of(each), begins=None),)) for each in self._users(name, chart))

    def _users(self, name: str, chart: ChartAddress) -> list[Reference]:
        """The references of a tier to a chart that run something."""
        return [each for each in self._views[name].references if self.chart(each) == chart and not each.suspended]

    # --- `from` and `soak`

    def _soaks(self, asked: Iterable[tuple[Tier, Reference]]) -> bool:
        """Read the past of the tiers that these take their versions from; whether that was not known before."""
        wanted: dict[str, list[_Want]] = {}
        for want in self._wants(asked):
            for name in want.limits.pace.comes_from:
                if (name, self.chart(want.reference)) not in self._runs:
                    wanted.setdefault(name, []).append(want)
        for name, wants in wanted.items():
            self._soak(self._views[name], wants)
        return bool(wanted)

    def _wants(self, asked: Iterable[tuple[Tier, Reference]]) -> Iterable[_Want]:
        for tier, reference in asked:
            version = version_of(replace(reference, suspended=False))
            limits = limits_of(reference, tier, self._configuration)
            if version and not isinstance(limits, Reason):
                yield _Want(reference=reference, version=version, limits=limits)

    def _is_ahead(self, name: str, reference: Reference) -> bool:
        """Whether a tier runs anything that one reference could move to; a version that is not known may be that."""
        version = version_of(replace(reference, suspended=False))
        running = [version_of(each) for each in self._users(name, self.chart(reference))]
        return version is not None and any(known is None or known > version for known in running)

    def _soak(self, view: TierView, wants: list[_Want]) -> None:
        name, charts = view.tier.name, dict.fromkeys(self.chart(want.reference) for want in wants)
        users = {chart: self._users(name, chart) for chart in charts}
        if view.base.sha is None:
            self._runs |= {(name, chart): self._present(name, chart) for chart in charts}
            return
        history = self._history(view)
        seen = self.known.branches.get(view.base.branch, {})
        oldest = max(LONGEST_PAST, *(_SOAKS * want.limits.pace.soak for want in wants))
        recent = {sha for sha, at in seen.items() if at > self.now - oldest}

        def runs(chart: ChartAddress) -> tuple[Run, ...]:
            return tuple(
                _run(each, spans(history.moments(key_of(name, each)), seen, self.now)) for each in users[chart]
            )

        def enough() -> bool:
            if recent <= {commit.sha for commit in history.commits}:
                return True  # what lies further back, nobody has seen
            return all(
                _has_soaked(want, runs(self.chart(want.reference)), self.now)
                or _was_lower(want, history, name, users[self.chart(want.reference)])
                for want in wants
            )

        if not history.reach(enough):
            self._capped.add(name)
        found = {chart: runs(chart) for chart in charts}
        self._runs |= {(name, chart): ran for chart, ran in found.items()}
        unproved = any(run.runs and run.spans[-1].begins is None for ran in found.values() for run in ran)
        if unproved and any(want.limits.pace.soak for want in wants):
            self.learn(Ledger(branches={view.base.branch: {view.base.sha: self.now}}))

    def _history(self, view: TierView) -> History:
        base = view.base
        if base.branch not in self._histories:
            assert self._past, "only a run on Git has histories"  # noqa: S101 - tells mypy
            self._histories[base.branch] = History(
                base, self._by_branch[base.branch], self._past.repository, self._configuration, self._readings
            )
        return self._histories[base.branch]

    # --- what was rolled back, and what people hold

    def _returns(self, reference: Reference, tier: Tier) -> Iterator[ReturnGate]:
        chart = self.chart(reference)
        for name in self._chain(tier):
            left = tuple(self._left(name, chart))
            if left:
                yield ReturnGate(tier=name, now=self.now, left=left)

    def _left(self, name: str, chart: ChartAddress) -> Iterator[tuple[Version, Sha]]:
        """What a tier went back from, and neither took up again nor a person released since."""
        none: Returns = {}
        known, new = (each.rolled_back.get(name, {}).get(str(chart), none) for each in (self.known, self.learnt))
        running = [version_of(each) for each in self._users(name, chart)] if known or new else []
        for text, commits in merge_returns(known, new).items():
            version, last = try_loose(text), max(commits, key=lambda sha: (commits[sha], sha))
            released = any(not word.held and word.at >= commits[last] for word in self._words(name, chart, text))
            if version and not released and not any(is_same(version, each) for each in running):
                yield version, last

    def _words(self, name: str, chart: ChartAddress, version: str) -> Iterator[Word]:
        for matter, word in self.known.words.items():
            if matter.version in {"", version} and is_about(matter, name, str(chart)):
                yield word

    def _holds(self, reference: Reference, tier: Tier) -> Iterator[HoldGate]:
        names = {str(self.chart(reference)), str(reference.source.address)}
        words = tuple(
            (matter, word)
            for matter, word in self.known.words.items()
            if any(is_about(matter, tier.name, name) for name in names)
        )
        if words:
            yield HoldGate(now=self.now, words=words)

    def _chain(self, tier: Tier) -> tuple[str, ...]:
        """A tier, and all that its versions come from."""
        found: dict[str, None] = {}
        names = [tier.name]
        while names:
            name = names.pop(0)
            if name not in found and name in self._views:
                found[name] = None
                names += self._views[name].tier.pace.comes_from
        return tuple(found)

    def _look_for_returns(self, asked: Iterable[tuple[Tier, Reference]]) -> bool:
        """Find out what these would take up again; whether that is anything."""
        wanted: dict[str, dict[ChartAddress, None]] = {}
        for tier, reference in asked:
            for name in self._chain(tier):
                if (name, self.chart(reference)) not in self._returned:
                    self._returned.add((name, self.chart(reference)))
                    wanted.setdefault(name, {})[self.chart(reference)] = None
        found = [self._find_returns(self._views[name], tuple(charts)) for name, charts in wanted.items()]
        return any(found)

    def _find_returns(self, view: TierView, charts: tuple[ChartAddress, ...]) -> bool:
        if self._past is None or view.base.sha is None:
            return False
        history, name = self._history(view), view.tier.name
        keys = {chart: [key_of(name, each) for each in self._users(name, chart)] for chart in charts}

        def enough() -> bool:
            return history.commits[-1].at <= self.now - LONGEST_PAST

        history.reach(enough, _DEPTH_OF_RETURNS)
        known = self.known.rolled_back.get(name, {})
        found: dict[str, dict[str, dict[Sha, datetime]]] = {}
        for chart in charts:
            left = {each for key in keys[chart] for each in went_back(history.moments(key))}
            for version, commit in left:
                if commit not in known.get(str(chart), {}).get(str(version), {}):
                    found.setdefault(str(chart), {}).setdefault(str(version), {})[commit] = self.now
        if found:
            self.learn(Ledger(rolled_back={name: found}))
        return bool(found)

    # --- `settle`

    def _settles(self, asked: Iterable[tuple[Tier, Reference]]) -> bool:
        """Find out when charts moved last in their tiers; whether that was not known before."""
        new = dict.fromkeys((tier.name, self.chart(reference)) for tier, reference in asked)
        unknown = [key for key in new if key not in self._moved]
        for name, chart in unknown:
            self._moved[name, chart] = self._last_move(self._views[name], chart)
        return bool(unknown)

    def _last_move(self, view: TierView, chart: ChartAddress) -> datetime | None:
        """None where it did not move within the tier's `settle`, or nothing tells."""
        if self._past is None or view.base.sha is None:
            return None
        history, since = self._history(view), self.now - view.tier.pace.settle
        keys = [key_of(view.tier.name, each) for each in view.references if self.chart(each) == chart]

        def moves() -> list[datetime]:
            told = [history.moments(key) for key in keys]
            pairs = ((old, new) for moments in told for old, new in pairwise(moments))
            return [new.at for old, new in pairs if old.value and new.value and not is_same(old.value, new.value)]

        history.reach(lambda: bool(moves()) or history.commits[-1].at <= since)
        return max(moves(), default=None)


def _run(reference: Reference, known: tuple[Span, ...]) -> Run:
    return Run(where=f"{reference.path}:{reference.line}", runs=version_of(reference), spans=known)


def _has_soaked(want: _Want, runs: tuple[Run, ...], now: datetime) -> bool:
    """Whether something is found that may be taken: what lies further back is lower."""
    soak = want.limits.pace.soak
    versions = [span.value for run in runs for span in run.spans if span.value and want.would_take(span.value)]
    return any(all(_is_free(run, version, soak, now) for run in runs) for version in versions)


def _is_free(run: Run, version: Version, soak: timedelta, now: datetime) -> bool:
    free = free_at(run.spans, version, soak, now)
    return isinstance(free, datetime) and free <= now


def _was_lower(want: _Want, history: History, name: str, users: Iterable[Reference]) -> bool:
    """Whether the oldest commit that was read ran nothing that is above the version in use."""
    values = (history.oldest.get(key_of(name, each)) for each in users)
    return all(value is None or value <= want.version for value in values)
