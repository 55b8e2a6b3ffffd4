"""Pull requests and commit statuses, as they are and as they shall be."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.model.commits import FileChange, Sha
from bot.model.tiers import Branch, Tier
from bot.model.verdicts import Verdict
from bot.reason import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who we are on the forge.

    Attributes:
        login: `github-actions[bot]`, `my-app[bot]` or a person's login.
        email: For commits; the forge's no-reply address.
    """

    login: str
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request of the forge, open or closed.

    Attributes:
        number: The forge's number.
        head_sha: Empty where the forge does not follow the branch.
        head_here: Its head branch lies in this repository, not in a fork.
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


class State(StrEnum):
    """State of a commit status, in GitHub's words."""

    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitStatus:
    """One context's word on a commit; `description` has at most 140 characters."""

    context: str
    state: State
    description: str
    target_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidStatus:
    """What somebody said about a commit; `creator` is the login that the forge knows it from."""

    context: str
    state: State
    creator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The words of a pull request and its commit."""

    title: str
    body: str
    commit_message: str


class Action(StrEnum):
    """What a run does with one tier's pull request."""

    CREATE = "create"
    """Push a new branch and open a pull request for it."""
    OPEN = "open"
    """The branch is as it should be and has no pull request: open one."""
    UPDATE = "update"
    """Push the branch anew, and mend title and body where they differ."""
    REWORD = "reword"
    """The branch is as it should be; title or body differ."""
    KEEP = "keep"
    """Everything is as it should be: no write."""
    CLOSE = "close"
    """Nothing is left to update: close with a word, delete the branch."""
    LEAVE = "leave"
    """Not ours to touch; the reason says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestPlan:
    """Everything needed to bring one tier's pull request about, and nothing that acts.

    Attributes:
        head_before: Tip of `branch` when it was read; None where it does not exist. The push's lease.
        existing: The open pull request, where there is one.
        rewords: Title or body differ from the wished ones, and are ours to change.
        reason: Why the bot leaves it alone, for `Action.LEAVE`.
        updates: Verdicts whose decision is an `Update`; the lines of the pull request.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPlan:
    """A status to be set on a commit where it is not already so.

    `sha` is None for the head of a pull request that is pushed or opened in this run: `branch` names it, and there is
    no such head where that did not succeed.
    """

    sha: Sha | None
    branch: Branch
    status: CommitStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that a run would write, as data.

    Attributes:
        notes: What was seen on the way and is not ours, such as a fork's pull request under our branch name.
    """

    pull_requests: tuple[PullRequestPlan, ...] = ()
    statuses: tuple[StatusPlan, ...] = ()
    notes: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one pull-request plan.

    Attributes:
        url: The pull request's address; empty where there is none.
        head: Tip of the branch afterwards, None where it is gone or never was.
        wrote: Whether anything was written for it.
        problem: What went wrong, with its mend; None where all went well.
        open_by_hand: A link that opens the pull request, where the forge forbids us to.
    """

    plan: PullRequestPlan
    url: str = ""
    head: Sha | None = None
    wrote: bool = False
    problem: Reason | None = None
    open_by_hand: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of a whole plan."""

    outcomes: tuple[Outcome, ...] = ()
    statuses_set: int = 0
    problems: tuple[Reason, ...] = field(default=())
