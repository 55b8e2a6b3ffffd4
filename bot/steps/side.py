"""One side of a comparison: a commit of the remote, and what its references say."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping

from bot.flux.references import resolve as join
from bot.model.commits import Sha
from bot.model.references import Reference
from bot.model.tiers import Configuration, ImagePolicies
from bot.ports import Repository
from bot.steps.scan import Base, Readings, Scanned, scan


class Side:
    """The references of one commit, by what stays when a file is rearranged."""

    def __init__(self, references: Iterable[Reference]) -> None:
        """Keep those whose name is used once: a name that is used twice tells nothing."""
        known = tuple(references)
        times = Counter(map(_name, known))
        self._by_name: Mapping[Hashable, Reference] = {_name(each): each for each in known if times[_name(each)] == 1}

    def reference(self, like: Reference) -> Reference | None:
        """The reference of the same object, version written in the same file, built by the same roots."""
        return self._by_name.get(_name(like))


class Sides:
    """Whole commits, each read once in a run: what builds and joins a version may stand in any of their files."""

    def __init__(self, repository: Repository, configuration: Configuration, readings: Readings | None = None) -> None:
        """Nothing is read yet; most of their files are the base's, which are among `readings`."""
        self._repository = repository
        self._configuration = configuration
        self._readings = readings or Readings()
        self._known: dict[Sha, Side] = {}

    def of(self, commit: Sha) -> Side:
        """What its references say."""
        if commit not in self._known:
            tree, packed = self._repository.tree(commit), self._configuration.sources
            [scanned] = scan([Base(branch="", sha=None, tree=tree, tiers=(), packed=packed)], self._readings)
            self._known[commit] = side_of(scanned, self._configuration)
        return self._known[commit]


def side_of(scanned: Scanned, configuration: Configuration) -> Side:
    """A commit that was read."""
    policies = configuration.image_policies is ImagePolicies.APPLY
    return Side(join(scanned.readings, scanned.graph, apply_policies=policies).references)


def wish_alike(one: Reference, other: Reference) -> bool:
    """Whether two references want the same chart at the same version."""
    return is_same_chart(one, other) and texts_of(one) == texts_of(other)


def is_same_chart(one: Reference, other: Reference) -> bool:
    """Whether two references want the same chart, its tags read alike."""
    return (one.source, one.tag_rule) == (other.source, other.tag_rule)


def texts_of(reference: Reference) -> tuple[str, ...]:
    """The texts that write its version."""
    return tuple(place.text for place in reference.pin.places)


def _name(reference: Reference) -> Hashable:
    return reference.object, reference.path, reference.built
