"""publish: a plan to what came of it. The only step that writes; each write is safe to repeat after a kill."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
from bot.reasons import FORGE_FAILED, PERMISSION_MISSING, PUSH_REJECTED, Reason
from bot.steps.find import Remote

_T = TypeVar("_T")

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
        outcomes = tuple(self._pull_requests(plan.pull_requests))
        heads = {outcome.plan.branch: outcome.head for outcome in outcomes if outcome.head and not outcome.problem}
        if any(outcome.problem and outcome.problem.id == FORGE_FAILED.id for outcome in outcomes):
            return Published(outcomes=outcomes)
        set_now, problems = self._statuses(plan.statuses, heads)
        return Published(outcomes=outcomes, statuses_set=set_now, problems=problems)

    def _pull_requests(self, plans: Iterable[PullRequestPlan]) -> Iterator[Outcome]:
        failed: BotError | None = None
        for plan in plans:
            if failed:
                problem = FORGE_FAILED(what=plan.branch, problem="not attempted, since the one before it failed")
                yield Outcome(plan=plan, head=plan.head_before, problem=problem)
                continue
            try:
                yield self._pull_request(plan)
            except BotError as error:
                failed = error
                yield Outcome(plan=plan, problem=FORGE_FAILED(what=plan.branch, problem=error.message))

    def _pull_request(self, plan: PullRequestPlan) -> Outcome:
        url = plan.existing.url if plan.existing else ""
        match plan.action:
            case Action.KEEP | Action.LEAVE:
                return Outcome(plan=plan, url=url, head=plan.head_before)
            case Action.CLOSE:
                return self._close(plan)
            case Action.OPEN:
                return self._open(plan, _required(plan.head_before))
            case Action.REWORD:
                return self._reword(plan, _required(plan.head_before))
            case Action.CREATE | Action.UPDATE:
                return self._push(plan)
            case _:
                assert_never(plan.action)

    def _push(self, plan: PullRequestPlan) -> Outcome:
        message = _required(plan.texts).commit_message
        made = self.repository.commit(
            parent=plan.base_sha, changes=plan.changes, message=message, identity=self.remote.us
        )
        differences = self.repository.differences(plan.base_sha, made)
        if problem := deviation(plan, differences, self.configuration, self.remote.default):
            return Outcome(plan=plan, head=plan.head_before, problem=problem)
        if rejected := self.repository.push(plan.branch, made, expected=plan.head_before):
            return Outcome(plan=plan, head=plan.head_before, problem=_rejection(plan.branch, rejected))
        return self._reword(plan, made) if plan.existing else self._open(plan, made)

    def _open(self, plan: PullRequestPlan, head: Sha) -> Outcome:
        texts = _required(plan.texts)
        answer = self.forge.create_pull_request(head=plan.branch, base=plan.base, title=texts.title, body=texts.body)
        if isinstance(answer, PullRequest):
            return Outcome(plan=plan, url=answer.url, head=head, wrote=True)
        by_hand = self.forge.compare_url(base=plan.base, head=plan.branch)
        return Outcome(plan=plan, head=head, wrote=True, problem=answer, open_by_hand=by_hand)

    def _reword(self, plan: PullRequestPlan, head: Sha) -> Outcome:
        existing, texts = _required(plan.existing), _required(plan.texts)
        problem = None
        if plan.rewords:
            problem = self.forge.update_pull_request(existing.number, title=texts.title, body=texts.body)
        return Outcome(plan=plan, url=existing.url, head=head, wrote=True, problem=problem)

    def _close(self, plan: PullRequestPlan) -> Outcome:
        existing, head = plan.existing, _required(plan.head_before)
        if existing and (problem := self.forge.close_pull_request(existing.number, comment=_DONE)):
            return Outcome(plan=plan, url=existing.url, head=head, problem=problem)
        rejected = self.repository.delete(plan.branch, expected=head)
        problem = _rejection(plan.branch, rejected) if rejected else None
        return Outcome(plan=plan, url=existing.url if existing else "", wrote=True, problem=problem)

    def _statuses(self, plans: Iterable[StatusPlan], heads: dict[Branch, Sha]) -> tuple[int, tuple[Reason, ...]]:
        """Set what is not already so. One refusal is enough: the permission is missing for all of them."""
        count, known = 0, dict[Sha, tuple[CommitStatus, ...]]()
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
                problem = FORGE_FAILED(what=f"The status {plan.status.context}", problem=error.message)
            if problem:
                return count, (problem,)
            count += 1
        return count, ()


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
        case _:
            assert_never(rejected)
    return PUSH_REJECTED(branch=branch, problem=rejected.value, cure=cure)


def _required(value: _T | None) -> _T:
    """What the plan of this action always holds."""
    if value is None:
        raise RunFailed("a plan lacks what its action needs", "Please report this as a bug")
    return value
