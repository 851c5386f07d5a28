"""The archives of a dry run: one that is read and never written, and one that no file shows."""

import sqlite3
from pathlib import Path

from corpus.archive.database import Archive, Outcome
from corpus.archive.read_only import connect_unwritten
from corpus.archive.schema import TABLES, connect, prepare
from corpus.article import Article


class UnwrittenArchive(Archive):
    """Read an archive; neither the file nor its folder is written to, unless a kill left a log that must be applied."""

    def _connect(self) -> sqlite3.Connection:
        found = connect_unwritten(self.path)
        return prepare(found) if found else connect(self.path)


class ScratchArchive(Archive):
    """Keep articles until it is closed: in memory, or in an unnamed temporary file when they become too many."""

    def __init__(self) -> None:
        """Make an empty one."""
        super().__init__(Path())

    def _connect(self) -> sqlite3.Connection:
        connection = prepare(sqlite3.connect("", isolation_level=None))
        # 64 MB in memory before SQLite spills to its temporary file, which has no name and vanishes with the process.
        connection.execute("PRAGMA cache_size=-65536")
        connection.executescript(TABLES)
        return connection


class Trial:
    """Predict what an archive would do with a sequence of articles."""

    def __init__(self, archive: Archive | None, scratch: Archive) -> None:
        """Take the archive, if there is one, and a scratch archive that receives everything in its place."""
        self._archive = archive
        self._scratch = scratch

    def put(self, article: Article, live: bool) -> Outcome:
        """Return what `Archive.put` would."""
        now: Outcome = self._archive.judge(article, live=live) if self._archive else "added"
        again = self._scratch.put(article, live=live)
        if "unchanged" in (now, again):
            return "unchanged"
        return "updated" if "updated" in (now, again) else "added"
