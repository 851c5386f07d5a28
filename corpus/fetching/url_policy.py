"""The address policy: which URLs may be fetched, and which machines they may lead to."""

import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

from corpus.text.urls import AddressError, read_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int, float], Sequence[str]]
"""Turn host, port and a limit in seconds into numeric addresses; raises `OSError` when it cannot."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_GLOBAL_V6 = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: the IPv4 address is in the last 32 bits
_REFUSED = tuple(
    ip_network(block)
    for block in (
        # IANA special-purpose registries, as far as `ipaddress` calls them global (or did in Python 3.11).
        "192.0.0.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "168.63.129.16/32",  # the metadata service of Azure answers on this public address
        "2001::/23",
        "2001:db8::/32",
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Decide which URLs and which numeric addresses may be reached.

    Attributes:
        ports: The ports that a URL may name.
        allowed_networks: Networks that are admitted although they are not global: an intranet's news server.
    """

    ports: tuple[int, ...] = (80, 443)
    allowed_networks: tuple[Network, ...] = ()

    def check_url(self, url: str) -> httpx.URL:
        """Return the parsed URL without its fragment.

        Raises:
            AddressError: It is not an http(s) address of the plain form `scheme://host[:port]/...`.
        """
        read_address(url)
        try:
            parsed = httpx.URL(url).copy_with(fragment=None)
        except (httpx.InvalidURL, ValueError) as error:
            raise AddressError("the address is not well formed") from error
        if get_port(parsed) not in self.ports:
            raise AddressError(f"port {get_port(parsed)} is not allowed, only {' and '.join(map(str, self.ports))}")
        return parsed

    def check_addresses(self, addresses: Sequence[str]) -> tuple[str, ...]:
        """Return the numeric addresses of a host, each once, if every single one is admitted.

        Raises:
            AddressError: There is none, or one is not a global unicast address.
        """
        if not addresses:
            raise AddressError("the host has no address")
        for address in addresses:
            if not self.admits(address):
                raise AddressError("the host is not on the public internet")
        return tuple(dict.fromkeys(addresses))

    def admits(self, address: str) -> bool:
        """Return whether a numeric address is global unicast, also when it is wrapped in an IPv6 transition address."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        if any(parsed in network for network in self.allowed_networks if network.version == parsed.version):
            return True
        return all(_is_global_unicast(inner) for inner in _unwrap(parsed))


def host_of(url: httpx.URL) -> str:
    """Return the host as it goes over the wire: punycode is never decoded."""
    return url.raw_host.decode("ascii")


def get_port(url: httpx.URL) -> int:
    """Return the port that a URL names or implies."""
    return _DEFAULT_PORTS[url.scheme] if url.port is None else url.port


def system_resolver(host: str, port: int, limit_s: float) -> tuple[str, ...]:
    """Ask the operating system for the addresses of a host.

    Raises:
        OSError: The host is not known, or no answer came within the limit.
    """
    found: list[tuple[str, ...] | OSError] = []

    def look_up() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError:
            found.append(OSError("the name of the host is not valid"))
        except OSError as error:
            found.append(error)
        else:
            found.append(tuple(str(answer[4][0]) for answer in answers))

    # `getaddrinfo` has no timeout; a daemon thread that is still waiting ends with the process.
    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(limit_s)
    if not found:
        raise TimeoutError("the name server did not answer in time")
    if isinstance(found[0], OSError):
        raise found[0]
    return found[0]


def _unwrap(address: Address) -> tuple[Address, ...]:
    if isinstance(address, IPv4Address):
        return (address,)
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address.sixtofour:
        return (address.sixtofour,)
    if address.teredo:
        return address.teredo
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return (address,)


def _is_global_unicast(address: Address) -> bool:
    if any(address in network for network in _REFUSED if network.version == address.version):
        return False
    if isinstance(address, IPv6Address) and (address.scope_id or address not in _GLOBAL_V6):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
