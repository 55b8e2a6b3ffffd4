"""What all references of a branch's tiers say in one commit."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from bot.model.charts import ChartAddress
from bot.model.places import ObjectId
from bot.model.references import BuiltBy, ExactPin, Pin, Reference
from bot.model.tiers import Mirror
from bot.planning.mirrors import canonical
from bot.versions.version import Version, try_written


class Key(NamedTuple):
    """By what a reference is found again in other commits: its tier, where its version is written, and who builds it.

    Two clusters that build one object of one file, each with a value of its own, are two references.
    """

    tier: str
    path: str
    object: ObjectId
    built: tuple[BuiltBy, ...]


class Said(Struct, frozen=True, kw_only=True):
    """What a reference runs.

    Attributes:
        digest: What is written beside the version; empty for nothing.
        chart: Under the address by which every tier knows it.
    """

    version: Version
    digest: str
    chart: ChartAddress


_Home = tuple[str, str, ObjectId]
_Values = Mapping[_Home, tuple[tuple[Key, Said | None], ...]]


class State(Struct, frozen=True, kw_only=True, eq=False):
    """What all references say in one commit, and the files that decide it.

    Attributes:
        values: By tier, path and object; None for what runs nothing that is known.
        built: Some are made by builds, or left out by them, in which any file may have a say.
    """

    values: _Values
    watched: frozenset[str]
    built: bool
    by_path: Mapping[str, tuple[_Home, ...]]

    def said(self, key: Key, now: "State") -> Said | None:
        """What one reference says; None where it is not there, or several that cannot be told apart disagree.

        Args:
            key: The reference.
            now: The newest state. The only reference of its file and object is the same as the only one then; of
                several, the one that a root builds in both: roots come and go.
        """
        known, today = self.values.get(key[:3], ()), now.values.get(key[:3], ())
        if not (len(known) == len(today) == 1):
            known = tuple(each for each in known if each[0] == key or set(each[0].built) & set(key.built))
        if not known or len(known) < sum(each[0] == key for each in today):
            return None  # of several that are built alike, one was added since: nobody can tell which
        first = known[0][1]
        return first if all(said == first for _, said in known) else None

    def is_alike(self, newer: "State", key: Key) -> bool:
        """Whether nothing of one reference was changed on the way from a newer state, by `rewound` or not at all."""
        known = self.values.get(key[:3])
        return self is newer or (known is not None and known is newer.values.get(key[:3]))

    def followed(self, key: Key, newer: "State") -> Key:
        """The reference as it was called before a commit that moved its file; the same where none did."""
        if key[:3] in self.values or key[:3] not in newer.values:
            return key
        left = (known for home, known in self.values.items() if home not in newer.values)
        found = [known[0][0] for known in left if len(known) == 1 and _is_moved(known[0][0], key)]
        return found[0] if len(found) == 1 else key

    def rewound(self, path: str, pins: Mapping[ObjectId, Pin]) -> "State | None":
        """The same, with other pins in one file; None where these do not tell what the references said."""
        values = dict(self.values)
        for home in self.by_path.get(path, ()):
            if home[2] not in pins:
                continue
            pin = pins[home[2]]
            version = pinned_version(pin)
            [*others, (key, said)] = values[home]
            # Of one that is suspended nothing is known, and a suspension is no change of a version.
            if others or (said is None and version is not None):
                return None
            before = replace(said, version=version, digest=digest_beside(pin)) if said and version else None
            values[home] = ((key, before),)
        return replace(self, values=values)


def _is_moved(one: Key, other: Key) -> bool:
    return (one.tier, one.object) == (other.tier, other.object)


def state_of(references: Mapping[str, tuple[Reference, ...]], mirrors: Iterable[Mirror]) -> State:
    """What the references of each tier say."""
    listed = [(key_of(tier, each), each) for tier, found in references.items() for each in found]
    known = tuple(mirrors)
    values: dict[_Home, tuple[tuple[Key, Said | None], ...]] = {}
    by_path: dict[str, dict[_Home, None]] = {}
    for key, each in listed:
        values[key[:3]] = (*values.get(key[:3], ()), (key, _said(each, known)))
        by_path.setdefault(each.path, {})[key[:3]] = None
    return State(
        values=values,
        watched=frozenset(path for _, each in listed for path in files_of(each)),
        built=any(each.built or each.unlisted for _, each in listed),
        by_path={path: tuple(homes) for path, homes in by_path.items()},
    )


def key_of(tier: str, reference: Reference) -> Key:
    """By what a reference is found again in other commits."""
    return Key(tier, reference.path, reference.object, reference.built)


def version_of(reference: Reference) -> Version | None:
    """The version that a reference runs, where it is written out, applied and not suspended."""
    return None if reference.suspended or reference.unlisted else pinned_version(reference.pin)


def pinned_version(pin: Pin) -> Version | None:
    """The version that is written out; None for a range, and for a digest alone."""
    return try_written(pin.version.text) if isinstance(pin, ExactPin) else None


def digest_beside(pin: Pin) -> str:
    """The digest that is written beside a version; empty for none."""
    return pin.digest.text if isinstance(pin, ExactPin) and pin.digest else ""


def files_of(reference: Reference) -> Iterable[str]:
    """Every file that has a say in what a reference runs."""
    yield from (reference.path, *reference.also_in, *reference.consumer_paths)
    yield from (place.path for place in reference.pin.places)
    if reference.source_declared:
        yield reference.source_declared.path


def _said(reference: Reference, mirrors: tuple[Mirror, ...]) -> Said | None:
    version = version_of(reference)
    if version is None:
        return None
    chart = canonical(reference.source.address, mirrors)
    return Said(version=version, digest=digest_beside(reference.pin), chart=chart)
