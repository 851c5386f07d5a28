"""All that belongs to an archive: the archive itself, and what the page keeps beside it."""

from collections.abc import Mapping
from pathlib import Path

from corpus.archive.engine import Engine, Place, Tables, open_engine
from corpus.archive.engine.page_tables import CONVERSATIONS, SIGN_IN, TOPICS
from corpus.archive.engine.sqlite_schema import ARCHIVE
from corpus.settings import ARCHIVE_FILE

STORES: Mapping[str, Tables] = {
    ARCHIVE_FILE: ARCHIVE,
    "conversations.sqlite3": CONVERSATIONS,
    "topics.sqlite3": TOPICS,
    # A page that keeps accounts in a file of lines has none here; a copy of a database has.
    "accounts.sqlite3": SIGN_IN,
}
"""The stores by the name of their file; a database holds the tables of all of them."""

PASSING = frozenset({"meta", "under_way", "sign_in_sessions", "sign_in_attempts", "questions_asked"})
"""Tables that a copy of an archive has of its own: what it is, what is running, who is signed in, what is counted for minutes."""


def open_stores(place: Place) -> dict[str, Engine]:
    """Return the engines of all stores by the name of their file; nothing is connected to yet.

    Args:
        place: The data folder, or the address of the database.

    Raises:
        ArchiveError: The address cannot be read.
    """
    return {
        file: open_engine(place / file if isinstance(place, Path) else place, tables) for file, tables in STORES.items()
    }
