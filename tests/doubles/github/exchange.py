"""An HTTP request and its reply, as bytes and headers."""

from __future__ import annotations

import base64
import binascii
import posixpath
from urllib.parse import parse_qsl

from msgspec import Struct


class Request(Struct, frozen=True, kw_only=True):
    """One HTTP request, its body complete and decoded."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self) -> str:
        """The path, still quoted, dot segments resolved."""
        path = self.target.partition("?")[0]
        return posixpath.normpath(path) if path.startswith("/") else path

    @property
    def query(self) -> dict[str, str]:
        """The query, decoded; the last one of a name counts."""
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    def values(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for header, value in self.headers if header.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next(iter(self.values(name)), None)

    @property
    def token(self) -> str | None:
        """The token of the Authorization header, in any of the forms that GitHub takes."""
        scheme, _, rest = (self.header("Authorization") or "").partition(" ")
        if scheme.lower() in {"token", "bearer"}:
            return rest.strip()
        if scheme.lower() != "basic":
            return None
        try:
            return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""


class Reply(Struct, frozen=True, kw_only=True):
    """One HTTP reply."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def text_reply(status: int, text: str, *headers: tuple[str, str]) -> Reply:
    """A reply of one line of text, as Git's clients show it after `remote:`."""
    return Reply(
        status=status, headers=(("Content-Type", "text/plain; charset=utf-8"), *headers), body=f"{text}\n".encode()
    )
