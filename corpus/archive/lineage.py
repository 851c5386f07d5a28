"""Which archive an archive was copied from, and whether the copy is finished: entries of `meta`."""

from corpus.archive.engine import Connection
from corpus.command_names import name_command
from corpus.errors import ArchiveError

_UNFINISHED = "copied from"
"""Names the entry by which a copy that is not finished says of which archive it is."""

_LOG = "log of "
"""Begins the names of the entries that say up to which change the log of another archive is the same."""


def read_identity(connection: Connection) -> str:
    """Return the random name that tells an archive from any other."""
    return str(connection.execute("SELECT value FROM meta WHERE name = 'archive'").fetchone()[0])


def read_unfinished(connection: Connection) -> str:
    """Return the identity of the archive that is being copied to this one, or ""."""
    found = connection.execute("SELECT value FROM meta WHERE name = ?", (_UNFINISHED,)).fetchone()
    return str(found[0]) if found else ""


def require_finished(connection: Connection, name: str) -> None:
    """Raise `ArchiveError` where an archive is being copied to this one, so that not everything is there yet."""
    if read_unfinished(connection):
        raise ArchiveError(
            f"{name}: an archive is being moved or restored to it, and not everything is there; run "
            f"`{name_command('corpus move')}` or `restore` again to its end"
        )


def begin_copy(connection: Connection, source: str) -> None:
    """Note that an archive with this identity is being copied to this one."""
    connection.execute("INSERT INTO meta VALUES (?, ?)", (_UNFINISHED, source))


def finish_copy(connection: Connection, source: Connection) -> None:
    """Note that everything is there, and up to which change the log is that of the source and of those before it."""
    logs = [(row[0], row[1]) for row in source.execute(f"SELECT name, value FROM meta WHERE name LIKE '{_LOG}%'")]
    last = connection.execute("SELECT coalesce(max(seq), 0) FROM changes").fetchone()[0]
    note = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    connection.executemany(note, [*logs, (_LOG + read_identity(source), str(last))])
    connection.execute("DELETE FROM meta WHERE name = ?", (_UNFINISHED,))


def shares_log(connection: Connection, identity: str, change: int) -> bool:
    """Return whether the log of an archive up to a change is part of this one's: it is this one, or this is a copy of it."""
    if identity == read_identity(connection):
        # After a failover that lost changes, a sequence may go on behind their numbers, so that a higher one shows nothing.
        there = connection.execute("SELECT 1 FROM changes WHERE seq = ?", (change,)).fetchone()
        return change == 0 or there is not None
    found = connection.execute("SELECT value FROM meta WHERE name = ?", (_LOG + identity,)).fetchone()
    return found is not None and change <= int(found[0])
