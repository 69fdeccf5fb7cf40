"""Which addresses are public, which are allowed, and what keeps them apart."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from net_site import Names, Site, fetch_one, reply

from monitor.model import FetchOutcome
from monitor.net.failure import FetchError
from monitor.net.guard import Guard, Refusal, is_public, read_address
from monitor.net.routes import Routes
from monitor.net.urls import read_url
from monitor.net.wire import exchange

PUBLIC = ["93.184.216.34", "8.8.8.8", "1.1.1.1", "2606:4700::1", "2a00:1450:4001::1"]
NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104 - refused, not bound
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("text", PUBLIC)
def test_an_address_anybody_can_reach_is_public(text: str):
    assert is_public(read_address(text))
    assert is_public(read_address(f"::ffff:{text}")) if "." in text else True


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_every_other_address_is_not(text: str):
    assert not is_public(read_address(text))


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(address):
    meant = read_address(str(address))
    if meant.is_private or meant.is_multicast or meant.is_reserved:
        assert not is_public(meant)


def info(address: str) -> tuple[object, ...]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return family, socket.SOCK_STREAM, 0, "", (address, 80)


def test_the_two_kinds_of_sockets_are_disjoint():
    guard = Guard(["10.0.0.0/8"])
    guard.public_socket(info("8.8.8.8")).close()
    guard.inside_socket(info("10.0.0.1")).close()
    guard.inside_socket(info("::ffff:10.0.0.1")).close()
    with pytest.raises(Refusal):
        guard.public_socket(info("10.0.0.1"))
    with pytest.raises(Refusal):
        guard.inside_socket(info("8.8.8.8"))
    with pytest.raises(Refusal):
        guard.inside_socket(info("127.0.0.1"))


@pytest.mark.parametrize(
    ("addresses", "inside"),
    [
        ("10.0.0.1", True),
        ("10.0.0.1 fe80::1", True),
        ("10.0.0.1 8.8.8.8", False),  # a public name may not borrow the intranet
        ("8.8.8.8", False),
        ("192.168.0.1", False),
        ("", False),
    ],
)
def test_where_a_host_lives(addresses: str, inside):
    guard = Guard(["10.0.0.0/8"])
    assert guard.is_inside(map(read_address, addresses.split())) is inside


def test_a_network_may_be_written_by_one_of_its_hosts():
    assert Guard(["10.1.2.3/8"]).allows(read_address("10.9.9.9"))


async def test_without_allowed_networks_loopback_is_refused():
    async with Site({"/": reply()}) as site:
        fetched = await fetch_one(site.url, allow_networks=())
    assert fetched.outcome is FetchOutcome.BLOCKED
    assert fetched.detail == (
        "127.0.0.1 is not a public address; poll.allow_networks admits a private "
        "network, for feeds whose own host lies there"
    )
    assert site.connections == 0


async def test_a_name_is_judged_by_its_addresses():
    async with Site({"/": reply()}) as site:
        names = Names(wiki_test="::1 127.0.0.1", twin_test="127.0.0.1 127.0.0.1")
        url = f"http://wiki.test:{site.port}/"
        allowed = await fetch_one(url, resolver=names)
        refused = await fetch_one(url, resolver=names, allow_networks=())
        other = await fetch_one(url, resolver=names, allow_networks=("10.0.0.0/8",))
        twin = await fetch_one(f"http://twin.test:{site.port}/", resolver=names)
    assert allowed.outcome is FetchOutcome.OK
    assert refused.outcome is other.outcome is FetchOutcome.BLOCKED
    assert twin.outcome is FetchOutcome.OK
    assert site.connections == 2


async def test_a_name_that_moves_after_the_look_up_is_refused():
    class Moving(Names):
        async def resolve(self, host: str, port: int = 0, family: int = 0):
            found = await super().resolve(host, port, family)
            self.table[host] = "169.254.169.254"
            return found

    names = Moving(wiki_test="10.0.0.1")
    fetched = await fetch_one(
        "http://wiki.test/", resolver=names, allow_networks=("10.0.0.0/8",)
    )
    assert fetched.outcome is FetchOutcome.BLOCKED
    assert fetched.detail == "169.254.169.254 lies outside poll.allow_networks"


async def test_an_open_connection_is_no_way_round_the_guard():
    async with Site({"/": reply()}) as site:
        routes = Routes(
            guard=Guard(["127.0.0.0/8"]), resolver=Names(), ca_file="", by_proxy=False
        )
        url = read_url(site.url)
        sent = CIMultiDict[str]()
        first = await routes.choose(url, may_enter=True)
        assert first.is_inside
        await exchange(first.session, url, sent, timeout=5, limit=1000)
        second = await routes.choose(url, may_enter=False)
        with pytest.raises(FetchError) as caught:
            await exchange(second.session, url, sent, timeout=5, limit=1000)
        await routes.close()
    assert caught.value.outcome is FetchOutcome.BLOCKED
    assert site.connections == 1
