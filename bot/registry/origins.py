"""Where requests go: scheme, host and port, and the name a person knows the host by."""

import ipaddress
from urllib.parse import SplitResult

from msgspec import Struct

from bot.model.charts import ChartSource

DEFAULT_PORTS = {"http": 80, "https": 443}
DOCKER_HUB = "docker.io"
DOCKER_HUB_ENDPOINT = "registry-1.docker.io"


class Origin(Struct, frozen=True, kw_only=True):
    """One server. `host` is lower-case, an IPv6 address without brackets; `port` is always a number."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of_source(cls, source: ChartSource) -> "Origin":
        """Where a chart's registry listens; Docker Hub's API has a host of its own."""
        scheme = "http" if source.plain_http else "https"
        host, port = split_host(source.address.host)
        if host == DOCKER_HUB:
            host = DOCKER_HUB_ENDPOINT
        return cls(scheme=scheme, host=host, port=port or DEFAULT_PORTS[scheme])

    @classmethod
    def of_url(cls, parts: SplitResult) -> "Origin | None":
        """The origin of an absolute http(s) URL without user information; None for anything else."""
        try:
            host, port = parts.hostname, parts.port
        except ValueError:
            return None
        if parts.scheme not in DEFAULT_PORTS or not host or parts.username is not None or parts.password is not None:
            return None
        return cls(scheme=parts.scheme, host=host.rstrip("."), port=port or DEFAULT_PORTS[parts.scheme])

    @property
    def netloc(self) -> str:
        """Host, and port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The origin as the beginning of a URL, without a slash at its end."""
        return f"{self.scheme}://{self.netloc}"

    @property
    def shown(self) -> str:
        """The host as manifests write it."""
        return DOCKER_HUB if self.host == DOCKER_HUB_ENDPOINT else self.netloc

    @property
    def takes_logins(self) -> bool:
        """Over plain HTTP a login goes to this machine only."""
        return self.scheme == "https" or names_loopback(self.host)


def split_host(netloc: str) -> tuple[str, int | None]:
    """Take `host[:port]` or `[v6][:port]` apart; brackets are dropped."""
    if netloc.startswith("["):
        host, _, port = netloc[1:].partition("]")
        port = port.removeprefix(":")
    else:
        host, _, port = netloc.partition(":")
    return host.lower(), int(port) if port.isascii() and port.isdigit() else None


def names_loopback(host: str) -> bool:
    """Tell whether the name itself, before any look-up, says "this machine"."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
