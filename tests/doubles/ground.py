"""A remote in an enemy's hands, and the program let loose on it as users start it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from doubles.command_line import CONFIGURATION, Said, command, fleet
from doubles.github import seeding
from doubles.github.people import person
from doubles.github.plumbing import BareRepository
from doubles.github.seeding import Content
from doubles.registry import RegistryDouble

SOMEBODY = person("somebody")


@dataclass(kw_only=True)
class Ground:
    """A remote and a forge of files below one folder, and the program as a process of its own."""

    folder: Path
    git: BareRepository
    registry: RegistryDouble

    @property
    def remote(self) -> Path:
        return self.folder / "remote"

    @property
    def forge(self) -> Path:
        return self.folder / "forge"

    def commit(self, branch: str, files: Mapping[str, Content], message: str = "change") -> str:
        """Put a commit of somebody's on a branch, a new one beginning at `main`."""
        parent = self.git.ref(f"refs/heads/{branch}") or self.git.ref("refs/heads/main")
        return seeding.commit(self.git, branch, files, parent=parent, message=message, author=SOMEBODY, date=None)

    def fleet(self, more: Mapping[str, Content] | None = None, configuration: str = CONFIGURATION) -> None:
        """The usual small fleet on `main`."""
        self.commit("main", {**fleet(self.registry.netloc, configuration), **(more or {})})

    def run(self, *arguments: str | Path, **environment: str | None) -> Said:
        """Run a command; a variable that is None is taken away."""
        given = {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home"), "NO_PROXY": "127.0.0.1"} | environment
        done = subprocess.run(
            command(*arguments),
            cwd=self.folder,
            env={name: value for name, value in given.items() if value is not None},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        return Said(code=done.returncode, out=done.stdout, err=done.stderr)

    def update(self, *arguments: str | Path, **environment: str | None) -> Said:
        """`update` of the remote, on the forge of files."""
        call = ("update", "--forge", "files", "--forge-folder", self.forge, "--remote", self.remote)
        return self.run(*call, *arguments, **environment)

    def branches(self) -> dict[str, str]:
        """Branch names to commits."""
        return {ref.removeprefix("refs/heads/"): sha for ref, sha in self.git.refs().items()}

    def changed(self, branch: str, base: str = "main") -> dict[str, tuple[bytes, str]]:
        """Path to bytes and mode of what a branch changes, and of what it takes away nothing."""
        old, new = (self._files(name) for name in (base, branch))
        assert old.keys() == new.keys()
        return {path: new[path] for path in new if new[path] != old[path]}

    def _files(self, branch: str) -> dict[str, tuple[bytes, str]]:
        tip = self.git.ref(f"refs/heads/{branch}")
        assert tip
        entries = [entry for entry in self.git.tree(tip, recursive=True) if entry.type == "blob"]
        contents = self.git.blobs(entry.sha for entry in entries)
        return {entry.path: (data, entry.mode) for entry, data in zip(entries, contents, strict=True)}
