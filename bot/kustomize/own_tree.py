"""Which GitRepository stands for the tree itself: a Kustomization may as well apply a folder of another repository."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from posixpath import normpath

from bot.kustomize.files import Files
from bot.kustomize.resources import Resource
from bot.kustomize.tree import get, known_text

_ADDRESS = re.compile(r"(?:[a-z]+://)?(?:[^@/]*@)?(?P<host>[^/:]+)(?::\d+(?=/))?[/:](?P<path>.*)", re.DOTALL)


def folder_of(path: str) -> str:
    """`spec.path` as a folder of a tree; empty for the top."""
    return normpath("/" + path).strip("/")


class OwnTree:
    """What the Kustomizations of a tree call the tree.

    Nothing in a tree says where it was cloned from. The name under which most Kustomizations apply folders that are
    there is taken as its own.
    """

    def __init__(self, files: Files, kustomizations: Iterable[Resource], repositories: Iterable[Resource]) -> None:
        """Learn the names.

        Args:
            files: The tree.
            kustomizations: Those of Flux, as files write them.
            repositories: GitRepositories, likewise.
        """
        names: Counter[str] = Counter()
        for each in kustomizations:
            folder = folder_of(known_text(get(each.tree, "spec", "path")))
            if folder and files.is_folder(folder):
                names[known_text(get(each.tree, "spec", "sourceRef", "name"))] += 1
        self._name = max(sorted(names), key=names.__getitem__, default="")
        self._addresses: dict[str, set[str]] = defaultdict(set)
        for each in repositories:
            address = known_text(get(each.tree, "spec", "url"))
            if address and "$" not in address:
                self._addresses[each.name].add(_plain(address))

    def lacks(self, repository: str, folder: str) -> bool:
        """Whether a folder of a GitRepository is one of another tree.

        Its address tells, where that and our own are known. Else a folder that is here as well is taken as ours; but
        all of another repository is hardly all of this one.
        """
        if not self._name or repository == self._name:
            return False
        ours, theirs = self._addresses.get(self._name), self._addresses.get(repository)
        return ours.isdisjoint(theirs) if ours and theirs else not folder


def _plain(address: str) -> str:
    """Host and path of a repository, however it is reached."""
    found = _ADDRESS.fullmatch(address.strip().lower())
    return f"{found['host']}/{found['path'].strip('/').removesuffix('.git')}" if found else address
