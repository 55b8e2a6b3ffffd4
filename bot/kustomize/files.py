"""The files of a tree: which there are, and what those that matter say."""

from collections.abc import Collection
from collections.abc import Mapping as TableOf
from math import inf
from posixpath import dirname, join, normpath

from bot.kustomize.kustomize_reasons import BUILD_FAILS, NOT_FOLLOWED
from bot.kustomize.needles import FILE_NAMES
from bot.kustomize.tree import Source, Written
from bot.reason import Reason
from bot.reasons import TOO_LARGE, UNREADABLE_YAML
from bot.yamltext.nodes import Alias, Document, Mapping, Node, Scalar, Sequence, YamlText
from bot.yamltext.read_once import read_once
from bot.yamltext.unreadable import Trouble, UnreadableYaml

_LIMITS = frozenset({Trouble.TOO_LARGE, Trouble.TOO_DEEP, Trouble.TOO_MANY_EVENTS, Trouble.TOO_MANY_DIRECTIVES})
_MOST_ANCHORS = 500  # following an alias takes as long as there are anchors; 37 public fleets hold 608 together
_HEAVIEST = 100_000
_REMOTE = ("git::", "gh:", "ssh://", "https://", "http://", "git@", "github.com:", "github.com/", "file://")


def is_remote(path: str) -> bool:
    """Whether Kustomize would fetch it: https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/internal/git/repospec.go."""
    return path.lower().startswith(_REMOTE) or "?ref=" in path or ".git//" in path or "://" in path


def inside(folder: str, path: str) -> str | None:
    """A relative path from a folder as one of the tree, purely by its text; None where it leads outside.

    Args:
        folder: Of the tree; empty for the root.
        path: Foreign text.
    """
    if path.startswith("/") or "\0" in path:
        return None
    found = normpath(join(folder, path))
    if found == ".." or found.startswith("../"):
        return None
    return "" if found == "." else found


class Files:
    """Paths of one tree and the bytes of those that matter; each is parsed at most once, when it is asked for.

    Args:
        paths: Every regular file of the tree, POSIX; links are left out, and so not followed.
        data: Bytes of the files that matter: those that `is_kustomization`, that `files_named` gives for these, and
            that `may_matter`. Foreign.
        links: Every link of the tree: what a kustomization takes through one is said to be a link, not to be missing.
        large: Files that matter perhaps, and are too large to be read.
    """

    def __init__(
        self,
        paths: Collection[str],
        data: TableOf[str, bytes],
        links: Collection[str] = (),
        large: Collection[str] = (),
    ) -> None:
        self.paths = frozenset(paths)
        self.large = frozenset(large)
        self._links = frozenset(links)
        self._data = data
        self.given = frozenset(data) & self.paths
        self._known: dict[str, Source | Reason] = {}
        self._inner: dict[tuple[int, int, tuple[str | int, ...]], tuple[Source, Source | Reason]] = {}
        self._below: dict[str, list[str]] = {"": []}
        for path in sorted(self.paths):
            self._add(path)

    def _add(self, path: str) -> None:
        self._below.setdefault(dirname(path), []).append(path)
        folder = dirname(path)
        while folder:
            above = dirname(folder)
            known = above in self._below and folder in self._below[above]
            if known:
                return
            self._below.setdefault(above, []).append(folder)
            self._below.setdefault(folder, [])
            folder = above

    def with_changes(self, data: TableOf[str, bytes]) -> "Files":
        """The same tree with other bytes in some of its files. What was read of all others is not read again.

        Args:
            data: The new bytes by path; the paths stand in the tree already.
        """
        changed = Files(self.paths, {**self._data, **data}, self._links, self.large)
        changed._known.update((path, found) for path, found in self._known.items() if path not in data)
        changed._inner.update(self._inner)
        return changed

    def is_folder(self, path: str) -> bool:
        """Whether files lie below a path."""
        return path in self._below

    def absence(self, place: str, what: str) -> str | Reason:
        """Why nothing stands at a place: a link does, or leads there, or nothing at all.

        Args:
            place: A path of the tree.
            what: What is missing, as its kustomization calls it.
        """
        parts = place.split("/")
        if self._links and any("/".join(parts[:end]) in self._links for end in range(1, len(parts) + 1)):
            return NOT_FOLLOWED(what=f"{what} is a link or stands behind one")
        return f"{what} does not exist"

    def entries(self, folder: str) -> tuple[str, ...]:
        """Files and folders right below a folder, by name."""
        return tuple(sorted(self._below.get(folder, ())))

    def kustomizations(self, folder: str) -> tuple[str, ...]:
        """The kustomization files of a folder; more than one is a fault."""
        candidates = (f"{folder}/{name}" if folder else name for name in FILE_NAMES)
        return tuple(path for path in candidates if path in self.paths)

    def source(self, path: str) -> Source | Reason | None:
        """A file, why it cannot be read, or None where its bytes were not given: nothing in it matters."""
        if path not in self._known:
            if path not in self._data:
                return None
            self._known[path] = _read(path, self._data[path], None)
        return self._known[path]

    def inner(self, holder: Written) -> Source | Reason:
        """The YAML that a scalar holds."""
        key = (id(holder.source), holder.document.index, holder.route)
        if key not in self._inner:
            text = holder.node.text if isinstance(holder.node, Scalar) else ""
            # The holder's source is kept beside the answer, so that its id stays its own.
            self._inner[key] = holder.source, _read(holder.source.path, text.encode(errors="replace"), holder)
        return self._inner[key][1]


def _read(path: str, data: bytes, holder: Written | None) -> Source | Reason:
    file = read_once(data)
    if isinstance(file, UnreadableYaml):
        if file.trouble in _LIMITS:
            return TOO_LARGE(problem=file.message)
        return UNREADABLE_YAML(problem=file.message) if holder is None else _bad_patch(path, file)
    if _anchors(file) > _MOST_ANCHORS:
        return TOO_LARGE(problem=f"more than {_MOST_ANCHORS} anchors in a document")
    if any(_weight(document, document.root, {}) > _HEAVIEST for document in file.documents if document.aliases):
        return TOO_LARGE(
            problem=f"a document that comes to more than {_HEAVIEST} values once its aliases are written out"
        )
    return Source(path=path, file=file, holder=holder)


def _bad_patch(path: str, file: UnreadableYaml) -> Reason:
    return BUILD_FAILS(folder=dirname(path) or ".", problem=f"a patch inside {path} is no YAML: {file.message}")


def _weight(document: Document, node: Node, known: dict[int, float]) -> float:
    """How many values a node is with its aliases written out; without end where it holds itself."""
    match node:
        case Alias():
            target = document.follow(node)
            return 1 if isinstance(target, Alias) else known.get(target.start, inf)
        case Mapping():
            weight = 1 + sum(_weight(document, each, known) for pair in node.items for each in pair)
        case Sequence():
            weight = 1 + sum(_weight(document, each, known) for each in node.values)
        case _:
            weight = 1
    if node.anchor is not None:
        known[node.start] = weight
    return weight


def _anchors(file: YamlText) -> int:
    return max((len(document.anchors) for document in file.documents), default=0)
