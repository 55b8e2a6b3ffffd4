"""A small, honest OCI registry inside the process: tags with pages, manifests, blobs.

It speaks the parts of the distribution specification that a chart needs, for reading and for pushing:
https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import json
import re
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from msgspec import Struct, field

from bot.demo.charts import MANIFEST_TYPE, SampleChart, digest_of, pack

_TAGS = re.compile(r"/v2/(.+)/tags/list")
_MANIFEST = re.compile(r"/v2/(.+)/manifests/([^/]+)")
_BLOB = re.compile(r"/v2/(.+)/blobs/(sha256:[0-9a-f]{64})")
_UPLOAD = re.compile(r"/v2/(.+)/blobs/uploads/(?:session)?")


class Asked(Struct, frozen=True, kw_only=True):
    """One request as it came. Header names are lower-case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class Reply(Struct, frozen=True, kw_only=True):
    """One answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class ChartRepository:
    """One chart repository; tags in the order of their push."""

    def __init__(self) -> None:
        """Start empty."""
        self.tags: dict[str, str] = {}
        self.manifests: dict[str, bytes] = {}
        self.blobs: dict[str, bytes] = {}


class DemoRegistry:
    """A registry on a free port of the loopback interface, for as long as the `with` block lasts.

    Args:
        page_size: Most tags of one page.
    """

    def __init__(self, *, page_size: int = 100) -> None:
        self.page_size = page_size
        self.repositories: dict[str, ChartRepository] = {}
        self._server = _Server(("127.0.0.1", 0), self.handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def netloc(self) -> str:
        """Host and port, as an address of a chart begins."""
        return f"127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, repository: str, chart: SampleChart) -> str:
        """Put a chart version in, as `helm push` would; the digest of its manifest."""
        packed = pack(chart)
        room = self.repositories.setdefault(repository, ChartRepository())
        for blob in (packed.config, packed.layer):
            room.blobs[digest_of(blob)] = blob
        digest = digest_of(packed.manifest)
        room.manifests[digest] = packed.manifest
        room.tags[packed.tag] = digest
        return digest

    def answer(self, asked: Asked) -> Reply:
        """What a request is answered with."""
        if asked.path.rstrip("/") == "/v2":
            return Reply(body=b"{}", headers={"Content-Type": "application/json"})
        if match := _TAGS.fullmatch(asked.path):
            return self._tags(match.group(1), asked)
        if match := _MANIFEST.fullmatch(asked.path):
            return self._manifest(match.group(1), match.group(2), asked)
        if match := _BLOB.fullmatch(asked.path):
            return self._blob(match.group(1), match.group(2))
        if match := _UPLOAD.fullmatch(asked.path):
            return self._upload(match.group(1), asked)
        return error_reply(404, "UNSUPPORTED")

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """The class whose objects serve connections; a test's registry has another one."""
        registry = self

        class Handler(PlainHandler):
            answers = registry

        return Handler

    def _tags(self, name: str, asked: Asked) -> Reply:
        if name not in self.repositories:
            return error_reply(404, "NAME_UNKNOWN")
        tags = sorted(self.repositories[name].tags)
        rest = [tag for tag in tags if tag > asked.query.get("last", "")]
        size = min(int(asked.query.get("n", self.page_size)), self.page_size)
        page = rest[:size]
        headers = {"Content-Type": "application/json"}
        if len(rest) > size and page:
            following = urlencode({"last": page[-1], "n": size})
            headers["Link"] = f'<{asked.path}?{following}>; rel="next"'
        return Reply(headers=headers, body=json.dumps({"name": name, "tags": page}).encode())

    def _manifest(self, name: str, reference: str, asked: Asked) -> Reply:
        if asked.method == "PUT":
            return self._put_manifest(name, reference, asked.body)
        room = self.repositories.get(name, ChartRepository())
        digest = room.tags.get(reference, reference)
        content = room.manifests.get(digest)
        if content is None:
            return error_reply(404, "MANIFEST_UNKNOWN")
        return Reply(headers={"Content-Type": MANIFEST_TYPE, "Docker-Content-Digest": digest}, body=content)

    def _put_manifest(self, name: str, reference: str, content: bytes) -> Reply:
        digest = digest_of(content)
        room = self.repositories.setdefault(name, ChartRepository())
        room.manifests[digest] = content
        if not reference.startswith("sha256:"):
            room.tags[reference] = digest
        where = f"/v2/{name}/manifests/{digest}"
        return Reply(status=201, headers={"Location": where, "Docker-Content-Digest": digest})

    def _blob(self, name: str, digest: str) -> Reply:
        content = self.repositories.get(name, ChartRepository()).blobs.get(digest)
        if content is None:
            return error_reply(404, "BLOB_UNKNOWN")
        headers = {"Content-Type": "application/octet-stream", "Docker-Content-Digest": digest}
        return Reply(headers=headers, body=content)

    def _upload(self, name: str, asked: Asked) -> Reply:
        """A push in two steps: POST opens it, PUT brings all bytes with their digest."""
        if asked.method == "POST":
            return Reply(status=202, headers={"Location": f"/v2/{name}/blobs/uploads/session"})
        digest = digest_of(asked.body)
        if asked.method != "PUT" or asked.query.get("digest") != digest:
            return error_reply(400, "DIGEST_INVALID")
        self.repositories.setdefault(name, ChartRepository()).blobs[digest] = asked.body
        return Reply(status=201, headers={"Location": f"/v2/{name}/blobs/{digest}"})


def error_reply(status: int, code: str) -> Reply:
    """An error in the specification's form."""
    body = json.dumps({"errors": [{"code": code, "message": code.lower().replace("_", " ")}]}).encode()
    return Reply(status=status, headers={"Content-Type": "application/json"}, body=body)


class PlainHandler(BaseHTTPRequestHandler):
    """Between sockets and `answer`."""

    answers: DemoRegistry
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    """Head and body leave in one piece: in two, each waits 40 ms for the other's acknowledgement (Nagle)."""
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Any request at all."""
        self.send_reply(self.answers.answer(self.asked()))

    do_HEAD = do_PUT = do_POST = do_GET  # noqa: N815 # the names of http.server

    def asked(self) -> Asked:
        """Read the request."""
        parts = urlsplit(self.path)
        return Asked(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )

    def send_reply(self, reply: Reply) -> None:
        """Write the answer."""
        self.send_response_only(reply.status)
        headers = {"Content-Length": str(len(reply.body)), **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the name of http.server
        """Say nothing: the demo's output belongs to the person who watches it."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    """The default of 5 makes the sixth of many connections at once wait a whole second."""

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is no news."""
