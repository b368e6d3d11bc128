"""Which places results may be fetched from: the public internet, and the provider that is configured.

A provider's link is a text from outside, and could name a machine of our own network. The check stands where connections
are made, on the very address that is then connected to: a name that resolves otherwise a moment later gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from typing import TypeAlias, cast
from urllib.parse import urlsplit

import httpcore

SECONDS = 5.0
"""How long a name may take to be resolved."""

PORTS = {"http": 80, "https": 443}

SocketOption: TypeAlias = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)


class PrivateAddress(Exception):
    """A link leads to an address that is not on the public internet."""


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public internet; what is no address does not."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or _is_detour(ip))


def _is_detour(ip: object) -> bool:
    """Tell whether a longer address stands for a shorter one, which may be any, or is one of the old private kind."""
    if not isinstance(ip, IPv6Address):
        return False
    return bool(ip.is_site_local or ip.ipv4_mapped or ip.sixtofour or ip.teredo)


def place_of(url: str) -> tuple[str, int]:
    """Give the host and the port that an address of the web names; or raise `ValueError`."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError(url)
    return parts.hostname, parts.port or PORTS.get(parts.scheme, 0)


class PublicOnly(httpcore.AsyncNetworkBackend):
    """Connects to public addresses, and to `trusted` hosts and ports wherever they are; else raises `PrivateAddress`."""

    def __init__(self, trusted: Iterable[tuple[str, int]] = ()) -> None:
        """Trust these places: they are configured, and no text from outside."""
        self._trusted = frozenset(trusted)
        self._network: httpcore.AsyncNetworkBackend = httpcore.AnyIOBackend()  # pyright: ignore[reportAttributeAccessIssue] - httpcore has two of this name

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore names and passes it
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check every address, and connect to the first that answers."""
        if (host, port) in self._trusted:
            return await self._network.connect_tcp(host, port, timeout, local_address, socket_options)
        addresses = await _resolve(host, port)
        if not all(is_public(address) for address in addresses):
            raise PrivateAddress(host)
        failure: Exception = httpcore.ConnectError(host)
        for address in addresses:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore names and passes it
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: nothing that comes from outside lies behind one."""
        del timeout, socket_options
        raise PrivateAddress(path)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._network.sleep(seconds)


async def _resolve(host: str, port: int) -> list[str]:
    """Give a name's addresses, in the order in which they should be tried."""
    try:
        async with asyncio.timeout(SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(host) from error
    except OSError as error:
        raise httpcore.ConnectError(host) from error
    return list(dict.fromkeys(cast("str", address[4][0]) for address in found))
