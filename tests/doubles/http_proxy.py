"""An HTTP proxy that leads everything to one server, whatever host was asked for, and notes what it saw."""

import contextlib
import socket
import socketserver
import threading
from types import TracebackType
from typing import Self


class ProxyDouble:
    """Takes CONNECT (for HTTPS) and whole URLs (for HTTP). `heads` holds the head of every request it was sent."""

    def __init__(self, upstream_port: int) -> None:
        self.heads: list[str] = []
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                _serve(self.request, upstream_port, proxy.heads)

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news."""


def _serve(client: socket.socket, upstream_port: int, heads: list[str]) -> None:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(4096)
        if not piece:
            return
        head += piece
    heads.append(head.decode("latin-1"))
    with socket.create_connection(("127.0.0.1", upstream_port)) as server:
        if head.startswith(b"CONNECT "):
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            server.sendall(_origin_form(head))
        back = threading.Thread(target=_pump, args=(server, client), daemon=True)
        back.start()
        _pump(client, server)
        back.join(5)


def _origin_form(head: bytes) -> bytes:
    """`GET http://host/path` becomes `GET /path`, and the connection is used once."""
    line, _, rest = head.partition(b"\r\n")
    method, url, version = line.split(b" ")
    path = b"/" + url.split(b"/", 3)[3]
    return b" ".join((method, path, version)) + b"\r\nConnection: close\r\n" + rest


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
