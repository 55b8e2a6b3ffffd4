"""What of a tier's updates is proposed now, and where: refusals, modes and limits first, then groups."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from bot.model.places import Route
from bot.model.proposing import Extras, Mode, Proposing
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Held, Update, Verdict
from bot.planning.grouping import Key, key_of, proposing_of
from bot.planning.memory import MEMORY_BRANCH, MEMORY_FILE, TierMemory
from bot.planning.rows import Row, row_of
from bot.planning.windows import opens_at
from bot.proposal_reasons import ONLY_REPORTED, REFUSED, TAKEN_OUT, WAITS_FOR_ROOM, WAITS_FOR_WINDOW
from bot.reason import Reason
from bot.reasons import UNKNOWN

PATIENCE = timedelta(days=14)
"""Who waited longer goes first, whatever its jump: patches that never end would keep a major waiting for ever."""
_RANKS = {"patch": 0, "prerelease": 0, "pin": 0, "minor": 1, "major": 2}
_NEVER = datetime.max.replace(tzinfo=UTC)

_Value = tuple[str, int, Route]


class Standing(Struct, frozen=True, kw_only=True):
    """What of a tier is proposed already.

    Attributes:
        rows: The rows of each key that has an open pull request of ours.
        unopened: The rows of each key whose branch of ours has no pull request: the forge may forbid us to open one.
        theirs: The keys whose branches others work on: no other chart gets in.
        numbers: The open pull requests of this tier.
    """

    rows: Mapping[str, frozenset[Row]] = field(default_factory=dict)
    unopened: Mapping[str, frozenset[Row]] = field(default_factory=dict)
    theirs: frozenset[str] = frozenset()
    numbers: frozenset[int] = frozenset()


class Arrangement(Struct, frozen=True, kw_only=True):
    """A tier's verdicts as they stand then, and the positions of those that each key proposes.

    Attributes:
        waiting: The charts that a limit holds back, since when.
        taken_out: The rows that each key's box keeps out of it.
        frozen: Keys of open pull requests that stay as they are, since the window of one of their charts is closed.
        extras: What each key's pull request gets when it is opened: all that any of its rows asks for.
    """

    verdicts: tuple[Verdict, ...]
    groups: Mapping[Key, tuple[int, ...]]
    waiting: Mapping[str, datetime]
    taken_out: Mapping[Key, frozenset[Row]] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()
    extras: Mapping[Key, Extras] = field(default_factory=dict)


class _Candidate(Struct, frozen=True, kw_only=True):
    index: int
    update: Update
    row: Row
    key: Key
    settings: Proposing


def arrange_tier(
    tier: Tier,
    verdicts: tuple[Verdict, ...],
    configuration: Configuration,
    standing: Standing,
    memory: TierMemory,
    now: datetime,
) -> Arrangement:
    """Share the updates of a tier out among pull requests, and hold those that are not proposed now.

    Args:
        tier: The tier.
        verdicts: Of this tier; all others than updates stay as they are.
        configuration: Its rules.
        standing: What is proposed already: it goes first, so that no row is pushed out by another.
        memory: What people refused, and who waits.
        now: For how long.
    """
    candidates = _candidates(tier, verdicts, configuration)
    held = {one.index: reason for one in candidates if (reason := _unwanted(one, standing, memory))}
    shut, frozen = _shut(tuple(one for one in candidates if one.index not in held), standing, now)
    held |= shut
    wanted = tuple(one for one in candidates if one.index not in held)
    waits = _without_room(tier, wanted, standing, memory, now)
    held |= waits
    groups: dict[Key, list[int]] = defaultdict(list)
    for one in wanted:
        if one.index not in held:
            groups[one.key].append(one.index)
    late = {one.row.chart for one in wanted if one.index in waits}
    # A night outside of its windows, or a day without its registry, takes nobody's place in the queue.
    paused = {one.row.chart for one in candidates if one.index in shut} | _unknown(verdicts)
    kept = {chart: since for chart, since in memory.waiting.items() if chart in paused}
    return Arrangement(
        verdicts=tuple(_held(verdict, held.get(index)) for index, verdict in enumerate(verdicts)),
        groups={key: tuple(groups[key]) for key in sorted(groups)},
        taken_out=_taken_out(candidates, memory),
        frozen=frozen,
        extras=_extras(one for one in wanted if one.index not in held),
        waiting=kept | {chart: memory.waiting.get(chart, now.replace(microsecond=0)) for chart in late},
    )


def _taken_out(candidates: tuple[_Candidate, ...], memory: TierMemory) -> dict[Key, frozenset[Row]]:
    found: dict[Key, set[Row]] = defaultdict(set)
    for one in candidates:
        if (refusal := memory.refusals.get(one.row)) and refusal.unticked:
            found[one.key].add(one.row)
    return {key: frozenset(rows) for key, rows in found.items()}


def _unknown(verdicts: Iterable[Verdict]) -> set[str]:
    """The charts that could not be looked up."""
    held = (one for one in verdicts if isinstance(one.decision, Held) and one.decision.reason.id in UNKNOWN)
    return {str(one.reference.source.address) for one in held}


def _held(verdict: Verdict, reason: Reason | None) -> Verdict:
    if reason is None or not isinstance(verdict.decision, Update):
        return verdict
    return replace(verdict, decision=Held(version=verdict.decision.old, reason=reason))


def _candidates(tier: Tier, verdicts: tuple[Verdict, ...], configuration: Configuration) -> tuple[_Candidate, ...]:
    """The updates with their keys; those that write one value share the key of the first, or none could be made.

    What several tiers share comes first: its draft may hold what is one tier's, and no other pull request may hold it.
    """
    updates = [(index, one, one.decision) for index, one in enumerate(verdicts) if isinstance(one.decision, Update)]
    keys: dict[_Value, Key] = {}
    found: dict[int, _Candidate] = {}
    for index, verdict, update in sorted(updates, key=lambda one: not one[2].shared):
        settings = proposing_of(verdict.reference, tier, configuration, update.jump)
        values = [(edit.place.path, edit.place.document, edit.place.route) for edit in update.edits]
        own = key_of(verdict, update, settings)
        key = next((keys[value] for value in values if value in keys), own)
        keys |= dict.fromkeys(values, key)
        row = row_of(verdict, update)
        found[index] = _Candidate(index=index, update=update, row=row, key=key, settings=settings)
    return tuple(found[index] for index in sorted(found))


def _unwanted(one: _Candidate, standing: Standing, memory: TierMemory) -> Reason | None:
    """Why it is proposed in no pull request, full or not."""
    if one.settings.mode is Mode.REPORT:
        return ONLY_REPORTED(version=one.row.version)
    refusal = memory.refusals.get(one.row)
    is_open = refusal is not None and refusal.number in standing.numbers
    if refusal is None or (is_open and not refusal.unticked):
        # What was reopened is wanted again.
        return None
    if is_open:
        return TAKEN_OUT(version=one.row.version, number=refusal.number)
    return REFUSED(version=one.row.version, number=refusal.number, file=MEMORY_FILE, branch=MEMORY_BRANCH)


def _shut(
    wanted: tuple[_Candidate, ...], standing: Standing, now: datetime
) -> tuple[dict[int, Reason], frozenset[str]]:
    """What waits for its window; a pull request that would lose or change a row by that stays as it is until then."""
    openings = {one.index: opens_at(one.settings.windows, now) for one in wanted}
    shut = {one.index: opening for one in wanted if (opening := openings[one.index])}
    frozen: dict[str, datetime] = {}
    for one in wanted:
        there = standing.rows.get(one.key.text, ())
        if one.index in shut and one.row.chart in {row.chart for row in there}:
            frozen[one.key.text] = min(shut[one.index], frozen.get(one.key.text, shut[one.index]))
    held: dict[int, Reason] = {}
    for one in wanted:
        opening = shut.get(one.index) or frozen.get(one.key.text)
        if opening and one.row not in standing.rows.get(one.key.text, ()):
            held[one.index] = WAITS_FOR_WINDOW(version=one.row.version, until=f"{opening:%Y-%m-%d %H:%M %Z}")
    return held, frozenset(frozen)


def _extras(wanted: Iterable[_Candidate]) -> dict[Key, Extras]:
    found: dict[Key, Extras] = {}
    for one in wanted:
        known, more = found.get(one.key, one.settings.extras), one.settings.extras
        found[one.key] = replace(
            known,
            labels=tuple(dict.fromkeys((*known.labels, *more.labels))),
            reviewers=tuple(dict.fromkeys((*known.reviewers, *more.reviewers))),
        )
    return found


def _without_room(
    tier: Tier, wanted: tuple[_Candidate, ...], standing: Standing, memory: TierMemory, now: datetime
) -> dict[int, Reason]:
    amounts, ranks = tier.proposing.amounts, _ranked(wanted, standing, memory, now)
    rows: dict[Key, dict[Row, None]] = defaultdict(dict)
    for one in sorted(wanted, key=lambda one: ranks[one.index]):
        rows[one.key][one.row] = None
    # As they were met: the first row of each decides. One that is open stays so, whatever is in it.
    keys = sorted(rows, key=lambda key: key.text not in standing.rows)
    opened = {key for place, key in enumerate(keys) if place < amounts.open or key.text in standing.rows}
    fitting = {key: _fitting(key, tuple(rows[key]), standing, amounts.changes) for key in opened}
    too_many = f"tier {tier.name} has as many open pull requests as it may ({amounts.open})"
    too_long = f"its pull request has as many changes as it may ({amounts.changes})"
    left = "others work on the branch of its pull request"
    return {
        one.index: WAITS_FOR_ROOM(
            version=one.row.version,
            what=too_many if one.key not in opened else left if one.key.text in standing.theirs else too_long,
        )
        for one in wanted
        if one.row not in fitting.get(one.key, ())
    }


def _fitting(key: Key, ranked: tuple[Row, ...], standing: Standing, most: int) -> set[Row]:
    if key.text in standing.theirs:
        there = {row.chart for row in standing.rows.get(key.text, ())}
        return {row for row in ranked if row.chart in there}
    return set(ranked[:most])


_Rank = tuple[int, datetime, int, datetime, str, int]


def _ranked(wanted: tuple[_Candidate, ...], standing: Standing, memory: TierMemory, now: datetime) -> dict[int, _Rank]:
    """Who comes first: what is open, what waited too long, then patches, minors, majors, the oldest wait first."""
    there = {**standing.unopened, **standing.rows}
    charts = {key: {row.chart for row in rows} for key, rows in there.items()}
    anywhere = {chart for found in charts.values() for chart in found}
    ranks: dict[int, _Rank] = {}
    for one in wanted:
        since = memory.waiting.get(one.row.chart, _NEVER)
        overdue = since if since < now - PATIENCE else _NEVER
        chart = one.row.chart
        # A chart that changes its group keeps its turn: a new major closes the pull request with its patch.
        place = 0 if chart in charts.get(one.key.text, ()) else 1 if chart in anywhere else 2
        jump = _RANKS.get(one.update.jump, len(_RANKS))
        ranks[one.index] = (place, overdue, jump, since, chart, one.index)
    return ranks
