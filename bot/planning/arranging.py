"""What of a tier's updates is proposed now, and where: refusals, modes and limits first, then groups."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from bot.model.places import Route
from bot.model.proposing import Extras, Mode
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import ROLLBACK, Held, Update, Verdict
from bot.planning.candidates import Candidate, Standing
from bot.planning.closed_windows import later, shut
from bot.planning.grouping import BEYOND, Key, beyond_key, key_of, proposing_of
from bot.planning.memory import Refusal, TierMemory
from bot.planning.rows import Row, row_of
from bot.planning.smaller_jumps import SmallerJump, chain_of, may_be_smaller, with_larger
from bot.proposal_reasons import IN_TOUCHED, ONLY_REPORTED, REFUSED, TAKEN_OUT, WAITS_FOR_OTHERS, WAITS_FOR_ROOM
from bot.reason import Reason
from bot.reasons import UNKNOWN

PATIENCE = timedelta(days=14)
"""Who waited longer goes first, whatever its jump: patches that never end would keep a major waiting for ever."""
_RANKS = {ROLLBACK: -1, "patch": 0, "prerelease": 0, "pin": 0, "minor": 1, "major": 2}
_NEVER = datetime.max.replace(tzinfo=UTC)

_Value = tuple[str, int, Route]
_Silent = tuple[int, str, Refusal]
"""The place of a verdict, the key of a pull request that shows a box, and what was taken out there."""


class Arrangement(Struct, frozen=True, kw_only=True):
    """A tier's verdicts as they stand then, and the positions of those that each key proposes.

    Attributes:
        waiting: The charts that a limit holds back, since when.
        late: The keys that have no pull request since there is no room, those first of which a chart waits newly.
        taken_out: The rows that each key's box keeps out of it.
        frozen: Keys of open pull requests that stay as they are, since the window of one of their charts is closed.
        extras: What each key's pull request gets when it is opened: all that any of its rows asks for.
        positions: Of the reference that each verdict is about: behind those of the tier come its smaller jumps.
        deeper: The verdicts of references that might be proposed a smaller jump than any among them.
    """

    verdicts: tuple[Verdict, ...]
    groups: Mapping[Key, tuple[int, ...]]
    waiting: Mapping[str, datetime]
    taken_out: Mapping[Key, frozenset[Row]] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()
    extras: Mapping[Key, Extras] = field(default_factory=dict)
    positions: tuple[int, ...] = ()
    deeper: tuple[int, ...] = ()
    late: tuple[str, ...] = ()


def arrange_tier(
    tier: Tier,
    verdicts: tuple[Verdict, ...],
    configuration: Configuration,
    standing: Standing,
    memory: TierMemory,
    now: datetime,
    smaller: tuple[SmallerJump, ...] = (),
) -> Arrangement:
    """Share the updates of a tier out among pull requests, and hold those that are not proposed now.

    Args:
        tier: The tier.
        verdicts: Of this tier; all others than updates stay as they are.
        configuration: Its rules.
        standing: What is proposed already: it goes first, so that no row is pushed out by another.
        memory: What people refused, and who waits.
        now: For how long.
        smaller: What its references may move to beside that, the larger jump first.
    """
    silent, unknown = _silent(tier, verdicts, standing, memory), _unknown(verdicts)
    positions = (*range(len(verdicts)), *(one.position for one in smaller))
    verdicts = (*verdicts, *(one.verdict for one in smaller))
    everything = _candidates(tier, verdicts, positions, configuration)
    held = {one.index: reason for one in everything if (reason := _unwanted(one, tier, standing, memory))}
    waiting = later(tier, verdicts, (one for one in everything if one.index not in held), configuration, standing, now)
    held |= waiting
    candidates = _one_a_key(everything, held)
    deeper = _deeper(tier, verdicts, everything, held, configuration)
    # Only now: no smaller jump stands in for what is proposed.
    held |= _left_there((one for one in candidates if one.index not in held), standing)
    for at, _, refusal in silent:
        if is_unknown(verdicts[at]) and (reason := _objection(refusal, tier, standing)):
            held[at] = reason
    unheld = tuple(one for one in candidates if one.index not in held)
    closed, frozen = shut(unheld, standing, memory, now, verdicts)
    held |= closed
    wanted = tuple(one for one in candidates if one.index not in held)
    stays = _stays(standing, frozen, unknown, {one.key.text for one in wanted})
    waits = _without_room(tier, wanted, standing, memory, now, stays)
    held |= waits
    groups = _grouped(one for one in wanted if one.index not in held)
    late = {one.row.chart for one in wanted if one.index in waits}
    # A night outside of its windows, or a day without its registry, takes nobody's place in the queue.
    paused = {one.row.chart for one in everything if one.index in closed.keys() | waiting.keys()} | unknown
    kept = {chart: since for chart, since in memory.waiting.items() if chart in paused}
    return Arrangement(
        verdicts=_told(verdicts, positions, held),
        groups=groups,
        taken_out=_taken_out(candidates, memory, silent, groups),
        frozen=frozen,
        extras=_extras(one for one in wanted if one.index not in held),
        positions=positions,
        deeper=deeper,
        late=_late(
            (one for one in wanted if one.index in waits), {*standing.rows, *(key.text for key in groups)}, memory
        ),
        waiting=kept | {chart: memory.waiting.get(chart, now.replace(microsecond=0)) for chart in late},
    )


def _grouped(proposed: Iterable[Candidate]) -> dict[Key, tuple[int, ...]]:
    """The verdicts of each pull request, in the order of the keys."""
    found: dict[Key, list[int]] = defaultdict(list)
    for one in proposed:
        found[one.key].append(one.index)
    return {key: tuple(found[key]) for key in sorted(found)}


def _late(waiting: Iterable[Candidate], opened: Collection[str], memory: TierMemory) -> tuple[str, ...]:
    keys: dict[str, bool] = {}
    for one in waiting:
        if one.key.text not in opened:
            keys[one.key.text] = keys.get(one.key.text, True) and one.row.chart in memory.waiting
    return tuple(sorted(keys, key=lambda key: (keys[key], key)))


def _one_a_key(everything: Iterable[Candidate], held: Collection[int]) -> tuple[Candidate, ...]:
    """Without the smaller jumps of what the same pull request proposes already."""
    taken: set[tuple[int, Key]] = set()
    found: list[Candidate] = []
    for one in everything:
        if (one.position, one.key) not in taken:
            found.append(one)
            taken |= {(one.position, one.key)} if one.index not in held else set()
    return tuple(found)


def _deeper(
    tier: Tier,
    verdicts: tuple[Verdict, ...],
    everything: Iterable[Candidate],
    held: Collection[int],
    configuration: Configuration,
) -> tuple[int, ...]:
    """Where it is worth a look: at the smallest jump that is known of each reference."""
    last = {one.position: one for one in everything}
    return tuple(
        one.index
        for one in last.values()
        if may_be_smaller(verdicts[one.index], one.key, tier, configuration, is_unwanted=one.index in held)
    )


def _told(verdicts: tuple[Verdict, ...], positions: tuple[int, ...], held: Mapping[int, Reason]) -> tuple[Verdict, ...]:
    """With what holds them; a smaller jump says of each larger one where that is."""
    larger = chain_of(positions)
    found: list[Verdict] = []
    for index, verdict in enumerate(verdicts):
        before = [(one, held.get(at)) for at in larger[index] if isinstance(one := verdicts[at].decision, Update)]
        if before and isinstance(verdict.decision, Update):
            verdict = replace(verdict, decision=with_larger(verdict.decision, before))  # noqa: PLW2901
        found.append(_held(verdict, held.get(index)))
    return tuple(found)


def _silent(tier: Tier, verdicts: tuple[Verdict, ...], standing: Standing, memory: TierMemory) -> tuple[_Silent, ...]:
    """What is taken out of an open pull request and cannot be looked up now: its box stays as it is, with its key."""
    names = {name: key for key, shown in standing.boxes.items() for name in shown}
    out = [
        (names[name], one)
        for one in memory.refusals.values()
        if one.unticked and (name := one.row.name(tier.name)) in names
    ]
    charts = ((at, str(one.reference.source.address)) for at, one in enumerate(verdicts) if _is_silent(one))
    return tuple((at, key, one) for at, chart in charts for key, one in out if one.row.chart == chart)


def _taken_out(
    candidates: tuple[Candidate, ...],
    memory: TierMemory,
    silent: Iterable[_Silent],
    keys: Iterable[Key],
) -> dict[Key, frozenset[Row]]:
    found: dict[Key, set[Row]] = defaultdict(set)
    for one in candidates:
        if (refusal := memory.refusals.get(one.row)) and refusal.unticked:
            found[one.key].add(one.row)
    known = {key.text: key for key in keys}
    for _, text, refusal in silent:
        if text in known:
            found[known[text]].add(refusal.row)
    return {key: frozenset(rows) for key, rows in found.items()}


def _unknown(verdicts: Iterable[Verdict]) -> set[str]:
    """The charts that could not be looked up."""
    return {str(one.reference.source.address) for one in verdicts if is_unknown(one)}


def is_unknown(verdict: Verdict) -> bool:
    """Whether the chart could not be looked up, and nothing of it is carried on."""
    return isinstance(verdict.decision, Held) and verdict.decision.reason.id in UNKNOWN


def _is_silent(verdict: Verdict) -> bool:
    """Whether its chart could not be looked up, and be it that an open pull request keeps one of its versions."""
    return is_unknown(verdict) or is_carried(verdict)


def is_carried(verdict: Verdict) -> bool:
    """Whether its chart could not be looked up, and an open pull request keeps what it proposed."""
    carried = verdict.decision.carried if isinstance(verdict.decision, Update) else None
    return carried is not None and carried.id in UNKNOWN


def _held(verdict: Verdict, reason: Reason | None) -> Verdict:
    match verdict.decision:
        case Update(old=version, remark=remark) if reason:
            return replace(verdict, decision=Held(version=version, reason=_with_remark(reason, remark)))
        case Held(version=version) if reason:
            return replace(verdict, decision=Held(version=version, reason=reason))
        case _:
            return verdict


def _with_remark(reason: Reason, remark: Reason | None) -> Reason:
    """What is wrong with the version in use is said however little comes of it."""
    if remark is None:
        return reason
    return replace(reason, sentence=f"{remark.sentence}; {reason.sentence}", weight=remark.weight)


def _candidates(
    tier: Tier, verdicts: tuple[Verdict, ...], positions: tuple[int, ...], configuration: Configuration
) -> tuple[Candidate, ...]:
    """The updates with their keys; those that write one value share the key of the first, or none could be made.

    What several tiers share comes first: its draft may hold what is one tier's, and no other pull request may hold it.
    """
    updates = [(index, one, one.decision) for index, one in enumerate(verdicts) if isinstance(one.decision, Update)]
    # The jumps of one reference write one value as well, each in a pull request of its own.
    larger, keys = chain_of(positions), dict[tuple[int, _Value], Key]()
    found: dict[int, Candidate] = {}
    for index, verdict, update in sorted(updates, key=lambda one: not one[2].shared):
        settings = proposing_of(verdict.reference, tier, configuration, update.jump)
        places, depth = (edit.place for edit in update.edits), len(larger[index])
        values = [(depth, (place.path, place.document, place.route)) for place in places]
        own = key_of(verdict, update, settings)
        key = next((keys[value] for value in values if value in keys), own)
        keys |= dict.fromkeys(values, key)
        # All of a draft for several tiers is refused with it, and nothing else is.
        row = replace(row_of(verdict, update), shared=key.shared)
        found[index] = Candidate(
            index=index, position=positions[index], update=update, row=row, key=key, settings=settings
        )
    return tuple(found[index] for index in sorted(found))


def _unwanted(one: Candidate, tier: Tier, standing: Standing, memory: TierMemory) -> Reason | None:
    """Why it is proposed in no pull request, full or not."""
    if one.settings.mode is Mode.REPORT:
        return ONLY_REPORTED(version=one.row.version)
    refusal = memory.refusals.get(one.row)
    return _objection(refusal, tier, standing) if refusal else None


def _left_there(wanted: Iterable[Candidate], standing: Standing) -> dict[int, Reason]:
    """What stays in a pull request that others work on, although it would be in another one by now."""
    there = {row: number for key, number in standing.touched.items() for row in standing.rows.get(key, ())}
    return {
        one.index: IN_TOUCHED(version=one.row.version, number=there[one.row])
        for one in wanted
        if one.row in there and one.row not in standing.rows.get(one.key.text, ())
    }


def _objection(refusal: Refusal, tier: Tier, standing: Standing) -> Reason | None:
    version, number = refusal.row.version, refusal.number
    if not refusal.unticked and number in standing.numbers:
        return None  # What was reopened is wanted again.
    # Once the rest was merged, its box stands in the pull request after that.
    name = refusal.row.name(tier.name)
    shown = next((standing.opened[key] for key, names in standing.boxes.items() if name in names), number)
    if refusal.unticked and shown in standing.numbers - standing.emptied:
        return TAKEN_OUT(version=version, number=number, shown=shown)
    return REFUSED(version=version, number=number, chart=refusal.row.chart)


def _extras(wanted: Iterable[Candidate]) -> dict[Key, Extras]:
    found: dict[Key, Extras] = {}
    for one in wanted:
        known, more = found.get(one.key, one.settings.extras), one.settings.extras
        found[one.key] = replace(
            known,
            labels=tuple(dict.fromkeys((*known.labels, *more.labels))),
            reviewers=tuple(dict.fromkeys((*known.reviewers, *more.reviewers))),
        )
    return found


def _stays(standing: Standing, frozen: Collection[str], unknown: Collection[str], wished: Collection[str]) -> int:
    """How many pull requests stay open although nothing is wished of them, but for those beyond what is followed."""
    kept = {*standing.touched, *frozen, *(key for key, rows in standing.rows.items() if _names(rows, unknown))}
    return len(kept - {beyond_key().text, *wished})


def _names(rows: Iterable[Row], charts: Collection[str]) -> bool:
    return any(row.chart in charts for row in rows)


def _without_room(
    tier: Tier,
    wanted: tuple[Candidate, ...],
    standing: Standing,
    memory: TierMemory,
    now: datetime,
    stays: int,
) -> dict[int, Reason]:
    amounts, ranks = tier.proposing.amounts, _ranked(wanted, standing, memory, now)
    wanted = tuple(one for one in wanted if one.key.text not in standing.foreign)
    rows: dict[Key, dict[Row, None]] = defaultdict(dict)
    for one in sorted(wanted, key=lambda one: ranks[one.index]):
        rows[one.key][one.row] = None
    # As they were met: the first row of each decides. One that is open stays so, whatever is in it.
    keys = sorted(rows, key=lambda key: key.text not in standing.rows)
    room = amounts.open if tier.proposing.group == BEYOND else amounts.open - stays
    opened = {key for place, key in enumerate(keys) if place < room or key.text in standing.rows}
    urgent = {one.row: one.key for one in wanted if one.update.goes_back}
    opened |= set(urgent.values())
    fitting = {key: _fitting(key, tuple(rows[key]), standing, amounts.changes, urgent.keys()) for key in opened}
    too_many = f"tier {tier.name} has as many open pull requests as it may ({amounts.open})"
    too_long = f"its pull request has as many changes as it may ({amounts.changes})"

    def why(one: Candidate) -> Reason:
        name, version = one.key.text, one.row.version
        if one.key in opened and name in standing.theirs:
            number = standing.touched.get(name)
            return WAITS_FOR_OTHERS(version=version, where=f"#{number}" if number else "the branch of its pull request")
        return WAITS_FOR_ROOM(version=version, what=too_long if one.key in opened else too_many)

    return {one.index: why(one) for one in wanted if one.row not in fitting.get(one.key, ())}


def _fitting(key: Key, ranked: tuple[Row, ...], standing: Standing, most: int, urgent: Collection[Row]) -> set[Row]:
    """The rows that a pull request has room for; what goes back needs none."""
    if key.text in standing.theirs:
        there = {row.chart for row in standing.rows.get(key.text, ())}
        return {row for row in ranked if row.chart in there}
    others = [row for row in ranked if row not in urgent]
    return {row for row in ranked if row in urgent} | set(others[:most])


_Rank = tuple[int, datetime, int, datetime, str, int]


def _ranked(wanted: tuple[Candidate, ...], standing: Standing, memory: TierMemory, now: datetime) -> dict[int, _Rank]:
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
