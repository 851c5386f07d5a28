"""Whole tables of a PostgreSQL database."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from corpus.archive.engine.bulk import StoredTable, quote_names

if TYPE_CHECKING:
    from corpus.archive.engine.postgresql import PostgresConnection, PostgresEngine

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
_NUMBERED = f"SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid WHERE {_OURS} AND attidentity != ''"


class PostgresBulk:
    """Read and write whole tables of a database; see `corpus.archive.engine.bulk.Bulk`."""

    def __init__(self, engine: "PostgresEngine", connection: "PostgresConnection") -> None:
        """Take a connection, which is closed with this."""
        self._engine = engine
        self.connection = connection

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
        with self._engine.convert_errors():
            opened = self.connection.raw
            with opened.transaction():
                opened.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield

    def take_version(self) -> object:
        """Return how many rows each table has, and the sum of the numbers of the transactions that wrote them."""
        counted = 'SELECT count(*), sum(CAST(CAST(xmin AS text) AS bigint)) FROM "{}"'
        return [
            tuple(self.connection.execute(counted.format(name)).fetchone()) for name in sorted(self.describe_tables())
        ]

    def insert(self, table: StoredTable, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows by COPY, which takes some ten times as many a second as statements."""
        sql = f'COPY "{table.name}" ({quote_names(table.columns)}) FROM STDIN'
        with self._engine.convert_errors(), self.connection.raw.cursor() as cursor, cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row(row)

    def finish(self) -> None:
        """Move the numbering of each table behind its highest number, and count rows for the planner."""
        for name, column in self.connection.execute(_NUMBERED).fetchall():
            sql = f'SELECT setval(pg_get_serial_sequence(?, ?), max("{column}")) FROM "{name}" HAVING count(*) > 0'
            self.connection.execute(sql, (name, column))
        self.connection.execute("ANALYZE")

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
