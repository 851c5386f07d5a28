"""Who is signed in: tokens of browsers, which end with the account, its password, or a month of silence."""

import hashlib
import secrets
from collections.abc import Callable

from corpus.archive.engine import ALL_ROWS, Connection
from web.accounts.account import Account, Accounts
from web.shared_state import SharedState

_IDLE_S = 30 * 86400.0
_NOTED_S = 60.0  # A request is noted so long after the last one that was: each would be a write.
_MOST = 20
"""So many browsers of one user stay signed in; one more ends the one longest silent."""


class SignInSessions:
    """Tell whose a token is; safe to use from several threads. What is kept of a token and of an account is a hash."""

    def __init__(
        self, accounts: Accounts, state: SharedState | None = None, clock: Callable[[], float] | None = None
    ) -> None:
        """Ask the accounts at each request whether who signed in still may.

        Args:
            accounts: Who may.
            state: Where sessions are kept; by default in memory, so that a restart ends all.
            clock: Tells the seconds, in place of the clock that all pages share.
        """
        self._accounts = accounts
        self._state = state or SharedState()
        self._clock = clock

    def begin(self, account: Account) -> str:
        """Return the token of a new session."""
        token = secrets.token_urlsafe(32)
        surplus = (
            "DELETE FROM sign_in_sessions WHERE token IN "
            "(SELECT token FROM sign_in_sessions WHERE name = ? ORDER BY used_at DESC LIMIT ? OFFSET ?)"
        )
        with self._state.write([f"sessions of {account.name}"]) as connection:
            now = self._now(connection)
            connection.execute("DELETE FROM sign_in_sessions WHERE used_at < ?", (now - _IDLE_S,))
            connection.execute(surplus, (account.name, ALL_ROWS, _MOST - 1))
            row = (_hash(token.encode()), account.name, _fingerprint(account), now)
            connection.execute("INSERT INTO sign_in_sessions VALUES (?, ?, ?, ?)", row)
        return token

    def user(self, token: str) -> str | None:
        """Return who is signed in by a token, or None."""
        if not token:
            return None
        key = _hash(token.encode("utf-8", "replace"))
        with self._state.read() as connection:
            sql = "SELECT name, fingerprint, used_at FROM sign_in_sessions WHERE token = ?"
            row = connection.execute(sql, (key,)).fetchone()
            if row is None:
                return None
            now = self._now(connection)
            silent = now - row["used_at"]
            if _NOTED_S < silent <= _IDLE_S:
                connection.execute("UPDATE sign_in_sessions SET used_at = ? WHERE token = ?", (now, key))
        account = self._accounts.get(row["name"])
        if silent > _IDLE_S or account is None or _fingerprint(account) != row["fingerprint"]:
            self.end(token)
            return None
        return account.name

    def end(self, token: str) -> None:
        """End a session, if it is one."""
        with self._state.read() as connection:
            key = _hash(token.encode("utf-8", "replace"))
            connection.execute("DELETE FROM sign_in_sessions WHERE token = ?", (key,))

    def _now(self, connection: Connection) -> float:
        return self._clock() if self._clock else connection.read_clock()

    def __len__(self) -> int:
        """Return how many are kept."""
        with self._state.read() as connection:
            return int(connection.execute("SELECT count(*) FROM sign_in_sessions").fetchone()[0])


def _fingerprint(account: Account) -> bytes:
    """Return what is another one once the account has another password, whatever its role."""
    return _hash(b":".join([account.name.encode(), account.salt.hex().encode(), account.digest]))


def _hash(secret: bytes) -> bytes:
    """Return the hash of a token or an account: a quick one, as nobody can guess 32 random bytes."""
    return hashlib.sha256(secret).digest()
