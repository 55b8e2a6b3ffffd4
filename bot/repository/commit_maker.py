"""Makes commits from blobs, trees and commits directly: no file, filter, attribute, hook or line-end rule has a say."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from bot.errors import RepositoryFailed
from bot.model.commits import FileChange, Sha
from bot.model.proposals import Identity
from bot.repository import failures, surroundings
from bot.repository.runner import GitRunner
from bot.repository.signing import MEND, Signer


class CommitMaker:
    """Writes commits into our own repository; `folder` is a place for passing files."""

    def __init__(self, runner: GitRunner, folder: Path, signer: Signer | None = None) -> None:
        self._runner = runner
        self._folder = folder
        self._signer = signer

    def commit(self, *, parent: Sha | None, changes: Iterable[FileChange], message: str, identity: Identity) -> Sha:
        """Make a commit on top of `parent`, or of nothing, in which the changed files are exactly their `after`.

        Raises:
            RepositoryFailed: Git refuses a path or an identity.
            ValueError: A change is not one of a regular file; a fault of the caller.
        """
        wanted = tuple(changes)
        for change in wanted:
            if not change.kind.regular or "\0" in change.path:  # a NUL would begin another record of the index
                raise ValueError(f"{change.path!r} is no regular file")
        with tempfile.TemporaryDirectory(dir=self._folder) as place:
            blobs = self._blobs(wanted, Path(place))
            tree = self._tree(parent, zip(wanted, blobs, strict=True), Path(place))
        return self._committed(tree, parent, message.encode(errors="replace"), surroundings.signed_by(identity))

    def _committed(self, tree: Sha, parent: Sha | None, message: bytes, names: dict[str, str]) -> Sha:
        arguments = (*(("-p", parent) if parent else ()), "-F", "-", tree)
        if self._signer is None:
            return self._text("make a commit", "commit-tree", *arguments, stdin=message, variables=names)
        with self._signer.ready() as keys:
            done = self._runner.attempt(
                "sign a commit", "commit-tree", "-S", *arguments, stdin=message, variables={**names, **keys}
            )
        if done.status:
            raise RepositoryFailed(f"Git could not sign a commit: {failures.own_words(done.errors)}", MEND)
        return done.output.decode("ascii").strip()

    def _blobs(self, changes: tuple[FileChange, ...], place: Path) -> list[Sha]:
        """Store the new contents, in one process whatever their number; files are numbered, so names cannot matter."""
        paths = [place / f"{number}" for number in range(len(changes))]
        for path, change in zip(paths, changes, strict=True):
            path.write_bytes(change.after)
        listed = "".join(f"{path}\n" for path in paths).encode(errors="surrogateescape")
        return self._text("store files", "hash-object", "-w", "--no-filters", "--stdin-paths", stdin=listed).split()

    def _tree(self, parent: Sha | None, changed: Iterable[tuple[FileChange, Sha]], place: Path) -> Sha:
        index = {"GIT_INDEX_FILE": str(place / "index")}
        lines = "".join(f"{change.kind} {blob}\t{change.path}\0" for change, blob in changed)
        stdin = lines.encode("utf-8", "surrogateescape")
        self._runner.run("read a tree", "read-tree", parent or "--empty", variables=index)
        done = self._runner.attempt("change a tree", "update-index", "-z", "--index-info", stdin=stdin, variables=index)
        # A path such as `.git/config` is passed over with a word and the status of success.
        if done.status or "Ignoring path" in done.errors:
            raise self._runner.failure(
                "change a tree", done.errors.replace("Ignoring path", "error: it refuses the path")
            )
        return self._text("write a tree", "write-tree", variables=index)

    def _text(self, action: str, *arguments: str, stdin: bytes = b"", variables: dict[str, str] | None = None) -> str:
        return self._runner.run(action, *arguments, stdin=stdin, variables=variables).decode("ascii").strip()
