"""The archive in a SQLite file, which any number of processes on one machine may read and write at once."""

import errno
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from corpus.archive.engine.protocol import Connection
from corpus.archive.engine.read_only import ReadOnlyConnection, connect_to_read, connect_unwritten
from corpus.archive.engine.sqlite_schema import ARCHIVE
from corpus.archive.engine.tables import Tables, read_version
from corpus.errors import ArchiveError

T = TypeVar("T")

WRITE_ERRORS = (sqlite3.OperationalError,)
"""What a connection raises outside a transaction where nothing can be written; PostgreSQL's raises `ArchiveError`."""

DATABASE_ERRORS = (sqlite3.Error,)
"""What a connection raises where the file is damaged, busy or no database; PostgreSQL's raises `ArchiveError`."""


_CREATING = threading.Lock()


class SqliteConnection(sqlite3.Connection):
    """Read and write the file; see `corpus.archive.engine.protocol.Connection`."""

    read_only = False
    name = ""
    newest = 0

    @property
    def schema(self) -> int:
        """Return the version of the tables: opening the file to write has brought them up to date."""
        return self.newest

    def read_clock(self) -> float:
        """Return the seconds of this machine's clock, which never jumps."""
        return time.monotonic()

    def query_each(self, sql: str, rows: Iterable[Sequence[Any]]) -> Iterator[list[sqlite3.Row]]:
        """Return the rows of one query for each row of values."""
        return (self.execute(sql, values).fetchall() for values in rows)

    def iterate(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Return the rows of a query; SQLite reads them as they are taken."""
        return self.execute(sql, values)

    @contextmanager
    def transaction(self, names: Sequence[str] = ()) -> Iterator[None]:  # noqa: ARG002 - of the protocol
        """Write all or nothing; SQLite has one writer at a time, whatever it is about."""
        try:
            self.execute("BEGIN IMMEDIATE")
            yield
            self.execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._roll_back()
            raise ArchiveError(
                f"{self.name}: cannot be written ({error}); free some disk space, fix the permissions of the folder or "
                "wait for the other writer, then run the same command again"
            ) from error
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self.in_transaction:
            self.execute("ROLLBACK")

    def lock(self, names: Iterable[str]) -> None:
        """Do nothing: a transaction has the whole file."""

    @contextmanager
    def claim(self, names: dict[str, T]) -> Iterator[list[T]]:
        """Yield everything: who shares the file shares the folder, whose lock one worker holds."""
        yield list(names.values())

    def count_indexed(self, profile: str) -> tuple[int, int]:
        """Count in the index that holds no texts."""
        sql = (
            "SELECT count(article_key), count(*) FROM articles INDEXED BY articles_facets LEFT JOIN indexed "
            "ON article_key = key AND profile = ? AND indexed.version = articles.version"
        )
        indexed, articles = self.execute(sql, (profile,)).fetchone()
        return int(indexed), int(articles)

    def make_tables(self, statements: Iterable[str]) -> bool:
        """Make tables that are missing."""
        for statement in statements:
            self.execute(statement)
        return True


class UnwrittenConnection(ReadOnlyConnection, SqliteConnection):
    """Read a file that cannot be written now; every write raises `sqlite3.OperationalError`."""

    read_only = True

    @property
    def schema(self) -> int:
        """Return the version that the file has: it may be an old one that could not be brought up to date."""
        return read_version(self)

    def make_tables(self, statements: Iterable[str]) -> bool:
        """Return whether the tables are there, which cannot be made."""
        try:
            return super().make_tables(statements)
        except sqlite3.OperationalError:
            return False


class SqliteEngine:
    """Open a store in a SQLite file."""

    def __init__(self, path: Path, tables: Tables = ARCHIVE, wait_s: float = 30.0) -> None:
        """Describe the file, which need not exist yet.

        Args:
            path: The file.
            tables: What it holds.
            wait_s: Seconds that another process which writes to it is waited for.
        """
        self.place: Path | str = path
        self._path = path
        self._tables = tables
        self._wait_s = wait_s

    @property
    def name(self) -> str:
        """Return its path."""
        return str(self._path)

    def exists(self) -> bool:
        """Return whether there is a file."""
        return self._path.is_file()

    def connect(self, write: bool = True) -> Connection:
        """Open the file durably (WAL, every commit on the disk) and make the tables that are missing.

        Where it cannot be written, on a full disk for one, this is an `UnwrittenConnection`; without `write` it is that
        wherever possible, and neither the file nor its folder is written to, unless a kill left a log that must be applied.
        """
        reading = None if write else connect_unwritten(self._path, UnwrittenConnection)
        return self._prepare(reading or self._connect())

    def _connect(self) -> SqliteConnection:
        try:
            return self._connect_to_write()
        except (sqlite3.Error, OSError) as error:
            reading = connect_to_read(self._path, error, UnwrittenConnection)
            if reading is None or not self._is_readable(reading):
                raise ArchiveError(
                    f"{self._path}: the {self._tables.name} cannot be opened ({error}); check the path, its rights and the disk"
                ) from error
            return reading

    def _is_readable(self, connection: sqlite3.Connection) -> bool:
        """Return whether a file that cannot be brought up to date can be read as it is."""
        version = read_version(connection)
        if not self._tables.oldest_readable <= version <= self._tables.version:
            return False
        if version < self._tables.version:
            connection.executescript(self._tables.views)
        return True

    def _prepare(self, connection: SqliteConnection) -> SqliteConnection:
        """Return a connection with what the queries need."""
        connection.name, connection.newest = self.name, self._tables.version
        connection.row_factory = sqlite3.Row
        connection.create_function("fold_text", 1, str.casefold, deterministic=True)
        return connection

    def _connect_to_write(self) -> SqliteConnection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        _create_private(self._path)
        if self._path.exists() and not os.access(self._path, os.W_OK):  # SQLite would fail only at the first write.
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        connection = sqlite3.connect(
            self._path,
            timeout=self._wait_s,
            isolation_level=None,
            check_same_thread=False,
            factory=SqliteConnection,
        )
        try:
            _begin_log(connection, self._wait_s)
            # Each thread has a connection, and each connection a cache: of 8 MB, so that many threads stay within bounds.
            for pragma in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-8192"):
                connection.execute(f"PRAGMA {pragma}")
            self._tables.migrate(connection, self._path)
        except BaseException:
            connection.close()
            raise
        return connection

    def measure(self) -> int:
        """Return the bytes of the file and of its log."""
        return sum(path.stat().st_size for path in self._path.parent.glob(f"{self._path.name}*") if path.is_file())

    def upgrade(self) -> tuple[int, int]:
        """Open the file, which brings its tables up to date."""
        before = 0
        if self.exists() and (reading := connect_unwritten(self._path, UnwrittenConnection)):
            before = read_version(reading)
            reading.close()
        connection = self.connect()
        found = connection.schema
        connection.close()
        return before, found

    def find_damage(self, connection: Connection) -> str:
        """Read every page of the file, and look for rows that belong to no article."""
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
        if found != ["ok"]:
            return "; ".join(found)
        lost = len(connection.execute("PRAGMA foreign_key_check").fetchall())
        return f"{lost:,} rows belong to no article" if lost else ""


def _create_private(path: Path) -> None:
    """Make an empty file that nobody else may read, where there is none; SQLite gives its log the same rights."""
    with _CREATING, suppress(FileExistsError):  # Closing any handle of a file ends what this process has locked in it.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _begin_log(connection: sqlite3.Connection, wait_s: float) -> None:
    """Let what is written go to a log; while another connection begins one, SQLite refuses at once, however long it may wait."""
    ends = time.monotonic() + wait_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= ends:
                raise
        time.sleep(0.01)


class ScratchEngine(SqliteEngine):
    """Keep a store in memory, or in an unnamed temporary file when it becomes too large; each connection has its own."""

    def __init__(self, tables: Tables = ARCHIVE) -> None:
        """Describe an empty one."""
        super().__init__(Path(), tables)

    @property
    def name(self) -> str:
        """Return where it is."""
        return "memory"

    def exists(self) -> bool:
        """Return True: a connection makes it."""
        return True

    def connect(self, write: bool = True) -> Connection:
        """Make an empty store; without `write` it stays empty."""
        kind = SqliteConnection if write else UnwrittenConnection
        made = sqlite3.connect("", isolation_level=None, check_same_thread=False, factory=kind)
        connection = self._prepare(made)
        # 64 MB in memory before SQLite spills to its temporary file, which has no name and vanishes with the process.
        connection.execute("PRAGMA cache_size=-65536")
        connection.executescript(self._tables.sqlite)
        if not write:
            connection.execute("PRAGMA query_only=ON")
        return connection
