"""The REST API: from a request to the operation, its permission, its answer, and both held against the description."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from doubles.github import access
from doubles.github.answers import Answer, Refusal, refuse
from doubles.github.call import Call, Handler
from doubles.github.exchange import Reply, Request
from doubles.github.openapi import Description, Operation
from doubles.github.operations import accounts, git_data, history, issues, pulls, statuses
from doubles.github.people import Identity
from doubles.github.rendering.urls import Urls
from doubles.github.state import State
from msgspec import Struct

HANDLERS: Mapping[str, Handler] = {
    **accounts.HANDLERS,
    **pulls.HANDLERS,
    **issues.HANDLERS,
    **statuses.HANDLERS,
    **history.HANDLERS,
    **git_data.HANDLERS,
}
RATE_LIMIT = "GET /rate_limit"
ANONYMOUS_LIMIT = 60
HOUR = 3600


class Routed(Struct, frozen=True, kw_only=True):
    """A request whose operation is known (or known to be unknown), before it is carried out."""

    request: Request
    path: str
    operation: Operation | None
    body: Any
    problem: Answer | None

    @property
    def repository(self) -> str | None:
        """`owner/name` of the path."""
        parameters = self.operation.parameters if self.operation else {}
        return f"{parameters['owner']}/{parameters['repo']}" if "owner" in parameters else None


class RestApi:
    """The API of one server."""

    def __init__(self, state: State, urls: Urls, description: Description, complain: Callable[[str], None]) -> None:
        self._state = state
        self._urls = urls
        self._description = description
        self._complain = complain
        self._spent: dict[str, int] = {}
        self._numbers = itertools.count(1)
        self._reset_at = int(time.time()) + HOUR

    def route(self, request: Request, path: str) -> Routed:
        """Finds the operation of a request and reads its body."""
        problem, body = None, None
        operation = self._description.match(request.method, path)
        if operation is None:
            text = f"the double knows no operation {request.method} {path}"
            self._complain(text)
            problem = Answer(status=501, body={"message": text})
        elif request.body:
            try:
                body = json.loads(request.body)
            except ValueError:
                problem = refuse(400, "Problems parsing JSON").answer
                self._complain(f"{operation.name}: the body is not JSON")
        return Routed(request=request, path=path, operation=operation, body=body, problem=problem)

    def perform(self, routed: Routed) -> Reply:
        """Carries out a request, under the lock of the server's memory."""
        with self._state.lock:
            token = routed.request.token
            identity = None if token is None else self._state.tokens.get(token)
            problem = routed.problem or self._refused(routed, identity)
            answer = problem or self._answer(routed, identity)
            return self.reply(answer, identity)

    def reply(self, answer: Answer, identity: Identity | None) -> Reply:
        """Writes an answer with the headers every answer has."""
        headers = [
            ("Server", "github.com"),
            ("X-GitHub-Request-Id", f"0000:{next(self._numbers):04X}"),
            *self._allowance(identity),
            *answer.headers,
        ]
        if answer.body is None:
            return Reply(status=answer.status, headers=tuple(headers))
        headers.append(("Content-Type", "application/json; charset=utf-8"))
        return Reply(status=answer.status, headers=tuple(headers), body=json.dumps(answer.body).encode())

    def reset(self) -> None:
        """Forgets what callers have spent."""
        self._spent.clear()

    def _refused(self, routed: Routed, identity: Identity | None) -> Answer | None:
        """What stands before every operation: a client's name, a known token, something left of the allowance."""
        if not routed.request.header("User-Agent"):
            return Answer(status=403, body={"message": "Request forbidden by administrative rules."})
        if routed.request.token is not None and identity is None:
            return refuse(401, "Bad credentials").answer
        if routed.operation is not None and routed.operation.name == RATE_LIMIT:
            return None
        who = identity.login if identity else ""
        self._spent[who] = self._spent.get(who, 0) + 1
        if self._spent[who] > _limit(identity):
            return refuse(403, f"API rate limit exceeded for {who or '127.0.0.1'}.").answer
        return None

    def _answer(self, routed: Routed, identity: Identity | None) -> Answer:
        operation, request = routed.operation, routed.request
        if operation is None:
            raise AssertionError("an unknown operation has its answer already")
        faults, wrong = self._description.request_faults(operation, request.query, routed.body)
        for fault in faults:
            self._complain(fault)
        call = Call(
            state=self._state,
            urls=self._urls,
            identity=identity,
            operation=operation,
            query=request.query,
            body=routed.body,
            path=routed.path,
            complain=lambda text: self._complain(f"{operation.name}: {text}"),
        )
        answer = self._carry_out(call, wrong=wrong)
        for fault in [] if answer.status == 501 else self._description.response_faults(operation, answer):
            self._complain(fault)
        return answer

    def _carry_out(self, call: Call, *, wrong: bool) -> Answer:
        try:
            if call.operation.name == RATE_LIMIT:
                return self._rate_limit(call.identity)
            access.check(call)
            if wrong or any(not _is_number(call.query.get(name, "1")) for name in ("page", "per_page")):
                raise refuse(422, "Invalid request.")
            handler = HANDLERS.get(call.operation.name)
            if handler is None:
                text = f"the double does not do {call.operation.name}"
                self._complain(text)
                return Answer(status=501, body={"message": text})
            return handler(call)
        except Refusal as refusal:
            return refusal.answer

    def _rate_limit(self, identity: Identity | None) -> Answer:
        figures = {name: int(value) for name, value in self._figures(identity).items()}
        kinds = ("core", "search", "graphql")
        return Answer(body={"resources": dict.fromkeys(kinds, figures), "rate": figures})

    def _figures(self, identity: Identity | None) -> dict[str, str]:
        limit, spent = _limit(identity), self._spent.get(identity.login if identity else "", 0)
        return {
            "limit": str(limit),
            "remaining": str(max(limit - spent, 0)),
            "used": str(min(spent, limit)),
            "reset": str(self._reset_at),
        }

    def _allowance(self, identity: Identity | None) -> list[tuple[str, str]]:
        named = [(f"X-RateLimit-{name.title()}", value) for name, value in self._figures(identity).items()]
        return [*named, ("X-RateLimit-Resource", "core")]


def _limit(identity: Identity | None) -> int:
    return identity.rate_limit if identity else ANONYMOUS_LIMIT


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
