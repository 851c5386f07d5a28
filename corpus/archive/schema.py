"""What an old archive lacks that cannot be written now, and so not be brought up to date either: it can be read all the same."""

from corpus.archive.engine import Connection

# The versions of the tables that added them.
_OFFSETS, _REVISIONS, _COLLECTIONS, _EDITS = 5, 6, 7, 8


def offset_column(connection: Connection) -> str:
    """Return what a query takes for the offset of `published_at`: its column, or 0 in an archive that lacks it."""
    return "published_offset" if connection.schema >= _OFFSETS else "0"


def has_revisions(connection: Connection) -> bool:
    """Return whether an archive has the table of when its texts came."""
    return connection.schema >= _REVISIONS


def has_collections(connection: Connection) -> bool:
    """Return whether an archive has the tables of collections."""
    return connection.schema >= _COLLECTIONS


def has_edits(connection: Connection) -> bool:
    """Return whether an archive has the table of edits."""
    return connection.schema >= _EDITS
