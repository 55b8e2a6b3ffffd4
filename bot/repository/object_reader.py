"""Reads objects through one `git cat-file --batch` that lives as long as the repository."""

import contextlib
import subprocess
import threading
from collections.abc import Iterable, Iterator
from typing import IO

from bot.errors import RepositoryFailed
from bot.model.commits import Sha, TreeEntry
from bot.repository.runner import GitRunner, kill_group

# So many requests of at most 65 bytes fit into any pipe (16 KiB at least) whether or not Git reads them yet, so writing
# them never waits for our own reading; and so many bytes wait in memory while the caller works.
_MOST_REQUESTS = 200
_MOST_BYTES = 1 << 20


class ObjectReader:
    """Objects by name, in the order asked. The process starts with the first of them and ends with `processes`."""

    def __init__(self, runner: GitRunner, processes: contextlib.ExitStack) -> None:
        self._runner = runner
        self._processes = processes
        self._process: subprocess.Popen[bytes] | None = None

    def blobs(self, entries: Iterable[TreeEntry]) -> Iterator[tuple[TreeEntry, bytes]]:
        """The bytes of regular files, a window of at most a megabyte (or one file) in memory at a time.

        Raises:
            RepositoryFailed: One is missing, or Git failed.
        """
        for window in _windows(entries):
            contents = self._ask([entry.blob for entry in window], b"blob")
            for entry, content in zip(window, contents, strict=True):
                if content is None:
                    raise RepositoryFailed(f"the file {entry.path!r} was not fetched with its commit")
                yield entry, content

    def commit(self, sha: Sha) -> bytes | None:
        """A commit object; None where history was not fetched so far."""
        return self._ask([sha], b"commit")[0]

    def _ask(self, names: list[Sha], kind: bytes) -> list[bytes | None]:
        process = self._started()
        assert process.stdin, "a pipe by construction"  # noqa: S101 - tells mypy
        assert process.stdout, "a pipe by construction"  # noqa: S101 - tells mypy
        watchdog = threading.Timer(self._runner.seconds, kill_group, [process])
        watchdog.start()
        try:
            process.stdin.write("".join(f"{name}\n" for name in names).encode("ascii"))
            process.stdin.flush()
            return [_answer(process.stdout, kind) for _ in names]
        except (OSError, ValueError) as error:
            raise RepositoryFailed("Git could not read objects that it fetched", "Run again") from error
        finally:
            watchdog.cancel()

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            self._process = self._processes.enter_context(self._runner.started("cat-file", "--batch"))
        return self._process


def _windows(entries: Iterable[TreeEntry]) -> Iterator[list[TreeEntry]]:
    window: list[TreeEntry] = []
    waiting = 0
    for entry in entries:
        if window and (len(window) == _MOST_REQUESTS or waiting + entry.size > _MOST_BYTES):
            yield window
            window, waiting = [], 0
        window.append(entry)
        waiting += entry.size
    if window:
        yield window


def _answer(stream: IO[bytes], kind: bytes) -> bytes | None:
    """One answer: `<name> <kind> <size>`, the content, a newline; or `<name> missing`. ValueError for anything else."""
    _, *facts = stream.readline().split()
    if facts == [b"missing"]:
        return None
    found, size = facts
    content = stream.read(int(size) + 1)[:-1]
    if found != kind or len(content) != int(size):
        raise ValueError("not the object that was asked for")
    return content
