"""A GitHub on loopback, for tests: start it, fill it, talk to it, look at what was asked of it.

with GitHubDouble() as github:
    fleet = github.repository("acme/fleet", {"apps/dev/podinfo.yaml": "version: 6.5.3\n"})
    token = github.token(actions(repositories=frozenset({"acme/fleet"})))
    ...  # clone github.server_url + "/acme/fleet.git", call github.api_url with the token
    assert github.writes(fleet) == ()
    github.check()  # raises on anything that GitHub's own description forbids
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from doubles.github import auto_merge, git_backend, graphql
from doubles.github.exchange import Reply, Request, text_reply
from doubles.github.faults import GIT_ROUTES, Fault, Faults
from doubles.github.git_backend import GitRequest
from doubles.github.hosted import HostedRepository
from doubles.github.journal import Entry, Journal, RefUpdate
from doubles.github.loopback import LoopbackServer
from doubles.github.openapi import description
from doubles.github.people import Identity
from doubles.github.rendering.urls import Urls
from doubles.github.rest import RestApi, Routed
from doubles.github.seeding import Content
from doubles.github.state import State


class GitHubDouble:
    """The server; every URL in its answers is its own."""

    def __init__(self, *, api_path: str = "/api/v3") -> None:
        """Starts listening.

        Args:
            api_path: Where the API stands: `/api/v3` as on GitHub Enterprise Server, empty as at api.github.com.
        """
        self._folder = Path(tempfile.mkdtemp(prefix="github-double-"))
        self._http = LoopbackServer(self.respond)
        self.server_url = f"http://127.0.0.1:{self._http.port}"
        self.api_url = self.server_url + api_path
        self._api_path = api_path
        self._urls = Urls(server=self.server_url, api=self.api_url)
        self._state = State(self._folder)
        self.violations: list[str] = []
        self._api = RestApi(self._state, self._urls, description(), self.violations.append)
        self.faults = Faults(GIT_ROUTES | {graphql.QUERY} | frozenset(description().operations()))
        self.journal = Journal()
        # Called with each entry that asked for a change, once that is done and before it is answered.
        self.after_write: Callable[[Entry], None] | None = None
        self._http.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stops listening and deletes the repositories."""
        self.faults.stopped.set()
        self._http.stop()
        shutil.rmtree(self._folder)

    # what a test puts in

    def repository(
        self,
        full_name: str,
        files: Mapping[str, Content] | None = None,
        *,
        default_branch: str = "main",
        private: bool = False,
    ) -> HostedRepository:
        """Makes a repository, with a first commit on its default branch if files are given."""
        with self._state.lock:
            memory = self._state.create(full_name, default_branch=default_branch, private=private)
        made = HostedRepository(self._state, memory, self._urls)
        if files is not None:
            made.commit(default_branch, files, "first")
        return made

    def remove_repository(self, full_name: str) -> None:
        """Deletes a repository, as the owner of a fork may."""
        with self._state.lock:
            self._state.remove(full_name)

    def token(self, identity: Identity) -> str:
        """Gives out a token for someone (`people.actions`, `people.app`, `people.person`)."""
        made = f"{'ghs' if identity.is_installation else 'ghp'}_{secrets.token_hex(18)}"
        with self._state.lock:
            self._state.tokens[made] = identity
            self._state.known(identity)
        return made

    def revoke(self, token: str) -> None:
        """Makes a token worthless."""
        del self._state.tokens[token]

    # what a test looks at

    def writes(self, repository: HostedRepository | str | None = None) -> tuple[Entry, ...]:
        """Requests that asked for a change, granted or not: API calls other than GET, and pushes."""
        return tuple(entry for entry in self.requests(repository) if entry.write)

    def api_calls(self, repository: HostedRepository | str | None = None) -> tuple[Entry, ...]:
        """Requests to the API, reads and writes, Git's own left out."""
        return tuple(entry for entry in self.requests(repository) if not entry.is_git)

    def requests(
        self, repository: HostedRepository | str | None = None, *, operation: str | None = None
    ) -> tuple[Entry, ...]:
        """All requests in order, or those to one repository, or of one operation."""
        name = repository.full_name if isinstance(repository, HostedRepository) else repository
        return self.journal.select(repository=name, operation=operation)

    def take_violations(self) -> tuple[str, ...]:
        """Returns the violations so far and forgets them, for a test that expects some."""
        found = tuple(self.violations)
        self.violations.clear()
        return found

    def check(self) -> None:
        """Holds everything so far against GitHub's description and the test's own plan.

        Raises:
            AssertionError: A request or an answer broke the description, or a planned fault never happened.
        """
        found = [*self.violations, *self.faults.unfired()]
        if found:
            raise AssertionError("the double of GitHub found:\n" + "\n".join(dict.fromkeys(found)))

    def reset(self) -> None:
        """Forgets everything: repositories, tokens, journal, faults, violations."""
        with self._state.lock:
            for memory in tuple(self._state.repositories.values()):
                self._state.remove(memory.full_name)
            self._state.tokens.clear()
            self._state.people.clear()
        self._api.reset()
        self.faults.clear()
        self.violations.clear()
        self.journal.entries.clear()
        self.after_write = None

    # how a request is served

    def respond(self, request: Request) -> Reply | None:
        """Answers one request; None drops the connection."""
        try:
            return self._respond(request)
        except Exception:  # noqa: BLE001 - whatever it is, it is the double's own defect, and the test must show it
            self.violations.append(f"{request.method} {request.path}: the double failed\n{traceback.format_exc()}")
            return text_reply(500, "the double failed")

    def _respond(self, request: Request) -> Reply | None:
        if len(request.values("Authorization")) > 1:
            return text_reply(400, 'Duplicate header: "Authorization"')
        asked = GitRequest.parse(request)
        if asked is not None:
            return self._respond_git(asked)
        path = request.path
        if path == graphql.path_of(self._api_path):
            return self._respond_graphql(request)
        if path.startswith(f"{self._api_path}/"):
            return self._respond_api(self._api.route(request, path.removeprefix(self._api_path)))
        self.violations.append(f"no page {request.method} {path}")
        return text_reply(404, "Not Found")

    def _respond_api(self, routed: Routed) -> Reply | None:
        request, name = routed.request, routed.operation.name if routed.operation else None
        fault = self._fault(name, routed.repository)
        reply = self._api.perform(routed) if fault is None or fault.lets_work else None
        if fault is not None and fault.answer is not None:
            reply = self._api.reply(fault.answer, None)
        reply = None if fault is not None and fault.drop else reply
        write = request.method != "GET"
        self._note(request, reply, operation=name, repository=routed.repository, body=routed.body, write=write)
        return reply

    def _respond_graphql(self, request: Request) -> Reply | None:
        fault = self._fault(graphql.QUERY, None)
        identity = self._state.tokens.get(request.token or "")
        merging = graphql.mutation_of(request)
        if merging is None:
            answer = graphql.answer(request, identity, self.violations.append)
        else:
            answer = auto_merge.enable(self._state, identity, merging)
        if fault is not None and fault.answer is not None:
            answer = fault.answer
        reply = None if fault is not None and fault.drop else self._api.reply(answer, identity)
        self._note(request, reply, operation=graphql.QUERY, repository=None, write=merging is not None)
        return reply

    def _respond_git(self, asked: GitRequest) -> Reply | None:
        fault = self._fault(asked.route, asked.repository)
        reply, pushes = None, asked.updates(frozenset())
        if fault is None or fault.lets_work:
            reply, pushes = git_backend.perform(self._state, asked)
        if fault is not None and fault.answer is not None:
            reply = text_reply(fault.answer.status, "planned fault", *fault.answer.headers)
        reply = None if fault is not None and fault.drop else reply
        # Before a large push Git asks with an empty one whether it may: that is no write.
        self._note(
            asked.request, reply, operation=asked.route, repository=asked.repository, write=bool(pushes), pushes=pushes
        )
        return reply

    def _fault(self, route: str | None, repository: str | None) -> Fault | None:
        fault = self.faults.take(route, repository)
        if fault is not None and fault.delay:
            self.faults.stopped.wait(fault.delay)
        return fault

    def _note(
        self,
        request: Request,
        reply: Reply | None,
        *,
        operation: str | None,
        repository: str | None,
        write: bool,
        body: object = None,
        pushes: tuple[RefUpdate, ...] = (),
    ) -> None:
        identity = self._state.tokens.get(request.token or "")
        self.journal.entries.append(
            Entry(
                method=request.method,
                target=request.target,
                operation=operation,
                repository=repository,
                query=request.query,
                body=body,
                status=reply.status if reply else None,
                actor=identity.login if identity else None,
                write=write,
                pushes=pushes,
            )
        )
        if write and self.after_write is not None:
            self.after_write(self.journal.entries[-1])
