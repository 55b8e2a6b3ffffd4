"""orphans: what earlier runs opened and the configuration asks for no longer, since its tier is gone."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from bot.model.proposals import Action, Kind, PullRequest, PullRequestPlan
from bot.model.tiers import Branch, Configuration, Tier
from bot.planning.grouping import ALL, KEY_TRAILER, PROMOTION_TRAILER, tier_in
from bot.planning.memory import read_memory
from bot.planning.origins import is_made_by, is_made_for
from bot.planning.ownership import Ownership, owner_of
from bot.planning.pull_requests import Found, FoundBranch
from bot.proposal_reasons import REFUSALS_OF_NO_TIER, TIER_GONE
from bot.reason import Reason
from bot.report.run_report import some
from bot.steps.find import Remote
from bot.versions.follow import Reach

_GONE = "the configuration has no tier {tier} any more"
_PROPOSES = frozenset({Action.CREATE, Action.OPEN, Action.UPDATE, Action.REWORD, Action.KEEP})
_MOST_ROWS = 3


def orphans(
    remote: Remote, configuration: Configuration, planned: tuple[PullRequestPlan, ...]
) -> tuple[PullRequestPlan, ...]:
    """What becomes of the branches of tiers that are gone: closed where they are certainly ours, else left and named.

    Args:
        remote: Our side of the remote.
        configuration: Has the tiers that there are.
        planned: What this run proposes, of which some may be in their place.
    """
    known = {tier.name for tier in configuration.tiers}
    found: list[PullRequestPlan] = []
    for name in sorted(remote.tips):
        of = tier_in(name)
        if of and of[0] not in known and (kind := _kind(remote, name, *of)):
            orphan = _Orphan(remote=remote, configuration=configuration, name=name, tier=of[0], kind=kind)
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
    """A branch of ours whose tier is gone."""

    remote: Remote
    configuration: Configuration
    name: Branch
    tier: str
    kind: Kind

    def plans(self, planned: tuple[PullRequestPlan, ...]) -> tuple[PullRequestPlan, ...]:
        """One for its pull request; where it has none, its branch goes if that is certainly ours."""
        pulls = [one for one in self.remote.open_from(self.name) if one.head_here]
        if not pulls:
            branch = self.remote.branch(self.name)
            return (self._ended(branch, None, ()),) if branch and self._is_ours(branch) else ()
        pull = next((one for one in pulls if self._is_made_for(one)), pulls[0])
        found = self.remote.found(self.name, pull.base, self.remote.tips.get(pull.base, ""))
        if found.branch is None:
            return ()
        if why := self._objection(found, found.branch, pull):
            reason = TIER_GONE(number=pull.number, tier=self.tier, why=why)
            return (self._plan(Action.LEAVE, found.branch, pull, reason=reason),)
        return (self._ended(found.branch, pull, planned),)

    def _objection(self, found: Found, branch: FoundBranch, pull: PullRequest) -> str:
        """Why it is not ours to end; empty where it is."""
        if owner_of(branch.history, self.tier, self.remote.us) is not Ownership.OURS or branch.beneath:
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
        is_ours = owner_of(branch.history, self.tier, self.remote.us) is Ownership.OURS
        return is_ours and is_made_by(branch.history, self.tier, self.remote.us, self.configuration.path)

    def _is_made_for(self, pull: PullRequest) -> bool:
        branch = self.remote.branch(self.name)
        return branch is not None and is_made_for(branch.history, self.tier, self.remote.us, pull.base)

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
        return PullRequestPlan(
            tier=Tier(name=self.tier, paths=(), branch=None, follow=Reach.EXACT, production=production),
            action=action,
            branch=self.name,
            base=pull.base if pull else "",
            base_sha="",
            head_before=branch.head,
            existing=pull,
            reason=reason,
            successors=heirs,
            ended=_GONE.format(tier=self.tier) if action is Action.CLOSE else "",
            kind=self.kind,
        )
