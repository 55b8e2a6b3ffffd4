"""Merges that no forge tells of: people merge with Git, and may squash, or delete the branch along with it."""

from collections.abc import Iterable

from msgspec import Struct

from bot.errors import UsageError
from bot.forge.proposed import Looked, Proposed
from bot.model.commits import PastCommit, Sha
from bot.model.tiers import Branch
from bot.planning.commit_trailers import LEFT_OUT_TRAILER, ROW_TRAILER
from bot.planning.ownership import TIER_TRAILER
from bot.ports import Repository

_DEPTH = 1000
"""Commits behind a base in which a merge is looked for: a run comes by long before there are more."""


class MergesByHand(Struct, frozen=True, kw_only=True, eq=False):
    """What became of pull requests, by the first-parent history of their bases.

    One is merged where the base holds its head; or where a commit, made since its branch went out from there, names all
    that it moves in trailers, or leaves all of its files as it wanted them. Whatever else there is proves nothing.
    """

    repository: Repository

    def proposed(self, head: Branch) -> Proposed | None:
        """What a branch proposes whose tip this run made."""
        tip = self.repository.heads().tips.get(head)
        facts = self.repository.history(tip, 1) if tip else ()
        return self._proposal(facts[0].sha, facts[0].parents[0]) if facts and facts[0].parents else None

    def look(self, base: Branch, head: Branch, known: Proposed | None) -> Looked:
        """Whether the base holds what is, or was, on a branch."""
        tips = self.repository.heads().tips
        gone, tip = head not in tips, tips.get(head, known.head if known else None)
        if base not in tips or tip is None:
            return Looked(gone=gone)
        try:
            began = self.repository.merge_base(tips[base], tip, _DEPTH)
        except UsageError:
            # The branch is gone and its commit with it; or another run moves one of them at this moment.
            began = None
        if began == tip:
            return Looked(merged=tip, gone=gone)
        now = self._proposal(tip, began) if began else known if gone else None
        merged = now.head if now and self._holds(base, tips[base], now) else None
        return Looked(merged=merged, proposed=None if gone else now, gone=gone)

    def _proposal(self, head: Sha, began: Sha) -> Proposed:
        [facts] = self.repository.history(head, 1)
        rows = tuple(f"{key}: {value}" for key, value in facts.trailers if key in {TIER_TRAILER, ROW_TRAILER})
        whole = any(key == ROW_TRAILER for key, _ in facts.trailers) and not any(
            key == LEFT_OUT_TRAILER for key, _ in facts.trailers
        )
        differences = self.repository.differences(began, head)
        files = {each.path: each.new.blob if each.new else "" for each in differences}
        return Proposed(head=head, began=began, rows=rows if whole else (), files=files)

    def _holds(self, base: Branch, tip: Sha, wanted: Proposed) -> bool:
        if tip == wanted.began:
            return False
        past = self.repository.past(base, self.repository.fetch([base])[base], _DEPTH)
        place = next((index for index, commit in enumerate(past) if commit.sha == wanted.began), None)
        since = () if place is None else past[:place]
        return _brings_files(reversed(since), wanted) or any(self._names_rows(commit.sha, wanted) for commit in since)

    def _names_rows(self, commit: Sha, wanted: Proposed) -> bool:
        [facts] = self.repository.history(commit, 1)
        return bool(wanted.rows) and {*wanted.rows} <= {f"{key}: {value}" for key, value in facts.trailers}


def _brings_files(oldest_first: Iterable[PastCommit], wanted: Proposed) -> bool:
    """Whether all files were at one time as they were proposed."""
    now: dict[str, Sha] = {}
    for commit in oldest_first:
        now |= {each.path: each.new.blob if each.new else "" for each in commit.changed}
        if wanted.files and all(now.get(path) == blob for path, blob in wanted.files.items()):
            return True
    return False
