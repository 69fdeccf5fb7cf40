"""Which addresses a request may go to, checked where the socket is made.

There the address is the one really connected to: after DNS, for names, literals
in any spelling, mapped IPv6 and every redirect. A feed whose own host lies in
`poll.allow_networks` is asked through a second guard that lets those networks
through and nothing else; every other request meets the first, which lets public
addresses through and nothing else. Each guard has its own pool of connections,
so that no connection opened for one is ever used for the other.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any

from typing_extensions import override

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# `is_global` differs between Python versions and passes multicast, NAT64 and 6to4.
_NOT_PUBLIC_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared behind a carrier's NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# Everything else (loopback, ULA, link-local, multicast, NAT64 ...) lies outside.
_PUBLIC_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: may embed a private address
        "3fff::/20",  # documentation
    )
)


class Refusal(OSError):  # noqa: N818 - aiohttp passes an OSError through
    """The guard let no socket be made; `explanation` says why."""

    def __init__(self, explanation: str) -> None:
        super().__init__(errno.EACCES, explanation)
        self.explanation = explanation

    @override
    def __str__(self) -> str:
        """Return the same text for every address: alike errors are not merged."""
        return "refused by the guard"


def read_address(text: str) -> Address:
    """Return the address that `text` leads to; a mapped IPv4 one is unwrapped.

    Raises:
        ValueError: `text` is not an address.
    """
    address = ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return address if mapped is None else mapped


def is_public(address: Address) -> bool:
    """Say whether `address` is one that anybody on the Internet can reach."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _PUBLIC_6 and not any(address in net for net in _NOT_PUBLIC_6)


class Guard:
    """The networks of the configuration, and the two kinds of sockets made by them."""

    def __init__(self, allow_networks: Iterable[str]) -> None:
        self._allowed: tuple[Network, ...] = tuple(
            ip_network(text, strict=False) for text in allow_networks
        )

    @property
    def allows_some(self) -> bool:
        """Say whether any private network is allowed at all."""
        return bool(self._allowed)

    def allows(self, address: Address) -> bool:
        """Say whether `address` lies in an allowed network."""
        return any(address in network for network in self._allowed)

    def is_inside(self, addresses: Iterable[Address]) -> bool:
        """Say whether a host with these addresses lives in an allowed network.

        A host that has a public address as well does not.
        """
        found = tuple(addresses)
        return any(map(self.allows, found)) and not any(
            is_public(address) and not self.allows(address) for address in found
        )

    def public_socket(self, info: tuple[Any, ...]) -> socket.socket:
        """Make a socket to a public address.

        Raises:
            Refusal: the address is not public.
        """
        return _checked(info, is_public, refused_text)

    def inside_socket(self, info: tuple[Any, ...]) -> socket.socket:
        """Make a socket to an allowed network.

        Raises:
            Refusal: the address does not lie in one.
        """
        return _checked(info, self.allows, _outside_text)


def refused_text(address: Address) -> str:
    """Return why a request to `address` is not made."""
    return (
        f"{address} is not a public address; poll.allow_networks admits a private "
        "network, for feeds whose own host lies there"
    )


def _outside_text(address: Address) -> str:
    return f"{address} lies outside poll.allow_networks"


def _checked(
    info: tuple[Any, ...],
    admits: Callable[[Address], bool],
    explain: Callable[[Address], str],
) -> socket.socket:
    family, kind, protocol, _, target = info
    address = read_address(str(target[0]))
    if not admits(address):
        raise Refusal(explain(address))
    return socket.socket(family, kind, protocol)
