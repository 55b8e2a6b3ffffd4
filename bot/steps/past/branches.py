"""The base branches of a run with what is remembered of them: the ground on which limits by time are found out."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import reduce

from msgspec import Struct, field

from bot.ledger.merging import merge
from bot.ledger.model import Ledger
from bot.ledger.sights import Sight, seen_now, sights_of
from bot.model.charts import ChartAddress
from bot.model.commits import Sha
from bot.model.proposals import SaidStatus
from bot.model.references import Reference
from bot.model.tiers import Branch, Configuration, Tier
from bot.planning.mirrors import canonical
from bot.ports import Repository
from bot.steps.past.histories import History
from bot.steps.resolve import Resolved, TierView
from bot.steps.scan import Readings

LONGEST_PAST = timedelta(weeks=4)
"""How far back something is looked for that nobody asks for by a longer time."""


class Past(Struct, frozen=True, kw_only=True):
    """What a run on Git knows beside the tips.

    Attributes:
        ledger: As it was read; empty where there is none.
        tip: The commit that it was read from; None where there is none.
        statuses: Everybody's statuses of a commit, newest first; None where no forge is asked.
    """

    repository: Repository
    ledger: Ledger = field(default_factory=Ledger)
    tip: Sha | None = None
    statuses: Callable[[Sha], tuple[SaidStatus, ...]] | None = None


class Branches:
    """All tiers on their branches, each history read once and only if somebody asks.

    Attributes:
        known: The ledger as it was read.
        learnt: What this run adds to it.
    """

    def __init__(
        self, resolved: Resolved, configuration: Configuration, now: datetime, past: Past | None, readings: Readings
    ) -> None:
        """Know the present; nothing is read yet."""
        self.now = now
        self.known = past.ledger if past else Ledger()
        self.configuration = configuration
        self._past = past
        self._readings = readings
        self._views = {view.tier.name: view for view in resolved.views}
        self._by_branch: dict[Branch, dict[str, tuple[Reference, ...]]] = {}
        for view in resolved.views:
            self._by_branch.setdefault(view.base.branch, {})[view.tier.name] = view.references
        self._listed: dict[str, dict[ChartAddress, list[Reference]]] = {}
        self._histories: dict[Branch, History] = {}
        self.learnt = reduce(merge, self._moved(), Ledger())

    def _moved(self) -> Iterator[Ledger]:
        """Where a branch stands of which tips are known: what it went back from must not look as if it had run on."""
        for branch, tip in dict.fromkeys((view.base.branch, view.base.sha) for view in self._views.values()):
            if tip and self.known.branches.get(branch):
                yield seen_now(self.known, branch, tip, self.now)

    def sights(self, branch: Branch) -> tuple[Sight, ...]:
        """When runs before this one saw a branch where."""
        return sights_of(self.known, branch, self.now)

    @property
    def statuses(self) -> Callable[[Sha], tuple[SaidStatus, ...]] | None:
        """Asks for everybody's statuses of a commit; None where no forge is asked."""
        return self._past.statuses if self._past else None

    def learn(self, ledger: Ledger) -> None:
        """Add what was seen."""
        self.learnt = merge(self.learnt, ledger)

    def chart(self, reference: Reference) -> ChartAddress:
        """The address under which a chart is known in every tier."""
        return canonical(reference.source.address, self.configuration.mirrors)

    def view(self, name: str) -> TierView:
        """A tier on its base."""
        return self._views[name]

    def listed(self, name: str, chart: ChartAddress) -> list[Reference]:
        """The references of a tier to a chart, those left out that nobody applies."""
        if name not in self._listed:
            found = self._listed[name] = {}
            for each in self._views[name].references:
                if not each.unlisted:
                    found.setdefault(self.chart(each), []).append(each)
        return self._listed[name].get(chart, [])

    def users(self, name: str, chart: ChartAddress) -> list[Reference]:
        """The references of a tier to a chart, those left out that run nothing: suspended, or applied by nobody."""
        return [each for each in self.listed(name, chart) if not each.suspended]

    def has_past(self, name: str) -> bool:
        """Whether a tier lies on a branch in Git, and not in a folder."""
        return self._past is not None and self._views[name].base.sha is not None

    def history(self, name: str) -> History | None:
        """The past of a tier's branch; None for a folder."""
        base = self._views[name].base
        if self._past is None or base.sha is None:
            return None
        if base.branch not in self._histories:
            self._histories[base.branch] = History(
                base,
                self._by_branch[base.branch],
                self._past.repository,
                self.configuration,
                self._readings,
                [sight.tip for sight in reversed(self.sights(base.branch))],
            )
        return self._histories[base.branch]

    def dates(self, name: str) -> dict[Sha, datetime]:
        """The dates of those commits of a tier's branch that were read, as whoever made them chose them."""
        history = self.history(name)
        return {commit.sha: commit.at for commit in history.commits} if history else {}

    def subject(self, commit: Sha) -> str:
        """The first line of a commit's message; foreign text."""
        found = self._past.repository.history(commit, 1) if self._past else ()
        return found[0].subject if found else ""

    def chain(self, tier: Tier) -> tuple[str, ...]:
        """A tier, and all that its versions come from, the nearest first."""
        found: dict[str, None] = {}
        names: Iterable[str] = (tier.name,)
        while new := [name for name in names if name not in found]:
            found |= dict.fromkeys(new)
            names = [before for name in new for before in self._views[name].tier.pace.comes_from]
        return tuple(found)
