"""What a tier changed about a release beside its version, since it left the version that production runs.

Values that went with a version are not promoted: they are other bytes. A person has to know of them.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from posixpath import dirname

from msgspec import Struct
from msgspec.structs import replace

from bot.flux.version_edits import FileState, older_pins
from bot.model.charts import ChartAddress
from bot.model.promotions import LowerChange, Promoted
from bot.model.references import Reference
from bot.promotion.pairing import Counterpart
from bot.steps.past.branches import Branches
from bot.steps.past.histories import History
from bot.steps.past.states import files_of, key_of
from bot.versions.version import Version

MOST_CHANGES = 10
"""Commits that are listed for one release; the others are counted."""
_MOST_READ = 50
_DEPTHS = (32, 128, 512)
"""Commits in which it is looked for when a tier left production's version."""
_DIGEST = re.compile(rb"sha256:[0-9a-f]{64}")


def with_changes(promoted: Promoted, lower: Iterable[Counterpart], current: Version, branches: Branches) -> Promoted:
    """Add what the tiers before changed beside the version.

    Args:
        promoted: What is to be completed.
        lower: The references that run the version.
        current: What production runs.
        branches: Their histories.
    """
    by_tier: dict[str, list[Reference]] = {}
    for one in lower:
        by_tier.setdefault(one.tier, []).append(one.reference)
    found: list[LowerChange] = []
    whole = True
    for tier, references in by_tier.items():
        history = branches.history(tier)
        if history is None:
            return replace(promoted, whole=False)
        chart = branches.chart(references[0])
        release = _Release(tier=tier, references=tuple(references), chart=chart, history=history)
        whole = release.reach(current) and whole
        watched = _watched(references, branches.view(tier).references)
        found += islice(release.changes(current, watched, branches), _MOST_READ)
    distinct = list({change.commit: change for change in found}.values())
    left_out = max(0, len(distinct) - MOST_CHANGES)
    return replace(promoted, changes=tuple(distinct[:MOST_CHANGES]), left_out=left_out, whole=whole)


class _Release(Struct, frozen=True, kw_only=True):
    """A release in one tier, in however many clusters."""

    tier: str
    references: tuple[Reference, ...]
    chart: ChartAddress
    history: History

    def reach(self, current: Version) -> bool:
        """Read back to where every one of them ran no more than production; whether it was reached."""
        return self.history.reach(lambda: None not in self._left(current), _DEPTHS)

    def _left(self, current: Version) -> list[int | None]:
        """For each reference, how many commits came since it ran no more than production."""
        return [next((i for i, value in enumerate(said) if value and value <= current), None) for said in self._said()]

    def _said(self) -> Iterator[list[Version | None]]:
        for reference in self.references:
            moments = self.history.moments(key_of(self.tier, reference), self.chart)
            yield [moment.value for moment in reversed(moments)]

    def changes(self, current: Version, watched: "_Watched", branches: Branches) -> Iterator[LowerChange]:
        """The commits since then that changed more than versions in any of these files, newest first."""
        commits = self.history.commits
        since = [len(commits) - 1 if left is None else left for left in self._left(current)]
        versions = {str(value) for said in self._said() for value in said[: max(since) + 1] if value}
        for newer, older in pairwise(commits[: max(since) + 1]):
            changed = [one for one in newer.changed if watched.covers(one.path)]
            after = self.history.files(newer.sha, (one.new for one in changed))
            before = self.history.files(older.sha, (one.old for one in changed))
            paths = (one.path for one in changed)
            if other := tuple(path for path in paths if _is_other(after.get(path), before.get(path), versions)):
                subject = branches.subject(newer.sha)
                yield LowerChange(tier=self.tier, commit=newer.sha, subject=subject, paths=other)


class _Watched(Struct, frozen=True, kw_only=True):
    """The files of a release, and the folders that it has to itself: values and patches lie there."""

    files: frozenset[str]
    folders: tuple[str, ...]

    def covers(self, path: str) -> bool:
        return path in self.files or any(path.startswith(f"{folder}/") for folder in self.folders)


def _watched(references: Iterable[Reference], everything: Iterable[Reference]) -> _Watched:
    known = tuple(references)
    names = {each.object for each in known}
    others = {path for each in everything if each.object not in names for path in files_of(each)}
    folders = {dirname(each.path) for each in known} - {""}
    own = (folder for folder in sorted(folders) if not any(path.startswith(f"{folder}/") for path in others))
    return _Watched(files=frozenset(path for each in known for path in files_of(each)), folders=tuple(own))


def _is_other(after: FileState | None, before: FileState | None, versions: Iterable[str]) -> bool:
    """Whether a file changed in anything but versions and their digests."""
    if after is None or before is None:
        return True
    known = tuple(versions)
    return not older_pins(after, before) and _blanked(after.data, known) != _blanked(before.data, known)


def _blanked(data: bytes, versions: Iterable[str]) -> bytes:
    """Without versions of the release and digests, wherever they stand: in a patch, or behind a variable's name."""
    for version in sorted(versions, key=len, reverse=True):
        data = data.replace(version.encode(), b"")
    return _DIGEST.sub(b"", data)
