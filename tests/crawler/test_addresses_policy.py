"""Which addresses are refused, and that the check is where the connect is."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactorClock

from crawler.addresses import AddressPolicy, CheckedReactor
from crawler.errors import AddressRefused

REFUSED = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1",
    "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.127.255.255", "169.254.169.254",
    "192.0.0.1", "192.0.2.1", "198.51.100.7", "203.0.113.9", "198.18.0.1", "198.19.255.255",
    "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::192.168.0.1", "64:ff9b:1::808:808",
    "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1",
    "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:20::1", "2001:db8::1", "3fff::1",
    "100::1", "5f00::1",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8", "1.1.1.1", "114.114.114.114", "100.63.255.255", "100.128.0.1", "172.15.255.255",
    "172.32.0.1", "192.167.255.255", "198.17.255.255", "223.255.255.255", "169.253.1.1",
    "2001:4860:4860::8888", "2400:3200::1", "240e::1", "2606:4700::1111",
    "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
]  # fmt: skip


@pytest.mark.parametrize("host", REFUSED)
def test_refused_addresses(host):
    with pytest.raises(AddressRefused) as refused:
        AddressPolicy().check(host)
    assert host in str(refused.value)
    assert "--allow-private" in str(refused.value)


@pytest.mark.parametrize("host", PUBLIC)
def test_public_addresses(host):
    assert AddressPolicy().refusal(host) is None


@pytest.mark.parametrize("host", ["localhost", "", "1.2.3", "example.gov.cn", "1.2.3.4:80"])
def test_what_is_no_address_is_never_connected_to(host):
    assert AddressPolicy(allow_private=True).refusal(host) == "not an IP address"


def test_without_a_contact_only_loopback_is_asked():
    policy = AddressPolicy(allow_private=True, anonymous=True)
    policy.check("127.0.0.9")
    policy.check("::1")
    for host in ("8.8.8.8", "10.0.0.1", "2400:3200::1"):
        with pytest.raises(AddressRefused, match="contact"):
            policy.check(host)
    with pytest.raises(AddressRefused, match="--allow-private"):
        AddressPolicy(anonymous=True).check("127.0.0.9")


def test_allow_private_still_refuses_what_no_server_has():
    policy = AddressPolicy(allow_private=True)
    assert policy.refusal("127.0.0.1") is None
    assert policy.refusal("10.1.2.3") is None
    assert policy.refusal("::1") is None
    assert policy.refusal("::ffff:127.0.0.1") is None
    assert policy.refusal("224.0.0.1") == "multicast"
    assert policy.refusal("255.255.255.255") == "reserved"
    assert policy.refusal("ff02::1") == "multicast"


def test_a_network_is_let_through_by_itself():
    networks = (ip_network("10.1.0.0/16"), ip_network("fd00:1::/32"), ip_network("224.0.0.0/4"))
    policy = AddressPolicy(networks=networks)
    for host in ("10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::a01:203", "fd00:1::5", "8.8.8.8"):
        assert policy.refusal(host) is None, host
    for host in ("10.2.0.1", "127.0.0.1", "::ffff:10.2.0.1", "fd00:2::5", "::1", "224.0.0.1"):
        assert policy.refusal(host) is not None, host


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.1.", "[::1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0"],
)
def test_literals_in_any_notation_for_a_proxy(host):
    with pytest.raises(AddressRefused):
        AddressPolicy().check_literal(host)


def test_names_and_public_literals_pass_to_the_proxy():
    AddressPolicy().check_literal("www.example.gov.cn")
    AddressPolicy().check_literal("134744072")  # 8.8.8.8


class FakeResolver:
    """Resolves every name to given addresses, and counts how often."""

    def __init__(self, addresses):
        self.addresses = addresses
        self.resolutions = 0

    def resolveHostName(self, receiver, name, portNumber=0, *rest, **named):
        self.resolutions += 1
        receiver.resolutionBegan(None)
        for address in self.addresses:
            kind = IPv6Address if ":" in address else IPv4Address
            receiver.addressResolved(kind("TCP", address, portNumber))
        receiver.resolutionComplete()


def connect(addresses):
    reactor = MemoryReactorClock()
    reactor.nameResolver = resolver = FakeResolver(addresses)
    endpoint = HostnameEndpoint(CheckedReactor(reactor, AddressPolicy()), "portal.example", 80)
    failures = []
    endpoint.connect(Factory()).addErrback(lambda failure: failures.append(failure.value))
    for _ in range(10):
        reactor.advance(0.5)
    return reactor, resolver, failures


def test_a_name_that_resolves_to_a_private_address_is_never_connected_to():
    reactor, _, failures = connect(["127.0.0.1", "::1", "169.254.169.254"])
    assert reactor.tcpClients == []
    assert [type(failure) for failure in failures] == [AddressRefused]


def test_of_several_addresses_only_the_public_ones_are_tried():
    reactor, resolver, failures = connect(
        ["10.0.0.1", "8.8.8.8", "::ffff:10.0.0.2", "2400:3200::1"]
    )
    assert {client[0] for client in reactor.tcpClients} == {"8.8.8.8", "2400:3200::1"}
    assert resolver.resolutions == 1, "what is connected to is what was checked"
    assert failures == []
