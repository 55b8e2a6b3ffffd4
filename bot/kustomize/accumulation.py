"""The objects of a build under way, and what is known to be wrong with it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Self

from msgspec import Struct, field

from bot.kustomize.kustomize_reasons import BUILD_FAILS, NOT_FOLLOWED
from bot.kustomize.resources import Former, Resource
from bot.reason import Reason
from bot.reasons import TOO_LARGE

_Key = tuple[str, str, str, str, str]


class Budget(Struct, kw_only=True):
    """How many objects may be looked at in one tree: bases that include each other doubly grow without end.

    A fleet of 5,000 manifests in three clusters looks at 50,000.
    """

    left: int

    @classmethod
    def of(cls, files: int) -> Self:
        """What a tree of so many files may spend."""
        return cls(left=100_000 + 100 * files)

    def spend(self, steps: int) -> bool:
        """Whether so much is left, and spend it."""
        self.left -= steps
        return self.left >= 0


class Accumulation(Struct, kw_only=True):
    """What the build of one folder has so far.

    Attributes:
        folder: The folder, for messages.
        resources: In order.
        trouble: Why the build stops; the first fault counts.
        remarks: What is not followed and may add objects, but changes none of these.
        open: Objects may be missing: a patch that finds nothing is no fault then.
    """

    folder: str
    budget: Budget
    resources: list[Resource] = field(default_factory=list)
    trouble: Reason | None = None
    remarks: list[Reason] = field(default_factory=list)
    open: bool = False
    _keys: set[_Key] | None = None
    _names: dict[tuple[str, str, Former], list[int]] | None = None

    def fail(self, problem: str | Reason) -> None:
        """Note that Kustomize would stop here."""
        if self.trouble is None:
            folder = self.folder or "."
            self.trouble = problem if isinstance(problem, Reason) else BUILD_FAILS(folder=folder, problem=problem)

    def remark(self, what: str) -> None:
        """Note what is not followed."""
        self.open = True
        if (remark := NOT_FOLLOWED(what=what)) not in self.remarks:
            self.remarks.append(remark)

    def add(self, resources: Iterable[Resource]) -> None:
        """Add objects; two of one name are a fault."""
        if self._keys is None:
            self._keys = set(map(_key, self.resources))
        self._names = None
        for each in resources:
            if not self.budget.spend(1):
                self.fail(TOO_LARGE(problem="its kustomizations make too many objects of it"))
                return
            if _key(each) in self._keys:
                self.fail(f"{each.kind} {each.name} is there twice")
                return
            self._keys.add(_key(each))
            self.resources.append(each)

    def transform(self, change: Callable[[Resource], Resource | None]) -> None:
        """Change every object; None removes."""
        if not self.budget.spend(len(self.resources)):
            self.fail(TOO_LARGE(problem="its kustomizations make too many objects of it"))
            return
        self._keys = self._names = None
        self.resources = [new for each in self.resources if (new := change(each)) is not None]

    def called(self, group: str, version: str, name: Former) -> list[int]:
        """Positions of the objects of one API that are, or were, called so."""
        if self._names is None:
            self._names = defaultdict(list)
            for index, each in enumerate(self.resources):
                for known in {*each.former, each.now}:
                    self._names[each.group, each.version, known].append(index)
        return self._names.get((group, version, name), [])

    def replace(self, index: int, new: Resource | None) -> None:
        """Put another object in the place of one; None removes it."""
        old = self.resources[index]
        if new is None:
            del self.resources[index]
        else:
            self.resources[index] = new
        if new is None or (new.former, _key(new)) != (old.former, _key(old)):
            self._keys = self._names = None

    def check_names(self) -> None:
        """Two objects of one name are a fault, however they got it."""
        if len(set(map(_key, self.resources))) < len(self.resources):
            self.fail("two objects get one name in one namespace")

    def absorb(self, other: "Accumulation") -> None:
        """Take over the build of another folder."""
        self.add(other.resources)
        self.remarks += [each for each in other.remarks if each not in self.remarks]
        self.open = self.open or other.open
        if other.trouble:
            self.fail(other.trouble)


def _key(resource: Resource) -> _Key:
    return resource.group, resource.version, *resource.now
