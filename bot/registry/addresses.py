"""Which network addresses a registry may have.

Manifests name hosts, and whoever writes a manifest must not make the runner talk to its own network: cloud metadata,
the host's services, an office's intranet. The rule is applied to the very address that is connected to, so that a
name that resolves differently the second time (DNS rebinding) gains nothing.
"""

import ipaddress

from msgspec import Struct

from bot.reason import Reason
from bot.reasons import FORBIDDEN_ADDRESS, PRIVATE_ADDRESS
from bot.registry.origins import Origin, names_loopback

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",  # most clouds; link-local anyway
        "168.63.129.16",  # Azure's wire server, a public address that only answers inside
        "100.100.100.200",  # Alibaba Cloud
        "192.0.0.192",  # Oracle Cloud
        "fd00:ec2::254",  # AWS
        "fd20:ce::254",  # Google Cloud
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRule(Struct, frozen=True, kw_only=True):
    """Judges addresses. `private_hosts` holds hosts, with or without a port, that may be private."""

    private_hosts: frozenset[str] = frozenset()

    def objection(self, origin: Origin, text: str) -> Reason | None:
        """Say why `origin` may not be reached at the numeric address `text`; None when it may."""
        try:
            address = _inner(ipaddress.ip_address(text.partition("%")[0]))
        except ValueError:
            return None
        if address.is_loopback:
            return None if names_loopback(origin.host) else _forbidden(origin, address)
        if names_loopback(origin.host) or _is_never_a_registry(address):
            return _forbidden(origin, address)
        if not address.is_global and not self._may_be_private(origin):
            return PRIVATE_ADDRESS(host=origin.shown, address=address)
        return None

    def literal_objection(self, origin: Origin) -> Reason | None:
        """Judge a host that is written as an address; a name is judged when it is resolved."""
        return self.objection(origin, origin.host)

    def _may_be_private(self, origin: Origin) -> bool:
        return not self.private_hosts.isdisjoint({origin.shown, origin.host, f"{origin.host}:{origin.port}"})


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address only wraps."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_never_a_registry(address: Address) -> bool:
    reserved = isinstance(address, ipaddress.IPv4Address) and address.is_reserved
    return address.is_link_local or address.is_multicast or address.is_unspecified or reserved or address in METADATA


def _forbidden(origin: Origin, address: Address) -> Reason:
    return FORBIDDEN_ADDRESS(host=origin.shown, address=address)
