"""The address of a Git remote: checked once, so that no later command can mistake it for something else."""

import re
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from bot.errors import UsageError

_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_HELPER = re.compile(r"[A-Za-z0-9+.-]*::")
_SCP_LIKE = re.compile(r"(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9][A-Za-z0-9.-]*:(?!//)[^:].*")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class Transport(StrEnum):
    """How Git reaches a remote, in the words of `GIT_ALLOW_PROTOCOL`."""

    HTTPS = "https"
    HTTP = "http"
    SSH = "ssh"
    FILE = "file"


class Remote(Struct, frozen=True, kw_only=True):
    """A remote that Git may be given.

    Attributes:
        url: An absolute address or path without a login; safe to show.
        transport: The only transport that Git may use for it.
        server: `scheme://host:port/`, the scope of the login; empty where there is none to send.
    """

    url: str
    transport: Transport
    server: str = ""

    @classmethod
    def parse(cls, text: str) -> "Remote":
        """Read an https, http, ssh or file URL, an scp-like `user@host:path`, or a path of this machine.

        Raises:
            UsageError: It is none of these, or holds a login.
        """
        if text.startswith(("https://", "http://")):
            return _over_http(text)
        if text.startswith("file://"):
            return cls(url=text, transport=Transport.FILE)
        if text.startswith("ssh://") or _SCP_LIKE.fullmatch(text):
            return _over_ssh(text)
        if not text or "\0" in text or _SCHEME.match(text) or _HELPER.match(text):
            raise _unusable("it has an unknown form")
        return cls(url=str(Path(text).absolute()), transport=Transport.FILE)

    @property
    def takes_token(self) -> bool:
        """Whether a token may travel there: over TLS, or without leaving the machine."""
        host = urlsplit(self.url).hostname if self.server else None
        return self.transport is Transport.HTTPS or (self.transport is Transport.HTTP and host in _LOOPBACK)


def _over_http(text: str) -> Remote:
    parts = _split(text)
    if not parts.hostname or "\\" in text:
        raise _unusable("it names no host")
    if "@" in parts.netloc:
        raise _unusable("it holds a login", "Give the token through the environment, never in an address")
    if parts.query or parts.fragment:
        raise _unusable("it has a query or a fragment")
    return Remote(url=text, transport=Transport(parts.scheme), server=f"{parts.scheme}://{parts.netloc}/")


def _over_ssh(text: str) -> Remote:
    parts = _split(text)
    if parts.scheme == "ssh" and (not parts.hostname or parts.hostname.startswith("-")):
        raise _unusable("it names no host")
    if parts.scheme == "ssh" and parts.password is not None:
        raise _unusable("it holds a password", "Use a key; ssh takes no password from an address")
    return Remote(url=text, transport=Transport.SSH)


def _split(text: str) -> SplitResult:
    if _CONTROL.search(text):
        raise _unusable("it contains blanks or control characters")
    try:
        parts = urlsplit(text)
        _ = parts.port  # judged only when it is asked for
    except ValueError:
        raise _unusable("it is not a URL") from None
    return parts


def _unusable(problem: str, mend: str = "Use an https, ssh or file URL, or a path") -> UsageError:
    # The text itself is not shown: it may hold a password.
    return UsageError(f"the address of the Git remote cannot be used: {problem}", mend)
