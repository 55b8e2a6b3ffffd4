"""Logins as Docker, helm and Podman store them: JSON files, and the names of programs that hold more.

https://docs.docker.com/reference/cli/docker/login/#credential-stores and containers-auth.json(5)
"""

import base64
import binascii
import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from bot.model.secret import Secret
from bot.registry.origins import DEFAULT_PORTS, DOCKER_HUB, DOCKER_HUB_ENDPOINT, split_host

log = logging.getLogger(__name__)

_MOST_BYTES = 1024 * 1024
_HTTPS_PORT = DEFAULT_PORTS["https"]
_DOCKER_HUB_NAMES = frozenset({DOCKER_HUB, DOCKER_HUB_ENDPOINT, "index.docker.io"})


class Login(Struct, frozen=True, kw_only=True):
    """A stored login. With `identity_token` set it is that token; user and password are empty then."""

    username: str
    password: Secret
    identity_token: Secret = field(default_factory=lambda: Secret(""))


class Scope(Struct, frozen=True, kw_only=True):
    """What a stored login is for: a host, its port, and possibly only the repositories below a path."""

    host: str
    port: int
    path: str = ""

    @classmethod
    def parse(cls, key: str) -> "Scope":
        """Read a key of `auths`: a host, a URL (Docker's oldest form), or host and path (Podman's)."""
        rest = key.partition("://")[2] or key
        netloc, _, path = rest.partition("/")
        host, port = split_host(netloc)
        path = path.strip("/")
        host = DOCKER_HUB if host in _DOCKER_HUB_NAMES else host
        return cls(host=host, port=port or _HTTPS_PORT, path="" if path in ("v1", "v2") else path)

    def covers(self, other: "Scope") -> bool:
        """Tell whether a login for this is one for `other` too."""
        same = (self.host, self.port) == (other.host, other.port)
        return same and (not self.path or f"{other.path}/".startswith(f"{self.path}/"))


class Store(Struct, frozen=True, kw_only=True):
    """One configuration file.

    Attributes:
        logins: In the file's order.
        helpers: Names of programs, by the key they are asked with.
        default_helper: The program for every other host; empty without one.
    """

    logins: tuple[tuple[Scope, Login], ...] = ()
    helpers: Mapping[str, str] = field(default_factory=dict)
    default_helper: str = ""


def stores(environment: Mapping[str, str]) -> Iterator[Store]:
    """Every store of the usual places, the most explicit first. A file that cannot be read is passed over."""
    return (_parse(text, where) for text, where in _texts(environment))


def names_helpers(environment: Mapping[str, str]) -> bool:
    """Whether a store may name a program. It is not parsed here: what is wrong with it would be told twice."""
    return any("credHelpers" in text or "credsStore" in text for text, _ in _texts(environment))


def _texts(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if text := environment.get("DOCKER_AUTH_CONFIG"):
        yield text, "DOCKER_AUTH_CONFIG"
    for path in _paths(environment):
        try:
            with path.open("rb") as file:
                text = file.read(_MOST_BYTES).decode()
        except (OSError, ValueError):
            continue
        yield text, str(path)


def _paths(environment: Mapping[str, str]) -> Iterator[Path]:
    home = environment.get("HOME") or environment.get("USERPROFILE")
    named = environment.get("DOCKER_CONFIG")
    settings = environment.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    if named or home:
        yield Path(named or f"{home}/.docker") / "config.json"
    if helm := environment.get("HELM_REGISTRY_CONFIG") or (settings and f"{settings}/helm/registry/config.json"):
        yield Path(helm)
    if auth_file := environment.get("REGISTRY_AUTH_FILE"):
        yield Path(auth_file)
    for folder in (environment.get("XDG_RUNTIME_DIR"), settings):
        if folder:
            yield Path(folder) / "containers" / "auth.json"


def _parse(text: str, where: str) -> Store:
    try:
        document = json.loads(text)
        return Store(
            logins=tuple(_logins(document.get("auths") or {})),
            helpers={str(key): str(name) for key, name in (document.get("credHelpers") or {}).items()},
            default_helper=str(document.get("credsStore") or ""),
        )
    except (ValueError, AttributeError, TypeError, RecursionError):
        log.warning("%s is not a Docker configuration and is passed over", where)
        return Store()


def _logins(auths: Mapping[str, Any]) -> Iterator[tuple[Scope, Login]]:
    for key, entry in auths.items():
        if isinstance(entry, dict) and (login := _login(entry)):
            yield Scope.parse(key), login


def _login(entry: Mapping[str, Any]) -> Login | None:
    if token := entry.get("identitytoken"):
        return Login(username="", password=Secret(""), identity_token=Secret(str(token)))
    try:
        plain = base64.b64decode(entry.get("auth") or "", validate=True).decode()
    except (binascii.Error, ValueError, TypeError):
        return None
    username, _, password = plain.partition(":")
    username = username or str(entry.get("username") or "")
    password = password or str(entry.get("password") or "")
    return Login(username=username, password=Secret(password)) if username and password else None
