"""The HTTP server underneath: one thread a connection, loopback only, a port of the system's choice."""

from __future__ import annotations

import gzip
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from doubles.github.exchange import Reply, Request

Respond = Callable[[Request], Reply | None]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "github.com"
    # Headers and body in one write: two cost 44 ms a request (Nagle's algorithm against delayed ACKs).
    wbufsize = -1
    disable_nagle_algorithm = True
    respond: Respond

    def _serve(self) -> None:
        request = Request(method=self.command, target=self.path, headers=tuple(self.headers.items()), body=self._body())
        reply = self.respond(request)
        if reply is None:
            self.close_connection = True
            return
        self.send_response_only(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - names http.server looks for

    def handle_expect_100(self) -> bool:
        """Tells a client that asks first to go on, at once: our writes wait in a buffer otherwise."""
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            raw = self._chunks()
        else:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(raw) if self.headers.get("Content-Encoding") == "gzip" else raw

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Says nothing: the journal keeps what was asked."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Keeps quiet about clients that hang up; anything else is the double's own fault and is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # the base class wants its own socket type


class LoopbackServer:
    """Listens on 127.0.0.1 and hands each request to one function."""

    def __init__(self, respond: Respond) -> None:
        handler = type("Handler", (_Handler,), {"respond": staticmethod(respond)})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def port(self) -> int:
        """The port that the system chose."""
        return self._server.server_port

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stops answering and closes the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
