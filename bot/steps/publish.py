"""publish: a plan to what came of it. The only step that writes; each write is safe to repeat after a kill."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar, assert_never

from bot.errors import BotError, RunFailed
from bot.model.commits import PushRejected, Sha
from bot.model.proposals import (
    Action,
    CommitStatus,
    Outcome,
    Plan,
    Published,
    PullRequest,
    PullRequestPlan,
    StatusPlan,
)
from bot.model.tiers import Branch, Configuration
from bot.planning.proof import deviation
from bot.ports import Forge, Repository
from bot.reason import Reason
from bot.reasons import FORGE_FAILED, PERMISSION_MISSING, PUSH_REJECTED
from bot.steps.find import Remote

_T = TypeVar("_T")
_Step = Callable[[Outcome], Outcome]
"""One write for one pull request."""

_DONE = "Nothing is left to update here: every version of this pull request is on its base branch, or no longer wanted."


def publish(plan: Plan, remote: Remote, configuration: Configuration) -> Published:
    """Carry out a plan, tier by tier, then set the statuses. A failure of the forge stops all later writes."""
    return _Publisher(remote=remote, configuration=configuration).publish(plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Publisher:
    remote: Remote
    configuration: Configuration

    @property
    def repository(self) -> Repository:
        return self.remote.repository

    @property
    def forge(self) -> Forge:
        return self.remote.forge

    def publish(self, plan: Plan) -> Published:
        outcomes, broken = self._pull_requests(plan.pull_requests)
        if broken:
            return Published(outcomes=outcomes)
        heads = {outcome.plan.branch: outcome.head for outcome in outcomes if outcome.head and not outcome.problem}
        set_now, problems = self._statuses(plan.statuses, heads)
        return Published(outcomes=outcomes, statuses_set=set_now, problems=problems)

    def _pull_requests(self, plans: Iterable[PullRequestPlan]) -> tuple[tuple[Outcome, ...], bool]:
        """What came of each, and whether forge or repository broke down on the way."""
        outcomes: list[Outcome] = []
        broken = False
        for plan in plans:
            outcome = Outcome(plan=plan, url=plan.existing.url if plan.existing else "", head=plan.head_before)
            if not broken:
                outcome, broken = _take(_steps(self, plan), outcome)
            elif plan.action not in {Action.KEEP, Action.LEAVE}:
                problem = FORGE_FAILED(what=plan.branch, problem="not attempted, since one before it failed")
                outcome = replace(outcome, problem=problem)
            outcomes.append(outcome)
        return tuple(outcomes), broken

    def push(self, outcome: Outcome) -> Outcome:
        plan = outcome.plan
        message = _required(plan.texts).commit_message
        made = self.repository.commit(
            parent=plan.base_sha, changes=plan.changes, message=message, identity=self.remote.us
        )
        differences = self.repository.differences(plan.base_sha, made)
        if problem := deviation(plan, differences, self.configuration, self.remote.default):
            return replace(outcome, problem=problem)
        if rejected := self.repository.push(plan.branch, made, expected=plan.head_before):
            return replace(outcome, problem=_rejection(plan.branch, rejected))
        return replace(outcome, head=made, wrote=True)

    def open(self, outcome: Outcome) -> Outcome:
        plan, texts = outcome.plan, _required(outcome.plan.texts)
        answer = self.forge.create_pull_request(head=plan.branch, base=plan.base, title=texts.title, body=texts.body)
        if isinstance(answer, PullRequest):
            return replace(outcome, url=answer.url, wrote=True)
        by_hand = self.forge.compare_url(base=plan.base, head=plan.branch)
        return replace(outcome, problem=answer, open_by_hand=by_hand)

    def reword(self, outcome: Outcome) -> Outcome:
        if not outcome.plan.rewords:
            return outcome
        existing, texts = _required(outcome.plan.existing), _required(outcome.plan.texts)
        problem = self.forge.update_pull_request(existing.number, title=texts.title, body=texts.body)
        return replace(outcome, problem=problem, wrote=outcome.wrote or problem is None)

    def close(self, outcome: Outcome) -> Outcome:
        existing = outcome.plan.existing
        if existing is None:
            return outcome
        problem = self.forge.close_pull_request(existing.number, comment=_DONE)
        return replace(outcome, problem=problem, wrote=problem is None)

    def delete(self, outcome: Outcome) -> Outcome:
        branch, head = outcome.plan.branch, outcome.plan.head_before
        if head is None:
            return outcome
        if rejected := self.repository.delete(branch, expected=head):
            return replace(outcome, problem=_rejection(branch, rejected))
        return replace(outcome, head=None, wrote=True)

    def _statuses(self, plans: Iterable[StatusPlan], heads: dict[Branch, Sha]) -> tuple[int, tuple[Reason, ...]]:
        """Set what is not already so. A permission that is missing for one is missing for all: said once."""
        count, problems, known = 0, dict[Reason, None](), dict[Sha, tuple[CommitStatus, ...]]()
        for plan in plans:
            sha = plan.sha or heads.get(plan.branch)
            if sha is None:
                continue
            try:
                if sha not in known:
                    known[sha] = self.forge.statuses(sha)
                if any(_says(status, plan.status) for status in known[sha]):
                    continue
                problem = self.forge.set_status(sha, plan.status)
            except BotError as error:
                failure = FORGE_FAILED(what=f"The status {plan.status.context}", problem=error.message)
                return count, (*problems, failure)
            if problem and problem.id == PERMISSION_MISSING.id:
                return count, (*problems, problem)
            problems |= {problem: None} if problem else {}
            count += problem is None
        return count, tuple(problems)


def _steps(publisher: _Publisher, plan: PullRequestPlan) -> tuple[_Step, ...]:
    match plan.action:
        case Action.KEEP | Action.LEAVE:
            return ()
        case Action.CLOSE:
            return publisher.close, publisher.delete
        case Action.OPEN:
            return (publisher.open,)
        case Action.REWORD:
            return (publisher.reword,)
        case Action.CREATE | Action.UPDATE:
            return publisher.push, publisher.reword if plan.existing else publisher.open
        case _:
            assert_never(plan.action)


def _take(steps: Iterable[_Step], outcome: Outcome) -> tuple[Outcome, bool]:
    """Take the steps up to the first with a problem; the outcome says how far it came, and whether all broke down."""
    for step in steps:
        try:
            outcome = step(outcome)
        except BotError as error:
            return replace(outcome, problem=FORGE_FAILED(what=outcome.plan.branch, problem=error.message)), True
        if outcome.problem:
            break
    return outcome, False


def _says(status: CommitStatus, wished: CommitStatus) -> bool:
    """Whether a status already reads so; its link may name another run."""
    return (status.context, status.state, status.description) == (
        wished.context,
        wished.state,
        wished.description,
    )


def _rejection(branch: Branch, rejected: PushRejected) -> Reason:
    match rejected:
        case PushRejected.STALE:
            cure = "Another run or a person was faster; the next run starts from there"
        case PushRejected.FORBIDDEN:
            return PERMISSION_MISSING(what=f"Pushing {branch}", permission="contents: write")
        case PushRejected.PROTECTED:
            cure = "Let the rules of this repository allow the bot to write branches under `flux-chart-bot/`"
        case PushRejected.NOT_STORED:
            cure = "See what `git fsck` says of its base branch (an unsafe `.gitmodules` is one cause); else run again"
        case _:
            assert_never(rejected)
    return PUSH_REJECTED(branch=branch, problem=rejected.value, cure=cure)


def _required(value: _T | None) -> _T:
    """What the plan of this action always holds."""
    if value is None:
        raise RunFailed("a plan lacks what its action needs", "Please report this as a bug")
    return value
