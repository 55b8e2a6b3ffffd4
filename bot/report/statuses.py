"""Commit statuses. On a base branch anything but success blocks other people's deployments: alarms do, little else."""

from collections import Counter
from collections.abc import Iterable, Mapping

from bot.maturity.maturity_reasons import WAITS
from bot.model.proposals import Action, CommitStatus, PullRequestPlan, State
from bot.model.references import PassedOver
from bot.model.tiers import Tier
from bot.model.verdicts import Current, Held, Update, Verdict
from bot.planning.commit_trailers import ChartRow
from bot.planning.rows import Row
from bot.proposal_reasons import (
    IN_SHARED_DRAFT,
    IN_TOUCHED,
    ONLY_REPORTED,
    REFUSED,
    TAKEN_OUT,
    WAITS_FOR_OTHERS,
    WAITS_FOR_ROOM,
    WAITS_FOR_WINDOW,
)
from bot.reason import Reason, Weight
from bot.report.escape import visible
from bot.report.run_report import (
    alarms,
    charts_unknown,
    counted,
    counted_updates,
    is_unknown,
    nothing_looked_up,
    reason_of,
    updates_of,
    updates_said,
)
from bot.versions.version import try_flux

CONTEXT = "flux-chart-bot/"
LONGEST = 140
"""Characters of a description that GitHub takes (https://docs.github.com/en/rest/commits/statuses)."""

_UNPROPOSED = {
    WAITS_FOR_ROOM: "waiting",
    WAITS_FOR_OTHERS: "waiting",
    WAITS_FOR_WINDOW: "waiting for their window",
    REFUSED: "refused",
    TAKEN_OUT: "refused",
    ONLY_REPORTED: "reported only",
    IN_SHARED_DRAFT: "in a draft of several tiers",
    IN_TOUCHED: "in pull requests with commits of others",
}


def base_status(
    tier: Tier,
    verdicts: Iterable[Verdict],
    passed_over: Iterable[PassedOver],
    proposals: tuple[PullRequestPlan, ...] = (),
    target_url: str = "",
) -> CommitStatus:
    """The word on the tip of a tier's base branch.

    Args:
        tier: The tier.
        verdicts: Of this tier.
        passed_over: What lies in this tier and was not judged.
        proposals: The plans of its pull requests; one that is left alone is said.
        target_url: Where the description's link leads.
    """
    judged, skipped = tuple(verdicts), tuple(passed_over)
    reasons = (*filter(None, map(reason_of, judged)), *(item.reason for item in skipped))
    if alarming := alarms(reasons):
        more = f" ({len(alarming) - 1} more)" if len(alarming) > 1 else ""
        return _status(tier, State.FAILURE, f"{alarming[0].sentence}{more}", target_url)
    if nothing_looked_up(judged):
        unknown = next(filter(None, map(reason_of, filter(is_unknown, judged))))
        return _status(tier, State.ERROR, f"nothing could be looked up: {unknown.sentence}", target_url)
    return _status(tier, State.SUCCESS, _sentence(judged, skipped, proposals), target_url)


def head_status(tier: Tier, proposal: PullRequestPlan, target_url: str = "") -> CommitStatus:
    """The word on the head of a tier's own pull request: `pending` while any of its rows waits again, with its date."""
    waiting = [reason for one in proposal.updates if (reason := waits_again(one))]
    if waiting:
        more = f"{len(waiting)} of {counted_updates(proposal.updates)}: " if len(proposal.updates) > 1 else ""
        return _status(tier, State.PENDING, f"{more}{waiting[0].sentence}", target_url)
    kept = sum(map(is_unknown, proposal.updates))
    sentence = counted_updates(proposal.updates)
    if kept:
        sentence += f", {kept} of them kept: could not be looked up"
    return _status(tier, State.SUCCESS, sentence, target_url)


def waits_again(verdict: Verdict) -> Reason | None:
    """Until when a row of a pull request waits again; None where it does not."""
    carried = verdict.decision.carried if isinstance(verdict.decision, Update) else None
    return carried if carried and carried.id == WAITS.id else None


def status_as_it_is(
    tier: Tier, rows: Iterable[ChartRow], held: Mapping[Row, str], target_url: str = ""
) -> CommitStatus:
    """The word on a head of ours that a run leaves as it is: of its own rows, whatever would be proposed now.

    Args:
        tier: The tier.
        rows: What our commit on it changes.
        held: What of that nobody should merge, with why.
        target_url: As for a base.
    """
    if held:
        names: dict[str, list[str]] = {}
        for row, why in held.items():
            names.setdefault(why, []).append(f"{row.chart.rpartition('/')[2]} {row.version}")
        told = "; nor ".join(f"{', '.join(named)}: {why}" for why, named in names.items())
        return _status(tier, State.FAILURE, f"do not merge {told}", target_url)
    ways = [_goes_down(row) for row in rows for _ in row.paths or ("",)]
    return _status(tier, State.SUCCESS, updates_said(len(ways) - sum(ways), sum(ways)), target_url)


def touched_status(
    tier: Tier,
    rows: Iterable[ChartRow],
    unwanted: Mapping[Row, str],
    beside: Iterable[tuple[str, str]],
    waits: Iterable[str],
    target_url: str = "",
) -> CommitStatus:
    """The word on a head of ours with commits of others on it: what nobody judged is never called a success.

    Args:
        tier: The tier.
        rows: The versions that it moves now.
        unwanted: What of that nobody should merge, with why.
        beside: What else nobody should merge with it, and why.
        waits: What is not known of it yet, or not yet so.
        target_url: As for a base.
    """
    moved = tuple(rows)
    status = status_as_it_is(tier, moved, unwanted, target_url)
    if unwanted:
        return status
    for what, why in beside:
        return _status(tier, State.FAILURE, f"do not merge {what}: {why}", target_url)
    for why in waits:
        return _status(tier, State.PENDING, why, target_url)
    said = status.description if moved else "no version changes"
    return _status(tier, State.SUCCESS, f"{said}; of others' commits only the versions are judged", target_url)


def status_of_left(tier: Tier, why: Reason, target_url: str = "") -> CommitStatus:
    """The word on a head of ours that must not be merged as it is, for what lies beneath our commit."""
    return _status(tier, State.FAILURE, f"do not merge: {why.sentence}", target_url)


def _goes_down(row: ChartRow) -> bool:
    old, new = try_flux(row.old), try_flux(row.new)
    return old is not None and new is not None and new < old


def _status(tier: Tier, state: State, description: str, target_url: str) -> CommitStatus:
    text = visible(description)
    if len(text) > LONGEST:
        text = f"{text[: LONGEST - 1]}…"
    return CommitStatus(context=f"{CONTEXT}{tier.name}", state=state, description=text, target_url=target_url)


def _sentence(
    verdicts: tuple[Verdict, ...], passed_over: tuple[PassedOver, ...], proposals: tuple[PullRequestPlan, ...]
) -> str:
    """`2 updates proposed, 1 chart not looked up`; what is normal is not said."""
    unknown = charts_unknown(verdicts)
    questions = sum(item.reason.weight is Weight.WARNING for item in passed_over) + sum(map(_is_question, verdicts))
    waiting = sum(isinstance(one.decision, Current) and one.decision.waiting is not None for one in verdicts)
    suspended = sum(verdict.reference.suspended and not isinstance(verdict.decision, Update) for verdict in verdicts)
    parts = [
        *_fates(updates_of(verdicts), proposals),
        f"{waiting} waiting" if waiting else "",
        _kept_back(verdicts),
        *_unproposed(verdicts),
        f"{counted(unknown, 'chart')} not looked up" if unknown else "",
        f"{questions} not updated, see the summary" if questions else "",
        f"{suspended} suspended" if suspended else "",
    ]
    return ", ".join(filter(None, parts)) or _nothing(verdicts)


def _fates(updates: tuple[Verdict, ...], proposals: tuple[PullRequestPlan, ...]) -> tuple[str, ...]:
    """What became of the updates: some pull requests may be left alone."""
    left = [update for one in proposals if one.action is Action.LEAVE for update in one.updates]
    up, back = (len(_going(updates, back=back)) - len(_going(left, back=back)) for back in (False, True))
    return (
        f"{updates_said(up, back)} {'proposed' if proposals else 'found'}" if up or back else "",
        f"{counted_updates(left)} left alone" if left else "",
    )


def _going(updates: Iterable[Verdict], *, back: bool) -> list[Verdict]:
    return [one for one in updates if isinstance(one.decision, Update) and one.decision.goes_back == back]


def _unproposed(verdicts: tuple[Verdict, ...]) -> Iterable[str]:
    """What may move and is not proposed, by why."""
    words = {kind.id: said for kind, said in _UNPROPOSED.items()}
    held = (one.decision.reason.id for one in verdicts if isinstance(one.decision, Held))
    counts = Counter(words[name] for name in held if name in words)
    return (f"{counts[said]} {said}" for said in dict.fromkeys(words.values()) if counts[said])


def _kept_back(verdicts: tuple[Verdict, ...]) -> str:
    """What is newer and not taken, for another reason than time: one by name, more by their number."""
    current = [one.decision for one in verdicts if isinstance(one.decision, Current) and not one.decision.waiting]
    said = [one.remark.words if one.remark else one.ahead for one in current if _is_kept_back(one)]
    return f"{len(said)} newer versions not taken, see the summary" if len(set(said)) > 1 else "".join(said[:1])


def _is_kept_back(current: Current) -> bool:
    """Whether something newer is not taken: loud reasons are questions, and counted as such."""
    return bool(current.ahead) if current.remark is None else current.remark.weight is Weight.NOTE


def _is_question(verdict: Verdict) -> bool:
    """Whether somebody should mend something: a lookup that failed mends itself."""
    reason = reason_of(verdict)
    if isinstance(verdict.decision, Update):
        return False
    return reason is not None and reason.weight is Weight.WARNING and not is_unknown(verdict)


def _nothing(verdicts: tuple[Verdict, ...]) -> str:
    current = [(one.tier, one.decision) for one in verdicts if isinstance(one.decision, Current)]
    if newer := sum(bool(tier.stands_still and decision.newest) for tier, decision in current):
        return f"stands still; {counted(newer, 'newer version')} {'exists' if newer == 1 else 'exist'}"
    if current:
        return "up to date"
    return "follows nothing by itself" if verdicts else "no charts here"
