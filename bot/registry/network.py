"""The machine's proxies and certificates, read once and explicitly.

HTTP libraries read the same variables by themselves, and `.netrc` with them, which replaces an explicit login by
another one; so nothing of ours lets a library look at the environment.
"""

import ipaddress
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from bot.errors import UsageError
from bot.model.secret import Secret
from bot.registry.deadlines import WatchedTLSSocket
from bot.registry.origins import Origin, names_loopback, split_host


class Proxy(Struct, frozen=True, kw_only=True):
    """One proxy. `login` is `user:password`, empty where there is none."""

    url: str
    login: Secret


class Network(Struct, frozen=True, kw_only=True):
    """How to reach the outside.

    Attributes:
        proxies: By the scheme of the target.
        direct: Entries of NO_PROXY.
        ca_path: File or folder of certificates that replaces the system's; empty without one.
    """

    proxies: Mapping[str, Proxy]
    direct: tuple[str, ...]
    ca_path: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Network":
        """Read HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY (also lower-case, which wins) and the CA variables."""
        found = {scheme: _proxy(environment, scheme) for scheme in ("http", "https")}
        names = _either(environment, "NO_PROXY").split(",")
        return cls(
            proxies={scheme: proxy for scheme, proxy in found.items() if proxy},
            direct=tuple(name.strip().lower() for name in names if name.strip()),
            ca_path=environment.get("REQUESTS_CA_BUNDLE")
            or environment.get("SSL_CERT_FILE")
            or environment.get("SSL_CERT_DIR")
            or "",
        )

    def proxy_for(self, origin: Origin) -> Proxy | None:
        """The proxy to use; this machine is never asked through one, as Go programs (Flux, helm) have it."""
        proxy = self.proxies.get(origin.scheme)
        if proxy is None or names_loopback(origin.host) or any(_covers(entry, origin) for entry in self.direct):
            return None
        return proxy

    def tls_context(self) -> ssl.SSLContext:
        """A context that verifies, with the certificates of the environment, the system, or certifi.

        Raises:
            UsageError: The file that the environment names cannot be read.
        """
        try:
            context = self._context()
        except (OSError, ssl.SSLError):
            raise UsageError(
                f"the certificates of {self.ca_path} cannot be read", "Mend REQUESTS_CA_BUNDLE or SSL_CERT_FILE"
            ) from None
        # Python leaves this to the machine's OpenSSL, and Debian's allows older ones again in some builds.
        context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
        context.sslsocket_class = WatchedTLSSocket
        context.set_alpn_protocols(["http/1.1"])
        return context

    def _context(self) -> ssl.SSLContext:
        if not self.ca_path:
            context = ssl.create_default_context()
            return context if context.cert_store_stats()["x509_ca"] or _has_folder() else _certifi_context()
        path = Path(self.ca_path)
        if path.is_dir():
            return ssl.create_default_context(capath=str(path))
        return ssl.create_default_context(cafile=str(path))


def _has_folder() -> bool:
    """Certificates of a folder are loaded when needed, so that the context looks empty before."""
    folder = ssl.get_default_verify_paths().capath or ""  # None where there is no such folder
    return bool(folder) and any(Path(folder).iterdir())


def _certifi_context() -> ssl.SSLContext:
    import certifi  # noqa: PLC0415 # only for a Python whose system has no certificates

    return ssl.create_default_context(cafile=certifi.where())


def _either(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name.lower()) or environment.get(name) or ""


def _proxy(environment: Mapping[str, str], scheme: str) -> Proxy | None:
    name = f"{scheme.upper()}_PROXY"
    text = _either(environment, name) or _either(environment, "ALL_PROXY")
    if not text:
        return None
    wrong = UsageError(f"{name} is not the address of an HTTP proxy", "Write it as http://host:port")
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in ("http", "https") or not host:
        raise wrong
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
    shown = f"[{host}]" if ":" in host else host
    return Proxy(url=f"{parts.scheme}://{shown}:{port or (80 if parts.scheme == 'http' else 443)}", login=Secret(login))


def _covers(entry: str, origin: Origin) -> bool:
    """One entry of NO_PROXY: `*`, a domain and all below it, an address, or a range of addresses."""
    if entry == "*":
        return True
    try:
        return ipaddress.ip_address(origin.host) in ipaddress.ip_network(entry, strict=False)
    except (ValueError, TypeError):
        pass
    name, port = split_host(entry)
    name = name.removeprefix("*").lstrip(".")
    same = origin.host == name or origin.host.endswith(f".{name}")
    return bool(name) and same and port in (None, origin.port)
