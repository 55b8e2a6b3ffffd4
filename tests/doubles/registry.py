"""The demo's registry made difficult: logins, tokens, faults by plan, TLS, and a journal of everything it was asked."""

import base64
import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Protocol
from urllib.parse import urlencode

from msgspec import Struct

from bot.demo.registry import Asked, DemoRegistry, PlainHandler, Reply, error_reply

JSON = {"Content-Type": "application/json"}


class Wire(Protocol):
    """Where bytes are written by hand."""

    def write(self, content: bytes, /) -> int: ...

    def flush(self) -> None: ...


class RawReply(Reply, frozen=True, kw_only=True):
    """Bytes written by hand, after which the connection is closed."""

    write: Callable[[Wire], None]


Action = Callable[[Asked], Reply | None]
"""What to answer; None leaves it to the registry itself."""


@dataclass(slots=True)
class Fault:
    """One line of the plan: for paths that match, so many times (None: always)."""

    pattern: str
    action: Action
    times: int | None = None


class Basic(Struct, frozen=True, kw_only=True):
    """The registry wants this login."""

    username: str
    password: str

    @property
    def header(self) -> str:
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


@dataclass(slots=True, kw_only=True)
class TokenService:
    """The registry wants tokens, one a repository.

    `realm` is what the challenge says; empty means this registry's own `/token`. With `login` the service refuses
    everybody else; with `public` it lets them in for those repositories.
    """

    realm: str = ""
    login: Basic | None = None
    public: frozenset[str] = frozenset()
    expires_in: int | None = 300
    wrong_login_status: int = 401
    expired_status: int = 401
    identity_token: str = ""
    issued: dict[str, str] = field(default_factory=dict)
    """Tokens that are good, with their repository."""

    def expire(self) -> None:
        """No token issued until now is good any more."""
        self.issued.clear()


class RegistryDouble(DemoRegistry):
    """See the module. `journal` holds every request, the token service's too."""

    def __init__(
        self,
        *,
        auth: Basic | TokenService | None = None,
        tls: ssl.SSLContext | None = None,
        name: str = "127.0.0.1",
        page_size: int = 100,
    ) -> None:
        super().__init__(page_size=page_size)
        self.auth = auth
        self.name = name
        self.journal: list[Asked] = []
        self.faults: list[Fault] = []
        self.released = threading.Event()
        """Set when the test is over, so that silent answers end."""
        self._tls = tls
        self._tokens = 0
        self._lock = threading.Lock()
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def netloc(self) -> str:
        return f"{self.name}:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://{self.netloc}"

    def __exit__(self, *args: object) -> None:
        self.released.set()
        super().__exit__(None, None, None)

    def plan(self, pattern: str, action: Action, times: int | None = None) -> None:
        """Answer requests whose path matches with `action`."""
        self.faults.append(Fault(pattern, action, times))

    def asked_for(self, pattern: str) -> list[Asked]:
        """The journal's entries whose path matches."""
        return [asked for asked in self.journal if re.search(pattern, asked.path)]

    def answer(self, asked: Asked) -> Reply:
        with self._lock:
            self.journal.append(asked)
            fault = next((f for f in self.faults if f.times != 0 and re.search(f.pattern, asked.path)), None)
            if fault and fault.times:
                fault.times -= 1
        if fault and (reply := fault.action(asked)):
            return reply
        return self._guarded(asked)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        registry = self

        class Handler(_Handler):
            answers = registry

        return Handler

    def _guarded(self, asked: Asked) -> Reply:
        if isinstance(self.auth, TokenService):
            return self._token_guarded(self.auth, asked)
        if isinstance(self.auth, Basic) and asked.headers.get("authorization") != self.auth.header:
            return self._challenge('Basic realm="registry"')
        return super().answer(asked)

    def _token_guarded(self, service: TokenService, asked: Asked) -> Reply:
        if asked.path == "/token":
            return self.issue(service, asked)
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        repository = asked.path.removeprefix("/v2/")
        allowed = service.issued.get(token) if scheme == "Bearer" else None
        if allowed and repository.startswith(f"{allowed}/"):
            return super().answer(asked)
        if token and service.expired_status != 401:
            return error_reply(service.expired_status, "DENIED")
        realm = service.realm or f"{self.url}/token"
        return self._challenge(f'Bearer realm="{realm}",service="double",scope="repository:stolen:push,pull"')

    def issue(self, service: TokenService, asked: Asked) -> Reply:
        """The token service."""
        fields = dict(asked.query)
        if asked.method == "POST":
            fields = dict(pair.split("=", 1) for pair in asked.body.decode().split("&"))
            if not service.identity_token or fields.get("refresh_token") != service.identity_token:
                return error_reply(401, "UNAUTHORIZED")
        scope = fields.get("scope", "").replace("%3A", ":").replace("%2F", "/")
        repository = scope.removeprefix("repository:").removesuffix(":pull")
        if asked.method == "GET" and not self._may(service, asked.headers.get("authorization", ""), repository):
            return error_reply(service.wrong_login_status, "DENIED")
        with self._lock:
            self._tokens += 1
            token = f"token-{self._tokens}-for-{repository.replace('/', '.')}"
        service.issued[token] = repository
        expiry = f', "expires_in": {service.expires_in}' if service.expires_in is not None else ""
        return Reply(headers=JSON, body=f'{{"token": "{token}"{expiry}}}'.encode())

    @staticmethod
    def _may(service: TokenService, authorization: str, repository: str) -> bool:
        if service.login is None:
            return True
        if not authorization:
            return repository in service.public
        return authorization == service.login.header

    @staticmethod
    def _challenge(header: str) -> Reply:
        refusal = error_reply(401, "UNAUTHORIZED")
        return Reply(status=401, headers={**refusal.headers, "WWW-Authenticate": header}, body=refusal.body)


class _Handler(PlainHandler):
    def send_reply(self, reply: Reply) -> None:
        if not isinstance(reply, RawReply):
            super().send_reply(reply)
            return
        self.close_connection = True
        try:
            reply.write(_Unbuffered(self.wfile))
        except OSError:
            return


class _Unbuffered:
    """Writes reach the wire one by one."""

    def __init__(self, file: Wire) -> None:
        self._file = file

    def write(self, content: bytes) -> int:
        written = self._file.write(content)
        self._file.flush()
        return written

    def flush(self) -> None:
        self._file.flush()


# --- actions for a plan


def reply(status: int = 200, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Action:
    """One fixed answer."""
    return lambda _: Reply(status=status, headers=headers or {}, body=body)


def json_reply(body: str, **headers: str) -> Action:
    """JSON with status 200; `_` in header names stands for `-`."""
    return reply(headers=JSON | {name.replace("_", "-"): value for name, value in headers.items()}, body=body.encode())


def raw(write: Callable[[Wire], None]) -> Action:
    """Write by hand."""
    return lambda _: RawReply(write=write)


def silent(double: RegistryDouble) -> Action:
    """Take the request and never answer."""

    def write(_wire: Wire) -> None:
        double.released.wait(20)

    return raw(write)


def drip(double: RegistryDouble, head: bytes, *, seconds: float = 0.02) -> Action:
    """`head`, then a byte at a time, for ever."""

    def write(wire: Wire) -> None:
        wire.write(head)
        while not double.released.is_set():
            wire.write(b"a")
            time.sleep(seconds)

    return raw(write)


def link(url: str, tags: str = '["1.0.0"]') -> Action:
    """A page of tags that names `url` as the next one."""
    return json_reply(f'{{"name": "x", "tags": {tags}}}', Link=f'<{url}>; rel="next"')


def next_page(path: str, **query: str) -> str:
    """A target for `link`."""
    return f"{path}?{urlencode(query)}"
