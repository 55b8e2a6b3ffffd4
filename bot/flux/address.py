"""The address of a chart: our own parser, because no library's is strict.

oras reads `user:pw@host/x` and `ghcr.io%2f@evil/a` as repositories of Docker Hub, and `ghcr.io/a/../../token` as
another address of that host. Here a text is either an address in the grammar below, or there is a reason why not.

Flux has two readers. An OCIRepository's goes through go-containerregistry: the first part is a host only where it holds
a `.` or `:`, else all of it is a repository of Docker Hub. A HelmRepository's goes through a URL parser: the first part
is always the host.

Sources: https://github.com/google/go-containerregistry/blob/v0.21.6/pkg/name/repository.go,
https://github.com/fluxcd/source-controller/blob/v1.9.1/internal/helm/repository/oci_chart_repository.go,
https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
"""

import ipaddress
import re
from functools import lru_cache

from bot.model.charts import ChartAddress
from bot.reason import Reason
from bot.reasons import BAD_ADDRESS

_SCHEME = "oci://"
_LONGEST_NAME = 255
_LONGEST_HOST = 253
_LONGEST_SHOWN = 200
_LARGEST_PORT = 65535

# Possessive, so that a hostile name is one pass over the text.
_PART = r"[a-z0-9]++(?:(?:\.|__?|-++)[a-z0-9]++)*"
_NAME = re.compile(rf"{_PART}(?:/{_PART})*")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
# What C libraries read as an IPv4 address in one number: 2130706433 is 127.0.0.1.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_USER = re.compile(r"(?<=//)[^/]*@")

_DOCKER_HUB = "docker.io"
_DOCKER_HUB_ALIASES = frozenset({_DOCKER_HUB, "index.docker.io", "registry-1.docker.io"})

_LOCAL_NAME = re.compile(r".*\.localhost(?::[0-9]{1,5})?")
_HTTP_NETWORKS = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))

_FORBIDDEN = {
    "@": "a user name or a digest does not belong into an address",
    "%": "percent-encoding does not belong into an address",
    "\\": "a backslash does not belong into an address",
    "#": "a fragment does not belong into an address",
    "?": "a query does not belong into an address",
    "[": "IPv6 addresses are not supported; give the registry a name",
}


def parse_chart_url(url: str) -> ChartAddress | Reason:
    """Read `spec.url` of an OCIRepository.

    Args:
        url: Foreign text.

    Returns:
        The address, or `BAD_ADDRESS`. A tag or digest in the URL is refused, as Flux does.
    """
    if problem := _problem_of_text(url):
        return refused(url, problem)
    rest = url.removeprefix(_SCHEME)
    first, slash, name = rest.partition("/")
    if first == "localhost" or "." in first or ":" in first:
        return _address(url, first, name) if slash else refused(url, "it names no repository below the host")
    if _NUMBER.fullmatch(first):
        return refused(url, "its first part is a number, neither a host nor an account of Docker Hub")
    return _address(url, _DOCKER_HUB, rest)


def join_chart(url: str, chart: str) -> ChartAddress | Reason:
    """Join `spec.url` of a HelmRepository of type `oci` with the name of a chart, as Flux joins paths.

    Args:
        url: Foreign text: the registry, and the path in it.
        chart: Foreign text: `spec.chart` of a HelmChart or of a HelmRelease's template; may hold slashes.

    Returns:
        The address, or `BAD_ADDRESS`.
    """
    if problem := _problem_of_text(url):
        return refused(url, problem)
    host, _, path = url.removeprefix(_SCHEME).rstrip("/").partition("/")
    joined = f"{path}/{chart}" if path else chart
    if problem := _problem_of_text(_SCHEME + joined):
        return refused(f"{url}/{chart}", problem)
    return _address(f"{url}/{chart}", host, joined, account="")


def uses_plain_http(host: str) -> bool:
    """Whether Flux itself speaks plain HTTP to the host of an OCIRepository that does not say `insecure`.

    Since Flux 2.9 (go-containerregistry 0.21.6) `.local` is no longer among them; before, HTTPS was tried first there
    too. Helm's client, for a HelmRepository, has no such rule.

    Args:
        host: Of a `ChartAddress`, with its port.

    Source: https://github.com/google/go-containerregistry/blob/v0.21.7/pkg/name/registry.go
    """
    name = host.partition(":")[0]
    if host.startswith("localhost:") or name == "127.0.0.1" or _LOCAL_NAME.fullmatch(host):
        return True
    address = _ipv4(name)
    return address is not None and any(address in network for network in _HTTP_NETWORKS)


def _problem_of_text(url: str) -> str:
    """What is wrong before any grammar is tried; the clearer words for the usual mistakes and the known attacks."""
    if not url.startswith(_SCHEME):
        return "it does not begin with `oci://`"
    if not url.isascii() or not url.isprintable() or " " in url:
        return "it holds a blank or a character outside printable ASCII"
    for sign, problem in _FORBIDDEN.items():
        if sign in url:
            return problem
    parts = url.removeprefix(_SCHEME).split("/")
    return "`.` and `..` do not belong into an address" if {".", ".."} & set(parts) else ""


def _address(url: str, host: str, name: str, account: str = "library/") -> ChartAddress | Reason:
    """Check both parts.

    Args:
        url: For messages.
        host: Candidate host, with a port.
        name: Candidate repository.
        account: What Docker Hub puts before a name without a slash.
    """
    if problem := _problem_of_host(host) or _problem_of_name(name):
        return refused(url, problem)
    if host not in _DOCKER_HUB_ALIASES:
        return ChartAddress(host=host, name=name)
    return ChartAddress(host=_DOCKER_HUB, name=name if "/" in name else account + name)


@lru_cache(maxsize=256)
def _problem_of_host(host: str) -> str:
    """A fleet has many charts on few hosts."""
    name, colon, port = host.partition(":")
    if name != name.lower():
        return "its host is not written in lower case"
    if name.endswith("."):
        return "its host ends in a dot"
    if len(name) > _LONGEST_HOST or not _HOST.fullmatch(name):
        return "its host is not a host name"
    if _NUMBER.fullmatch(name.rpartition(".")[2]) and _ipv4(name) is None:
        return "its host is a number that is not an IPv4 address"
    if colon and not (_PORT.fullmatch(port) and int(port) <= _LARGEST_PORT):
        return "its port is not a number from 1 to 65535"
    return ""


def _problem_of_name(name: str) -> str:
    if ":" in name:
        return "a tag does not belong into the address"
    if len(name) > _LONGEST_NAME:
        return f"its repository is longer than {_LONGEST_NAME} characters"
    if not _NAME.fullmatch(name):
        return "its repository is not one of the OCI grammar (lower case, digits, single separators)"
    return ""


@lru_cache(maxsize=256)
def _ipv4(name: str) -> ipaddress.IPv4Address | None:
    try:
        return ipaddress.IPv4Address(name)
    except ValueError:
        return None


def refused(url: str, problem: str) -> Reason:
    """Why a text is no address; a password that someone wrote into it is not repeated."""
    shown = _USER.sub("***@", url[:_LONGEST_SHOWN])
    return BAD_ADDRESS(url=shown, problem=problem)
