"""What the modules of the archive need of a database."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Row(Protocol):
    """Hold the values of a row, by the number and by the name of their column."""

    def __getitem__(self, column: Any, /) -> Any:
        """Return the value of a column."""

    def __iter__(self) -> Iterator[Any]:
        """Yield the values."""

    def keys(self) -> Sequence[str]:
        """Return the names of the columns."""


class Cursor(Protocol):
    """Hold what a statement found."""

    @property
    def rowcount(self) -> int:
        """Return how many rows the statement changed."""

    def fetchone(self) -> Any:
        """Return the next row, or None."""

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows that are left."""


class Connection(Protocol):
    """Talk to the database for one thread; a statement outside a transaction is committed when it returns.

    SQL has `?` for a value; a list goes in as one value, `IN (SELECT value FROM json_each(?))`, where numbers need
    `CAST(value AS BIGINT)`. These functions exist beside the usual ones: `fold_text`, `instr`, and `date` and `datetime`
    of an instant and a shift such as "120 minutes".
    """

    read_only: bool
    """Whether the database cannot be written now; another connection may be able to."""

    @property
    def schema(self) -> int:
        """Return which version of the tables the database has, as SQLite's are counted."""

    def read_clock(self) -> float:
        """Return the seconds of a clock that all who share the database read alike; only differences mean anything."""

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Cursor:
        """Run one statement."""

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> object:
        """Run one statement for each row of values."""

    def query_each(self, sql: str, rows: Iterable[Sequence[Any]]) -> Iterable[list[Any]]:
        """Return the rows of one query for each row of values."""

    def iterate(self, sql: str, values: Sequence[Any] = ()) -> Iterable[Any]:
        """Return the rows of a query that may be too many for the memory; other statements may run meanwhile."""

    def transaction(self, names: Sequence[str] = ()) -> AbstractContextManager[None]:
        """Write all or nothing, durable when this returns.

        Args:
            names: What the transaction is about: it waits for another one with any of these names. Without any, it waits
                for every other one and every other one waits for it, and only such a one may write to `changes`: then
                the numbers of that log are committed in their order, and a reader passes over none.

        Raises:
            ArchiveError: The database cannot be written, or did not answer. Nothing of the block was kept, unless the
                connection broke while it was being committed: then all of it may have been.
        """

    def lock(self, names: Iterable[str]) -> None:
        """Wait within a transaction for every other one that locked any of these names, and make others wait until its end."""

    def claim(self, names: dict[str, T]) -> AbstractContextManager[list[T]]:
        """Reserve work for the block, against workers on other machines: yield what none of them has reserved.

        The claims of a process that dies end with it.
        """

    def count_indexed(self, profile: str) -> tuple[int, int]:
        """Return how many articles have chunks of their current text under a profile, and how many articles there are."""

    def make_tables(self, statements: Iterable[str]) -> bool:
        """Make tables that not every archive has yet; return False where they are missing and cannot be made."""

    def close(self) -> None:
        """Close the connection."""


class Engine(Protocol):
    """Open connections to one store: the archive, or one of those that the page keeps."""

    place: Path | str
    """The path of the file, or the address of the database."""

    @property
    def name(self) -> str:
        """Return what messages call the archive: its path, or its address without the password."""

    def exists(self) -> bool:
        """Return whether there is an archive."""

    def connect(self, write: bool = True) -> Connection:
        """Open a connection; with `write`, make the tables that are missing.

        Raises:
            ArchiveError: The archive cannot be opened, or was made by a newer version.
        """

    def measure(self) -> int:
        """Return how many bytes the archive takes."""

    def upgrade(self) -> tuple[int, int]:
        """Bring the tables up to date; return their version before and now.

        Raises:
            ArchiveError: The archive cannot be opened or written, or was made by a newer version.
        """

    def find_damage(self, connection: Connection) -> str:
        """Return what is wrong with the stored data, or ""."""
