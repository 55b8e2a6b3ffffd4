"""What waits while a tier's windows are closed. They keep us from haste; no person's word, and nothing bad in."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Current, Held, Update, Verdict
from bot.planning.candidates import Candidate, Standing
from bot.planning.memory import TierMemory
from bot.planning.rows import Row
from bot.planning.smaller_jumps import jumps_as_far, may_be_smaller_now
from bot.planning.windows import opens_at
from bot.proposal_reasons import WAITS_FOR_WINDOW
from bot.reason import Reason, Weight
from bot.versions.version import try_written


def shut(
    wanted: tuple[Candidate, ...],
    standing: Standing,
    memory: TierMemory,
    now: datetime,
    verdicts: Iterable[Verdict] = (),
) -> tuple[dict[int, Reason], frozenset[str]]:
    """What waits for its window; a pull request that would lose or change a row by that stays as it is until then.

    Where a person takes a row out, it goes, and nothing comes in; so it is where a row's version is not to be had any
    more: whoever merges at night, or has the platform do it, would merge that too.
    """
    leaving = {row for row, refusal in memory.refusals.items() if refusal.unticked}
    leaving |= _withdrawn({row for rows in standing.rows.values() for row in rows}, verdicts)
    spoken = standing.held | {key for key, rows in standing.rows.items() if rows & leaving}
    openings = {one.index: opens_at(one.settings.windows, now) for one in wanted}
    closed = {one.index: opening for one in wanted if (opening := openings[one.index])}
    frozen: dict[str, datetime] = {}
    for one in wanted:
        there = standing.rows.get(one.key.text, ())
        if one.index in closed and one.key.text not in spoken and one.row.chart in {row.chart for row in there}:
            frozen[one.key.text] = min(closed[one.index], frozen.get(one.key.text, closed[one.index]))
    held: dict[int, Reason] = {}
    for one in wanted:
        opening = closed.get(one.index) or frozen.get(one.key.text)
        if opening and one.row not in standing.rows.get(one.key.text, ()):
            held[one.index] = _until(one.row, opening)
    return held, frozenset(frozen)


def _withdrawn(rows: Iterable[Row], verdicts: Iterable[Verdict]) -> set[Row]:
    """Those whose version nothing moves to by now, although the base has a lower one: yanked, or pushed again."""
    about: dict[str, list[Verdict]] = defaultdict(list)
    for one in verdicts:
        about[str(one.reference.source.address)].append(one)
    return {row for row in rows if about[row.chart] and all(_is_out_of_reach(row, one) for one in about[row.chart])}


def _is_out_of_reach(row: Row, verdict: Verdict) -> bool:
    match verdict.decision:
        case Held(reason=reason):
            return reason.weight is Weight.ALARM
        case Update(new=text, carried=carried):
            return carried is None and _is_lower(text, row.version)
        case Current(version=version, runs=runs):
            return _is_lower(runs or version, row.version)


def _is_lower(one: str, other: str) -> bool:
    first, second = try_written(one), try_written(other)
    return first is not None and second is not None and first < second


def later(
    tier: Tier,
    verdicts: tuple[Verdict, ...],
    wanted: Iterable[Candidate],
    configuration: Configuration,
    standing: Standing,
    now: datetime,
) -> dict[int, Reason]:
    """What waits for a window of its jump alone: meanwhile its pull request is open to smaller jumps, and to others.

    What stands there already and jumps as far stays as it is, with all of its pull request.
    """
    held: dict[int, Reason] = {}
    for one in wanted:
        there = (row for row in standing.rows.get(one.key.text, ()) if row.chart == one.row.chart)
        if any(jumps_as_far(row.version, one.update) for row in there) or not (
            opening := opens_at(one.settings.windows, now)
        ):
            continue
        if may_be_smaller_now(verdicts[one.index], tier, configuration, now):
            held[one.index] = _until(one.row, opening)
    return held


def _until(row: Row, opening: datetime) -> Reason:
    return WAITS_FOR_WINDOW(version=row.version, until=f"{opening:%Y-%m-%d %H:%M %Z}")
