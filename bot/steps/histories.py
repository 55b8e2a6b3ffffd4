"""What the references of a base branch said in its past: read as far back as somebody needs, and no further."""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from bot.flux.files import may_concern_flux
from bot.flux.version_edits import older_pins
from bot.maturity.timeline import Moment
from bot.model.commits import PastCommit, Sha, TreeEntry
from bot.model.places import ObjectId
from bot.model.references import ExactPin, Pin, Reference
from bot.model.tiers import Configuration
from bot.planning.tiers import claimants
from bot.ports import Repository
from bot.steps.resolve import references_of
from bot.steps.scan import Base, Readings, scan
from bot.versions.version import Version, try_loose

DEPTHS = (32, 128, 512, 2000)
"""Commits that are read at first, and when these do not tell enough; each is one fetch."""
_SUFFIXES = (".yaml", ".yml")

Key = tuple[str, str, ObjectId]
"""A tier's name, and a reference of it: the file in which its version is written, and its object."""


class _State(Struct, frozen=True, kw_only=True):
    """What all references of a branch's tiers say in one commit, and the files that decide it.

    Attributes:
        built: Some are made by builds, in which any file may have a say.
    """

    values: Mapping[Key, Version | None]
    watched: frozenset[str]
    built: bool
    by_path: Mapping[str, tuple[Key, ...]]


class History:
    """One base branch, from its tip backwards."""

    def __init__(
        self,
        base: Base,
        references: Mapping[str, tuple[Reference, ...]],
        repository: Repository,
        configuration: Configuration,
        readings: Readings,
    ) -> None:
        """Begin with the tip, whose references are known."""
        self._base = base
        self._repository = repository
        self._configuration = configuration
        self._readings = readings
        self._states = [_state(references)]
        self._entries: dict[Sha, dict[str, TreeEntry]] = {}
        self.commits: tuple[PastCommit, ...] = repository.past(base.branch, base.sha, 1) if base.sha else ()

    @property
    def whole(self) -> bool:
        """Whether it begins with the branch's first commit."""
        return bool(self.commits) and self.commits[-1].first

    @property
    def oldest(self) -> Mapping[Key, Version | None]:
        """What was said in the oldest commit that was read."""
        return self._states[-1].values

    def reach(self, enough: Callable[[], bool], depths: tuple[int, ...] = DEPTHS) -> bool:
        """Read on until it is enough, the history ends, or the deepest read is done; whether one of the first two."""
        for depth in depths:
            if self.whole or enough():
                return True
            if len(self.commits) < depth:
                self._read(depth)
        return self.whole or enough()

    def moments(self, key: Key) -> tuple[Moment, ...]:
        """What one reference said at each commit, oldest first."""
        pairs = zip(reversed(self.commits), reversed(self._states), strict=True)
        return tuple(Moment(commit.sha, commit.at, state.values.get(key)) for commit, state in pairs)

    def _read(self, depth: int) -> None:
        self.commits = self._repository.past(self._base.branch, self.commits[0].sha, depth)
        for newer, older in zip(self.commits[len(self._states) - 1 :], self.commits[len(self._states) :], strict=False):
            known = self._states[-1]
            changed = [path for path in newer.changed if self._matters(path, known)]
            others = [path for path in newer.changed if path.endswith(_SUFFIXES) and path not in changed]
            state = known
            if self._concern_flux(newer.sha, others) or self._concern_flux(older.sha, others):
                state = self._state_at(older.sha)
            elif changed:
                state = self._rewound(known, newer.sha, older.sha, changed) or self._state_at(older.sha)
            self._states.append(state)

    def _concern_flux(self, commit: Sha, paths: list[str]) -> bool:
        """Whether files outside of the tiers, which nothing names now, may have been named then: a source, say."""
        pairs = zip(paths, self._contents(commit, paths), strict=True) if paths else ()
        return any(data is not None and may_concern_flux(path, data) for path, data in pairs)

    def _matters(self, path: str, known: _State) -> bool:
        """Whether a changed file may change what references say: it is one of theirs, or lies in one of their tiers."""
        if path in known.watched:
            return True
        return path.endswith(_SUFFIXES) and (known.built or bool(claimants(path, self._base.tiers)))

    def _rewound(self, known: _State, newer: Sha, older: Sha, changed: list[str]) -> _State | None:
        """The state before a commit that changed versions and nothing else; None where it changed more.

        Nor where builds make any of it: what a file says there is not what runs.
        """
        if known.built:
            return None
        values = dict(known.values)
        pairs = zip(self._contents(newer, changed), self._contents(older, changed), strict=True)
        for path, (after, before) in zip(changed, pairs, strict=True):
            pins = older_pins(path, after, before) if after is not None and before is not None else None
            if pins is None or (not pins and path in known.watched):
                return None
            for key in known.by_path.get(path, ()):
                version = pinned_version(pins[key[2]]) if key[2] in pins else values.get(key)
                # Of one that is suspended nothing is known, and a suspension is no change of a version.
                if values.get(key) is None and version is not None:
                    return None
                values[key] = version
        return replace(known, values=values)

    def _contents(self, commit: Sha, paths: list[str]) -> list[bytes | None]:
        tree = self._repository.tree(commit)
        if commit not in self._entries:
            self._entries = {commit: {entry.path: entry for entry in tree.entries() if entry.kind.regular}}
        entries = self._entries[commit]
        read = {entry.path: data for entry, data in tree.read(entries[path] for path in paths if path in entries)}
        return [read.get(path) for path in paths]

    def _state_at(self, commit: Sha) -> _State:
        tree = self._repository.tree(commit)
        base = Base(branch=self._base.branch, sha=commit, tree=tree, tiers=self._base.tiers)
        [scanned] = scan([base], self._readings)
        return _state(references_of(scanned, self._configuration))


def key_of(tier: str, reference: Reference) -> Key:
    """By what a reference is found again in other commits."""
    return tier, reference.path, reference.object


def version_of(reference: Reference) -> Version | None:
    """The version that a reference runs, where it is written out and not suspended."""
    return None if reference.suspended else pinned_version(reference.pin)


def pinned_version(pin: Pin) -> Version | None:
    """The version that is written out; None for a range, and for a digest alone."""
    return try_loose(pin.version.text.replace("_", "+")) if isinstance(pin, ExactPin) else None


def _state(references: Mapping[str, tuple[Reference, ...]]) -> _State:
    listed = [(tier, each) for tier, found in references.items() for each in found]
    by_path: dict[str, list[Key]] = {}
    for tier, each in listed:
        by_path.setdefault(each.path, []).append(key_of(tier, each))
    return _State(
        values={key_of(tier, each): version_of(each) for tier, each in listed},
        watched=frozenset(path for _, each in listed for path in _files(each)),
        built=any(each.built for _, each in listed),
        by_path={path: tuple(keys) for path, keys in by_path.items()},
    )


def _files(reference: Reference) -> Iterable[str]:
    """Every file that has a say in what a reference runs."""
    yield from (reference.path, *reference.also_in, *reference.consumer_paths)
    yield from (place.path for place in reference.pin.places)
    if reference.source_declared:
        yield reference.source_declared.path
