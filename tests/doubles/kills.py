"""The end of a process before one of its writes, in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from doubles.memory_forge import MemoryForge
from doubles.memory_repository import MemoryRepository

from bot.model.commits import PushRejected
from bot.reason import Reason


class Killed(BaseException):
    """The end of a process."""


@contextmanager
def killed_at(number: int) -> Iterator[list[str]]:
    """Ends the run before its write of this number, from 0; gives the writes that it made or was about to make."""
    told: list[str] = []

    def before(name: str) -> None:
        told.append(name)
        if len(told) > number:
            raise Killed

    push, write = MemoryRepository._move, MemoryForge._write

    def pushing(self: MemoryRepository, branch: str, new: str | None, expected: str | None) -> PushRejected | None:
        before(f"push {branch}")
        return push(self, branch, new, expected)

    def writing(self: MemoryForge, name: str, about: str) -> Reason | None:
        before(name)
        return write(self, name, about)

    with mock.patch.object(MemoryRepository, "_move", pushing), mock.patch.object(MemoryForge, "_write", writing):
        yield told
