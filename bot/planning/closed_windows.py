"""What waits while a tier's windows are closed. They keep us from haste, and no person's word out."""

from collections.abc import Iterable
from datetime import datetime

from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Verdict
from bot.planning.candidates import Candidate, Standing
from bot.planning.memory import TierMemory
from bot.planning.rows import Row
from bot.planning.smaller_jumps import jumps_as_far, may_be_smaller_now
from bot.planning.windows import opens_at
from bot.proposal_reasons import WAITS_FOR_WINDOW
from bot.reason import Reason


def shut(
    wanted: tuple[Candidate, ...], standing: Standing, memory: TierMemory, now: datetime
) -> tuple[dict[int, Reason], frozenset[str]]:
    """What waits for its window; a pull request that would lose or change a row by that stays as it is until then.

    Where a person takes a row out, it goes, and nothing comes in.
    """
    unticked = {row for row, refusal in memory.refusals.items() if refusal.unticked}
    spoken = standing.held | {key for key, rows in standing.rows.items() if rows & unticked}
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
