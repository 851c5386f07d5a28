"""The archives of a dry run: one that is read and never written, and one that no file shows."""

import sqlite3
from pathlib import Path
from urllib.parse import quote

from corpus.archive import Archive, Outcome
from corpus.article import Article
from corpus.schema import TABLES, connect


class UnwrittenArchive(Archive):
    """Read an archive; neither the file nor its folder is written to."""

    def _connect(self) -> sqlite3.Connection:
        log = self.path.with_name(f"{self.path.name}-wal")
        # Whoever writes keeps a log beside the file; without one the file is all there is.
        how = "readonly_shm=1" if log.is_file() and log.stat().st_size else "immutable=1"
        connection = _prepared(f"file:{quote(str(self.path.absolute()))}?mode=ro&{how}")
        try:
            connection.execute("SELECT 1 FROM articles LIMIT 1").fetchone()
        except sqlite3.Error:  # After a kill the log must be taken in first; a damaged file is named by `connect`.
            connection.close()
            return connect(self.path)
        return connection


class ScratchArchive(Archive):
    """Keep articles until it is closed: in memory, and what is too much for that in a file without a name."""

    def __init__(self) -> None:
        """Make an empty one."""
        super().__init__(Path())

    def _connect(self) -> sqlite3.Connection:
        connection = _prepared("")
        connection.execute("PRAGMA cache_size=-65536")
        connection.executescript(TABLES)
        return connection


class Trial:
    """Find out what an archive would do with articles that arrive one after the other."""

    def __init__(self, archive: Archive | None, scratch: Archive) -> None:
        """Name the archive, if there is one, and what stands for all that would be added to it."""
        self._archive = archive
        self._scratch = scratch

    def put(self, article: Article, live: bool) -> Outcome:
        """Return what `Archive.put` would."""
        now: Outcome = self._archive.judge(article, live=live) if self._archive else "added"
        again = self._scratch.put(article, live=live)
        if "unchanged" in (now, again):
            return "unchanged"
        return "updated" if "updated" in (now, again) else "added"


def _prepared(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name, uri=True, timeout=30, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.create_function("casefold", 1, str.casefold, deterministic=True)
    return connection
