"""What a base branch holds: every commit behind its tip, read as far back as somebody needs."""

from collections.abc import Sequence

from bot.model.commits import Sha
from bot.model.tiers import Branch
from bot.ports import Repository
from bot.steps.past.histories import DEPTHS


class Lineage:
    """The commits behind one tip, along all of their parents: a merge may have put what was there before second."""

    def __init__(self, repository: Repository, branch: Branch, tip: Sha) -> None:
        """Nothing is read yet."""
        self._repository = repository
        self._branch = branch
        self._tip = tip
        self._held: set[Sha] = set()
        self._edge = [tip]

    def first_held(self, commits: Sequence[Sha]) -> int | None:
        """The place of the first of these commits that it holds; None where none is found in what may be read.

        What was fetched already is looked through first; then more is fetched, as for the history of a base.
        """
        for depth in (0, *DEPTHS):
            if depth and self._edge:
                self._repository.past(self._branch, self._tip, depth)
            self._walk()
            found = next((place for place, sha in enumerate(commits) if sha in self._held), None)
            if found is not None or not self._edge:
                return found
        return None

    def _walk(self) -> None:
        following, self._edge = self._edge, []
        while following:
            sha = following.pop()
            if sha in self._held:
                continue
            known = self._repository.history(sha, 1)
            if not known:
                self._edge.append(sha)
                continue
            self._held.add(sha)
            following += known[0].parents
