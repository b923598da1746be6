"""Sockets to listen on: only where nobody else can reach them, and bound before anything else starts."""

import errno
import ipaddress
import socket

from longpole.domain.errors import AddressInUseError, InvalidInputError, ListenError, NotLoopbackError

_BACKLOG = 2048


def listen(host: str, port: int, option: str) -> list[socket.socket]:
    """Listening sockets for every loopback address that `host` stands for, all with the same port.

    Args:
        host: A name or address.
        port: 0 for a free one.
        option: The option that chooses another port, for the error's text.

    Raises:
        NotLoopbackError: If others than this machine could reach one of them.
        AddressInUseError: If another program listens there.
        ListenError: If it cannot be listened on for another reason.
    """
    sockets: list[socket.socket] = []
    try:
        for family, address in _loopback_addresses(host, port):
            if bound := _bound(family, address, port, option):
                port = port or bound.getsockname()[1]
                sockets.append(bound)
    except ListenError:
        close(sockets)
        raise
    if not sockets:
        raise ListenError(f"This machine has no address {host}.")
    return sockets


def close(sockets: list[socket.socket]) -> None:
    """Give the sockets back."""
    for each in sockets:
        each.close()


def _loopback_addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise InvalidInputError("host", "is no address and no name that this machine knows", host) from None
    addresses: list[tuple[socket.AddressFamily, str]] = list(
        dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found)
    )
    if not all(ipaddress.ip_address(address).is_loopback for _, address in addresses):
        raise NotLoopbackError(host)
    return addresses


def _bound(family: socket.AddressFamily, address: str, port: int, option: str) -> socket.socket | None:
    """A listening socket; None where the machine lacks the address (IPv6 turned off)."""
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        made.bind((address, port))
        made.listen(_BACKLOG)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            raise AddressInUseError(address, port, option) from None
        if error.errno == errno.EADDRNOTAVAIL:
            return None
        raise ListenError(
            f"Cannot listen on {address}:{port}: {error.strerror}. Choose another with {option}."
        ) from None
    return made
