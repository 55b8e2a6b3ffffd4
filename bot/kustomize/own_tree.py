"""Which source stands for the tree itself: a Kustomization may as well apply a folder of another repository."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from posixpath import join, normpath
from typing import NamedTuple

from bot.kustomize.files import Files
from bot.kustomize.kustomize_reasons import NOT_IN_TREE
from bot.kustomize.resources import Resource
from bot.kustomize.tree import get, known_text
from bot.model.tiers import PackedSource
from bot.reason import Reason

_ADDRESS = re.compile(r"(?:[a-z]+://)?(?:[^@/]*@)?(?P<host>[^/:]+)(?::\d+(?=/))?[/:](?P<path>.*)", re.DOTALL)
_GIT = "GitRepository"
EXTERNAL_ARTIFACT = "ExternalArtifact"
UNKNOWN = "?"
"""A name that cannot be told."""


class SourceName(NamedTuple):
    """A source as a Kustomization names it; a namespace that is not known is empty, and may be any."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        name = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind or 'a source of unknown kind'} {name}".rstrip()

    @property
    def is_artifact(self) -> bool:
        """Whether some other object than a source makes it."""
        return self.kind == EXTERNAL_ARTIFACT


class Held(NamedTuple):
    """A folder of the tree, as a source holds it.

    Attributes:
        folder: Of the tree; empty for all of it.
        within: All that the source holds, where that is less than the tree: other folders are not there to a build.
        alone: The path leads above the folder, to where the source holds nothing else.
        of: The sources that an artifact is made of; none for a source of its own.
    """

    folder: str
    within: tuple[str, ...] = ()
    alone: bool = False
    of: tuple[SourceName, ...] = ()


def folder_of(path: str) -> str:
    """`spec.path` as a folder of a tree; empty for the top."""
    return normpath("/" + path).strip("/")


class OwnTree:
    """What the Kustomizations of a tree call the tree.

    Nothing in a tree says where it was cloned from, or what of it is packed into another source. The name under which
    most Kustomizations apply folders that are there is taken as its own; what is packed, only the configuration says.

    Attributes:
        asked: Every source of which it was asked.
    """

    def __init__(
        self,
        files: Files,
        kustomizations: Iterable[Resource],
        repositories: Iterable[Resource],
        packed: Iterable[PackedSource] = (),
    ) -> None:
        """Learn the names.

        Args:
            files: The tree.
            kustomizations: Those of Flux, as files write them.
            repositories: GitRepositories, likewise.
            packed: Sources of which the configuration says what folder they hold.
        """
        self.asked: set[SourceName] = set()
        names: Counter[str] = Counter()
        for each in kustomizations:
            folder, source = folder_of(known_text(get(each.tree, "spec", "path"))), get(each.tree, "spec", "sourceRef")
            if folder and files.is_folder(folder) and known_text(get(source, "kind")) != EXTERNAL_ARTIFACT:
                names[known_text(get(source, "name"))] += 1
        self._name = max(sorted(names), key=names.__getitem__, default="")
        self._addresses: dict[str, set[str]] = defaultdict(set)
        for each in repositories:
            address = known_text(get(each.tree, "spec", "url"))
            if address and "$" not in address:
                self._addresses[each.name].add(plain_address(address))
        self._packed = {SourceName(each.kind, each.namespace, each.name): each.folder for each in packed}

    def holds(self, source: SourceName, path: str) -> Held | Reason:
        """What folder of the tree a path of a source is; or why it is none.

        Args:
            source: Any but one that is made in the cluster of other sources.
            path: In it, as a manifest writes it.
        """
        folder, packed = folder_of(path), self.packed(source)
        if packed is not None:
            return Held(join(packed, folder).rstrip("/"), (packed,) if packed else ())
        if source.kind != _GIT or (source.name != UNKNOWN and self.lacks(source.name, folder)):
            return NOT_IN_TREE(folder=folder or ".", source=source)
        return Held(folder)

    def packed(self, source: SourceName) -> str | None:
        """The folder that a source holds, as the configuration says."""
        self.asked.add(source)
        if not self._packed or source.namespace:
            return self._packed.get(source)
        found = {folder for each, folder in self._packed.items() if each._replace(namespace="") == source}
        return found.pop() if len(found) == 1 else None

    def lacks(self, repository: str, folder: str) -> bool:
        """Whether a folder of a GitRepository is one of another tree.

        Its address tells, where that and our own are known. Else a folder that is here as well is taken as ours; but
        all of another repository is hardly all of this one.
        """
        if not self._name or repository == self._name:
            return False
        ours, theirs = self._addresses.get(self._name), self._addresses.get(repository)
        return ours.isdisjoint(theirs) if ours and theirs else not folder


def plain_address(address: str) -> str:
    """Host and path of a repository, however it is reached."""
    found = _ADDRESS.fullmatch(address.strip().lower())
    return f"{found['host']}/{found['path'].strip('/').removesuffix('.git')}" if found else address
