"""The tables of one store, as a value that is given to an engine: the archive is a store, the page keeps others."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import ArchiveError


def _no_steps(_: sqlite3.Connection, __: int) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Tables:
    """Describe the tables of a store.

    Attributes:
        name: What writers of this store, and of no other, wait for.
        version: The version of the tables in a SQLite file; in PostgreSQL the migrations make those of all stores.
        sqlite: The statements that make them there where they are missing, with a semicolon after each.
        steps: Returns the statements that bring the tables of a file up to date before that; it is given the version that
            the file has, 0 for an empty one and for one that never had a number.
        oldest_readable: The oldest version that can be read where it cannot be brought up to date.
        views: Statements that make an older version look like this one to who reads it, all of them of temporary views.
    """

    name: str
    version: int
    sqlite: str
    steps: Callable[[sqlite3.Connection, int], Sequence[str]] = _no_steps
    oldest_readable: int = 1
    views: str = ""

    def migrate(self, connection: sqlite3.Connection, path: Path) -> None:
        """Make the tables that are missing and bring those of an older version up to date, all or nothing.

        Raises:
            ArchiveError: The file was written by a newer version.
        """
        found = read_version(connection)
        if found > self.version:
            raise ArchiveError(
                f"{path}: made by a newer Newsdesk (schema {found}, this one knows {self.version}); update Newsdesk"
            )
        if found == self.version:
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have done it meanwhile.
            steps = self.steps(connection, read_version(connection))
            for statement in (*steps, *self.sqlite.split(";"), f"PRAGMA user_version={self.version}"):
                connection.execute(statement)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def read_version(connection: sqlite3.Connection) -> int:
    """Return the version of the tables that a file has, 0 for an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
