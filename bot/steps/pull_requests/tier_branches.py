"""The branches and pull requests of one tier as they stand, and what people said there."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from bot.model.commits import Sha
from bot.model.proposals import PullRequest
from bot.model.tiers import Tier
from bot.planning.candidates import Standing
from bot.planning.grouping import Key, branch_of, key_in
from bot.planning.memory import TierMemory
from bot.planning.ownership import Ownership, owner_of
from bot.planning.pull_requests import FoundBranch, is_on_former_tip
from bot.planning.refusals import heard
from bot.planning.tick_boxes import REBUILD, read_boxes
from bot.steps.find import Remote
from bot.steps.past.holds import Gates, why_held
from bot.steps.resolve import TierView


class TierBranches(Struct, frozen=True, kw_only=True):
    """One tier.

    Attributes:
        view: On its base.
        promotes: The key of the only pull request that is looked at, where production is to take something over.
        held: What people hold, exclude or took back.
    """

    view: TierView
    remote: Remote
    promotes: Key | None
    held: Gates

    @property
    def tier(self) -> Tier:
        """Whose they are."""
        return self.view.tier

    def branches(self) -> dict[str, FoundBranch]:
        """Those that are looked at, by key."""
        if self.promotes is None:
            return self.remote.branches(self.tier)
        found = self.remote.promotion(self.tier, self.promotes)
        return {self.promotes.text: found} if found else {}

    def standing(self, branches: Mapping[str, FoundBranch]) -> Standing:
        """What they propose, whose they are by now, and what holds them."""
        opened = {key: pull for key in branches if (pull := self.pull_request(key))}
        rows = {key: self.remote.rows(self.tier, branch) for key, branch in branches.items()}
        return Standing(
            rows={key: rows[key] for key in opened},
            unopened={key: rows[key] for key in rows.keys() - opened.keys()},
            theirs=frozenset(key for key, branch in branches.items() if self._is_theirs(key, branch)),
            foreign=self.remote.foreign(self.tier),
            numbers=self._numbers(),
            touched={key: pull.number for key, pull in opened.items() if self._is_left(key, branches[key])},
            opened={key: pull.number for key, pull in opened.items()},
            boxes={key: frozenset(self.boxes(key)) for key in opened},
            held=frozenset(key for key in opened if why_held(rows[key], self.view, self.held)),
        )

    def _numbers(self) -> frozenset[int]:
        """The open pull requests of this tier, whether their branches are there or not."""
        here = (one for one in self.remote.pull_requests if one.head_here and one.base == self.view.base.branch)
        return frozenset(one.number for one in here if key_in(one.head, self.tier))

    def with_leavings(self, memory: TierMemory) -> TierMemory:
        """Find out which branches of others' commits are merged and only left over, once for each of their tips."""
        left: dict[str, Sha] = {}
        for key, branch in self.branches().items():
            if self._is_touched(branch) and not self.has_pull_request(key):
                known = memory.left.get(key) == branch.head
                if known or not self.remote.was_merged(branch_of(self.tier, key)):
                    left[key] = branch.head
        return replace(memory, left=left)

    def ticked(self, memory: TierMemory, standing: Standing) -> TierMemory:
        """Take in what people ticked and what they opened again, with its branch or without."""
        opened = {key_in(one.head, self.tier) for one in self.remote.pull_requests if one.number in standing.numbers}
        for key in sorted({*standing.rows, *filter(None, opened)}):
            if pull := self.pull_request(key):
                rows = standing.rows.get(key, frozenset())
                memory = heard(memory, key, pull.number, self.boxes(key), rows, self.tier.name)
        return memory

    def learnt(self, memory: TierMemory, key: str, branch: FoundBranch | None) -> TierMemory:
        """Take in what the newest closed pull request of a key says, once."""
        known = memory.considered.get(key, 0)
        if known and branch and self._is_touched(branch):
            # Theirs since then: no newer one of ours can have been closed.
            return memory
        closed = self.remote.forge.last_refused(branch_of(self.tier, key), after=known)
        if closed is None:
            return memory
        # One to another base was closed for that: the tier has another one since.
        is_about_this = closed.base == self.view.base.branch
        rows = self.remote.refused_rows(self.tier, closed) if is_about_this else frozenset()
        return replace(memory.refusing(rows, closed.number), considered={**memory.considered, key: closed.number})

    def boxes(self, key: str) -> dict[str, bool]:
        """The boxes of a pull request; in words that are not ours there are none."""
        pull = self.pull_request(key)
        return read_boxes(pull.body) if pull and pull.author == self.remote.us.login else {}

    def pull_request(self, key: str) -> PullRequest | None:
        """The open one of a key, to the branch that the tier is on now."""
        base, pulls = self.view.base.branch, self.remote.open_from(branch_of(self.tier, key))
        return next((pull for pull in pulls if pull.head_here and pull.base == base), None)

    def has_pull_request(self, key: str) -> bool:
        """Whether a key has an open one, to whatever branch."""
        return any(pull.head_here for pull in self.remote.open_from(branch_of(self.tier, key)))

    def _is_theirs(self, key: str, branch: FoundBranch) -> bool:
        """Whether others work on a branch, and did not hand it back."""
        return self._is_touched(branch) and not self.boxes(key).get(REBUILD, False)

    def _is_left(self, key: str, branch: FoundBranch) -> bool:
        """Whether a branch with an open pull request is left alone for what others did there, beneath its tip too."""
        base, given_back = self.view.base, self.boxes(key).get(REBUILD, False)
        found = self.remote.found(branch_of(self.tier, key), base.branch, base.sha or "").branch
        beneath = found and found.beneath and not is_on_former_tip(found)
        return self._is_theirs(key, branch) or bool(beneath and not given_back)

    def _is_touched(self, branch: FoundBranch) -> bool:
        touched = owner_of(branch.history, self.tier.name, self.remote.us) is Ownership.TOUCHED
        return touched and not branch.merged
