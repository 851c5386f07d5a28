"""What a host asks of its visitors: robots.txt, and a pause between two fetches."""

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
from protego import Protego

from corpus.errors import InputError

_KEPT_HOSTS = 1_000
_KEPT_S = 24 * 3600.0  # RFC 9309, 2.4: not longer than 24 hours
_FAILURE_KEPT_S = 300.0
_LONGEST_DELAY_S = 60.0
_READ_BYTES = 500 * 1024  # RFC 9309, 2.5: so much must be read; the rules beyond are not.
_AGENT_FIELDS = ("user-agent", "useragent", "user agent")
_EVERYTHING = Protego.parse("")


@dataclass(frozen=True, slots=True)
class _Rules:
    """Hold a host's rules, or None if they could not be read: then nothing may be fetched (RFC 9309, 2.3.1.4)."""

    rules: Protego | None
    valid_until: float


class Robots:
    """Cache the robots.txt of each host and look up what it allows."""

    def __init__(
        self, user_agent: str, load: Callable[[str], bytes | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Make an empty cache.

        Args:
            user_agent: The name that fetches carry; its first word is what a robots.txt may address.
            load: Returns the content of a robots.txt, None if there is none; raises `InputError` if that cannot be found out.
            clock: Seconds that only grow.
        """
        found = re.match(r"[A-Za-z_-]+", user_agent)
        self._agent = found[0] if found else "newsdesk"
        self._load = load
        self._clock = clock
        self._kept: OrderedDict[str, _Rules] = OrderedDict()

    def refusal(self, url: httpx.URL) -> str:
        """Return why a page may not be fetched, or "" if it may."""
        rules = self._rules(url)
        if rules is None:
            return f"{_origin(url)}/robots.txt could not be read, so nothing is fetched there for now"
        return "" if rules.can_fetch(str(url), self._agent) else "the site's robots.txt asks not to fetch this page"

    def is_known(self, url: httpx.URL) -> bool:
        """Return whether the host's robots.txt could be read, or the host has none."""
        return self._rules(url) is not None

    def delay(self, url: httpx.URL) -> float:
        """Return the seconds that the host asks to leave between two fetches, at most 60."""
        rules = self._rules(url)
        return min((rules and rules.crawl_delay(self._agent)) or 0.0, _LONGEST_DELAY_S)

    def _rules(self, url: httpx.URL) -> Protego | None:
        origin = _origin(url)
        kept = self._kept.get(origin)
        if kept is None or kept.valid_until <= self._clock():
            kept = self._kept[origin] = self._read(origin)
            while len(self._kept) > _KEPT_HOSTS:
                self._kept.popitem(last=False)
        return kept.rules

    def _read(self, origin: str) -> _Rules:
        try:
            content = self._load(f"{origin}/robots.txt")
        except InputError:
            return _Rules(None, self._clock() + _FAILURE_KEPT_S)
        rules = _EVERYTHING if content is None else Protego.parse("\n".join(self._lines(content)))
        return _Rules(rules, self._clock() + _KEPT_S)

    def _lines(self, content: bytes) -> Iterator[str]:
        """Yield the lines that are read; all other agents become one, as each would get a copy of its group's rules."""
        if len(content) > _READ_BYTES:
            content = content[:_READ_BYTES].rpartition(b"\n")[0]
        for line in content.decode("utf-8-sig", "replace").splitlines():
            text = " ".join(line.partition("#")[0].lower().split())
            field = next((field for field in _AGENT_FIELDS if text.startswith(field)), None)
            named = text.removeprefix(field or "").strip(" :*")
            yield "User-agent: another" if field and not self._agent.lower().startswith(named) else line


class HostTurns:
    """Let two fetches from one host be a pause apart, also when several threads fetch."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._pause = pause
        self._free_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, host: str, delay_s: float) -> float:
        """Wait for the host's turn; return the seconds waited."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._free_at.get(host, now))
            self._forget(now)
            self._free_at[host] = turn + delay_s
        if turn > now:
            self._pause(turn - now)
        return turn - now

    def _forget(self, now: float) -> None:
        if len(self._free_at) >= _KEPT_HOSTS:
            self._free_at = {host: free_at for host, free_at in self._free_at.items() if free_at > now}


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"
