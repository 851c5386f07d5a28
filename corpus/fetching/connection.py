"""One HTTP exchange over a connection that is pinned to checked addresses and bounded in time."""

import ssl
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import httpcore
import httpx

NETWORK_ERRORS = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)
_ADDRESSES_AT_MOST = 4


class Deadline:
    """Hold the instant at which a fetch must be over."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def extend(self, seconds: float) -> None:
        """Add the seconds that were spent on waiting for the host's turn."""
        self._end += seconds

    def bound(self, timeout: float | None = None) -> float:
        """Return the seconds that one step may take.

        Raises:
            httpcore.ReadTimeout: There are none left.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the whole fetch took too long")
        return left if timeout is None else min(left, timeout)


class PinnedBackend(httpcore.NetworkBackend):
    """Connect to addresses that were checked, whatever the name of the host leads to by now.

    TLS still names and verifies the host: only the dialled address is fixed.
    """

    def __init__(self, addresses: Sequence[str], deadline: Deadline, network: httpcore.NetworkBackend) -> None:
        self._addresses = addresses[:_ADDRESSES_AT_MOST]
        self._deadline = deadline
        self._network = network

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the point: a name is never looked up here
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Return a stream to the first of the addresses that answers."""
        failure: Exception = httpcore.ConnectError("no address to connect to")
        for address in self._addresses:
            limit = self._deadline.bound(timeout)
            try:
                stream = self._network.connect_tcp(address, port, limit, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _BoundedStream(stream, self._deadline)
        raise failure


class _BoundedStream(httpcore.NetworkStream):
    """Let no step outlast the deadline, so that a peer that drips a byte at a time is left too."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.bound(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.bound(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.bound(timeout))
        return _BoundedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


@dataclass(frozen=True, slots=True)
class HttpExchange:
    """Hold what one request needs.

    Attributes:
        url: Checked and without a fragment.
        addresses: The checked addresses of its host.
        headers: What to send in addition to `Host`.
        connect_s: Seconds for the TCP and the TLS handshake, each.
        read_s: Seconds for one read.
        deadline: When the whole fetch must be over.
    """

    url: httpx.URL
    addresses: Sequence[str]
    headers: dict[str, str]
    connect_s: float
    read_s: float
    deadline: Deadline

    def pool(self, network: httpcore.NetworkBackend, tls: ssl.SSLContext) -> httpcore.ConnectionPool:
        """Return a pool for this exchange only; it knows no proxy and no cookie, and keeps no connection."""
        backend = PinnedBackend(self.addresses, self.deadline, network)
        return httpcore.ConnectionPool(ssl_context=tls, network_backend=backend, max_keepalive_connections=0)

    def request(self) -> httpcore.Request:
        """Return the GET request."""
        url = httpcore.URL(
            scheme=self.url.raw_scheme, host=self.url.raw_host, port=self.url.port, target=self.url.raw_path
        )
        headers: list[tuple[bytes | str, bytes | str]] = [("Host", self.url.netloc), *self.headers.items()]
        timeout = {"connect": self.connect_s, "read": self.read_s, "write": self.read_s, "pool": self.connect_s}
        return httpcore.Request("GET", url, headers=headers, extensions={"timeout": timeout})
