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
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from corpus.archive.engine import ALL_ROWS, Connection
from web.shared_state import SharedState

_FORGOTTEN_S = 3600.0
_FREE_OF_PAIR, _LONGEST_OF_PAIR_S = 3, 900
_FREE_OF_ADDRESS, _LONGEST_OF_ADDRESS_S = 10, 60
_MANY_OF_NAME, _WAIT_UNDER_ATTACK_S = 20, 60

_AHEAD_S = 60.0
"""What was counted further in the future is forgotten: the clock of the database was set back, perhaps by hours."""

_KINDS = ("pair", "address", "name")


@dataclass(frozen=True, slots=True)
class _Count:
    failures: int = 0
    last: float = -math.inf


class Attempts:
    """Say how long an attempt has to wait; safe to use from several threads."""

    def __init__(
        self,
        state: SharedState | None = None,
        remembered: int = 10_000,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Count attempts.

        Args:
            state: Where they are counted; by default in memory.
            remembered: At most so many addresses, names, and pairs of both, those longest silent being forgotten.
            clock: Tells the seconds, in place of the clock that all pages share.
        """
        self._state = state or SharedState()
        self._remembered = remembered
        self._clock = clock

    def take(self, address: str, name: str) -> int:
        """Count an attempt as failed and return 0, or return the seconds to wait and count nothing."""
        keys = _list_keys(address, name)
        with self._state.write(_name_locks(keys)) as connection:
            now = self._now(connection)
            counts = _read_counts(connection, keys, now)
            of_pair, of_address = counts["pair"], counts["address"]
            wait = _wait(of_pair.failures, _FREE_OF_PAIR, _LONGEST_OF_PAIR_S)
            if of_pair.failures and counts["name"].failures >= _MANY_OF_NAME:
                wait = max(wait, _WAIT_UNDER_ATTACK_S)
            until = max(
                of_pair.last + wait,
                of_address.last + _wait(of_address.failures, _FREE_OF_ADDRESS, _LONGEST_OF_ADDRESS_S),
            )
            if until > now:
                return math.ceil(until - now)
            _write_counts(connection, keys, {kind: _Count(count.failures + 1, now) for kind, count in counts.items()})
        self._forget(now)
        return 0

    def forgive(self, address: str, name: str) -> None:
        """Take back the attempts of an address on a name, as one of them succeeded; those on other names stay."""
        keys = _list_keys(address, name)
        with self._state.write(_name_locks(keys)) as connection:
            counts = _read_counts(connection, keys, self._now(connection))
            taken = counts["pair"].failures
            # Taking failures back is no attempt, and makes nobody wait.
            less = {kind: _Count(max(0, count.failures - taken), count.last) for kind, count in counts.items()}
            _write_counts(connection, keys, {kind: count for kind, count in less.items() if count.last > -math.inf})

    def _now(self, connection: Connection) -> float:
        return self._clock() if self._clock else connection.read_clock()

    def _forget(self, now: float) -> None:
        """Delete what nothing depends on any more, and what is too much.

        Each statement is a transaction: one that held rows of its own name too could wait for another one that waits for it.
        """
        surplus = (
            "DELETE FROM sign_in_attempts WHERE kind = ? AND (last_at <= ? OR name IN "
            "(SELECT name FROM sign_in_attempts WHERE kind = ? ORDER BY last_at DESC LIMIT ? OFFSET ?))"
        )
        with self._state.read() as connection:
            for kind in _KINDS:
                connection.execute(surplus, (kind, now - _FORGOTTEN_S, kind, ALL_ROWS, self._remembered))

    def __len__(self) -> int:
        """Return how many counts are kept."""
        with self._state.read() as connection:
            return int(connection.execute("SELECT count(*) FROM sign_in_attempts").fetchone()[0])


def _list_keys(address: str, name: str) -> dict[str, str]:
    """Return by kind under which name an attempt is counted."""
    network = _network(address)
    # A form may hold any character, and PostgreSQL takes no zero byte.
    shown = name.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return dict(zip(_KINDS, (f"{network} {shown}", network, shown), strict=True))


def _name_locks(keys: Mapping[str, str]) -> list[str]:
    return [f"attempts of {kind} {name}" for kind, name in keys.items()]


def _read_counts(connection: Connection, keys: Mapping[str, str], now: float) -> dict[str, _Count]:
    one = "(kind = ? AND name = ?)"
    sql = (
        "SELECT kind, failures, last_at FROM sign_in_attempts "
        f"WHERE last_at > ? AND last_at <= ? AND ({' OR '.join([one] * len(keys))})"
    )
    wanted = [value for pair in keys.items() for value in pair]
    rows = connection.execute(sql, (now - _FORGOTTEN_S, now + _AHEAD_S, *wanted))
    found = {row["kind"]: _Count(row["failures"], row["last_at"]) for row in rows}
    return {kind: found.get(kind, _Count()) for kind in keys}


def _write_counts(connection: Connection, keys: Mapping[str, str], counts: Mapping[str, _Count]) -> None:
    sql = (
        "INSERT INTO sign_in_attempts VALUES (?, ?, ?, ?) "
        "ON CONFLICT (kind, name) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at"
    )
    connection.executemany(sql, [(kind, keys[kind], count.failures, count.last) for kind, count in counts.items()])


def _wait(failures: int, free: int, longest: int) -> float:
    # The exponent is capped: 2.0 to the power of 1,024 is an OverflowError.
    return 0 if failures < free else min(2.0 ** min(failures - free, 30), longest)


def _network(address: str) -> str:
    """Return an address, or the network of one of version six: who has one such address has 2^64 of them."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
