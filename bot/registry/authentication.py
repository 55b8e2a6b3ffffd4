"""How a question is allowed: by nothing, by a login, by a token; and what to try after a refusal.

In order, each at most once: what is known to work, a renewed token (401, and 400 or 403 where an old token was sent:
ECR and ECR Public answer so to an expired one), then without the login (GHCR refuses public charts to a stale login).
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from msgspec import Struct, field

from bot.model.secret import Secret
from bot.registry.answers import Answer
from bot.registry.challenges import Challenge, choose
from bot.registry.credentials import Credentials
from bot.registry.exchange import Exchange, Request
from bot.registry.failures import DeniedError, UnansweredError
from bot.registry.hosts import Host
from bot.registry.limits import Limits
from bot.registry.origins import Origin
from bot.registry.tokens import KeyedLocks, Token, Tokens, basic

if TYPE_CHECKING:
    from bot.registry.docker_config import Login

REFUSALS = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_DENIALS = REFUSALS - {HTTPStatus.BAD_REQUEST}
_MOST_RETRIES = 3


class Grant(Struct, frozen=True, kw_only=True):
    """What goes into `Authorization`. `fresh`: made for this very question, so that renewing it is of no use."""

    scheme: str = ""
    value: Secret = field(default_factory=lambda: Secret(""))
    fresh: bool = True
    with_login: bool = False

    def headers(self) -> dict[str, str]:
        """As headers of a request."""
        return {"Authorization": f"{self.scheme} {self.value.reveal()}"} if self.scheme else {}


NOTHING = Grant()


class Authentication:
    """Asks with whatever login or token a registry wants, and never shows one registry's to another."""

    def __init__(
        self, *, exchange: Exchange, credentials: Credentials, limits: Limits, mask: Callable[[Secret], None]
    ) -> None:
        self._exchange = exchange
        self._credentials = credentials
        self._limits = limits
        self._mask = mask
        self._tokens = Tokens(exchange=exchange, limits=limits, mask=mask)
        self._locks = KeyedLocks()
        self._without_login: set[tuple[Origin, str]] = set()

    def greet(self, origin: Origin) -> None:
        """Learn once how a host wants to be asked, before a crowd of questions would each learn it for itself.

        Raises:
            UnansweredError: The host cannot be reached; it is given up for this run.
        """
        host = self._exchange.hosts.of(origin)
        if host.greeted:
            return
        if host.greeting.locked():
            self._exchange.prepare(origin)  # this thread's connection opens while another's greeting is under way
        with host.greeting:
            if not host.greeted:
                self._greet(host)
                host.greeted = True

    def ask(self, request: Request, repository: str) -> Answer:
        """Put a question about one repository.

        Raises:
            DeniedError: 401 or 403 after every way of asking.
            UnansweredError: No answer.
        """
        self.greet(request.origin)
        grant = self._grant(request.origin, repository)
        answer = self._exchange.answer(_with(request, grant))
        used_login = grant.with_login
        for _ in range(_MOST_RETRIES):
            if answer.status_code not in REFUSALS:
                return answer
            better = self._better(request.origin, repository, grant, answer)
            if better is None:
                break
            grant = better
            used_login = used_login or grant.with_login
            answer = self._exchange.answer(_with(request, grant))
        if answer.status_code in _DENIALS:
            raise self._denied(request.origin, repository, answer.status_code, login_refused=used_login)
        return answer

    def _greet(self, host: Host) -> None:
        request = Request(origin=host.origin, method="GET", target="/v2/", cap=self._limits.token_bytes)
        try:
            answer = self._exchange.answer(request)
        except UnansweredError as error:
            host.give_up(error.reason)
            raise
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            host.challenge = choose(answer.headers.get("WWW-Authenticate", ""), host.origin)

    def _grant(self, origin: Origin, repository: str) -> Grant:
        challenge = self._exchange.hosts.of(origin).challenge
        if challenge is None:
            return NOTHING
        if challenge.realm is None:
            return self._basic(origin, repository)
        if token := self._tokens.kept(origin, repository):
            return _bearer(token, fresh=False)
        with self._locks.of((origin, repository)):
            if token := self._tokens.kept(origin, repository):
                return _bearer(token, fresh=True)
            return _bearer(self._new_token(origin, repository, challenge), fresh=True)

    def _basic(self, origin: Origin, repository: str) -> Grant:
        login = self._login(origin, repository)
        if login is None or login.identity_token:
            return NOTHING
        encoded = basic(login, self._mask).reveal().removeprefix("Basic ")
        return Grant(scheme="Basic", value=Secret(encoded), with_login=True)

    def _new_token(self, origin: Origin, repository: str, challenge: Challenge) -> Token:
        login = self._login(origin, repository) if challenge.trusted else None
        try:
            return self._tokens.fetch(origin, repository, challenge, login)
        except DeniedError as error:
            if login is None:
                raise self._denied(origin, repository, error.status, login_refused=error.login_refused) from None
            self._without_login.add((origin, repository))
        try:
            return self._tokens.fetch(origin, repository, challenge, None)
        except DeniedError as error:
            raise DeniedError(error.status, login_refused=True) from None

    def _login(self, origin: Origin, repository: str) -> "Login | None":
        if (origin, repository) in self._without_login:
            return None
        return self._credentials.login(origin, repository)

    def _better(self, origin: Origin, repository: str, grant: Grant, answer: Answer) -> Grant | None:
        """Another way to ask after a refusal, or None when there is none."""
        self._learn(origin, answer)
        if grant.scheme == "Bearer" and not grant.fresh:
            self._tokens.drop(origin, repository, grant.value)
            return self._grant(origin, repository)
        if answer.status_code == HTTPStatus.BAD_REQUEST:
            return None
        if grant.with_login:
            self._without_login.add((origin, repository))
            self._tokens.drop(origin, repository, grant.value)
            return self._grant(origin, repository)
        if not grant.scheme and answer.status_code == HTTPStatus.UNAUTHORIZED:
            better = self._grant(origin, repository)
            return better if better.scheme else None
        return None

    def _learn(self, origin: Origin, answer: Answer) -> None:
        header = answer.headers.get("WWW-Authenticate", "")
        if answer.status_code == HTTPStatus.UNAUTHORIZED and (challenge := choose(header, origin)):
            self._exchange.hosts.of(origin).challenge = challenge

    def _denied(self, origin: Origin, repository: str, status: int, *, login_refused: bool) -> DeniedError:
        challenge = self._exchange.hosts.of(origin).challenge
        withheld = ""
        if challenge and challenge.realm and not challenge.trusted and self._credentials.login(origin, repository):
            withheld = challenge.realm.shown
        unasked = self._credentials.withholds(origin)
        return DeniedError(status, login_refused=login_refused, login_withheld=withheld, helper_withheld=unasked)


def _bearer(token: Token, *, fresh: bool) -> Grant:
    return Grant(scheme="Bearer", value=token.value, fresh=fresh, with_login=token.with_login)


def _with(request: Request, grant: Grant) -> Request:
    return Request(
        origin=request.origin,
        method=request.method,
        target=request.target,
        cap=request.cap,
        headers={**request.headers, **grant.headers()},
        body=request.body,
    )
