"""Addresses in answers: always this server's own, since a client must not be led to another host."""

from __future__ import annotations

import base64
from urllib.parse import quote

from msgspec import Struct


class Urls(Struct, frozen=True, kw_only=True):
    """Where this server stands.

    Attributes:
        server: Base of pages and Git, without a slash at the end.
        api: Base of the REST API, likewise.
    """

    server: str
    api: str

    def repository(self, full_name: str, rest: str = "") -> str:
        """Address of a repository, or of something below it, in the API."""
        return f"{self.api}/repos/{full_name}{quote(rest)}"

    def page(self, full_name: str, rest: str = "") -> str:
        """Address of a repository's page, or of one below it."""
        return f"{self.server}/{full_name}{quote(rest)}"


def node_id(kind: str, number: object) -> str:
    """An opaque GraphQL id, of GitHub's older form."""
    return base64.b64encode(f"{kind}:{number}".encode()).decode()
