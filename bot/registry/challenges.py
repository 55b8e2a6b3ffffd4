"""`WWW-Authenticate`: how a registry says it wants to be asked.

https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
"""

import re
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from bot.registry.origins import Origin, names_loopback

_PARAMETER = re.compile(
    r'\s*([\w!#$%&\'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&\'*+.^`|~-]+))\s*(?:,|$)', re.ASCII
)
_SCHEME = re.compile(r"[\s,]*([\w!#$%&'*+.^`|~-]+)(?:\s+|$|(?=,))", re.ASCII)
_MOST_CHARACTERS = 8192

TOKEN_SERVICES = {
    # Registries whose token service has another name. A login for the first is meant for the second.
    "registry-1.docker.io": frozenset({"auth.docker.io"}),
    "registry.gitlab.com": frozenset({"gitlab.com"}),
    "registry.digitalocean.com": frozenset({"api.digitalocean.com"}),
}


class Challenge(Struct, frozen=True, kw_only=True):
    """What to do before asking again.

    Attributes:
        realm: Where tokens come from; None for a Basic challenge.
        path: The realm's path and query as it was written.
        service: Passed back to the realm.
        trusted: The realm may see a login that is stored for the registry.
    """

    realm: Origin | None = None
    path: str = ""
    service: str = ""
    trusted: bool = False


def parse_challenges(header: str) -> list[tuple[str, dict[str, str]]]:
    """Split a header, also one that was sent several times, into schemes (lower-case) with their parameters."""
    found: list[tuple[str, dict[str, str]]] = []
    header = header[:_MOST_CHARACTERS]
    position = 0
    while match := _SCHEME.match(header, position):
        position = match.end()
        parameters: dict[str, str] = {}
        while parameter := _PARAMETER.match(header, position):
            name, quoted, plain = parameter.groups()
            parameters.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain)
            position = parameter.end()
        found.append((match.group(1).lower(), parameters))
    return found


def choose(header: str, registry: Origin) -> Challenge | None:
    """The challenge to follow: a token where its realm is acceptable, else Basic; None where neither is offered."""
    offered = parse_challenges(header)
    for scheme, parameters in offered:
        if scheme == "bearer" and (challenge := _bearer(parameters, registry)):
            return challenge
    return Challenge() if any(scheme == "basic" for scheme, _ in offered) else None


def _bearer(parameters: dict[str, str], registry: Origin) -> Challenge | None:
    try:
        parts = urlsplit(parameters.get("realm", ""))
    except ValueError:
        return None
    realm = Origin.of_url(parts)
    if realm is None or not _is_acceptable(realm, registry):
        return None
    return Challenge(
        realm=realm,
        path=_path(parts),
        service=parameters.get("service", ""),
        trusted=_is_trusted(realm, registry),
    )


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _is_acceptable(realm: Origin, registry: Origin) -> bool:
    """Never from HTTPS down to HTTP, and no bare address but the registry's own."""
    if realm.scheme == "http" and registry.scheme != "http":
        return False
    if realm.host == registry.host:
        return True
    is_literal = realm.host.replace(".", "").isdigit() or ":" in realm.host
    return not is_literal and (names_loopback(registry.host) or not names_loopback(realm.host))


def _is_trusted(realm: Origin, registry: Origin) -> bool:
    known = realm.host in TOKEN_SERVICES.get(registry.host, ())
    return realm.takes_logins and (realm.host == registry.host or known)
