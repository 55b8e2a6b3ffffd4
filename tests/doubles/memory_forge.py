"""The Forge port in memory, which can refuse single calls or break down in the middle of a run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from bot.errors import ForgeFailed
from bot.model.commits import BOT_BRANCHES, Sha
from bot.model.proposals import CommitStatus, Identity, PullRequest, SaidStatus
from bot.model.proposing import Extras
from bot.model.tiers import Branch
from bot.reason import Reason

US = Identity(login="bot[bot]", name="bot[bot]", email="7+bot[bot]@users.noreply.github.com")


@dataclass
class MemoryForge:
    """Pull requests and statuses.

    Attributes:
        branches: The remote's tips, which the heads of open pull requests follow.
        pulls: Open ones by number.
        closed: Those that a person closed, oldest first.
        merged: Those that a person merged, oldest first.
        set_by_us: Our statuses of each commit.
        said_by_others: Other people's statuses of each commit, oldest first.
        asked: The commits whose statuses of everybody were asked for.
        refuses: Names of calls, and the reason each is refused with.
        fails: Names of calls with which the forge as a whole breaks down.
        writes: Every call that changed something or tried to.
        comments: What was said on closing.
        remarked: What is to be known of each base.
        numbered: The newest pull request's number.
        extras: What each pull request got beside its words.
        drafts: Those that were opened as drafts.
        asked_who_closed: Branches whose closed pull requests were asked for.
    """

    branches: Mapping[Branch, Sha] = field(default_factory=dict)
    us: Identity = US
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    closed: list[PullRequest] = field(default_factory=list)
    merged: list[PullRequest] = field(default_factory=list)
    set_by_us: dict[Sha, list[CommitStatus]] = field(default_factory=dict)
    said_by_others: dict[Sha, list[SaidStatus]] = field(default_factory=dict)
    asked: list[Sha] = field(default_factory=list)
    refuses: dict[str, Reason] = field(default_factory=dict)
    fails: set[str] = field(default_factory=set)
    writes: list[tuple[str, str]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    remarked: dict[Branch, tuple[Reason, ...]] = field(default_factory=dict)
    numbered: int = 0
    extras: dict[int, Extras] = field(default_factory=dict)
    drafts: set[int] = field(default_factory=set)
    asked_who_closed: list[Branch] = field(default_factory=list)

    def identity(self) -> Identity:
        return self.us

    def open_pull_requests(self) -> tuple[PullRequest, ...]:
        self._breaks("open_pull_requests")
        pulls = (replace(pull, head_sha=self.branches.get(pull.head, "")) for pull in self.pulls.values())
        return tuple(pull for pull in pulls if pull.head.startswith(BOT_BRANCHES))

    def last_refused(self, branch: Branch, *, after: int = 0) -> PullRequest | None:
        self.asked_who_closed.append(branch)
        newest = next((pull for pull in reversed(self.closed) if pull.head == branch), None)
        return newest if newest and newest.number > after else None

    def last_merged(self, branch: Branch) -> PullRequest | None:
        self.asked_who_closed.append(branch)
        ended = [*self.closed, *self.merged]
        newest = max((pull for pull in ended if pull.head == branch), key=lambda pull: pull.number, default=None)
        return newest if newest in self.merged else None

    def merge(self, number: int) -> None:
        """Merge one as a person does; what that does to the base is theirs to say."""
        pull = self.pulls.pop(number)
        self.merged.append(replace(pull, head_sha=self.branches.get(pull.head, pull.head_sha)))

    def close(self, number: int) -> None:
        """Close one as a person does."""
        pull = self.pulls.pop(number)
        self.closed.append(replace(pull, head_sha=self.branches.get(pull.head, pull.head_sha)))

    def set_extras(self, number: int, extras: Extras) -> tuple[Reason, ...]:
        if reason := self._write("set_extras", str(number)):
            return (reason,)
        self.extras[number] = extras
        return ()

    def create_pull_request(
        self, *, head: Branch, base: Branch, title: str, body: str, draft: bool = False
    ) -> PullRequest | Reason:
        if reason := self._write("create_pull_request", head):
            return reason
        if same := [pull for pull in self.pulls.values() if pull.head_here and (pull.head, pull.base) == (head, base)]:
            return same[0]
        number = self.numbered = self.numbered + 1
        self.drafts |= {number} if draft else set()
        self.pulls[number] = PullRequest(
            number=number,
            url=self.pull_request_url(number),
            author=self.us.login,
            head=head,
            head_sha=self.branches.get(head, ""),
            head_here=True,
            base=base,
            title=title,
            body=body,
            draft=draft,
        )
        return self.pulls[number]

    def update_pull_request(self, number: int, *, title: str, body: str) -> Reason | None:
        if reason := self._write("update_pull_request", str(number)):
            return reason
        self.pulls[number] = replace(self.pulls[number], title=title, body=body)
        return None

    def close_pull_request(self, number: int, *, comment: str) -> Reason | None:
        if reason := self._write("close_pull_request", str(number)):
            return reason
        if number in self.pulls:
            self.comments.append(comment)
            del self.pulls[number]
        return None

    def statuses(self, sha: Sha) -> tuple[CommitStatus, ...]:
        self._breaks("statuses")
        return tuple(self.set_by_us.get(sha, ()))

    def all_statuses(self, sha: Sha) -> tuple[SaidStatus, ...]:
        self._breaks("statuses")
        self.asked.append(sha)
        ours = self.set_by_us.get(sha, ())
        said = (SaidStatus(context=one.context, state=one.state, creator=self.us.login) for one in reversed(ours))
        return (*reversed(self.said_by_others.get(sha, [])), *said)

    def set_status(self, sha: Sha, status: CommitStatus) -> Reason | None:
        if reason := self._write("set_status", f"{status.context} {sha}"):
            return reason
        kept = [known for known in self.set_by_us.get(sha, ()) if known.context != status.context]
        self.set_by_us[sha] = [*kept, status]
        return None

    def remarks(self, bases: Iterable[Branch]) -> tuple[Reason, ...]:
        self._breaks("remarks")
        return tuple(reason for base in bases for reason in self.remarked.get(base, ()))

    def compare_url(self, *, base: Branch, head: Branch) -> str:
        return f"https://forge.example/compare/{base}...{head}"

    def pull_request_url(self, number: int) -> str:
        return f"https://forge.example/pull/{number}"

    def _write(self, name: str, about: str) -> Reason | None:
        self.writes.append((name, about))
        self._breaks(name)
        return self.refuses.get(name)

    def _breaks(self, name: str) -> None:
        if name in self.fails:
            raise ForgeFailed(f"{name}: the forge answered 502", "Running again completes the work")
