"""Tokens: fetched from a token service with a scope that is always ours, and kept for as long as they are good.

https://distribution.github.io/distribution/spec/auth/token/
"""

import base64
import math
import re
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from msgspec import Struct

from bot.model.secret import Secret
from bot.registry.answers import Answer, bad_answer
from bot.registry.challenges import Challenge
from bot.registry.exchange import Exchange, Request
from bot.registry.failures import DeniedError
from bot.registry.limits import Limits
from bot.registry.origins import Origin

if TYPE_CHECKING:
    from bot.registry.docker_config import Login

_TOKEN = re.compile(r"[\x21-\x7e]{1,65536}")
_USUAL_SECONDS = 60
"""What the specification gives a token that names no `expires_in`."""
_MARGIN_SECONDS = 10
_MOST_SECONDS = 3600


class Token(Struct, frozen=True, kw_only=True):
    """A bearer token. `until` is on the monotonic clock."""

    value: Secret
    until: float
    with_login: bool


class Tokens:
    """Fetches and keeps one token for each registry and repository: a token is never shown to another."""

    def __init__(self, *, exchange: Exchange, limits: Limits, mask: Callable[[Secret], None]) -> None:
        self._exchange = exchange
        self._limits = limits
        self._mask = mask
        self._kept: dict[tuple[Origin, str], Token] = {}

    def kept(self, registry: Origin, repository: str) -> Token | None:
        """A token that is still good; None when one must be fetched."""
        token = self._kept.get((registry, repository))
        return token if token and token.until > time.monotonic() else None

    def drop(self, registry: Origin, repository: str, value: Secret) -> None:
        """Forget a token that was refused, unless another thread has renewed it meanwhile."""
        token = self._kept.get((registry, repository))
        if token and token.value == value:
            self._kept.pop((registry, repository), None)

    def fetch(self, registry: Origin, repository: str, challenge: Challenge, login: "Login | None") -> Token:
        """Fetch a token for pulling one repository.

        Raises:
            DeniedError: The token service refuses.
            UnansweredError: It gives no answer, or none that holds a token.
        """
        assert challenge.realm is not None  # noqa: S101 # told to the type checker: Basic challenges never come here
        answer = self._exchange.answer(self._request(challenge.realm, challenge, repository, login))
        if answer.status_code != HTTPStatus.OK:
            raise _refusal(answer, login)
        token = self._read(answer, with_login=login is not None)
        self._kept[registry, repository] = token
        return token

    def _request(self, realm: Origin, challenge: Challenge, repository: str, login: "Login | None") -> Request:
        fields = {"scope": f"repository:{repository}:pull"} | (
            {"service": challenge.service} if challenge.service else {}
        )
        path, _, query = challenge.path.partition("?")
        if login and login.identity_token:
            form = fields | {"grant_type": "refresh_token", "client_id": "flux-chart-bot"}
            return Request(
                origin=realm,
                method="POST",
                target=path,
                cap=self._limits.token_bytes,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                body=urlencode(form | {"refresh_token": login.identity_token.reveal()}),
            )
        kept = [(name, value) for name, value in parse_qsl(query) if name not in ("scope", "service")]
        return Request(
            origin=realm,
            method="GET",
            target=f"{path}?{urlencode([*kept, *fields.items()])}",
            cap=self._limits.token_bytes,
            headers={"Authorization": basic(login, self._mask).reveal()} if login else {},
        )

    def _read(self, answer: Answer, *, with_login: bool) -> Token:
        content = answer.object()
        value = content.get("token") or content.get("access_token")
        if not isinstance(value, str) or not _TOKEN.fullmatch(value):
            raise bad_answer(answer.origin, "an answer of its token service that holds no token")
        secret = Secret(value)
        self._mask(secret)
        return Token(value=secret, until=time.monotonic() + _lifetime(content.get("expires_in")), with_login=with_login)


class KeyedLocks:
    """A lock for each key, so that threads that need the same token fetch it once."""

    def __init__(self) -> None:
        self._locks: dict[tuple[Origin, str], threading.Lock] = {}
        self._lock = threading.Lock()

    def of(self, key: tuple[Origin, str]) -> threading.Lock:
        """The one lock of this key."""
        with self._lock:
            return self._locks.setdefault(key, threading.Lock())


def basic(login: "Login", mask: Callable[[Secret], None]) -> Secret:
    """The value of an `Authorization` header for a login with a password."""
    encoded = base64.b64encode(f"{login.username}:{login.password.reveal()}".encode()).decode()
    mask(login.password)
    mask(Secret(encoded))
    return Secret(f"Basic {encoded}")


def _lifetime(seconds: object) -> float:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not math.isfinite(seconds):
        seconds = _USUAL_SECONDS
    return max(0.0, min(float(min(seconds, _MOST_SECONDS)), _MOST_SECONDS) - _MARGIN_SECONDS)


def _refusal(answer: Answer, login: "Login | None") -> Exception:
    """ECR Public and others say 400 where 401 is meant."""
    if answer.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return DeniedError(answer.status_code, login_refused=login is not None)
    return bad_answer(answer.origin, f"status {answer.status_code} from its token service")
