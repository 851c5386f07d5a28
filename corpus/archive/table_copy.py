"""Copy tables from one database to another, in batches that are each on the disk before the next one is read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from corpus.archive.engine.bulk import Bulk, StoredTable, Values, quote_names, sort_tables
from corpus.archive.engine.protocol import Connection
from corpus.errors import ArchiveError, InputError

BATCH = 500
"""Rows of a batch, which is held in memory."""

_LAST = "changes"
"""Copied after all others: who follows the log finds everything that it names."""

Progress = Callable[[str, int, int], object]
"""Called with the name of a table, how many of its rows were copied, and how many it has."""


@dataclass(frozen=True, slots=True)
class TablePair:
    """Hold a table that is in two databases, with the columns that it has in both."""

    source: Bulk
    target: Bulk
    table: StoredTable

    def read_pages(self, of: Bulk, condition: str = "", *values: object) -> Iterator[list[Values]]:
        """Yield the rows of one of the two in the order of the primary key, `BATCH` at a time."""
        return read_pages(of.connection, self.table, condition, *values)

    def count(self, of: Bulk) -> int:
        """Return how many rows one of the two has."""
        return int(of.connection.execute(f'SELECT count(*) FROM "{self.table.name}"').fetchone()[0])

    def key(self, row: Values) -> Values:
        """Return the primary key of a row."""
        return read_key(self.table, row)


def pair_tables(source: Bulk, target: Bulk, wanted: Iterable[str]) -> list[TablePair]:
    """Return those of the wanted tables that both have, in the order in which rows can be written.

    A column or a table of one alone is not part of the record: an older form lacks it, or the database makes it by itself.
    """
    ours, theirs = source.describe_tables(), target.describe_tables()
    shared = {
        name: replace(theirs[name], columns=tuple(c for c in theirs[name].columns if c in ours[name].columns))
        for name in wanted
        if name in ours and name in theirs
    }
    ordered = sorted(sort_tables(shared), key=lambda table: table.name == _LAST)
    return [TablePair(source, target, table) for table in ordered]


def read_pages(
    connection: Connection, table: StoredTable, condition: str = "", *values: object
) -> Iterator[list[Values]]:
    """Yield the rows of a table that meet a condition, in the order of its primary key, `BATCH` at a time."""
    columns, key = quote_names(table.columns), quote_names(table.key)
    begin = f'SELECT {columns} FROM "{table.name}"'
    end = f" ORDER BY {key} LIMIT {BATCH}"
    terms, after = [condition] if condition else [], Values()
    while True:
        where = " AND ".join(terms + ([f"({key}) > ({', '.join('?' * len(after))})"] if after else []))
        sql = begin + (f" WHERE {where}" if where else "") + end
        rows = [tuple(row) for row in connection.execute(sql, (*values, *after))]
        if rows:
            yield rows
        if len(rows) < BATCH:
            return
        after = read_key(table, rows[-1])


def read_key(table: StoredTable, row: Values) -> Values:
    """Return the primary key of a row."""
    return tuple(row[table.columns.index(column)] for column in table.key)


def drop_differing(pairs: Sequence[TablePair], check: Callable[[], None]) -> None:
    """Delete from the target every row that the source has otherwise or no more, as after a copy that was interrupted.

    Args:
        pairs: The tables.
        check: Called in each transaction; raises where the target may no longer be written.
    """
    for pair in reversed(pairs):  # Rows before those that they refer to.
        table = pair.table
        match = " AND ".join(f'"{column}" = ?' for column in table.key)
        look = f'SELECT {quote_names(table.columns)} FROM "{table.name}" WHERE {match}'
        for rows in pair.read_pages(pair.target):
            found = pair.source.connection.query_each(look, [pair.key(row) for row in rows])
            gone = [
                pair.key(row) for row, ours in zip(rows, found, strict=True) if [row] != [tuple(one) for one in ours]
            ]
            if gone:
                with pair.target.connection.transaction():
                    check()
                    pair.target.connection.executemany(f'DELETE FROM "{table.name}" WHERE {match}', gone)


def copy_missing(pair: TablePair, check: Callable[[], None], progress: Progress | None = None) -> int:
    """Write the rows of a table that the target has not; return how many rows the source has.

    Raises:
        ArchiveError: A value cannot be stored in the target, or it cannot be written.
    """
    table, done, total = pair.table, 0, pair.count(pair.source)
    begun = pair.count(pair.target) > 0
    match = " AND ".join(f'"{column}" = ?' for column in table.key)
    look = f'SELECT 1 FROM "{table.name}" WHERE {match}'
    for rows in pair.read_pages(pair.source):
        with pair.target.connection.transaction():
            check()
            missing: list[Values] = rows
            if begun:
                found = pair.target.connection.query_each(look, [pair.key(row) for row in rows])
                missing = [row for row, there in zip(rows, found, strict=True) if not there]
            _insert(pair, missing)
        done += len(rows)
        if progress:
            progress(table.name, done, total)
    return done


def _insert(pair: TablePair, rows: Sequence[Sequence[Any]]) -> None:
    try:
        pair.target.insert(pair.table, rows)
    except InputError as error:
        raise ArchiveError(f"{pair.source.name}: a row of {pair.table.name} cannot be moved: {error}") from error
