"""Bare repositories through Git's own plumbing; everything the double knows of history comes from here."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

SHA = re.compile(r"[0-9a-f]{40}")
NO_OBJECT = "0" * 40
# Nothing of the machine's or the user's configuration may change how the double behaves.
GIT_ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "HOME": os.devnull,
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "GitHub",
    "GIT_AUTHOR_EMAIL": "noreply@github.com",
    "GIT_COMMITTER_NAME": "GitHub",
    "GIT_COMMITTER_EMAIL": "noreply@github.com",
}
SETTINGS = """[core]
\trepositoryformatversion = 0
\tbare = true
\tfsync = none
[gc]
\tauto = 0
[http]
\treceivepack = true
[receive]
\tfsckObjects = true
\tautogc = false
\thideRefs = refs/pull
[uploadpack]
\tallowAnySHA1InWant = true
\tallowFilter = true
"""


class GitFaultError(Exception):
    """Git refused a command of the double."""


class TreeEntry(Struct, frozen=True, kw_only=True):
    """One line of a tree: mode (`100644`), type (`blob`), object name, size in bytes of blobs."""

    mode: str
    type: str
    sha: str
    size: int | None
    path: str


class Signature(Struct, frozen=True, kw_only=True):
    """Name, e-mail and ISO 8601 time (UTC, `Z`) of an author or committer."""

    name: str
    email: str
    date: str


class Commit(Struct, frozen=True, kw_only=True):
    """One commit as Git stores it."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


class BareRepository:
    """A bare repository on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path, *, default_branch: str, origin: BareRepository | None = None) -> BareRepository:
        """Makes a repository, with all of another's branches if one is given (a fork)."""
        for folder in ("objects/info", "objects/pack", "refs/heads", "refs/tags", "info"):
            (path / folder).mkdir(parents=True)
        (path / "HEAD").write_text(f"ref: refs/heads/{default_branch}\n")
        (path / "config").write_text(SETTINGS)
        made = cls(path)
        if origin is not None:
            made.git("fetch", "--quiet", "--no-tags", str(origin.path), "+refs/heads/*:refs/heads/*")
        return made

    def git(self, *arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> bytes:
        """Runs one Git command here and returns its output.

        Raises:
            GitFaultError: The command failed.
        """
        done = self._run(*arguments, stdin=stdin, environment=environment)
        if done.returncode:
            raise GitFaultError(f"git {arguments[0]}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def _run(
        self, *arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["git", "--git-dir", str(self.path), *arguments],
            input=stdin,
            capture_output=True,
            check=False,
            env={**GIT_ENVIRONMENT, **(environment or {})},
        )

    # refs

    def refs(self, prefix: str = "refs/heads/") -> dict[str, str]:
        """Maps full ref names below a prefix to object names."""
        found = self.git("for-each-ref", "--format=%(objectname) %(refname)", prefix).decode()
        return {name: sha for sha, _, name in (line.partition(" ") for line in found.splitlines())}

    def ref(self, name: str) -> str | None:
        """Returns what a full ref name points at."""
        loose = self.path / name
        if _is_ref(name) and loose.is_file():  # spares a process for what is nearly always loose
            return loose.read_text().strip()
        done = self._run("show-ref", "--verify", "--hash", name)
        return done.stdout.decode().strip() if done.returncode == 0 else None

    def valid_ref(self, name: str) -> bool:
        """Tells whether Git takes this as a full ref name."""
        return self._run("check-ref-format", name).returncode == 0

    def update_ref(self, name: str, sha: str, old: str = "") -> None:
        """Points a ref at an object, if it still is at `old` (zeros: absent; empty: whatever)."""
        self.git("update-ref", "--stdin", "-z", stdin=f"update {name}\0{sha}\0{old}\0".encode())

    def delete_ref(self, name: str) -> None:
        """Removes a ref."""
        self.git("update-ref", "-d", name)

    def resolve(self, name: str) -> str | None:
        """Finds the commit behind a SHA, branch, tag or `heads/…`, as the API's `{ref}` does; None if there is none."""
        if SHA.fullmatch(name):
            candidates = [name]
        else:
            candidates = [f"refs/heads/{name}", f"refs/tags/{name}", f"refs/{name}"]
            candidates += [name] if re.fullmatch(r"[0-9a-f]{7,39}|HEAD", name) else []
        return next((sha for wish in candidates if (sha := self._commit(wish))), None)

    def _commit(self, name: str) -> str | None:
        done = self._run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        return done.stdout.decode().strip() if done.returncode == 0 else None

    def object_type(self, sha: str) -> str | None:
        """Returns `commit`, `tree`, `blob`, `tag`, or None if there is no such object."""
        done = self._run("cat-file", "-t", sha) if SHA.fullmatch(sha) else None
        return done.stdout.decode().strip() if done is not None and done.returncode == 0 else None

    # history

    def commits(self, *arguments: str) -> list[Commit]:
        """Returns commits in the order of `git log` with those arguments."""
        form = "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x00%x00"
        done = self.git("log", form, *arguments, "--")
        return [_commit(record) for record in done.decode(errors="replace").split("\0\0\n") if record]

    def commit(self, sha: str) -> Commit:
        """Returns one commit."""
        return self.commits("--no-walk", sha)[0]

    def merge_base(self, one: str, other: str) -> str | None:
        """Returns the best common ancestor."""
        done = self._run("merge-base", one, other)
        return done.stdout.decode().strip() if done.returncode == 0 else None

    def is_ancestor(self, old: str, new: str) -> bool:
        """Tells whether a move from old to new is a fast-forward."""
        return self._run("merge-base", "--is-ancestor", old, new).returncode == 0

    def count(self, revisions: str) -> int:
        """Counts the commits of a range."""
        return int(self.git("rev-list", "--count", revisions, "--"))

    def merged_tree(self, base: str, head: str) -> str | None:
        """Returns the tree of a merge, or None when it conflicts."""
        done = self._run("merge-tree", "--write-tree", base, head)
        return done.stdout.decode().splitlines()[0] if done.returncode == 0 else None

    # objects

    def tree(self, name: str, *, recursive: bool = False, trees: bool = False) -> list[TreeEntry]:
        """Lists a tree, below it too when recursive, with subtrees' own lines on request."""
        flags = [*(["-r"] if recursive else []), *(["-t"] if trees else [])]
        listed = self.git("ls-tree", "-z", "-l", *flags, name).decode("utf-8", "surrogateescape")
        return [_entry(line) for line in listed.split("\0") if line]

    def blobs(self, shas: Iterable[str]) -> list[bytes]:
        """Reads blobs, in one process whatever their number."""
        wanted = list(shas)
        if not wanted:
            return []
        stream = self.git("cat-file", "--batch", stdin="".join(f"{sha}\n" for sha in wanted).encode())
        found, start = [], 0
        for _ in wanted:
            end = stream.index(b"\n", start)
            size = int(stream[start:end].split()[2])
            found.append(stream[end + 1 : end + 1 + size])
            start = end + size + 2
        return found

    def write_blob(self, content: bytes) -> str:
        """Stores a blob and returns its name."""
        return self.git("hash-object", "-w", "--no-filters", "--stdin", stdin=content).decode().strip()

    def write_tree(self, base: str | None, changes: Iterable[tuple[str, str, str | None]]) -> str:
        """Stores a tree: a base changed by (path, mode, sha; None removes) and returns its name."""
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": f"{folder}/index"}
            if base:
                self.git("read-tree", base, environment=index)
            lines = "".join(f"{mode if sha else 0} {sha or NO_OBJECT}\t{path}\0" for path, mode, sha in changes)
            data = lines.encode("utf-8", "surrogateescape")
            self.git("update-index", "-z", "--index-info", stdin=data, environment=index)
            return self.git("write-tree", environment=index).decode().strip()

    def write_commit(
        self, tree: str, parents: Iterable[str], message: str, environment: Mapping[str, str] | None = None
    ) -> str:
        """Stores a commit and returns its name."""
        flags = [flag for parent in parents for flag in ("-p", parent)]
        return self.git("commit-tree", tree, *flags, stdin=message.encode(), environment=environment).decode().strip()


def _is_ref(name: str) -> bool:
    return name.startswith("refs/") and ".." not in name and not name.endswith(".lock")


def _entry(line: str) -> TreeEntry:
    meta, _, path = line.partition("\t")
    mode, kind, sha, size = meta.split()
    return TreeEntry(mode=mode, type=kind, sha=sha, size=None if size == "-" else int(size), path=path)


def _commit(record: str) -> Commit:
    sha, tree, parents, *rest = record.split("\0", 9)
    author, committer = _signature(rest[0:3]), _signature(rest[3:6])
    return Commit(
        sha=sha,
        tree=tree,
        parents=tuple(parents.split()),
        author=author,
        committer=committer,
        message=rest[6].rstrip("\n"),
    )


def _signature(fields: list[str]) -> Signature:
    name, email, seconds = fields
    return Signature(name=name, email=email, date=iso(float(seconds)))


def iso(seconds: float) -> str:
    """Writes a time as the API does."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
