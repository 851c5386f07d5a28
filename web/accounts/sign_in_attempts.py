"""How often one may try to sign in: a waiting time that grows, without locking out who knows the password.

Three counts of attempts that did not succeed, each forgotten after an hour without another one:

- of one name from one address: three are free, then the wait doubles up to a quarter of an hour;
- of one address, whatever the names: ten are free, then the wait doubles up to a minute, as an office may share one;
- of one name from everywhere: after twenty, each address has one attempt on it, and the next one a minute later.

So nobody's first attempt from an address of his own ever waits for what others did to his name, and an attacker with many
addresses gets one attempt a minute from each.
"""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_FORGOTTEN_S = 3600.0
_FREE_OF_PAIR, _LONGEST_OF_PAIR_S = 3, 900
_FREE_OF_ADDRESS, _LONGEST_OF_ADDRESS_S = 10, 60
_MANY_OF_NAME, _WAIT_UNDER_ATTACK_S = 20, 60


@dataclass(frozen=True, slots=True)
class _Count:
    failures: int = 0
    last: float = -math.inf


class _Counts:
    """Count by key; remember at most so many keys, forgetting those longest silent."""

    def __init__(self, remembered: int) -> None:
        self._remembered = remembered
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def get(self, key: str, now: float) -> _Count:
        found = self._counts.get(key, _Count())
        return found if now - found.last < _FORGOTTEN_S else _Count()

    def add(self, key: str, failures: int, now: float) -> None:
        """Add failures, or take some back."""
        old = self.get(key, now)
        # Taking failures back is no attempt, and makes nobody wait.
        last = now if failures > 0 else old.last
        self._counts[key] = _Count(max(0, old.failures + failures), last)
        self._counts.move_to_end(key)
        while len(self._counts) > self._remembered:
            self._counts.popitem(last=False)

    def __len__(self) -> int:
        return len(self._counts)


class Attempts:
    """Say how long an attempt has to wait; for one thread."""

    def __init__(self, remembered: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        """Remember at most so many addresses, names, and pairs of both."""
        self._clock = clock
        self._pairs, self._addresses, self._names = (_Counts(remembered) for _ in range(3))

    def take(self, address: str, name: str) -> int:
        """Count an attempt as failed and return 0, or return the seconds to wait and count nothing."""
        now, network = self._clock(), _network(address)
        of_pair = self._pairs.get(_pair(network, name), now)
        of_address = self._addresses.get(network, now)
        wait = _wait(of_pair.failures, _FREE_OF_PAIR, _LONGEST_OF_PAIR_S)
        if of_pair.failures and self._names.get(name, now).failures >= _MANY_OF_NAME:
            wait = max(wait, _WAIT_UNDER_ATTACK_S)
        until = max(
            of_pair.last + wait,
            of_address.last + _wait(of_address.failures, _FREE_OF_ADDRESS, _LONGEST_OF_ADDRESS_S),
        )
        if until > now:
            return math.ceil(until - now)
        self._count(network, name, 1, now)
        return 0

    def forgive(self, address: str, name: str) -> None:
        """Take back the attempts of an address on a name, as one of them succeeded; those on other names stay."""
        now, network = self._clock(), _network(address)
        self._count(network, name, -self._pairs.get(_pair(network, name), now).failures, now)

    def _count(self, network: str, name: str, failures: int, now: float) -> None:
        self._pairs.add(_pair(network, name), failures, now)
        self._addresses.add(network, failures, now)
        self._names.add(name, failures, now)

    def __len__(self) -> int:
        """Return how many counts are kept."""
        return len(self._pairs) + len(self._addresses) + len(self._names)


def _wait(failures: int, free: int, longest: int) -> float:
    # The exponent is capped: 2.0 to the power of 1,024 is an OverflowError.
    return 0 if failures < free else min(2.0 ** min(failures - free, 30), longest)


def _pair(network: str, name: str) -> str:
    return f"{network} {name}"


def _network(address: str) -> str:
    """Return an address, or the network of one of version six: who has one such address has 2^64 of them."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
