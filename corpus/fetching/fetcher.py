"""Fetch pages and feeds from untrusted URLs.

A URL comes from a user, a feed or a redirect, so it is checked before anything is sent: see `corpus.fetching.url_policy`. Then
the host's robots.txt is asked, its turn awaited, and the body read within bounds of time and of decoded size.
"""

import re
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import httpcore
import httpx

from corpus.fetching.connection import NETWORK_ERRORS, Deadline, HttpExchange
from corpus.fetching.content_coding import ACCEPT_ENCODING, CodingError
from corpus.fetching.fetched_page import (
    LATER,
    PAGE,
    ROBOTS,
    ContentKind,
    FetchedPage,
    FetchError,
    read_answer,
    shorten_url,
)
from corpus.fetching.robots import HostTurns, Robots
from corpus.fetching.url_policy import AddressPolicy, Resolver, get_port, host_of, system_resolver
from corpus.settings import ROBOTS_HINT, ArchiveSettings
from corpus.text.urls import AddressError


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Hold the bounds of one fetch, in seconds, and the number of redirects followed."""

    connect_s: float = 5.0
    read_s: float = 10.0
    total_s: float = 30.0
    redirects: int = 5


class Fetcher:
    """Fetch over HTTP; a context manager that several threads may share."""

    def __init__(
        self,
        settings: ArchiveSettings,
        policy: AddressPolicy | None = None,
        limits: FetchLimits | None = None,
        resolver: Resolver = system_resolver,
        network: httpcore.NetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare to fetch; nothing is sent yet.

        Args:
            settings: Give `user_agent`, `robots` and `host_delay_s`.
            policy: Which addresses may be reached; the public internet on ports 80 and 443 by default.
            limits: Seconds and redirects.
            resolver: Turns a host into addresses, called once for each request.
            network: Opens connections to those addresses.
            tls: The context that verifies servers; the system's roots and certifi's by default.
            pause: Waits some seconds.
        """
        self._policy = policy or AddressPolicy()
        self._limits = limits or FetchLimits()
        self._resolver = resolver
        self._network = network or httpcore.SyncBackend()
        self._tls = tls or httpx.create_ssl_context(trust_env=False)
        self._user_agent = re.sub(r"[^\x20-\x7e]", "", settings.user_agent)
        self._delay_s = settings.host_delay_s
        self._robots = Robots(self._user_agent, self._robots_of) if settings.robots else None
        self._turns = HostTurns(pause=pause)

    def __enter__(self) -> Self:
        """Return the fetcher itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close nothing: no connection outlives its fetch."""

    def get(self, url: str, etag: str = "", last_modified: str = "", accept: ContentKind = PAGE) -> FetchedPage:
        """Return the page at a URL.

        Args:
            url: An http(s) address.
            etag: What the server said last time: it may then answer that nothing changed (status 304).
            last_modified: The same, as a date.
            accept: What is wanted of it.

        Raises:
            FetchError: It may not be fetched, could not be, or is not what was wanted.
        """
        known = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        return self._follow(url.strip(), accept, {name: value for name, value in known.items() if value}, polite=True)

    def _follow(self, url: str, kind: ContentKind, headers: dict[str, str], polite: bool) -> FetchedPage:
        deadline = Deadline(self._limits.total_s)
        target, host = url, ""
        for _ in range(self._limits.redirects + 1):
            checked = self._check(url, target)
            addresses = self._addresses(url, checked, deadline)  # before robots.txt, which is on the same host
            if polite:
                self._be_polite(url, checked, host_of(checked) != host, deadline)
            answer = self._exchange(url, checked, addresses, kind, headers, deadline)
            if isinstance(answer, FetchedPage):
                return answer
            target, host = answer, host_of(checked)
        raise FetchError(url, f"it redirects more than {self._limits.redirects} times")

    def _check(self, url: str, target: str) -> httpx.URL:
        try:
            return self._policy.check_url(target)
        except AddressError as error:
            raise FetchError(url, _is_redirect_error(url, target, str(error)), hostile=True) from error

    def _be_polite(self, url: str, target: httpx.URL, new_host: bool, deadline: Deadline) -> None:
        refusal = self._robots.refusal(target) if self._robots else ""
        if self._robots and refusal:
            unread = not self._robots.is_known(target)
            raise FetchError(url, f"{refusal}{ROBOTS_HINT}", passing=unread)
        if new_host:
            asked = self._robots.delay(target) if self._robots else 0.0
            deadline.extend(self._turns.wait(host_of(target), max(asked, self._delay_s)))

    def _exchange(
        self,
        url: str,
        target: httpx.URL,
        addresses: Sequence[str],
        kind: ContentKind,
        headers: dict[str, str],
        end: Deadline,
    ) -> FetchedPage | str:
        """Send one request; return the page, or the address that it redirects to."""
        sent = {"User-Agent": self._user_agent, "Accept": kind.accept, "Accept-Encoding": ACCEPT_ENCODING, **headers}
        try:
            exchange = HttpExchange(target, addresses, sent, self._limits.connect_s, self._limits.read_s, end)
            with exchange.pool(self._network, self._tls) as pool:
                response = pool.handle_request(exchange.request())
                try:
                    return read_answer(url, target, kind, response)
                finally:
                    response.close()
        except CodingError as error:
            raise FetchError(url, f"{error}, so it is not read") from error
        except NETWORK_ERRORS as error:
            raise FetchError(url, _network_reason(error), passing=True) from error

    def _addresses(self, url: str, target: httpx.URL, deadline: Deadline) -> tuple[str, ...]:
        try:
            found = self._resolver(host_of(target), get_port(target), deadline.bound(self._limits.connect_s))
            return self._policy.check_addresses(found)
        except AddressError as error:
            raise FetchError(url, _is_redirect_error(url, str(target), str(error)), hostile=True) from error
        except httpcore.ReadTimeout as error:
            raise FetchError(url, _network_reason(error), passing=True) from error
        except OSError as error:
            reason = f"the host {host_of(target)} was not found ({error.strerror or error}); check the address"
            raise FetchError(url, reason, passing=True) from error

    def _robots_of(self, url: str) -> bytes | None:
        try:
            return self._follow(url, ROBOTS, {}, polite=False).body
        except FetchError as error:
            if 400 <= error.status < 500 and error.status not in LATER:
                return None  # RFC 9309, 2.3.1.3: the host asks nothing
            raise


def _network_reason(error: Exception) -> str:
    if isinstance(error, httpcore.TimeoutException):
        return "the server is too slow; try again later"
    if isinstance(error, httpcore.ProtocolError):
        return f"the server does not speak HTTP as it should ({shorten_url(str(error))})"
    return f"the connection failed ({shorten_url(str(error))}); try again later"


def _is_redirect_error(url: str, target: str, reason: str) -> str:
    return reason if url.partition("#")[0] == target else f"it redirects to {shorten_url(target)}, and {reason}"
