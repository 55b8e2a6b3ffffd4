"""Which object a name means: in the build that names it, then in its cluster, then by the files."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Generic, TypeAlias, TypeVar

from bot.flux.nearest import AppliedFrom, Entry, Level, Nearest, fits
from bot.flux.objects import Head, SourceRef
from bot.model.places import ObjectId

Found = TypeVar("Found")
Clusters: TypeAlias = Mapping[str, frozenset[ObjectId]]
"""Folders of clusters, and the Flux Kustomizations of each."""


class Sources(Generic[Found]):
    """An index of the objects of one kind.

    What the same root builds comes first, then what its cluster builds: there every name and namespace is as the
    cluster has it. A cluster may hold more than this tree tells, so what is not there is sought by the files; what is
    built for a cluster that is certainly another one is not meant, and neither is what it has.
    """

    def __init__(self, applied_from: AppliedFrom, clusters: Clusters) -> None:
        """Start empty."""
        self._clusters = clusters
        self._nearest: Nearest[Found] = Nearest(applied_from)
        self._built: dict[tuple[str, str], list[Entry[Found]]] = defaultdict(list)

    def add(self, entry: Entry[Found]) -> None:
        """Add an object, before the first question."""
        self._nearest.add(entry)
        if entry.head.built:
            self._built[entry.head.built.cluster, entry.head.object.name].append(entry)

    def find(self, head: Head, wanted: SourceRef) -> Level[Found]:
        """The objects that another one may mean.

        Args:
            head: The object that names it.
            wanted: The object as it is named there.
        """
        if head.built:
            known = self._built.get((head.built.cluster, wanted.name), ())
            there = [each for each in known if fits(each.head.object.namespace, wanted.namespace)]
            own = [each for each in there if each.head.built == head.built]
            if found := own or there:
                return Level.of(found)
        level = self._near(head, head.path, wanted)
        if level.of_one_meaning or head.built is None or not head.built.applier:
            return level
        # One folder under several clusters: what lies beside the Kustomization that applies it is meant.
        beside = self._near(head, head.built.applier, wanted)
        return beside if beside.of_one_meaning else level

    def _near(self, head: Head, path: str, wanted: SourceRef) -> Level[Found]:
        level = self._nearest.find(path, wanted)
        if not any(self._is_apart(head, each.head) for each in level.entries):
            return level
        return Level.of(each for each in level.entries if not self._is_apart(head, each.head))

    def _is_apart(self, one: Head, other: Head) -> bool:
        """Whether two objects are of two clusters: each has a Kustomization that the other has too, by its name."""
        if one.built is None or other.built is None or one.built.cluster == other.built.cluster:
            return False
        known = self._clusters.get(one.built.cluster, frozenset())
        return not known.isdisjoint(self._clusters.get(other.built.cluster, frozenset()))
