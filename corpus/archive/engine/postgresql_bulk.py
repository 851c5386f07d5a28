"""Whole tables of a PostgreSQL database."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from corpus.archive.engine.bulk import StoredTable, quote_names
from corpus.archive.engine.postgresql import PostgresConnection, PostgresEngine
from corpus.archive.engine.protocol import Connection, Engine

_OURS = "pg_class.relkind = 'r' AND pg_class.relnamespace = CAST(CAST(current_schema() AS text) AS regnamespace)"
# What the database computes by itself is left out.
_COLUMNS = (
    "SELECT relname, array_agg(CAST(attname AS text) ORDER BY attnum) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid "
    f"WHERE {_OURS} AND attnum > 0 AND NOT attisdropped AND attgenerated = '' GROUP BY relname"
)
_KEYS = (
    "SELECT relname, array_agg(CAST(attname AS text) ORDER BY place) FROM pg_class JOIN pg_constraint ON conrelid = pg_class.oid "
    "JOIN unnest(conkey) WITH ORDINALITY AS listed(number, place) ON true "
    f"JOIN pg_attribute ON attrelid = conrelid AND attnum = number WHERE {_OURS} AND contype = 'p' GROUP BY relname"
)
_PARENTS = (
    "SELECT pg_class.relname, array_agg(CAST(parent.relname AS text)) FROM pg_class JOIN pg_constraint ON conrelid = pg_class.oid "
    f"JOIN pg_class AS parent ON parent.oid = confrelid WHERE {_OURS} AND contype = 'f' GROUP BY pg_class.relname"
)
_NUMBERED = (
    "SELECT relname, array_agg(CAST(attname AS text)) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid "
    f"WHERE {_OURS} AND attidentity != '' GROUP BY relname"
)


class PostgresBulk:
    """Read and write whole tables of a database; see `corpus.archive.engine.bulk.Bulk`."""

    def __init__(self, engine: Engine, connection: Connection) -> None:
        """Take a connection, which is closed with this.

        Raises:
            ValueError: It is not one to a database.
        """
        if not (isinstance(engine, PostgresEngine) and isinstance(connection, PostgresConnection)):
            raise ValueError(f"{engine.name}: no PostgreSQL database")
        self._engine = engine
        self._database = self.connection = connection

    @property
    def name(self) -> str:
        """Return the name of the database, the host and the port."""
        return self._engine.name

    def describe_tables(self) -> dict[str, StoredTable]:
        """Return the tables by name."""
        keys, parents = self._list_by_table(_KEYS), self._list_by_table(_PARENTS)
        return {
            name: StoredTable(name, tuple(columns), tuple(keys.get(name, ())), frozenset(parents.get(name, ())))
            for name, columns in self._list_by_table(_COLUMNS).items()
        }

    def _list_by_table(self, sql: str) -> dict[str, list[str]]:
        return {row[0]: row[1] for row in self.connection.execute(sql)}

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read one state of the database; a connection that breaks meanwhile is not opened again."""
        with self._engine.convert_errors(), self._database.stay_connected() as opened, opened.transaction():
            opened.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # What is read is written elsewhere meanwhile, and nobody waits for a reader.
            opened.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield

    def take_version(self, tables: Iterable[StoredTable]) -> object:
        """Return how many rows each table has, and the sum of the numbers of the transactions that wrote them."""
        counted = 'SELECT count(*), sum(CAST(CAST(xmin AS text) AS bigint)) FROM "{}"'
        return [tuple(self._database.execute(counted.format(table.name)).fetchall()[0]) for table in tables]

    def insert(self, table: StoredTable, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows by COPY, which takes some ten times as many a second as statements."""
        sql = f'COPY "{table.name}" ({quote_names(table.columns)}) FROM STDIN'
        with self._engine.convert_errors(), self._database.raw.cursor() as cursor, cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row(row)

    def finish(self, tables: Iterable[StoredTable]) -> None:
        """Move the numbering of each table behind its highest number, and count rows for the planner."""
        numbered = self._list_by_table(_NUMBERED)
        for table in tables:
            for column in numbered.get(table.name, ()):
                sql = f'SELECT setval(pg_get_serial_sequence(?, ?), max("{column}")) FROM "{table.name}" HAVING count(*) > 0'
                self._database.execute(sql, (table.name, column))
            self._database.execute(f'ANALYZE "{table.name}"')

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
