"""What a copy of an archive needs of a database: its tables as a list, all rows as they were at one moment, rows written in bulk."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any, Protocol

from corpus.archive.engine.protocol import Connection

Values = tuple[Any, ...]
"""The values of a row, or of its primary key."""


@dataclass(frozen=True, slots=True)
class StoredTable:
    """Describe a table as the database does.

    Attributes:
        name: Its name.
        columns: The names of its columns.
        key: The columns of its primary key, in the order of that.
        parents: The tables that its rows refer to.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    parents: frozenset[str] = frozenset()


class Bulk(Protocol):
    """Read and write whole tables over a connection of its own."""

    @property
    def connection(self) -> Connection:
        """Return the connection."""

    @property
    def name(self) -> str:
        """Return what messages call the database."""

    def describe_tables(self) -> dict[str, StoredTable]:
        """Return the tables by name."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Read the database as it is now for the whole block, whatever others write meanwhile."""

    def take_version(self, tables: Iterable[StoredTable]) -> object:
        """Return a value that is another one as soon as somebody else has written to these tables, or near them."""

    def insert(self, table: StoredTable, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows that are not there yet, within a transaction."""

    def finish(self, tables: Iterable[StoredTable]) -> None:
        """Let new rows be numbered after those that were written, and plan queries by what is there."""

    def close(self) -> None:
        """Close the connection."""


def sort_tables(tables: Mapping[str, StoredTable]) -> list[StoredTable]:
    """Return tables so that each comes after those that it refers to."""
    graph = {name: sorted(tables[name].parents & tables.keys() - {name}) for name in sorted(tables)}
    return [tables[name] for name in TopologicalSorter(graph).static_order()]


def quote_names(names: Iterable[str]) -> str:
    """Return names of columns as SQL lists them; some are words of SQL."""
    return ", ".join(f'"{name}"' for name in names)
