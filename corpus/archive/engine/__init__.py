"""The database under the archive and what the page keeps: SQLite files by default, or PostgreSQL.

`open_engine` chooses. The modules above it write SQL that both understand and work through `Connection`, so that
nothing outside this package knows which of them it is.
"""

from pathlib import Path

from corpus.archive.engine.bulk import Bulk
from corpus.archive.engine.protocol import Connection, Cursor, Engine, Row
from corpus.archive.engine.sqlite import DATABASE_ERRORS, WRITE_ERRORS, ScratchEngine, SqliteEngine
from corpus.archive.engine.sqlite_bulk import SqliteBulk
from corpus.archive.engine.sqlite_schema import ARCHIVE
from corpus.archive.engine.tables import Tables

__all__ = [
    "ALL_ROWS",
    "DATABASE_ERRORS",
    "WRITE_ERRORS",
    "Bulk",
    "Connection",
    "Cursor",
    "Engine",
    "Place",
    "Row",
    "ScratchEngine",
    "Tables",
    "open_bulk",
    "open_engine",
]

Place = Path | str
"""Where a store is: the path of a SQLite file, or the address of a PostgreSQL database."""

ALL_ROWS = 2**63 - 1
"""The LIMIT that leaves nothing out."""


def open_engine(place: Place, tables: Tables = ARCHIVE, wait_s: float = 30.0) -> Engine:
    """Return the engine of a store; nothing is connected to yet.

    Args:
        place: Where it is.
        tables: What it holds: by default an archive.
        wait_s: Seconds that another process which writes to a file is waited for.

    Raises:
        ArchiveError: The address of a database cannot be read, or the client of PostgreSQL is not installed.
    """
    if isinstance(place, Path):
        return SqliteEngine(place, tables, wait_s)
    from corpus.archive.engine.postgresql import PostgresEngine  # Loaded only where it is used.

    return PostgresEngine(place, tables)


def open_bulk(engine: Engine) -> Bulk:
    """Open a store to read or write whole tables, making those that are missing.

    Raises:
        ArchiveError: It cannot be opened, or was made by a newer version.
    """
    connection = engine.connect()
    if isinstance(engine, SqliteEngine):
        return SqliteBulk(connection, engine.name)
    from corpus.archive.engine.postgresql_bulk import PostgresBulk

    return PostgresBulk(engine, connection)
