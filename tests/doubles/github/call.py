"""One authenticated REST call, as operations see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from doubles.github.answers import Answer, Json, not_found, refuse
from doubles.github.openapi import Operation
from doubles.github.people import Identity
from doubles.github.rendering.urls import Urls
from doubles.github.state import PullRequest, RepositoryState, State
from msgspec import Struct

T = TypeVar("T")
MAX_PAGE = 100


class Call(Struct, frozen=True, kw_only=True):
    """What an operation is given."""

    state: State
    urls: Urls
    identity: Identity | None
    operation: Operation
    query: Mapping[str, str]
    body: Any
    path: str
    complain: Callable[[str], None]

    @property
    def repository(self) -> RepositoryState:
        """The repository of the path.

        Raises:
            Refusal: 404, also for what the caller may not see.
        """
        owner, name = self.operation.parameters["owner"], self.operation.parameters["repo"]
        found = self.state.find(f"{owner}/{name}")
        if found is None or not self.sees(found):
            raise not_found()
        return found

    def sees(self, repository: RepositoryState) -> bool:
        """Tells whether the caller may know that a repository exists."""
        if not repository.private:
            return True
        return self.identity is not None and self.identity.reaches(repository.full_name)

    @property
    def pull(self) -> PullRequest:
        """The pull request of the path, by its own number or its issue's (they are one).

        Raises:
            Refusal: 404.
        """
        parameters = self.operation.parameters
        text = parameters.get("pull_number", parameters.get("issue_number", ""))
        found = self.repository.pulls.get(int(text)) if text.isascii() and text.isdigit() else None
        if found is None:
            raise not_found()
        return found

    @property
    def actor(self) -> Identity:
        """Who calls.

        Raises:
            Refusal: 401 without a token.
        """
        if self.identity is None:
            raise refuse(401, "Requires authentication")
        return self.identity

    @property
    def fields(self) -> Json:
        """The body as an object; empty where none was sent."""
        return self.body if isinstance(self.body, dict) else {}

    def commit(self, name: str) -> str:
        """Finds the commit that a `{ref}` of the path names.

        Raises:
            Refusal: 422, as GitHub words it.
        """
        found = self.repository.git.resolve(name)
        if found is None:
            raise refuse(422, f"No commit found for SHA: {name}")
        return found

    def page(self, items: Sequence[T]) -> tuple[Sequence[T], tuple[tuple[str, str], ...]]:
        """Cuts out the page that was asked for, and writes the Link header to the others."""
        size = min(max(int(self.query.get("per_page", "30")), 1), MAX_PAGE)
        number = max(int(self.query.get("page", "1")), 1)
        last = max(-(-len(items) // size), 1)
        wanted = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
        absent = ({"prev", "first"} if number == 1 else set()) | ({"next", "last"} if number >= last else set())
        links = [
            f'<{self.urls.api}{self.path}?{urlencode({**self.query, "page": target})}>; rel="{name}"'
            for name, target in wanted.items()
            if name not in absent
        ]
        header = (("Link", ", ".join(links)),) if links else ()
        return items[(number - 1) * size : number * size], header


Handler = Callable[[Call], Answer]
