"""The rows that PostgreSQL returns, in the form that SQLite's have."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import RowMaker


class PostgresRow(Sequence[Any]):
    """Hold the values of a row, by the number and by the name of their column."""

    __slots__ = ("_places", "_values")

    def __init__(self, values: Sequence[Any], places: Mapping[str, int]) -> None:
        """Hold values, and where the one of each column is."""
        self._values = values
        self._places = places

    def __getitem__(self, column: Any) -> Any:
        """Return the value of a column."""
        return self._values[self._places[column] if isinstance(column, str) else column]

    def __iter__(self) -> Iterator[Any]:
        """Yield the values."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return how many columns there are."""
        return len(self._values)

    def keys(self) -> Sequence[str]:
        """Return the names of the columns."""
        return list(self._places)


def make_rows(cursor: "psycopg.Cursor[Any]") -> "RowMaker[PostgresRow]":
    """Return what makes rows of what a cursor found."""
    places = {column.name: number for number, column in enumerate(cursor.description or ())}
    return lambda values: PostgresRow(values, places)
