"""orphans: what earlier runs opened and the configuration asks for no longer: its tier is gone, or on another base."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from bot.model.proposals import Action, Kind, PullRequest, PullRequestPlan
from bot.model.tiers import Branch, Configuration, Tier
from bot.planning.grouping import ALL, KEY_TRAILER, PROMOTION_TRAILER, tier_in
from bot.planning.memory import read_memory
from bot.planning.origins import is_made_by, is_made_by_another, is_made_for
from bot.planning.ownership import Ownership, owner_of
from bot.planning.pull_requests import ELSEWHERE, Found, FoundBranch
from bot.planning.tiers import branch_of_tier
from bot.proposal_reasons import NOT_ASKED_FOR, REFUSALS_OF_NO_TIER
from bot.reason import Reason
from bot.report.promotion_wording import calls_for
from bot.report.run_report import some
from bot.steps.find import Remote
from bot.versions.follow import Reach

_GONE = "the configuration has no tier {tier} any more"
_PROPOSES = frozenset({Action.CREATE, Action.OPEN, Action.UPDATE, Action.REWORD, Action.KEEP})
_MOST_ROWS = 3


def orphans(
    remote: Remote, configuration: Configuration, planned: tuple[PullRequestPlan, ...]
) -> tuple[PullRequestPlan, ...]:
    """What becomes of the branches that nobody asks for: closed where they are certainly ours, else left and named.

    Args:
        remote: Our side of the remote.
        configuration: Has the tiers that there are.
        planned: What this run does about those that are asked for, of which some may be in their place.
    """
    done = {one.branch for one in planned}
    found: list[PullRequestPlan] = []
    for name in sorted(remote.tips.keys() - done):
        if orphan := _orphan(remote, configuration, name):
            found += orphan.plans(planned)
    return tuple(found)


def forgotten(remote: Remote, configuration: Configuration) -> Iterator[Reason]:
    """That what people refused in a tier that is gone counts nowhere."""
    before = remote.remembered()
    known = {tier.name for tier in configuration.tiers}
    for name, memory in sorted(read_memory(before).items()) if before is not None else ():
        if name not in known and memory.refusals:
            rows = [f"{row.chart} {row.version} (#{one.number})" for row, one in sorted(memory.refusals.items())]
            yield REFUSALS_OF_NO_TIER(tier=name, rows=some(rows, _MOST_ROWS))


def _orphan(remote: Remote, configuration: Configuration, name: Branch) -> "_Orphan | None":
    """Of a tier that is gone; of those that there are only promotions, since a run looks at all else of theirs.

    What another file asked for, that file's runs tell of.
    """
    of = tier_in(name)
    kind = _kind(remote, name, *of) if of else None
    branch = remote.branch(name) if kind else None
    if of is None or kind is None or branch is None:
        return None
    if is_made_by_another(branch.history, of[0], remote.us, configuration.path):
        return None
    tier = next((one for one in configuration.tiers if one.name == of[0]), None)
    orphan = _Orphan(
        remote=remote, configuration=configuration, name=name, key=of[1], kind=kind, tier=tier, named=of[0]
    )
    return orphan if tier is None or orphan.went_elsewhere else None


def _kind(remote: Remote, name: Branch, tier: str, key: str) -> Kind | None:
    """What a branch with a commit of ours is for; None where it has none, or is of no kind that we know."""
    branch = remote.branch(name)
    if branch is None or owner_of(branch.history, tier, remote.us) is Ownership.FOREIGN:
        return None
    said = {trailer for commit in branch.history for trailer in commit.trailers}
    if (PROMOTION_TRAILER, key) in said:
        return Kind.PROMOTION
    return Kind.UPDATE if key == ALL.text or (KEY_TRAILER, key) in said else None


class _Orphan(Struct, frozen=True, kw_only=True):
    """A branch of ours that is asked for no longer.

    Attributes:
        tier: None where it is gone.
        named: The name that it has or had.
    """

    remote: Remote
    configuration: Configuration
    name: Branch
    key: str
    kind: Kind
    tier: Tier | None
    named: str

    @property
    def went_elsewhere(self) -> bool:
        """Whether it is a promotion to the base that it was opened for, and the tier is on another one since."""
        pull = self._pull()
        return self.kind is Kind.PROMOTION and pull is not None and pull.base != self._base and self._is_made_for(pull)

    @property
    def ended(self) -> str:
        """What of the configuration ends it."""
        pull = self._pull()
        if self.tier is None or pull is None:
            return _GONE.format(tier=self.named)
        return ELSEWHERE.format(tier=self.named, base=self._base, old=pull.base)

    @property
    def _base(self) -> Branch:
        return branch_of_tier(self.tier, self.remote.default) if self.tier else ""

    def _pull(self) -> PullRequest | None:
        """Its pull request: the one to the base that it was made for first."""
        pulls = [one for one in self.remote.open_from(self.name) if one.head_here]
        return next((one for one in pulls if self._is_made_for(one)), pulls[0] if pulls else None)

    def plans(self, planned: tuple[PullRequestPlan, ...]) -> tuple[PullRequestPlan, ...]:
        """One for its pull request; where it has none, its branch goes if that is certainly ours."""
        pull = self._pull()
        if pull is None:
            branch = self.remote.branch(self.name)
            return (self._ended(branch, None, ()),) if branch and self._is_ours(branch) else ()
        found = self.remote.found(self.name, pull.base, self.remote.tips.get(pull.base, ""))
        if found.branch is None:
            return ()
        if why := self._objection(found, found.branch, pull):
            reason = NOT_ASKED_FOR(number=pull.number, ended=self.ended, why=why)
            return (self._plan(Action.LEAVE, found.branch, pull, reason=reason),)
        return (self._ended(found.branch, pull, planned),)

    def _objection(self, found: Found, branch: FoundBranch, pull: PullRequest) -> str:
        """Why it is not ours to end; empty where it is."""
        if owner_of(branch.history, self.named, self.remote.us) is not Ownership.OURS or branch.beneath:
            return "it has commits of others"
        if not self._is_ours(branch):
            return "it does not say that this configuration asked for it"
        if not self._is_made_for(pull):
            return f"it goes to {pull.base}, which it was not opened for"
        if branch.beneath is None:
            return f"{pull.base} does not hold what it was built on"
        if sum(one.head_here for one in found.pull_requests) > 1:
            return "another pull request has its branch as well"
        if self.kind is Kind.PROMOTION and not pull.draft:
            return "it is marked as ready for review"
        return ""

    def _is_ours(self, branch: FoundBranch) -> bool:
        """Whether nothing but a commit of ours is its tip, and this configuration asked for it."""
        is_ours = owner_of(branch.history, self.named, self.remote.us) is Ownership.OURS
        return is_ours and is_made_by(branch.history, self.named, self.remote.us, self.configuration.path)

    def _is_made_for(self, pull: PullRequest) -> bool:
        branch = self.remote.branch(self.name)
        return branch is not None and is_made_for(branch.history, self.named, self.remote.us, pull.base)

    def _ended(
        self, branch: FoundBranch, pull: PullRequest | None, planned: Iterable[PullRequestPlan]
    ) -> PullRequestPlan:
        """Closed, after what changes the same files in its place is open."""
        paths = {item.path for item in branch.carries}
        heirs = tuple(
            one.branch
            for one in planned
            if pull
            and one.base == pull.base
            and one.action in _PROPOSES
            and paths & {item.path for item in one.changes}
        )
        return self._plan(Action.CLOSE, branch, pull, heirs=heirs)

    def _plan(
        self,
        action: Action,
        branch: FoundBranch,
        pull: PullRequest | None,
        *,
        reason: Reason | None = None,
        heirs: tuple[Branch, ...] = (),
    ) -> PullRequestPlan:
        production = self.kind is Kind.PROMOTION
        gone = Tier(name=self.named, paths=(), branch=None, follow=Reach.EXACT, production=production)
        rows = self.remote.rows(self.tier, branch) if self.tier else ()
        return PullRequestPlan(
            tier=self.tier or gone,
            action=action,
            branch=self.name,
            base=pull.base if pull else self.remote.default,
            base_sha="",
            head_before=branch.head,
            existing=pull,
            reason=reason,
            successors=heirs,
            calls=calls_for(self.tier, self.key, (), rows) if self.tier else (),
            ended=self.ended if action is Action.CLOSE else "",
            kind=self.kind,
        )
