"""The accounts in a database, which all pages share; what stands in a file of accounts stands here in two tables."""

import time

from corpus.archive.engine import Connection, Place, open_engine
from corpus.archive.engine.page_tables import SIGN_IN
from corpus.archive.engine.shared_connection import SharedConnection
from web.accounts.account import HOW_TO_ADD, Account, AccountLines, Change, Key, read_role

_LOOK_S = 1.0


class AccountTable:
    """Read and change the accounts in a database; safe to use from several threads."""

    how_to_add = HOW_TO_ADD

    def __init__(self, place: Place, look_s: float = _LOOK_S) -> None:
        """Name the database.

        Args:
            place: Its address, or a file.
            look_s: So old may be what this page knows of changes that another one made.

        Raises:
            ArchiveError: Its address cannot be read.
        """
        self._shared = SharedConnection(open_engine(place, SIGN_IN), SIGN_IN)
        self._look_s = look_s
        self._looked_at = -look_s

    def __str__(self) -> str:
        """Return what messages call it."""
        return self._shared.engine.name

    def read(self) -> AccountLines:
        """Return the accounts and the keys.

        Raises:
            ArchiveError: The database does not answer.
            SettingsError: A role is none.
        """
        with self._shared.read() as connection:
            self._looked_at = time.monotonic()
            return _read(connection)

    def read_if_changed(self) -> AccountLines | None:
        """Return the accounts and the keys, or None where they were read a moment ago."""
        return self.read() if time.monotonic() - self._looked_at >= self._look_s else None

    def change(self, change: Change) -> None:
        """Put what a change makes of the accounts in their place, one change after the other.

        Raises:
            ArchiveError: The database does not answer.
            SettingsError: The change is refused.
        """
        with self._shared.write(["accounts"]) as connection:
            before = _read(connection)
            _write(connection, before, change(before))
        self._looked_at = -self._look_s

    def close(self) -> None:
        """Close the connection."""
        self._shared.close()


def _read(connection: Connection) -> AccountLines:
    accounts = connection.execute("SELECT name, salt, digest, role FROM accounts ORDER BY place").fetchall()
    keys = connection.execute("SELECT name, id, digest, made_on FROM account_keys ORDER BY place").fetchall()
    return AccountLines(
        tuple(Account(row["name"], row["salt"], row["digest"], read_role(row["role"])) for row in accounts),
        tuple(Key(row["name"], row["id"], row["digest"], row["made_on"]) for row in keys),
    )


def _write(connection: Connection, before: AccountLines, after: AccountLines) -> None:
    """Write what differs; a key whose account is gone goes with it."""
    gone = [(name,) for name in set(before.names) - set(after.names)]
    connection.executemany("DELETE FROM accounts WHERE name = ?", gone)
    put = (
        "INSERT INTO accounts (name, salt, digest, role) VALUES (?, ?, ?, ?) ON CONFLICT (name) "
        "DO UPDATE SET salt = excluded.salt, digest = excluded.digest, role = excluded.role"
    )
    connection.executemany(put, [(one.name, one.salt, one.digest, one.role) for one in after.accounts])
    revoked = {key.id for key in before.keys} - {key.id for key in after.keys}
    connection.executemany("DELETE FROM account_keys WHERE id = ?", [(key_id,) for key_id in revoked])
    keys = [(key.name, key.id, key.digest, key.made_on) for key in after.keys if key.name in after.names]
    add = "INSERT INTO account_keys (name, id, digest, made_on) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
    connection.executemany(add, keys)
