"""publish: a plan to what came of it. The only step that writes; each write is safe to repeat after a kill."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from bot.errors import BotError
from bot.model.commits import EntryKind, FileChange, PushRejected, Sha
from bot.model.proposals import Action, CommitStatus, MemoryPlan, Outcome, Plan, Published, StatusPlan
from bot.model.tiers import Branch, Configuration
from bot.planning.memory import MEMORY_STATE
from bot.ports import Forge, Repository
from bot.proposal_reasons import FASTER_RUN
from bot.reason import Reason
from bot.reasons import FORGE_FAILED, PERMISSION_MISSING
from bot.steps.find import Remote
from bot.steps.own_state import message_of
from bot.steps.publishing.races import is_remembered_by_us
from bot.steps.publishing.write_pull_requests import PullRequestWriter, left, lost, unwritten
from bot.steps.rejections import rejection

_MEMORY_SUBJECT = "Remember what people refused, and what waits since when"


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
                return _told(tuple(left(unwritten(one), problem) for one in plan.pull_requests), problem)
            return Published(problems=(problem,))
        writer = PullRequestWriter(remote=self.remote, configuration=self.configuration, awaited=self.awaited)
        outcomes, broken = writer.written(plan.pull_requests)
        if broken:
            return Published(outcomes=outcomes)
        faster = next(filter(None, map(lost, outcomes)), None)
        heads = {one.plan.branch: one.head for one in outcomes if one.head and not one.problem and not lost(one)}
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
            return rejection(memory.branch, rejected, self.repository) if rejected else None
        except BotError as error:
            return FORGE_FAILED(what=memory.branch, problem=error.message)

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


def _told(outcomes: tuple[Outcome, ...], faster: Reason) -> Published:
    """With a word on the other run, once, where none of the pull requests says it."""
    said = any(one.plan.reason == faster for one in outcomes)
    return Published(outcomes=outcomes, remarks=() if said else (faster,))


def _says(status: CommitStatus, wished: CommitStatus) -> bool:
    """Whether a status already reads so; its link may name another run."""
    return (status.context, status.state, status.description) == (
        wished.context,
        wished.state,
        wished.description,
    )
