"""SQLite files that cannot be written now: on a full disk, or in a folder without the right to write."""

import sqlite3
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

# Of https://sqlite.org/rescode.html; any other error means that the file is damaged, busy or not a database.
_UNWRITABLE = frozenset(
    (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
)


class ReadOnlyConnection(sqlite3.Connection):
    """Read a file; every write raises `sqlite3.OperationalError`."""


C = TypeVar("C", bound=ReadOnlyConnection)


def connect_to_read(path: Path, error: Exception, kind: type[C]) -> C | None:
    """Return a connection that reads a file which cannot be written, or None if that does not help.

    Args:
        path: The file.
        error: Why it could not be opened for writing.
        kind: The class of the connection.
    """
    refused = isinstance(error, OSError) or getattr(error, "sqlite_errorcode", 0) & 0xFF in _UNWRITABLE
    return connect_unwritten(path, kind) if refused and path.is_file() else None


def connect_unwritten(path: Path, kind: type[C]) -> C | None:
    """Return a connection that reads a file and writes nothing, not even next to it; None if that is impossible."""
    log = path.with_name(f"{path.name}-wal")
    # With an empty log, the file is complete. Another log is read through the index
    # of the log, which binds this process: while any thread reads that way, none can open the file to write.
    way = "readonly_shm=1" if log.exists() and log.stat().st_size else "immutable=1"
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=ro&{way}",
        uri=True,
        timeout=30,
        isolation_level=None,
        check_same_thread=False,
        factory=kind,
    )
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        return None
    return connection
