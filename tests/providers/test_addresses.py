"""Where connections may go: told by the address that is connected to, not by a name."""

from __future__ import annotations

import asyncio
import socket

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuttingasmr.providers.addresses import PrivateAddress, PublicOnly, is_public, place_of
from tests.support.liar import Liar


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(address, id=address)
        for address in (
            "127.0.0.1",
            "127.8.8.8",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",  # noqa: S104 - nothing is bound here
            "255.255.255.255",
            "224.0.0.1",
            "240.0.0.1",
            "192.0.2.1",
            "::",
            "::1",
            "fe80::1",
            "fe80::1%eth0",
            "fc00::1",
            "fec0::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "",
            "localhost",
        )
    ],
)
def test_an_address_of_no_public_network_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "104.18.1.1", "2606:4700::1111"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(network="10.0.0.0/8") | st.ip_addresses(network="fc00::/7"))
def test_no_address_of_a_private_network_is_public(address: object) -> None:
    assert not is_public(str(address))


@pytest.mark.parametrize(
    "host", [pytest.param(host, id=host) for host in ("127.0.0.1", "localhost", "0x7f.1", "127.1", "::1")]
)
async def test_however_this_machine_is_called_it_is_not_connected_to(liar: Liar, host: str) -> None:
    network = PublicOnly()

    with pytest.raises((PrivateAddress, httpcore.ConnectError)):  # some resolvers do not know some spellings
        await network.connect_tcp(host, place_of(liar.url)[1])

    assert liar.asked == []


async def test_a_place_that_is_configured_is_connected_to_and_its_neighbours_are_not(liar: Liar) -> None:
    host, port = place_of(liar.url)
    network = PublicOnly([(host, port)])

    stream = await network.connect_tcp(host, port)
    await stream.aclose()

    with pytest.raises(PrivateAddress):
        await network.connect_tcp(host, port + 1)


async def test_one_private_address_among_public_ones_refuses_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name server that mixes both hopes for the second try. Only the name server is played here."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.216.34", "10.0.0.1")]

    async def answer(*_: object, **__: object) -> object:
        return found

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", answer)

    with pytest.raises(PrivateAddress):
        await PublicOnly().connect_tcp("rebinding.example", 80)


async def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that is public when asked first, and this machine when asked again, is asked once."""
    asked: list[str] = []

    async def answer(host: str, port: int, **_: object) -> object:
        asked.append(host)
        ip = "192.0.0.9" if len(asked) == 1 else "127.0.0.1"  # 192.0.0.9 is global, and nobody answers there
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

    connected: list[str] = []

    class Network(httpcore.AnyIOBackend):
        async def connect_tcp(self, host: str, *_: object, **__: object) -> httpcore.AsyncNetworkStream:  # pyright: ignore[reportIncompatibleMethodOverride]
            connected.append(host)
            raise httpcore.ConnectError

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", answer)
    network = PublicOnly()
    network._network = Network()  # pyright: ignore[reportAttributeAccessIssue] - httpcore has two of this name

    with pytest.raises(httpcore.ConnectError):
        await network.connect_tcp("rebinding.example", 80)

    assert (asked, connected) == (["rebinding.example"], ["192.0.0.9"])


async def test_no_socket_of_this_machine_is_opened() -> None:
    with pytest.raises(PrivateAddress):
        await PublicOnly().connect_unix_socket("/var/run/docker.sock")
