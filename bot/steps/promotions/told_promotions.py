"""What is said of the promotions that are open, beside what is done about them."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from bot.model.proposals import Action, Kind, PullRequestPlan, StatusPlan
from bot.model.verdicts import Update
from bot.planning.rows import Row, row_of
from bot.proposal_reasons import ALSO_IN, MARKED_READY, OVERTAKEN, STILL_HOLDS, STILL_HOLDS_MOVED
from bot.reason import Reason
from bot.report.statuses import status_as_it_is, status_of_left
from bot.steps.find import Remote
from bot.steps.promotions.open_promotions import PUSHED_AGAIN, OpenPromotion

STAYS = frozenset({Action.KEEP, Action.LEAVE, Action.REWORD})
"""What leaves a head as it is."""
_PUSHES = frozenset({Action.CREATE, Action.OPEN, Action.UPDATE})

Plans = Iterable[PullRequestPlan]


def as_they_are(opened: Iterable[OpenPromotion], pulls: Plans) -> tuple[OpenPromotion, ...]:
    """Those whose heads this run does not change."""
    actions = {one.branch: one.action for one in pulls}
    return tuple(one for one in opened if actions.get(one.branch, Action.KEEP) in STAYS)


def notes_of(opened: Iterable[OpenPromotion], pulls: Iterable[PullRequestPlan]) -> Iterator[Reason]:
    """What a report says of them, whatever becomes of them.

    Args:
        opened: As they were found.
        pulls: What this run does.
    """
    known, plans = tuple(opened), {one.branch: one for one in pulls}
    for one in known:
        yield from one.lost
        if one.branch in plans:
            yield from _taken_anew(one, plans[one.branch])
    yield from _twice(known, plans)
    for one in as_they_are(known, plans.values()):
        said = one.branch in plans and plans[one.branch].reason
        if one.brings and said != one.brings:
            yield one.brings
        yield from _still_held(one)
        if one.overtaken:
            yield OVERTAKEN(number=one.pull.number, charts=", ".join(one.overtaken))


def statuses_of(opened: Iterable[OpenPromotion], pulls: Plans, remote: Remote) -> Iterator[StatusPlan]:
    """The word on each head that stays: what its own rows deserve."""
    for one in as_they_are(opened, pulls):
        if one.pull.author == remote.us.login and (one.stands or one.brings or one.unwanted):
            status = status_as_it_is(one.tier, one.rows, one.unwanted, remote.run_url)
            if one.brings and not one.unwanted:
                status = status_of_left(one.tier, one.brings, remote.run_url)
            yield StatusPlan(sha=one.head, branch=one.branch, status=status)


def not_to_be_merged(opened: Iterable[OpenPromotion], pulls: Plans) -> Iterator[PullRequestPlan]:
    """The same plans; what nobody should merge is not said to be merged or closed in the same breath."""
    unwanted = {one.branch for one in opened if one.unwanted}
    for one in pulls:
        if one.reason and one.reason.id == MARKED_READY.id and one.branch in unwanted:
            yield replace(one, reason=replace(one.reason, mend=""))
        else:
            yield one


def _still_held(one: OpenPromotion) -> Iterator[Reason]:
    """A note for each reason, with the rows that it is true of."""
    number, ways = one.pull.number, _ways_out(one)
    rows: dict[str, list[Row]] = {}
    for row, why in one.held.items():
        rows.setdefault(why, []).append(row)
    for why, about in rows.items():
        yield STILL_HOLDS(number=number, rows=_named(about), why=why, ways=ways)
    if one.moved:
        yield STILL_HOLDS_MOVED(number=number, rows=_named(one.moved), why=PUSHED_AGAIN, ways=ways)


def _ways_out(one: OpenPromotion) -> str:
    """What a person may do with it: only one that is no draft, and has nothing but our commit, follows as a draft."""
    if not one.stands:
        return "tick its last box to have it made anew, or close it"
    return "close it" if one.pull.draft else "convert it to a draft, or close it"


def _taken_anew(one: OpenPromotion, planned: PullRequestPlan) -> Iterator[Reason]:
    """The alarm of a tag that was pushed again, where its row is made anew and no person released that."""
    if planned.action in _PUSHES:
        for row, update in _updates(planned):
            if row in one.moved and update.promoted and not update.promoted.digest_released:
                yield one.moved[row]


def _twice(opened: Iterable[OpenPromotion], plans: dict[str, PullRequestPlan]) -> Iterator[Reason]:
    """That what is pushed now is open elsewhere as well."""
    known = [(one, _rows_now(one, plans.get(one.branch))) for one in opened]
    for planned in plans.values():
        if planned.kind is Kind.PROMOTION and planned.action in _PUSHES:
            wished = dict.fromkeys(row for row, _ in _updates(planned))
            for one, rows in known:
                shared = [row for row in wished if row in rows]
                if shared and one.branch != planned.branch and one.tier.name == planned.tier.name:
                    yield ALSO_IN(number=one.pull.number, rows=_named(shared), branch=planned.branch)


def _rows_now(one: OpenPromotion, planned: PullRequestPlan | None) -> frozenset[Row]:
    if planned is None or planned.action in STAYS:
        return frozenset(Row(chart=row.chart, version=row.new) for row in one.rows)
    return frozenset(row for row, _ in _updates(planned))


def _updates(planned: PullRequestPlan) -> Iterator[tuple[Row, Update]]:
    for one in planned.updates:
        if isinstance(one.decision, Update):
            yield row_of(one, one.decision), one.decision


def _named(rows: Iterable[Row]) -> str:
    return ", ".join(f"{row.chart} {row.version}" for row in rows)
