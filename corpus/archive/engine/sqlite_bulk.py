"""Whole tables of a SQLite file."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from corpus.archive.engine.bulk import StoredTable, quote_names
from corpus.archive.engine.protocol import Connection


class SqliteBulk:
    """Read and write whole tables of a file; see `corpus.archive.engine.bulk.Bulk`."""

    def __init__(self, connection: Connection, name: str) -> None:
        """Take a connection, which is closed with this, and what messages call the file."""
        self.connection = connection
        self.name = name

    def describe_tables(self) -> dict[str, StoredTable]:
        """Return the tables by name."""
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        return {row[0]: self._describe(row[0]) for row in self.connection.execute(sql).fetchall()}

    def _describe(self, name: str) -> StoredTable:
        columns = self.connection.execute("SELECT name, pk FROM pragma_table_info(?)", (name,)).fetchall()
        parents = self.connection.execute('SELECT "table" FROM pragma_foreign_key_list(?)', (name,)).fetchall()
        key = sorted((row["pk"], row["name"]) for row in columns if row["pk"])
        return StoredTable(
            name,
            tuple(row["name"] for row in columns),
            tuple(column for _, column in key),
            frozenset(row[0] for row in parents),
        )

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read one state of the file; SQLite keeps what others write meanwhile in its log."""
        self.connection.execute("BEGIN")
        try:
            self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # From here on.
            yield
        finally:
            self.connection.execute("ROLLBACK")

    def take_version(self, tables: Iterable[StoredTable]) -> object:  # noqa: ARG002 - of the protocol
        """Return the number that SQLite counts up with each commit of another connection to the file."""
        return self.connection.execute("PRAGMA data_version").fetchone()[0]

    def insert(self, table: StoredTable, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows."""
        marks = ", ".join("?" * len(table.columns))
        self.connection.executemany(f'INSERT INTO "{table.name}" ({quote_names(table.columns)}) VALUES ({marks})', rows)

    def finish(self, tables: Iterable[StoredTable]) -> None:
        """Do nothing: SQLite numbers after the highest number by itself."""

    def close(self) -> None:
        """Close the file."""
        self.connection.close()
