"""A cache of items: which articles each one gave, so that an unchanged item is only looked up.

An item is known while the archive holds each of its articles just as it was read, as the newest text or an earlier
one; what became of it otherwise (removed, replaced by hand, read by other rules) is found out by reading it again.
"""

import hashlib
import logging
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Self

from corpus.archive.engine import DATABASE_ERRORS, Connection, Place, open_engine
from corpus.errors import ArchiveError
from corpus.readers.refusal import ArticleDigest

_log = logging.getLogger(__name__)
_AT_ONCE = 500  # Readings in one transaction.

TABLES = (
    """CREATE TABLE IF NOT EXISTS readings (
        item BLOB NOT NULL,
        article_id TEXT NOT NULL,
        digest BLOB NOT NULL,
        PRIMARY KEY (item, article_id)
    ) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS readings_article ON readings(article_id)",
    """CREATE TRIGGER IF NOT EXISTS readings_forgotten AFTER DELETE ON articles
        BEGIN DELETE FROM readings WHERE article_id = old.id; END""",
)
# As `corpus.archive.versions.judge_arrival` does: the current text, or an earlier one.
_HELD = """SELECT EXISTS (SELECT 1 FROM articles WHERE id = article_id AND (articles.digest = readings.digest OR EXISTS (
    SELECT 1 FROM versions WHERE article_key = articles.key AND versions.digest = readings.digest)))
    FROM readings WHERE item = ?"""
_NOTE = """INSERT INTO readings VALUES (?, ?, ?)
    ON CONFLICT (item, article_id) DO UPDATE SET digest = excluded.digest"""
_LIBRARIES = (
    *("charset-normalizer", "dateparser", "defusedxml", "lxml", "markdown-it-py", "py3langid", "pyarrow", "pypdf"),
    *("python-docx", "python-frontmatter", "PyYAML", "trafilatura", "warcio"),
)


class ItemCache:
    """Remember items in the archive; a context manager, and each process that reads opens its own.

    To lose a note costs time only, so where one cannot be written it is dropped.
    """

    def __init__(self, place: Place, rules: bytes = b"") -> None:
        """Take where the archive is and a digest of how items are read (`digest_reading_rules()` by default)."""
        self._place = place
        self._rules = rules or digest_reading_rules()
        self._noted: list[tuple[bytes, str, bytes]] = []
        self._opened: Connection | None = None

    def __reduce__(self) -> tuple[type[Self], tuple[Place, bytes]]:
        """Go to another process without the connection."""
        return type(self), (self._place, self._rules)

    def __enter__(self) -> Self:
        """Return the readings themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """Write what was noted, and close."""
        self.close()

    @property
    def _connection(self) -> Connection:
        if self._opened is None:
            self._opened = open_engine(self._place).connect()
            self._opened.make_tables(TABLES)
        return self._opened

    def recall(self, key: bytes) -> int:
        """Return how many articles an item gave, or 0 if it is not known or the archive does not hold them all."""
        try:
            rows = self._connection.execute(_HELD, (self._item(key),)).fetchall()
        except (ArchiveError, *DATABASE_ERRORS) as error:
            _log.info("what was read before is not known (%s)", error)
            return 0
        return len(rows) if all(row[0] for row in rows) else 0

    def note(self, key: bytes, readings: list[ArticleDigest]) -> None:
        """Remember which articles an item gave."""
        item = self._item(key)
        self._noted += ((item, reading.article_id, reading.digest) for reading in readings)
        if len(self._noted) >= _AT_ONCE:
            self._write()

    def close(self) -> None:
        """Write what was noted, and close the connection."""
        self._write()
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _item(self, key: bytes) -> bytes:
        return hashlib.sha256(self._rules + key).digest()[:16]

    def _write(self) -> None:
        if not self._noted:
            return
        try:
            with self._connection.transaction(["readings"]):
                self._connection.executemany(_NOTE, self._noted)
        except (ArchiveError, *DATABASE_ERRORS) as error:
            _log.info("what was read is not remembered (%s)", error)
        self._noted = []


def digest_reading_rules() -> bytes:
    """Return a hash of all that decides what an item is read as: this package, the libraries under it, Python."""
    found = hashlib.sha256(sys.version.encode())
    for file in sorted(Path(__file__).parents[1].rglob("*.py")):
        found.update(file.read_bytes())
    for library in _LIBRARIES:
        try:
            found.update(f"\n{library} {version(library)}".encode())
        except PackageNotFoundError:  # Then no file of its format can be read.
            continue
    return found.digest()
