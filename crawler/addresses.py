"""Owns which IP addresses may be connected to, and checks it at the moment of the connect.

Names, redirects and literals in any notation all end in one call of the reactor with one IP
address. That call is checked, so there is no second resolution and no second parser between the
check and the connect.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from twisted.internet.interfaces import IReactorPluggableNameResolver
from zope.interface.declarations import implementer

from crawler.errors import AddressRefused
from extract.sentences import say

# IANA IPv4 Special-Purpose Address Registry: what is not globally reachable (RFC 6890). Written
# out because ipaddress.is_global differs between the minor releases of Python.
_PRIVATE_4 = {
    "loopback": ("127.0.0.0/8",),
    "this network": ("0.0.0.0/8",),
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
    "carrier-grade NAT": ("100.64.0.0/10",),
    "link-local": ("169.254.0.0/16",),
    "protocol assignment": ("192.0.0.0/24", "192.88.99.0/24"),
    "documentation": ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),
    "benchmarking": ("198.18.0.0/15",),
}
_NEVER_4 = {"multicast": ("224.0.0.0/4",), "reserved": ("240.0.0.0/4",)}
# Only 2000::/3 is assigned to the global Internet; these parts of it are not, or hide other hosts.
_PRIVATE_6 = {
    "protocol assignment": ("2001::/23",),
    "documentation": ("2001:db8::/32", "3fff::/20"),
}
_NEVER_6 = {"multicast": ("ff00::/8",)}
Network = IPv4Network | IPv6Network
_GLOBAL_6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


def _networks4(table: Mapping[str, tuple[str, ...]]) -> tuple[tuple[IPv4Network, str], ...]:
    return tuple((IPv4Network(text), kind) for kind, texts in table.items() for text in texts)


def _networks6(table: Mapping[str, tuple[str, ...]]) -> tuple[tuple[IPv6Network, str], ...]:
    return tuple((IPv6Network(text), kind) for kind, texts in table.items() for text in texts)


_PRIVATE_NETWORKS_4, _NEVER_NETWORKS_4 = _networks4(_PRIVATE_4), _networks4(_NEVER_4)
_PRIVATE_NETWORKS_6, _NEVER_NETWORKS_6 = _networks6(_PRIVATE_6), _networks6(_NEVER_6)


def embedded_ipv4(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 host that an IPv6 address stands for: mapped, NAT64 (RFC 6052) or 6to4 (RFC 3056).

    None for an address that stands for itself. Teredo and IPv4-compatible addresses are not
    here: they are refused whatever they hold.
    """
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.sixtofour


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Which addresses may be connected to.

    ``allow_private`` (the demo, tests, an archive of an intranet) lets everything through but
    multicast and reserved addresses, which no web server has. ``networks`` are those private ones
    that are let through where others are not; an IPv6 address that stands for an IPv4 one is
    judged as that one. ``anonymous`` means that no contact is configured: then only loopback is
    asked, whoever listed the address or redirected to it.
    """

    allow_private: bool = False
    networks: tuple[Network, ...] = ()
    anonymous: bool = False

    def refusal(self, host: str) -> str | None:
        """Why an IP address is refused, as a few words; None when it may be connected to."""
        try:
            address = ip_address(host)
        except ValueError:
            return "not an IP address"
        if isinstance(address, IPv6Address):
            return self._refusal6(address)
        return self._refusal4(address)

    def check(self, host: str) -> None:
        """Raises AddressRefused for an IP address that may not be connected to."""
        why = self.refusal(host)
        if why is not None:
            raise AddressRefused(say("address_not_public", host=host, why=why, host_again=host))
        if self.anonymous and not ip_address(host).is_loopback:
            raise AddressRefused(say("not_without_contact", host=host))

    def check_literal(self, host: str) -> None:
        """Checks a host that is an IP address in any notation that the C library reads.

        For requests through a proxy, which resolves names itself, and for a clear reason where
        the system cannot even resolve the literal. Raises AddressRefused; a name passes.
        """
        bare = host.strip("[]").rstrip(".")
        try:
            self.check(str(ip_address(bare)))
        except ValueError:
            try:
                self.check(socket.inet_ntoa(socket.inet_aton(bare)))
            except OSError:
                return

    def _is_let_through(self, address: IPv4Address | IPv6Address) -> bool:
        return self.allow_private or any(address in network for network in self.networks)

    def _refusal4(self, address: IPv4Address) -> str | None:
        for network, kind in _NEVER_NETWORKS_4:
            if address in network:
                return kind
        if self._is_let_through(address):
            return None
        return next((kind for net, kind in _PRIVATE_NETWORKS_4 if address in net), None)

    def _refusal6(self, address: IPv6Address) -> str | None:
        for network, kind in _NEVER_NETWORKS_6:
            if address in network:
                return kind
        inner = embedded_ipv4(address)
        if inner is not None:
            why = self._refusal4(inner)
            return None if why is None else f"{why}, as {inner} inside IPv6"
        if self._is_let_through(address):
            return None
        if address not in _GLOBAL_6:
            return "not a global IPv6 address"
        return next((kind for net, kind in _PRIVATE_NETWORKS_6 if address in net), None)


@implementer(IReactorPluggableNameResolver)  # type: ignore[no-untyped-call]
class CheckedReactor:
    """A reactor whose ``connectTCP`` refuses addresses; all else is the reactor's own.

    Given to an endpoint in place of the reactor. The endpoint resolves the name and tries the
    addresses one by one: each refused one fails with AddressRefused before a socket is made.
    """

    def __init__(self, reactor: Any, policy: AddressPolicy) -> None:  # noqa: ANN401
        self._reactor = reactor
        self._policy = policy

    @property
    def nameResolver(self) -> Any:  # noqa: ANN401
        """The reactor's resolver (IReactorPluggableNameResolver)."""
        return self._reactor.nameResolver

    def installNameResolver(self, resolver: Any) -> Any:  # noqa: ANN401
        """Installs a resolver on the reactor (IReactorPluggableNameResolver)."""
        return self._reactor.installNameResolver(resolver)

    def connectTCP(self, host: str, *rest: Any, **named: Any) -> Any:  # noqa: ANN401
        """Connects to an IP address that the policy allows; raises AddressRefused otherwise."""
        self._policy.check(host)
        return self._reactor.connectTCP(host, *rest, **named)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._reactor, name)
