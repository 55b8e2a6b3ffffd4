"""`from` and `soak`: what the tiers ran from which another takes its versions, read back as far as that matters."""

import functools
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from bot.ledger.model import Ledger
from bot.ledger.sights import Sight
from bot.maturity.gates import Run, SoakGate
from bot.maturity.soaking import counting_spans, free_at
from bot.maturity.timeline import Span, is_same, on_this_line, spans
from bot.model.charts import ChartAddress
from bot.model.commits import Sha
from bot.model.references import Reference
from bot.reason import Reason
from bot.selection.limits import Limits, limits_of
from bot.steps.past.branches import LONGEST_PAST, Branches
from bot.steps.past.histories import History
from bot.steps.past.moving import Moving
from bot.steps.past.states import digest_beside, key_of, version_of
from bot.versions.version import Version

_SOAKS = 4
"""What a tier ran only before four weeks, or so many times the soak, is not looked for in its history."""
_SIDEWAYS = 128
"""Commits that are read before a tip counts as gone from its branch: it may lie behind another parent of a merge."""
_NO_FOLDER = "a folder has no history"
_CAPPED = "the history of its branch is longer than what is read of it"


class _Want(Struct, frozen=True, kw_only=True):
    """A reference that may take what a lower tier ran, and what it would take.

    Attributes:
        version: The one in use; where exactly one is asked for, that.
    """

    chart: ChartAddress
    version: Version
    limits: Limits
    exactly: bool = False

    def would_take(self, version: Version) -> bool:
        if self.exactly:
            return is_same(version, self.version)
        return version > self.version and self.limits.refusal(version, self.limits.reach(self.version)) is None


class Soaks:
    """What each tier ran, as far as it was asked for."""

    def __init__(self, branches: Branches) -> None:
        """Nothing is read yet."""
        self._branches = branches
        self._runs: dict[tuple[str, ChartAddress], tuple[Run, ...]] = {}
        # By whom and for what it was asked: a tier without a soak asks for less than one with it.
        self._asked: set[tuple[str, ChartAddress, str, bool]] = set()
        self._capped: set[str] = set()

    def gate(self, name: str, reference: Reference, limits: Limits, *, asks: bool) -> SoakGate | None:
        """What one lower tier says; None where it may have run something, and `asks` lets that pass to be asked for."""
        chart = self._branches.chart(reference)
        runs = self._runs.get((name, chart))
        known = (name, chart, limits.tier.name, False) in self._asked
        if not known and asks and self._may_be_ahead(name, reference):
            return None
        if runs is None:
            runs = tuple(_run(each, _present(each)) for each in self._branches.users(name, chart))
        now, unknown = self._branches.now, self._unknown(name)
        return SoakGate(tier=name, soak=limits.pace.soak, now=now, runs=runs, unknown=unknown)

    def runs(self, name: str, chart: ChartAddress) -> tuple[Run, ...]:
        """What a tier's references to a chart ran, as far as that was read."""
        return self._runs.get((name, chart), ())

    def look(self, moving: Iterable[Moving], *, exactly: bool = False) -> bool:
        """Read the past of the tiers that these take their versions from; whether that was not known before.

        Args:
            moving: What would move from its version, or `exactly` to it.
            exactly: Whether that one version is asked for, and not whatever has soaked.
        """
        wanted: dict[str, list[_Want]] = {}
        for one in moving:
            chart = self._branches.chart(one.reference)
            limits = limits_of(one.reference, one.tier, self._branches.configuration)
            for name in one.tier.pace.comes_from:
                asked = (name, chart, one.tier.name, exactly)
                if asked not in self._asked and not isinstance(limits, Reason):
                    wanted.setdefault(name, []).append(
                        _Want(chart=chart, version=one.version, limits=limits, exactly=exactly)
                    )
        for name, wants in wanted.items():
            self._read(name, wants)
            self._asked |= {(name, want.chart, want.limits.tier.name, exactly) for want in wants}
        return bool(wanted)

    def reach_beginning(self, name: str, chart: ChartAddress, version: Version) -> bool:
        """Read on to the commits that brought a version to a tier; whether they were found, wherever it ran.

        That it has soaked is known before: somebody is to be told since when.
        """
        history = self._branches.history(name)
        if history is None:
            return True
        if any(_may_begin_before(run, version) for run in self.runs(name, chart)):
            history.reach(
                lambda: not any(_may_begin_before(one, version) for one in self._as_read(name, [chart], history)[chart])
            )
            self._runs |= {(name, each): runs for each, runs in self._as_read(name, [chart], history).items()}
        return history.whole or not any(_may_begin_before(run, version) for run in self.runs(name, chart))

    def reach_commits(self, name: str, chart: ChartAddress, version: Version, most: int) -> None:
        """Read on to the commits that brought a version to a tier, or to so many in which it ran.

        A soak may be over long before, and without one nothing but the tip is read.
        """
        history = self._branches.history(name)

        def enough(runs: Iterable[Run]) -> bool:
            return not any(_may_begin_before(run, version) and _ran_in(run, version) < most for run in runs)

        if history is None or enough(self.runs(name, chart)):
            return
        history.reach(lambda: enough(self._as_read(name, [chart], history)[chart]))
        self._runs |= {(name, each): runs for each, runs in self._as_read(name, [chart], history).items()}

    def _as_read(
        self, name: str, charts: Iterable[ChartAddress], history: History
    ) -> dict[ChartAddress, tuple[Run, ...]]:
        """What a tier's references to these charts ran, by all that is read of its history by now."""
        now, sights = self._branches.now, self._branches.sights(self._branches.view(name).base.branch)
        seen = on_this_line(sights, (commit.sha for commit in history.commits))
        return {
            chart: tuple(
                _run(each, spans(history.moments(key_of(name, each), chart), seen, now))
                for each in self._branches.users(name, chart)
            )
            for chart in charts
        }

    def _may_be_ahead(self, name: str, reference: Reference) -> bool:
        """Whether a tier runs anything that one reference could move to; a version that is not known may be that."""
        version = version_of(reference)
        running = [version_of(each) for each in self._branches.users(name, self._branches.chart(reference))]
        return any(version is None or known is None or known > version for known in running)

    def _unknown(self, name: str) -> str:
        if self._branches.has_past(name):
            return _CAPPED if name in self._capped else ""
        return _NO_FOLDER

    def _read(self, name: str, wants: list[_Want]) -> None:
        users = {want.chart: self._branches.users(name, want.chart) for want in wants}
        history = self._branches.history(name)
        if history is None:
            found = {chart: tuple(_run(each, _present(each)) for each in using) for chart, using in users.items()}
        else:
            found = self._told(name, wants, users, history)
        self._runs |= {(name, chart): runs for chart, runs in found.items()}

    def _told(
        self, name: str, wants: list[_Want], users: dict[ChartAddress, list[Reference]], history: History
    ) -> dict[ChartAddress, tuple[Run, ...]]:
        now, base = self._branches.now, self._branches.view(name).base
        known_sights = self._branches.sights(base.branch)
        longest = max(LONGEST_PAST, *(_SOAKS * want.limits.pace.soak for want in wants))
        recent = [sight for sight in known_sights if sight.at > now - longest]

        @functools.cache
        def runs(_depth: int) -> dict[ChartAddress, tuple[Run, ...]]:
            return self._as_read(name, users, history)

        def enough() -> bool:
            read, known = {commit.sha for commit in history.commits}, runs(len(history.commits))
            older = any(_may_be_older(want, run) for want in wants for run in known[want.chart])
            behind, beside = _missing(known_sights if older else recent, read)
            if beside and len(read) < _SIDEWAYS:
                return False
            if not behind:
                return True  # what lies further back, nobody has seen
            return all(
                _has_soaked(want, known[want.chart], now) or _was_lower(want, history, name, users[want.chart])
                for want in wants
            )

        if not history.reach(enough):
            self._capped.add(name)
        found = runs(len(history.commits))
        unproved = any(run.runs and run.spans[-1].begins is None for ran in found.values() for run in ran)
        if unproved and base.sha and any(want.limits.pace.soak for want in wants):
            self._branches.learn(Ledger(branches={base.branch: {base.sha: now}}))
        return found


def _missing(sights: Iterable[Sight], read: Collection[Sha]) -> tuple[list[datetime], list[datetime]]:
    """The tips that were not read, which may lie further back; and those that do not, since others of before were."""
    known = tuple(sights)
    first = min((sight.at for sight in known if sight.tip in read), default=None)
    missing = [sight.at for sight in known if sight.tip not in read]
    return [at for at in missing if not first or at <= first], [at for at in missing if first and at > first]


def _run(reference: Reference, known: tuple[Span, ...]) -> Run:
    return Run(where=f"{reference.path}:{reference.line}", runs=version_of(reference), spans=known)


def _may_be_older(want: _Want, run: Run) -> bool:
    """Whether a version that may be taken ran, unproved so far, at the oldest commit that was read.

    It may have been seen long ago: who takes it only after weeks must not wait anew.
    """
    oldest = run.spans[0]
    return oldest.begins is None and oldest.value is not None and want.would_take(oldest.value)


def _may_begin_before(run: Run, version: Version) -> bool:
    """Whether a version ran already at the oldest commit that was read, and without a break since then."""
    return bool(run.spans) and counting_spans(run.spans, version)[-1:] == [run.spans[0]]


def _ran_in(run: Run, version: Version) -> int:
    """In how many of the commits that were read."""
    return sum(len(span.commits) for span in counting_spans(run.spans, version))


def _present(reference: Reference) -> tuple[Span, ...]:
    """What runs now, without a past."""
    return (Span(value=version_of(reference), digest=digest_beside(reference.pin), begins=None),)


def _has_soaked(want: _Want, runs: tuple[Run, ...], now: datetime) -> bool:
    """Whether something is found that may be taken: what lies further back is lower."""
    soak = want.limits.pace.soak
    versions = [span.value for run in runs for span in run.spans if span.value and want.would_take(span.value)]
    return any(all(_is_free(run, version, soak, now) for run in runs) for version in versions)


def _is_free(run: Run, version: Version, soak: timedelta, now: datetime) -> bool:
    free = free_at(run.spans, version, soak, now)
    return isinstance(free, datetime) and free <= now


def _was_lower(want: _Want, history: History, name: str, users: Iterable[Reference]) -> bool:
    """Whether the oldest commit that was read ran nothing above the version in use, or as high as one asked for."""
    values = [history.moments(key_of(name, each), want.chart)[0].value for each in users]
    if want.exactly:
        return all(value is None or value < want.version for value in values)
    return all(value is None or value <= want.version for value in values)
