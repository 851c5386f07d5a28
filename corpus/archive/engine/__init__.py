"""The database under the archive: a SQLite file by default, or PostgreSQL.

`open_engine` chooses. The modules of the archive write SQL that both understand and work through `Connection`, so that
nothing outside this package knows which of them it is.
"""

from pathlib import Path

from corpus.archive.engine.protocol import Connection, Cursor, Engine, Row
from corpus.archive.engine.sqlite import DATABASE_ERRORS, WRITE_ERRORS, ScratchEngine, SqliteEngine

__all__ = [
    "ALL_ROWS",
    "DATABASE_ERRORS",
    "WRITE_ERRORS",
    "Connection",
    "Cursor",
    "Engine",
    "Place",
    "Row",
    "ScratchEngine",
    "open_engine",
]

Place = Path | str
"""Where an archive is: the path of a SQLite file, or the address of a PostgreSQL database."""

ALL_ROWS = 2**63 - 1
"""The LIMIT that leaves nothing out."""


def open_engine(place: Place) -> Engine:
    """Return the engine of an archive; nothing is connected to yet.

    Raises:
        ArchiveError: The address of a database cannot be read, or the client of PostgreSQL is not installed.
    """
    if isinstance(place, Path):
        return SqliteEngine(place)
    from corpus.archive.engine.postgresql import PostgresEngine  # Loaded only where it is used.

    return PostgresEngine(place)
