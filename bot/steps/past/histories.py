"""What the references of a base branch said in its past: read as far back as somebody needs, and no further."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import takewhile

from msgspec.structs import replace

from bot.flux.files import may_concern_flux
from bot.flux.source_ignore import is_source_ignore
from bot.flux.version_edits import FileState, older_pins
from bot.maturity.timeline import Moment
from bot.model.charts import ChartAddress
from bot.model.commits import PastCommit, PathDifference, Sha, TreeEntry
from bot.model.references import Reference
from bot.model.tiers import Configuration
from bot.planning.tiers import claimants
from bot.ports import Repository
from bot.steps.past.states import Key, State, state_of
from bot.steps.resolve import references_of
from bot.steps.scan import Base, Readings, scan
from bot.yamltext.unreadable import DEFAULT_LIMITS

DEPTHS = (32, 128, 512, 2000)
"""Commits that are read at first, and when these do not tell enough; each is one fetch."""
_SUFFIXES = (".yaml", ".yml")


class History:
    """One base branch, from its tip backwards."""

    def __init__(
        self,
        base: Base,
        references: Mapping[str, tuple[Reference, ...]],
        repository: Repository,
        configuration: Configuration,
        readings: Readings,
        through: Iterable[Sha],
    ) -> None:
        """Begin with the tip, whose references are known, and lead on by tips that were seen, those of late first."""
        self._base = base
        self._repository = repository
        self._configuration = configuration
        self._readings = readings
        self._states = [state_of(references, configuration.mirrors)]
        self._through = tuple(dict.fromkeys(through))
        self.commits: tuple[PastCommit, ...] = repository.past(base.branch, base.sha, 1) if base.sha else ()
        self._moments: dict[tuple[Key, ChartAddress], tuple[Moment, ...]] = {}

    @property
    def whole(self) -> bool:
        """Whether it begins with the branch's first commit."""
        return bool(self.commits) and self.commits[-1].first

    def reach(self, enough: Callable[[], bool], depths: tuple[int, ...] = DEPTHS) -> bool:
        """Read on until it is enough, the history ends, or the deepest read is done; whether one of the first two."""
        for depth in depths:
            if self.whole or enough():
                return True
            if len(self.commits) < depth:
                self._read(depth)
        return self.whole or enough()

    def moments(self, key: Key, chart: ChartAddress) -> tuple[Moment, ...]:
        """What one reference said of a chart at each commit, oldest first: nothing, where it took another chart."""
        asked = key, chart
        if asked not in self._moments:
            self._moments[asked] = tuple(self._told(key, chart))[::-1]
        return self._moments[asked]

    def _told(self, key: Key, chart: ChartAddress) -> Iterator[Moment]:
        """The same, newest first."""
        newer: State | None = None
        version, digest = None, ""
        for commit, state in zip(self.commits, self._states, strict=True):
            # Most commits say nothing new of most references: then nothing is asked of them.
            if newer is None or not state.is_alike(newer, key):
                key = state.followed(key, newer) if newer else key
                said = state.said(key, self._states[0])
                version, digest = (said.version, said.digest) if said and said.chart == chart else (None, "")
            newer = state
            yield Moment(commit.sha, commit.at, version, digest)

    def _read(self, depth: int) -> None:
        self._moments.clear()
        known_line = [commit.sha for commit in self.commits]
        self.commits = self._repository.past(self._base.branch, known_line[0], depth, self._through)
        # A tip that lies behind a second parent may be met only now: from there on the line is another one.
        met = takewhile(lambda pair: pair[0].sha == pair[1], zip(self.commits, known_line, strict=False))
        del self._states[sum(1 for _ in met) :]
        for newer, older in zip(self.commits[len(self._states) - 1 :], self.commits[len(self._states) :], strict=False):
            known = self._states[-1]
            changed, others = self._parted(newer.changed, known)
            after, before = [one.new for one in others], [one.old for one in others]
            state = known
            ignores = any(is_source_ignore(one.path) for one in newer.changed)
            if ignores or self._concern_flux(newer.sha, after) or self._concern_flux(older.sha, before):
                state = self._state_at(older.sha)
            elif changed:
                state = self._rewound(known, newer.sha, older.sha, changed) or self._state_at(older.sha)
            self._states.append(state)

    def _parted(
        self, differences: Iterable[PathDifference], known: State
    ) -> tuple[list[PathDifference], list[PathDifference]]:
        """The changes that may matter to what references say, and those of other manifests."""
        changed, others = [], []
        for one in differences:
            if self._matters(one.path, known):
                changed.append(one)
            elif one.path.endswith(_SUFFIXES):
                others.append(one)
        return changed, others

    def _concern_flux(self, commit: Sha, sides: Iterable[TreeEntry | None]) -> bool:
        """Whether files outside of the tiers, which nothing names now, may have been named then: a source, say."""
        return any(may_concern_flux(entry.path, data) for entry, data in self._contents(commit, sides))

    def _matters(self, path: str, known: State) -> bool:
        """Whether a changed file may change what references say: it is one of theirs, or lies in one of their tiers."""
        if path in known.watched:
            return True
        return path.endswith(_SUFFIXES) and (known.built or bool(claimants(path, self._base.tiers)))

    def _rewound(self, known: State, newer: Sha, older: Sha, changed: list[PathDifference]) -> State | None:
        """The state before a commit that changed versions and nothing else; None where it changed more.

        Nor where builds make any of it: what a file says there is not what runs.
        """
        if known.built:
            return None
        state: State | None = known
        after = self.files(newer, (one.new for one in changed))
        before = self.files(older, (one.old for one in changed))
        for one in changed:
            there = one.path in after and one.path in before
            pins = older_pins(after[one.path], before[one.path]) if there else None
            if state is None or pins is None or (not pins and one.path in known.watched):
                return None
            state = state.rewound(one.path, pins)
        return state

    def files(self, commit: Sha, sides: Iterable[TreeEntry | None]) -> dict[str, FileState]:
        """Those of one side that are there, by path, as a commit that was read has them."""
        return {
            entry.path: FileState(data=data, reading=self._readings.reading(entry, data))
            for entry, data in self._contents(commit, sides)
        }

    def _contents(self, commit: Sha, sides: Iterable[TreeEntry | None]) -> Iterator[tuple[TreeEntry, bytes]]:
        """Nothing but these is read of a commit, nor listed: a branch may be long, and a tree wide."""
        wanted = [side for side in sides if side and side.kind.regular and side.size <= DEFAULT_LIMITS.size]
        return self._repository.tree(commit).read(wanted) if wanted else iter(())

    def _state_at(self, commit: Sha) -> State:
        tree = self._repository.tree(commit)
        base = replace(self._base, sha=commit, tree=tree)
        [scanned] = scan([base], self._readings)
        return state_of(references_of(scanned, self._configuration), self._configuration.mirrors)
