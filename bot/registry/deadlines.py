"""Deadlines that hold on the wire.

A read timeout bounds one `recv` only: a server that sends a byte now and then outlives it without end, in the
headers as in the body. So our sockets ask, before every read, how long the request under way in this thread may
still take.
"""

import math
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class _Watch(threading.local):
    until: float = math.inf
    idle: float = math.inf


_watch = _Watch()


@contextmanager
def watched(until: float, idle: float) -> Iterator[None]:
    """Bound every read in this thread: by `until` (on the monotonic clock) and by `idle` seconds each."""
    _watch.until, _watch.idle = until, idle
    try:
        yield
    finally:
        _watch.until = _watch.idle = math.inf


def seconds_left() -> float | None:
    """How long the next read may take; None without a deadline. TimeoutError when the time is over."""
    left = min(_watch.until - time.monotonic(), _watch.idle)
    if left <= 0:
        raise TimeoutError("the deadline of this request has passed")
    return None if left == math.inf else left


def bound(sock: socket.socket, seconds: float | None) -> None:
    """Set a timeout where it is another one: each setting is a system call, and lets other threads go first."""
    if sock.gettimeout() != seconds:
        sock.settimeout(seconds)


class WatchedSocket(socket.socket):
    """A TCP socket whose reads keep the deadline."""

    def recv_into(self, *args: object) -> int:
        """Read with what is left of the time."""
        bound(self, seconds_left())
        return super().recv_into(*args)  # type: ignore[arg-type]  # as above

    def recv(self, *args: int) -> bytes:
        """Read with what is left of the time."""
        bound(self, seconds_left())
        return super().recv(*args)


class WatchedTLSSocket(ssl.SSLSocket):
    """The same after a TLS handshake, which has a deadline as a whole by itself."""

    def recv_into(self, *args: object) -> int:
        """Read with what is left of the time."""
        bound(self, seconds_left())
        return super().recv_into(*args)  # type: ignore[arg-type]  # as above
