"""What time says about one reference's newer versions, as limits beside `follow` and `skip`."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from bot.ledger.model import ChartSights, Matter, Word
from bot.maturity.durations import duration_text, moment_text
from bot.maturity.greens import Colour
from bot.maturity.soaking import Unsoaked, free_at
from bot.maturity.timeline import Identity, Span, identity_of, is_same
from bot.model.commits import Sha
from bot.model.tiers import RequiredStatus
from bot.versions.version import Version

MOST_NAMED = 3
_SHORT = 10


class NotYet(Struct, frozen=True):
    """Why a version is not taken now, in the words of a refusal; `until` where time alone ends it."""

    why: str
    until: datetime | None = None


class WaitGate(Struct, frozen=True, kw_only=True):
    """`wait`: so long since a version was first seen.

    Attributes:
        sights: What is remembered of the chart, this run's own listing included.
        asks: Whether a version of unknown age passes, so that its manifest can be asked.
        silent: Tags whose manifests did not answer: they are as old as their sight.
    """

    wait: timedelta
    now: datetime
    sights: ChartSights
    asks: bool
    silent: frozenset[str] = frozenset()

    def objection(self, tag: str, _version: Version | None) -> NotYet | None:
        """Why a version is not taken yet; None where it may be, as far as its age goes."""
        if self.asks and self.is_undated(tag):
            return None
        born, by = self._born(tag)
        until = born + self.wait
        why = f"{by} {moment_text(born)}, waits until {moment_text(until)}"
        return NotYet(why, until) if until > self.now else None

    def is_undated(self, tag: str) -> bool:
        """Whether it was there when the chart was first listed, and that is too recent to be sure of its age."""
        there_before = self._first(tag) <= self._since
        unasked = tag not in self.sights.created and tag not in self.silent
        return there_before and unasked and self._since + self.wait > self.now

    @property
    def _since(self) -> datetime:
        """Whoever may push can write a time into the ledger that has not come: nothing was seen after now."""
        return min(self.sights.since, self.now)

    def _first(self, tag: str) -> datetime:
        return min(self.sights.first_seen.get(tag, self.now), self.now)

    def _born(self, tag: str) -> tuple[datetime, str]:
        first, created = self._first(tag), self.sights.created.get(tag)
        if created and created < first <= self._since:
            return created, "made, by its publisher's word,"
        return first, "first seen"


class SettleGate(Struct, frozen=True, kw_only=True):
    """`settle`: so long since the chart last moved in the tier."""

    settle: timedelta
    now: datetime
    moved: datetime

    def objection(self, _tag: str, _version: Version | None) -> NotYet | None:
        """Why nothing is taken yet; None where it may be."""
        until = self.moved + self.settle
        why = f"the chart moved here {moment_text(self.moved)}, settles until {moment_text(until)}"
        return NotYet(why, until) if until > self.now else None


class Run(Struct, frozen=True, kw_only=True):
    """What one reference of the lower tier ran.

    Attributes:
        where: Its file and line.
        runs: Its version now; None where that is not written out.
    """

    where: str
    runs: Version | None
    spans: tuple[Span, ...]


class SoakGate(Struct, frozen=True, kw_only=True):
    """`from` and `soak`: every reference of the chart in the lower tier ran the version for so long.

    Attributes:
        tier: The lower tier.
        runs: All its references to the chart that are not suspended.
        unknown: Why its history does not tell, in a few words; empty where it does.
    """

    tier: str
    soak: timedelta
    now: datetime
    runs: tuple[Run, ...]
    unknown: str = ""

    def objection(self, _tag: str, version: Version | None) -> NotYet | None:
        """Why a version is not taken yet; None where all of the tier ran it for long enough."""
        if not self.runs or version is None:
            return NotYet(
                f"{self.tier} does not use the chart" if version else f"not a version that {self.tier} can run"
            )
        if self.unwritten:
            return NotYet(f"{self.tier} writes no version that it runs in {', '.join(self.unwritten[:MOST_NAMED])}")
        answers = [(run, free_at(run.spans, version, self.soak, self.now)) for run in self.runs]
        never = [(run, answer) for run, answer in answers if isinstance(answer, Unsoaked)]
        if never:
            return NotYet(self._never(version, never))
        until = max(answer for _, answer in answers if isinstance(answer, datetime))
        if until <= self.now:
            return None
        if self.unknown:
            return NotYet(f"{self.tier} runs it, and {self.unknown}")
        return NotYet(f"waits until {moment_text(until)}, soaks in {self.tier}", until)

    @property
    def versions(self) -> tuple[Version, ...]:
        """What the tier runs now, each version once, highest first."""
        known = {(run.runs.key, run.runs.metadata): run.runs for run in self.runs if run.runs}
        return tuple(known[key] for key in sorted(known, reverse=True))

    @property
    def unwritten(self) -> tuple[str, ...]:
        """Where it leaves to Flux what it runs, so that Git does not tell."""
        return tuple(run.where for run in self.runs if run.runs is None)

    @property
    def listed(self) -> str:
        """What each reference runs, a few of them."""
        named = [f"{run.runs} in {run.where}" for run in self.runs[:MOST_NAMED]]
        more = f" and {len(self.runs) - MOST_NAMED} more" if len(self.runs) > MOST_NAMED else ""
        return f"{', '.join(named)}{more}"

    def _never(self, version: Version, never: list[tuple[Run, Unsoaked]]) -> str:
        worst = max((answer for _, answer in never), key=list(Unsoaked).index)
        some = any(is_same(span.value, version) for run in self.runs for span in run.spans)
        if worst is not Unsoaked.NEVER_RAN or not some:
            return (
                f"{self.tier} {worst.value}{f' for {duration_text(self.soak)}' if worst is Unsoaked.LEFT_EARLY else ''}"
            )
        return f"not all of {self.tier} ran it: {', '.join(_places(run for run, _ in never))}"


class ReturnGate(Struct, frozen=True, kw_only=True):
    """What a tier, or one before it, took and left again for a lower version.

    Attributes:
        tier: The tier that did.
        left: Each version, and the commit that went back from it.
    """

    tier: str
    now: datetime
    left: tuple[tuple[Version, Sha], ...]

    def objection(self, _tag: str, version: Version | None) -> NotYet | None:
        """Why a version is not taken again; None for any other."""
        commit = next((sha for left, sha in self.left if version and is_same(left, version)), None)
        return NotYet(f"{self.tier} went back from it in {commit[:_SHORT]}") if commit else None


class HoldGate(Struct, frozen=True, kw_only=True):
    """What people said to hold, and to release, about this chart in this tier."""

    now: datetime
    words: tuple[tuple[Matter, Word], ...]

    def objection(self, tag: str, version: Version | None) -> NotYet | None:
        """Why a version is held; None where the latest word about it is another, or has ended."""
        _, last = self._last(tag, version)
        if last is None or not last.held or (last.until and last.until <= self.now):
            return None
        until = f" until {moment_text(last.until)}" if last.until else ""
        return NotYet(f"held by a person{until}{f': {last.why}' if last.why else ''}", last.until)

    def objection_to_running(self, tag: str, version: Version | None) -> NotYet | None:
        """Why a version should not run either: the last word about it is a hold of just this one."""
        matter, _ = self._last(tag, version)
        return self.objection(tag, version) if matter.version else None

    def _last(self, tag: str, version: Version | None) -> tuple[Matter, Word | None]:
        names = {"", tag, str(version)}
        said = [each for each in self.words if each[0].version in names]
        return max(said, key=lambda each: (each[1].at, each[1].held), default=(Matter(), None))


class StatusGate(Struct, frozen=True, kw_only=True):
    """`with-status`: what commits of the lower tier say while they hold a version.

    Attributes:
        tier: The lower tier.
        told: For versions that were asked about, by `identity_of`: each required status that is not green, and what
            cannot be read of it.
        asks: Whether a version that was not asked about passes, so that it can be.
    """

    tier: str
    now: datetime
    told: Mapping[Identity, tuple[tuple[RequiredStatus, Colour, str], ...]]
    asks: bool

    def objection(self, _tag: str, version: Version | None) -> NotYet | None:
        """Why a version is not taken; None where all is green."""
        told = self.told.get(identity_of(version)) if version else None
        if told is None:
            return None if self.asks and version else NotYet(f"what {self.tier} says of it is not known")
        said = (f"`{one.context}` of {one.creator} {_SAYS[colour]}" for one, colour, _ in told)
        unread = " and ".join(dict.fromkeys(problem for _, _, problem in told if problem))
        mend = f" ({unread}: mend or delete it)" if unread else ""
        return NotYet(f"{', '.join(said)} in {self.tier}{mend}") if told else None

    def has_failed(self, version: Version) -> bool:
        """Whether a required status is known to be no success."""
        told = self.told.get(identity_of(version), ())
        return any(colour is Colour.RED and not problem for _, colour, problem in told)


class RanGate(Struct, frozen=True, kw_only=True):
    """What a tier, and those it takes its versions from, ran: where time counts, it goes back to nothing else.

    Attributes:
        tiers: These tiers.
        ran: What any of their references to the chart ran, for however long, as far as their history was read.
        unknown: Why that is not all of it, in a few words; empty where it is.
    """

    tiers: tuple[str, ...]
    now: datetime
    ran: frozenset[Identity]
    unknown: str = ""

    def objection(self, _tag: str, _version: Version | None) -> NotYet | None:
        """Nothing: newer versions are for the other gates."""
        return None

    def objection_to_return(self, version: Version) -> NotYet | None:
        """Why a lower version is not gone back to; None where it ran."""
        if identity_of(version) in self.ran:
            return None
        tiers = " or ".join(self.tiers)
        return NotYet(f"not known to have run in {tiers}: {self.unknown}" if self.unknown else f"never run in {tiers}")


class JumpGate(Struct, frozen=True, kw_only=True):
    """What jumps less far than a version that is proposed by itself, or not at all.

    Attributes:
        current: The version in use.
        jump: Of that version: `major`, `minor` or `patch`.
        best: Its tag.
    """

    current: Version
    jump: str
    best: str

    def objection(self, _tag: str, version: Version | None) -> NotYet | None:
        """Why a version is not looked at; None where it jumps less far."""
        same = _NUMBERS[self.jump]
        if version and version.key[:same] == self.current.key[:same]:
            return None
        return NotYet(f"a {self.jump} version, as {self.best} is")


_NUMBERS = {"major": 1, "minor": 2, "patch": 3}
_SAYS = {Colour.RED: "failed", Colour.UNKNOWN: "has not said success"}
Gate = WaitGate | SettleGate | SoakGate | ReturnGate | HoldGate | StatusGate | RanGate | JumpGate


def _places(runs: Iterable[Run]) -> list[str]:
    named = [f"{run.where} runs {run.runs}" for run in runs]
    return [*named[:MOST_NAMED], *([f"{len(named) - MOST_NAMED} more"] if len(named) > MOST_NAMED else [])]
