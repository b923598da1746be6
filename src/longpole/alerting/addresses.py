"""Where requests may go: a rule's address is typed by a user, and the server goes there.

Addresses of cloud metadata and of the link are never asked. Private networks
are only with LONGPOLE_ALERT_PRIVATE_TARGETS; loopback is while the server
itself listens on loopback only: then whoever writes rules is on this machine
anyway. What a name stands for is looked up once, checked, and then connected
to: a name that answers differently the second time gains nothing.

Upstream: `posting`. Source: OWASP, "Server-Side Request Forgery Prevention Cheat Sheet"; RFC 6890; RFC 6052.
"""

import ipaddress
import socket
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_METADATA = tuple(map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")))
"""Of Amazon, Alibaba, Azure and Oracle, where they are not of the link."""
_MOST_ADDRESSES = 4
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.ip_network("2002::/16")


class RefusedAddressError(Exception):
    """The server does not go there; the message says why and names no more than the address."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far requests may go."""

    loopback: bool = False
    private: bool = False


def resolved(host: str, port: int, reach: Reach) -> tuple[str, ...]:
    """The addresses of a host that may be connected to, the best first, a few at the most.

    Raises:
        RefusedAddressError: It has none that may be.
        OSError: It has none at all.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
    allowed = tuple(address for address in addresses if refusal(address, reach) is None)
    if not allowed:
        raise RefusedAddressError(refusal(addresses[0], reach) or "")
    return allowed[:_MOST_ADDRESSES]


def refusal(address: str, reach: Reach) -> str | None:
    """Why an address is not connected to; None where it may be."""
    given = ipaddress.ip_address(address.partition("%")[0])
    real = _embedded(given)
    if real.is_link_local or real in _METADATA or real.is_multicast or real.is_unspecified:
        return f"{address} is an address of the link or of cloud metadata, which is never asked"
    if real.is_loopback:
        return None if reach.loopback or reach.private else f"{address} is a loopback address"
    if not real.is_global and not reach.private:
        return f"{address} is in a private network: LONGPOLE_ALERT_PRIVATE_TARGETS=true allows those"
    return None


def _embedded(given: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for."""
    if isinstance(given, ipaddress.IPv4Address):
        return given
    if given.ipv4_mapped is not None:
        return given.ipv4_mapped
    if given in _NAT64:
        return ipaddress.IPv4Address(int(given) & 0xFFFF_FFFF)
    if given in _SIX_TO_FOUR and given.sixtofour is not None:
        return given.sixtofour
    return given
