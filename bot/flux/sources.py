"""Which object a name means: in the build that names it, then in its cluster, then by the files."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.flux.nearest import AppliedFrom, Entry, Level, Nearest, fits
from bot.flux.objects import Head, SourceRef

Found = TypeVar("Found")


@dataclass(slots=True)
class Sources(Generic[Found]):
    """An index of the objects of one kind.

    What the same root builds comes first, then what its cluster builds: there every name and namespace is as the
    cluster has it. A cluster may hold more than this tree tells, so what is not there is sought by the files.
    """

    applied_from: AppliedFrom
    _nearest: Nearest[Found] = field(init=False)
    _built: dict[tuple[str, str], list[Entry[Found]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        """Start empty."""
        self._nearest = Nearest(self.applied_from)

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
        level = self._nearest.find(head.path, wanted)
        if level.of_one_meaning or head.built is None or not head.built.applier:
            return level
        # One folder under several clusters: what lies beside the Kustomization that applies it is meant.
        beside = self._nearest.find(head.built.applier, wanted)
        return beside if beside.of_one_meaning else level
