"""Pull requests and commit statuses, as they are and as they shall be."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from bot.model.commits import FileChange, Sha
from bot.model.proposing import Extras
from bot.model.tiers import Branch, Tier
from bot.model.verdicts import Verdict
from bot.reason import Reason


class Identity(Struct, frozen=True, kw_only=True):
    """Who we are on the forge.

    Attributes:
        login: `github-actions[bot]`, `my-app[bot]` or a person's login.
        email: For commits; the forge's no-reply address.
    """

    login: str
    name: str
    email: str


class PullRequest(Struct, frozen=True, kw_only=True):
    """A pull request of the forge, open or closed.

    Attributes:
        number: The forge's number.
        head_sha: Empty where the forge does not follow the branch.
        head_here: Its head branch lies in this repository, not in a fork.
        draft: It is not ready for review.
    """

    number: int
    url: str
    author: str
    head: Branch
    head_sha: Sha
    head_here: bool
    base: Branch
    title: str
    body: str
    draft: bool = False


class State(StrEnum):
    """State of a commit status, in GitHub's words."""

    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"
    PENDING = "pending"


class CommitStatus(Struct, frozen=True, kw_only=True):
    """One context's word on a commit; `description` has at most 140 characters."""

    context: str
    state: State
    description: str
    target_url: str = ""


class SaidStatus(Struct, frozen=True, kw_only=True):
    """What somebody said about a commit.

    Attributes:
        creator: The login that the forge knows it from.
        at: When, in UTC; None where the forge does not tell.
        unread: What cannot be read, and why; empty where it can. Its state is then no word, and without a context it
            may be about any.
    """

    context: str
    state: State
    creator: str
    at: datetime | None = None
    unread: str = ""


class Texts(Struct, frozen=True, kw_only=True):
    """The words of a pull request and its commit."""

    title: str
    body: str
    commit_message: str


class Action(StrEnum):
    """What a run does with one pull request."""

    CREATE = "create"
    """Push a new branch and open a pull request for it."""
    OPEN = "open"
    """The branch is as it should be and has no pull request: open one."""
    UPDATE = "update"
    """Push the branch anew, and mend title and body where they differ."""
    REWORD = "reword"
    """The branch is as it should be; title or body differ."""
    ADVANCE = "advance"
    """Others' commits lie on the branch: push one on top of them that moves the version, and nothing else."""
    KEEP = "keep"
    """Everything is as it should be: no write."""
    CLOSE = "close"
    """Nothing is left to update here: close with a word, delete the branch."""
    LEAVE = "leave"
    """Not ours to touch; the reason says why."""


class Kind(StrEnum):
    """What a pull request is for."""

    UPDATE = "update"
    """A tier moves."""
    SHARED = "shared"
    """Several tiers move at once, by values that they share."""
    PROMOTION = "promotion"
    """Production takes over what the tiers before it run."""


class PullRequestPlan(Struct, frozen=True, kw_only=True):
    """Everything needed to bring one pull request about, and nothing that acts.

    Attributes:
        head_before: Tip of `branch` when it was read; None where it does not exist. The push's lease.
        existing: The open pull request, where there is one.
        rewords: Title or body differ from the wished ones, and are ours to change.
        reason: Why the bot leaves it alone, for `Action.LEAVE`.
        updates: Verdicts whose decision is an `Update`; the lines of the pull request.
        successors: Branches that propose now what this one did, for `Action.CLOSE`.
        partings: What became of each of its rows, for `Action.CLOSE`; foreign text, not escaped.
        emptied: The charts that people took out, where nothing else is left, for `Action.CLOSE`.
        merged: The pull request that was merged, and left this branch, for `Action.CLOSE`; 0 for none.
        calls: What opens a promotion again that no update keeps, for `Action.CLOSE`.
        replaced: The open pull request to the base that the tier was on before, closed before this one is opened.
        ended: What of the configuration ends it, or what it replaces, in words; else empty.
        draft: It is opened as a draft.
        extras: What it gets when it is opened; None for nothing.
        kind: A promotion may change production, in exactly the places of its updates.
        stays: It is as it was, whatever its updates are by now: its windows are closed.
    """

    tier: Tier
    action: Action
    branch: Branch
    base: Branch
    base_sha: Sha
    head_before: Sha | None = None
    existing: PullRequest | None = None
    texts: Texts | None = None
    rewords: bool = False
    changes: tuple[FileChange, ...] = ()
    updates: tuple[Verdict, ...] = ()
    reason: Reason | None = None
    successors: tuple[Branch, ...] = ()
    partings: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    merged: int = 0
    replaced: PullRequest | None = None
    ended: str = ""
    draft: bool = False
    extras: Extras | None = None
    kind: Kind = Kind.UPDATE
    stays: bool = False

    @property
    def parent(self) -> Sha:
        """The commit that a push stands on: the base's tip, or the others' work where it goes on top of that."""
        return self.head_before if self.action is Action.ADVANCE and self.head_before else self.base_sha


class MemoryPlan(Struct, frozen=True, kw_only=True):
    """What is to be remembered for later runs, as the file of a branch of our own.

    Attributes:
        head_before: The branch's tip when it was read; None where it does not exist.
        before: The file as it is; None where it does not exist.
    """

    branch: Branch
    path: str
    head_before: Sha | None
    before: bytes | None
    after: bytes


class StatusPlan(Struct, frozen=True, kw_only=True):
    """A status to be set on a commit where it is not already so.

    `sha` is None for the head of a pull request that is pushed or opened in this run: `branch` names it, and there is
    no such head where that did not succeed.
    """

    sha: Sha | None
    branch: Branch
    status: CommitStatus


class Plan(Struct, frozen=True, kw_only=True):
    """All that a run would write, as data.

    Attributes:
        notes: What was seen on the way and is not ours, such as a fork's pull request under our branch name.
        memory: Written before all else, where it changes: a refusal must outlive the branch that it was read from.
    """

    pull_requests: tuple[PullRequestPlan, ...] = ()
    statuses: tuple[StatusPlan, ...] = ()
    notes: tuple[Reason, ...] = ()
    memory: MemoryPlan | None = None


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of one pull-request plan.

    Attributes:
        url: The pull request's address; empty where there is none.
        head: Tip of the branch afterwards, None where it is gone or never was.
        wrote: Whether anything was written for it.
        problem: What went wrong, with its mend; None where all went well.
        remarks: What is not quite as it was asked for, and is no reason to stop.
        open_by_hand: A link that opens the pull request, where the forge forbids us to.
    """

    plan: PullRequestPlan
    url: str = ""
    head: Sha | None = None
    wrote: bool = False
    problem: Reason | None = None
    open_by_hand: str = ""
    remarks: tuple[Reason, ...] = ()


class Published(Struct, frozen=True, kw_only=True):
    """What came of a whole plan.

    Attributes:
        problems: What could not be written, beside those of the outcomes.
        remarks: What the forge has people know about what was written; nothing went wrong.
    """

    outcomes: tuple[Outcome, ...] = ()
    statuses_set: int = 0
    problems: tuple[Reason, ...] = ()
    remarks: tuple[Reason, ...] = ()
