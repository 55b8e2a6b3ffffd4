"""write pull requests: one after the other, step by step, each as far as it comes."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar, assert_never

from msgspec import Struct
from msgspec.structs import replace

from bot.errors import BotError, RunFailed
from bot.model.commits import PushRejected
from bot.model.proposals import Action, Kind, Outcome, PullRequest, PullRequestPlan
from bot.model.tiers import Configuration
from bot.planning.commit_trailers import word
from bot.planning.ownership import ON_TOP_TRAILER, PARENT_TRAILER
from bot.planning.proof import deviation
from bot.planning.pull_requests import is_unfinished, unfinished
from bot.ports import Forge, Repository
from bot.proposal_reasons import FASTER_RUN
from bot.reason import Reason
from bot.reasons import FORGE_FAILED
from bot.report.escape import prose
from bot.steps.find import Remote
from bot.steps.publishing.races import is_moved_by_us
from bot.steps.rejections import rejection

_T = TypeVar("_T")
_Step = Callable[[Outcome], Outcome]
"""One write for one pull request."""

_NOTHING_LEFT = "Nothing is left to update here."
_NOT_PROMOTED = "Nothing is left to promote here."
_AGAIN = "To ask for it again, run {calls}."
_COMES_BACK = "The next update that finds something to promote opens another draft."
_EMPTIED = (
    "All that was left here was taken out by its box, which counts as a refusal of these versions. To have them back, "
    "run {calls}; or restore the branch, reopen this pull request and tick the boxes."
)
_MOST_CALLS = 5
_NO_HEIR = "it stays open, since what replaces it could not be opened"
_REPLACED = "Its updates are proposed in {links}."
_ANEW = "Its updates are proposed anew there."
_ELSEWHERE = "The configuration groups {which} updates otherwise now. They are proposed in {links}."


class PullRequestWriter(Struct, frozen=True, kw_only=True):
    """Brings the pull requests of a plan about, with their branches.

    Attributes:
        configuration: What must not be written.
        awaited: Another run of ours that was faster is a problem all the same.
    """

    remote: Remote
    configuration: Configuration
    awaited: bool

    @property
    def _repository(self) -> Repository:
        return self.remote.repository

    @property
    def _forge(self) -> Forge:
        return self.remote.forge

    def written(self, plans: Iterable[PullRequestPlan]) -> tuple[tuple[Outcome, ...], bool]:
        """What came of each, and whether forge or repository broke down on the way."""
        outcomes: list[Outcome] = []
        broken, faster = False, None
        for plan in plans:
            outcome = unwritten(plan)
            heirs = tuple(one for one in outcomes if one.plan.branch in plan.successors)
            if faster:
                outcome = left(outcome, faster)
            elif not broken and not any(one.problem for one in heirs):
                outcome, broken = _take(self._steps(plan, heirs), outcome)
                faster = lost(outcome)
            elif not broken:
                outcome = replace(outcome, problem=FORGE_FAILED(what=plan.branch, problem=_NO_HEIR))
            elif plan.action not in {Action.KEEP, Action.LEAVE}:
                problem = FORGE_FAILED(what=plan.branch, problem="not attempted, since one before it failed")
                outcome = replace(outcome, problem=problem)
            outcomes.append(outcome)
        return tuple(outcomes), broken

    def _steps(self, plan: PullRequestPlan, heirs: tuple[Outcome, ...]) -> tuple[_Step, ...]:
        match plan.action:
            case Action.KEEP | Action.LEAVE:
                return ()
            case Action.CLOSE:
                return partial(self._close, heirs=heirs), self._delete
            case Action.OPEN:
                return self._close_replaced, self._open
            case Action.REWORD:
                return (self._reword,)
            case Action.CREATE | Action.UPDATE | Action.ADVANCE:
                return self._close_replaced, self._push, self._reword if plan.existing else self._open
            case _:
                assert_never(plan.action)

    def _push(self, outcome: Outcome) -> Outcome:
        plan = outcome.plan
        message = _required(plan.texts).commit_message
        message += f"{ON_TOP_TRAILER if plan.action is Action.ADVANCE else PARENT_TRAILER}: {plan.parent}\n"
        made = self.remote.commits.commit(
            parent=plan.parent, changes=plan.changes, message=message, identity=self.remote.us
        )
        if isinstance(made, Reason):
            return replace(outcome, problem=made)
        differences = self._repository.differences(plan.parent, made)
        if problem := deviation(plan, differences, self.configuration, self.remote.default):
            return replace(outcome, problem=problem)
        if rejected := self._repository.push(plan.branch, made, expected=plan.head_before):
            return self._refused(outcome, rejected)
        return replace(outcome, head=made, wrote=True)

    def _refused(self, outcome: Outcome, rejected: PushRejected) -> Outcome:
        plan = outcome.plan
        if rejected is PushRejected.STALE and not self.awaited and is_moved_by_us(self.remote, plan):
            return left(outcome, FASTER_RUN(branch=plan.branch))
        return replace(outcome, problem=rejection(plan.branch, rejected, self._repository))

    def _open(self, outcome: Outcome) -> Outcome:
        plan, texts = outcome.plan, _required(outcome.plan.texts)
        body = unfinished(texts.body) if plan.extras else texts.body
        answer = self._forge.create_pull_request(
            head=plan.branch, base=plan.base, title=texts.title, body=body, draft=plan.draft
        )
        if not isinstance(answer, PullRequest):
            by_hand = self._forge.compare_url(base=plan.base, head=plan.branch)
            return replace(outcome, problem=answer, open_by_hand=by_hand)
        outcome = replace(outcome, url=answer.url, wrote=True)
        if not plan.extras or answer.author != self.remote.us.login:
            # A person may have opened it by hand meanwhile: theirs are the words, as they are later.
            return outcome
        # Last, the words that say so: a run that is killed before them leaves the rest to the next.
        outcome = replace(outcome, remarks=self._forge.set_extras(answer.number, plan.extras))
        return self._say(outcome, answer.number)

    def _reword(self, outcome: Outcome) -> Outcome:
        plan = outcome.plan
        if not plan.rewords:
            return outcome
        existing = _required(plan.existing)
        if plan.extras and is_unfinished(existing):
            outcome = replace(outcome, remarks=self._forge.set_extras(existing.number, plan.extras))
        return self._say(outcome, existing.number)

    def _say(self, outcome: Outcome, number: int) -> Outcome:
        texts = _required(outcome.plan.texts)
        problem = self._forge.update_pull_request(number, title=texts.title, body=texts.body)
        return replace(outcome, problem=problem, wrote=outcome.wrote or problem is None)

    def _close(self, outcome: Outcome, heirs: tuple[Outcome, ...]) -> Outcome:
        existing = outcome.plan.existing
        if existing is None:
            return outcome
        links = [heir.url for heir in heirs if heir.url]
        comment = _moved(outcome.plan, links) if links else _farewell(outcome.plan)
        problem = self._forge.close_pull_request(existing.number, comment=comment)
        return replace(outcome, problem=problem, wrote=problem is None)

    def _close_replaced(self, outcome: Outcome) -> Outcome:
        """First, since one branch has no place for both: a run that is killed then leaves a branch to be used again."""
        replaced = outcome.plan.replaced
        if replaced is None:
            return outcome
        comment = f"{_ended(outcome.plan)} {_ANEW}"
        problem = self._forge.close_pull_request(replaced.number, comment=comment)
        return replace(outcome, problem=problem, wrote=problem is None)

    def _delete(self, outcome: Outcome) -> Outcome:
        branch, head = outcome.plan.branch, outcome.plan.head_before
        if head is None:
            return outcome
        if rejected := self._repository.delete(branch, expected=head):
            if rejected is PushRejected.STALE and branch not in self._repository.heads().tips:
                return replace(outcome, head=None)
            return self._refused(outcome, rejected)
        return replace(outcome, head=None, wrote=True)


def unwritten(plan: PullRequestPlan) -> Outcome:
    """What a plan comes to before its first write."""
    return Outcome(plan=plan, url=plan.existing.url if plan.existing else "", head=plan.head_before)


def left(outcome: Outcome, faster: Reason) -> Outcome:
    """What is left to another run; what this one wrote of it already is told as it is."""
    if outcome.wrote:
        return replace(outcome, remarks=(*outcome.remarks, faster))
    if outcome.plan.action in {Action.KEEP, Action.LEAVE}:
        return outcome
    return replace(outcome, plan=replace(outcome.plan, action=Action.LEAVE, reason=faster))


def lost(outcome: Outcome) -> Reason | None:
    """Why it is left to another run, if it is."""
    reasons = (outcome.plan.reason, *outcome.remarks)
    return next((reason for reason in reasons if reason and reason.id == FASTER_RUN.id), None)


def _moved(plan: PullRequestPlan, links: Iterable[str]) -> str:
    """Where its updates are proposed now, and before that what became of the others."""
    if plan.ended:
        return f"{_ended(plan)} {_REPLACED.format(links=', '.join(links))}"
    which = "the other" if plan.partings else "these"
    return "\n\n".join(filter(None, (_told(plan), _ELSEWHERE.format(which=which, links=", ".join(links)))))


def _ended(plan: PullRequestPlan) -> str:
    return f"{prose(plan.ended[:1].upper() + plan.ended[1:])}."


def _told(plan: PullRequestPlan) -> str:
    return "\n".join(f"- {prose(one)}" for one in plan.partings)


def _farewell(plan: PullRequestPlan) -> str:
    """Why it is closed where nothing replaces it, and what opens a promotion again."""
    calls = plan.calls or tuple(f"release --chart {word(chart)}" for chart in plan.emptied)
    named = " and ".join(f"`{call}`" for call in calls[:_MOST_CALLS])
    if plan.ended:
        return f"{_ended(plan)} {_AGAIN.format(calls=named)}" if plan.calls else _ended(plan)
    if plan.emptied:
        return _EMPTIED.format(calls=named)
    told = _told(plan)
    if plan.kind is not Kind.PROMOTION:
        return "\n\n".join(filter(None, (_NOTHING_LEFT, told)))
    again = _AGAIN.format(calls=named) if named else _COMES_BACK
    return "\n\n".join(filter(None, (_NOT_PROMOTED, told, again)))


def _take(steps: Iterable[_Step], outcome: Outcome) -> tuple[Outcome, bool]:
    """Take the steps up to the first with a problem; the outcome says how far it came, and whether all broke down."""
    for step in steps:
        try:
            outcome = step(outcome)
        except BotError as error:
            problem = FORGE_FAILED(what=outcome.plan.branch, problem=error.message)
            return replace(outcome, problem=replace(problem, mend=error.mend or problem.mend)), True
        if outcome.problem or lost(outcome):
            break
    return outcome, False


def _required(value: _T | None) -> _T:
    """What the plan of this action always holds."""
    if value is None:
        raise RunFailed("a plan lacks what its action needs", "Please report this as a bug")
    return value
