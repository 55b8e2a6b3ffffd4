"""publish: a plan to what came of it. The only step that writes; each write is safe to repeat after a kill."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar, assert_never

from msgspec import Struct
from msgspec.structs import replace

from bot.errors import BotError, RunFailed
from bot.model.commits import EntryKind, FileChange, PushRejected, Sha
from bot.model.proposals import (
    Action,
    CommitStatus,
    Kind,
    MemoryPlan,
    Outcome,
    Plan,
    Published,
    PullRequest,
    PullRequestPlan,
    StatusPlan,
)
from bot.model.tiers import Branch, Configuration
from bot.planning.commit_trailers import word
from bot.planning.memory import MEMORY_STATE
from bot.planning.ownership import ON_TOP_TRAILER
from bot.planning.proof import deviation
from bot.planning.pull_requests import is_unfinished, unfinished
from bot.ports import Forge, Repository
from bot.proposal_reasons import FASTER_RUN
from bot.reason import Reason
from bot.reasons import FORGE_FAILED, PERMISSION_MISSING, PUSH_REJECTED
from bot.report.escape import prose
from bot.steps.find import Remote
from bot.steps.own_state import message_of
from bot.steps.races import is_moved_by_us, is_remembered_by_us

_T = TypeVar("_T")
_Step = Callable[[Outcome], Outcome]
"""One write for one pull request."""

_NOTHING_LEFT = "Nothing is left to update here."
_NOT_PROMOTED = "Nothing is left to promote here."
_COMES_BACK = "The next update that finds something to promote opens another draft."
_EMPTIED = (
    "All that was left here was taken out by its box, which counts as a refusal of these versions. To have them back, "
    "run {calls}; or restore the branch, reopen this pull request and tick the boxes."
)
_MOST_CALLS = 5
_NO_HEIR = "it stays open, since what replaces it could not be opened"
_MEMORY_SUBJECT = "Remember what people refused, and what waits since when"
_ELSEWHERE = "The configuration groups these updates otherwise now. They are proposed in"


def publish(
    plan: Plan,
    remote: Remote,
    configuration: Configuration,
    problems: tuple[Reason, ...] = (),
    *,
    awaited: bool = False,
) -> Published:
    """Carry out a plan, tier by tier, then set the statuses. A failure of the forge stops all later writes.

    So does another run of ours that was faster: what has no lease (words, closing, statuses) would be out of date.

    Args:
        plan: What to write.
        remote: Where to.
        configuration: What must not be written.
        problems: What went wrong in writes before these, to be told with them.
        awaited: A person asked for just this and waits for it: another run that was faster is a problem all the same.
    """
    published = _Publisher(remote=remote, configuration=configuration, awaited=awaited).publish(plan)
    return replace(published, problems=(*problems, *published.problems))


class _Publisher(Struct, frozen=True, kw_only=True):
    remote: Remote
    configuration: Configuration
    awaited: bool = False

    @property
    def repository(self) -> Repository:
        return self.remote.repository

    @property
    def forge(self) -> Forge:
        return self.remote.forge

    def publish(self, plan: Plan) -> Published:
        if plan.memory and (problem := self._remember(plan.memory)):
            if problem.id == FASTER_RUN.id:
                # What it remembers now may be about anything that was planned here.
                return _told(tuple(_left(_unwritten(one), problem) for one in plan.pull_requests), problem)
            return Published(problems=(problem,))
        outcomes, broken = self._pull_requests(plan.pull_requests)
        if broken:
            return Published(outcomes=outcomes)
        faster = next(filter(None, map(_lost, outcomes)), None)
        heads = {one.plan.branch: one.head for one in outcomes if one.head and not one.problem and not _lost(one)}
        fresh = {one.head for one in outcomes if one.head and one.head != one.plan.head_before}
        # Of the others, the one that was faster knows more.
        statuses = (one for one in plan.statuses if one.sha is None or not faster)
        set_now, problems = self._statuses(statuses, heads, fresh)
        published = _told(outcomes, faster) if faster else Published(outcomes=outcomes, remarks=self._remarks(outcomes))
        return replace(published, statuses_set=set_now, problems=problems)

    def _remarks(self, outcomes: Iterable[Outcome]) -> tuple[Reason, ...]:
        """What the forge remarks about what was opened; not worth a failure, so a broken call says nothing."""
        opened = {Action.CREATE, Action.OPEN}
        bases = dict.fromkeys(one.plan.base for one in outcomes if one.plan.action in opened and one.url)
        try:
            return self.forge.remarks(bases)
        except BotError:
            return ()

    def _remember(self, memory: MemoryPlan) -> Reason | None:
        """Write our memory down; where somebody was faster, all that was planned is out of date."""
        change = FileChange(path=memory.path, kind=EntryKind.FILE, before=memory.before or b"", after=memory.after)
        try:
            made = self.repository.commit(
                parent=memory.head_before,
                changes=[change],
                message=message_of(_MEMORY_SUBJECT, MEMORY_STATE),
                identity=self.remote.us,
            )
            rejected = self.repository.push(memory.branch, made, expected=memory.head_before)
            if rejected is PushRejected.STALE and not self.awaited and is_remembered_by_us(self.remote, memory):
                return FASTER_RUN(branch=memory.branch)
        except BotError as error:
            return FORGE_FAILED(what=memory.branch, problem=error.message)
        return _rejection(memory.branch, rejected) if rejected else None

    def _pull_requests(self, plans: Iterable[PullRequestPlan]) -> tuple[tuple[Outcome, ...], bool]:
        """What came of each, and whether forge or repository broke down on the way."""
        outcomes: list[Outcome] = []
        broken, faster = False, None
        for plan in plans:
            outcome = _unwritten(plan)
            heirs = tuple(one for one in outcomes if one.plan.branch in plan.successors)
            if faster:
                outcome = _left(outcome, faster)
            elif not broken and not any(one.problem for one in heirs):
                outcome, broken = _take(_steps(self, plan, heirs), outcome)
                faster = _lost(outcome)
            elif not broken:
                outcome = replace(outcome, problem=FORGE_FAILED(what=plan.branch, problem=_NO_HEIR))
            elif plan.action not in {Action.KEEP, Action.LEAVE}:
                problem = FORGE_FAILED(what=plan.branch, problem="not attempted, since one before it failed")
                outcome = replace(outcome, problem=problem)
            outcomes.append(outcome)
        return tuple(outcomes), broken

    def push(self, outcome: Outcome) -> Outcome:
        plan = outcome.plan
        message = _required(plan.texts).commit_message
        if plan.action is Action.ADVANCE:
            message += f"{ON_TOP_TRAILER}: {plan.parent}\n"
        made = self.remote.commits.commit(
            parent=plan.parent, changes=plan.changes, message=message, identity=self.remote.us
        )
        if isinstance(made, Reason):
            return replace(outcome, problem=made)
        differences = self.repository.differences(plan.parent, made)
        if problem := deviation(plan, differences, self.configuration, self.remote.default):
            return replace(outcome, problem=problem)
        if rejected := self.repository.push(plan.branch, made, expected=plan.head_before):
            return self._refused(outcome, rejected)
        return replace(outcome, head=made, wrote=True)

    def _refused(self, outcome: Outcome, rejected: PushRejected) -> Outcome:
        plan = outcome.plan
        if rejected is PushRejected.STALE and not self.awaited and is_moved_by_us(self.remote, plan):
            return _left(outcome, FASTER_RUN(branch=plan.branch))
        return replace(outcome, problem=_rejection(plan.branch, rejected))

    def open(self, outcome: Outcome) -> Outcome:
        plan, texts = outcome.plan, _required(outcome.plan.texts)
        body = unfinished(texts.body) if plan.extras else texts.body
        answer = self.forge.create_pull_request(
            head=plan.branch, base=plan.base, title=texts.title, body=body, draft=plan.draft
        )
        if not isinstance(answer, PullRequest):
            by_hand = self.forge.compare_url(base=plan.base, head=plan.branch)
            return replace(outcome, problem=answer, open_by_hand=by_hand)
        outcome = replace(outcome, url=answer.url, wrote=True)
        if not plan.extras or answer.author != self.remote.us.login:
            # A person may have opened it by hand meanwhile: theirs are the words, as they are later.
            return outcome
        # Last, the words that say so: a run that is killed before them leaves the rest to the next.
        outcome = replace(outcome, remarks=self.forge.set_extras(answer.number, plan.extras))
        return self._say(outcome, answer.number)

    def reword(self, outcome: Outcome) -> Outcome:
        plan = outcome.plan
        if not plan.rewords:
            return outcome
        existing = _required(plan.existing)
        if plan.extras and is_unfinished(existing):
            outcome = replace(outcome, remarks=self.forge.set_extras(existing.number, plan.extras))
        return self._say(outcome, existing.number)

    def _say(self, outcome: Outcome, number: int) -> Outcome:
        texts = _required(outcome.plan.texts)
        problem = self.forge.update_pull_request(number, title=texts.title, body=texts.body)
        return replace(outcome, problem=problem, wrote=outcome.wrote or problem is None)

    def close(self, outcome: Outcome, heirs: tuple[Outcome, ...]) -> Outcome:
        existing = outcome.plan.existing
        if existing is None:
            return outcome
        links = [heir.url for heir in heirs if heir.url]
        comment = f"{_ELSEWHERE} {', '.join(links)}." if links else _farewell(outcome.plan)
        problem = self.forge.close_pull_request(existing.number, comment=comment)
        return replace(outcome, problem=problem, wrote=problem is None)

    def delete(self, outcome: Outcome) -> Outcome:
        branch, head = outcome.plan.branch, outcome.plan.head_before
        if head is None:
            return outcome
        if rejected := self.repository.delete(branch, expected=head):
            if rejected is PushRejected.STALE and branch not in self.repository.heads().tips:
                return replace(outcome, head=None)
            return self._refused(outcome, rejected)
        return replace(outcome, head=None, wrote=True)

    def _statuses(
        self, plans: Iterable[StatusPlan], heads: dict[Branch, Sha], fresh: Iterable[Sha]
    ) -> tuple[int, tuple[Reason, ...]]:
        """Set what is not already so. A permission that is missing for one is missing for all: said once.

        A commit that was made a moment ago has no status: it is not asked for one.
        """
        count, problems = 0, dict[Reason, None]()
        known: dict[Sha, tuple[CommitStatus, ...]] = dict.fromkeys(fresh, ())
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


def _steps(publisher: _Publisher, plan: PullRequestPlan, heirs: tuple[Outcome, ...]) -> tuple[_Step, ...]:
    match plan.action:
        case Action.KEEP | Action.LEAVE:
            return ()
        case Action.CLOSE:
            return partial(publisher.close, heirs=heirs), publisher.delete
        case Action.OPEN:
            return (publisher.open,)
        case Action.REWORD:
            return (publisher.reword,)
        case Action.CREATE | Action.UPDATE | Action.ADVANCE:
            return publisher.push, publisher.reword if plan.existing else publisher.open
        case _:
            assert_never(plan.action)


def _unwritten(plan: PullRequestPlan) -> Outcome:
    return Outcome(plan=plan, url=plan.existing.url if plan.existing else "", head=plan.head_before)


def _left(outcome: Outcome, faster: Reason) -> Outcome:
    """What is left to another run; what this one wrote of it already is told as it is."""
    if outcome.wrote:
        return replace(outcome, remarks=(*outcome.remarks, faster))
    if outcome.plan.action in {Action.KEEP, Action.LEAVE}:
        return outcome
    return replace(outcome, plan=replace(outcome.plan, action=Action.LEAVE, reason=faster))


def _lost(outcome: Outcome) -> Reason | None:
    """Why it is left to another run, if it is."""
    reasons = (outcome.plan.reason, *outcome.remarks)
    return next((reason for reason in reasons if reason and reason.id == FASTER_RUN.id), None)


def _told(outcomes: tuple[Outcome, ...], faster: Reason) -> Published:
    """With a word on the other run, once, where none of the pull requests says it."""
    said = any(one.plan.reason == faster for one in outcomes)
    return Published(outcomes=outcomes, remarks=() if said else (faster,))


def _farewell(plan: PullRequestPlan) -> str:
    """Why it is closed where nothing replaces it, and what opens a promotion again."""
    calls = plan.calls or tuple(f"release --chart {word(chart)}" for chart in plan.emptied)
    named = " and ".join(f"`{call}`" for call in calls[:_MOST_CALLS])
    if plan.emptied:
        return _EMPTIED.format(calls=named)
    told = "\n".join(f"- {prose(one)}" for one in plan.partings)
    if plan.kind is not Kind.PROMOTION:
        return "\n\n".join(filter(None, (_NOTHING_LEFT, told)))
    again = f"To ask for it again, run {named}." if named else _COMES_BACK
    return "\n\n".join(filter(None, (_NOT_PROMOTED, told, again)))


def _take(steps: Iterable[_Step], outcome: Outcome) -> tuple[Outcome, bool]:
    """Take the steps up to the first with a problem; the outcome says how far it came, and whether all broke down."""
    for step in steps:
        try:
            outcome = step(outcome)
        except BotError as error:
            problem = FORGE_FAILED(what=outcome.plan.branch, problem=error.message)
            return replace(outcome, problem=replace(problem, mend=error.mend or problem.mend)), True
        if outcome.problem or _lost(outcome):
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
        case PushRejected.UNSIGNED:
            cure = "Give the Action a `signing-key`, or let GitHub sign: `commit: api` in the configuration"
        case PushRejected.ARCHIVED:
            cure = "Unarchive it, or turn the bot's workflow off"
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
