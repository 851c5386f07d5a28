"""The book of feeds: which are followed, how the last pull went, which of their entries are in the archive."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from corpus.archive.engine import ALL_ROWS, WRITE_ERRORS, Connection, ScratchEngine
from corpus.errors import ArchiveError

TABLES = (
    """CREATE TABLE IF NOT EXISTS feeds (
        url TEXT PRIMARY KEY,
        kind TEXT NOT NULL DEFAULT '',
        title TEXT NOT NULL DEFAULT '',
        etag TEXT NOT NULL DEFAULT '',
        last_modified TEXT NOT NULL DEFAULT '',
        last_pulled TEXT,
        last_error TEXT NOT NULL DEFAULT ''
    )""",
    """CREATE TABLE IF NOT EXISTS feed_entries (
        feed TEXT NOT NULL REFERENCES feeds(url) ON DELETE CASCADE,
        entry_id TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        PRIMARY KEY (feed, entry_id)
    ) WITHOUT ROWID""",
)
MOST_MARKS = 10_000
"""Entries of a feed that are remembered, those that it still lists apart; a feed lists a thousand at a time."""

_COLUMNS = "url, kind, title, etag, last_modified, last_pulled, last_error"


@dataclass(frozen=True, slots=True)
class Feed:
    """Hold what is known of a feed that is followed.

    Attributes:
        url: Its address, as it was added.
        kind: "rss", "atom", "json", "sitemap", "index", or "" before the first pull.
        title: Its title, one clean line, or "".
        etag: What the server named the last body of which every entry was taken, or "".
        last_modified: The same, as a date.
        last_pulled: When it was last read, in UTC, or None.
        last_error: Why the last pull failed, or "".
    """

    url: str
    kind: str = ""
    title: str = ""
    etag: str = ""
    last_modified: str = ""
    last_pulled: datetime | None = None
    last_error: str = ""

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "url": self.url,
            "kind": self.kind,
            "title": self.title,
            "last_pulled": self.last_pulled.isoformat() if self.last_pulled else None,
            "last_error": self.last_error,
        }


class FeedBook:
    """Keep the feeds in the archive; each method is one statement, on the disk when it returns.

    One that writes raises `ArchiveError` where the archive cannot be written.
    """

    def __init__(self, connection: Connection, most_marks: int = MOST_MARKS) -> None:
        """Make the two tables if they are not there.

        Args:
            connection: Of the archive, in autocommit mode as `Archive.connection` is.
            most_marks: How many entries of a feed are remembered besides those that it lists.
        """
        self._connection = connection
        self._most_marks = most_marks
        if not connection.make_tables(TABLES):
            # An archive that never had a feed lacks the tables, and a read-only one cannot get them: it has no feeds.
            self._connection = ScratchEngine().connect()
            self._connection.make_tables((*TABLES, "PRAGMA query_only = ON"))

    def add(self, url: str) -> bool:
        """Follow a feed; return False if it is followed already."""
        return self._change("INSERT INTO feeds (url) VALUES (?) ON CONFLICT DO NOTHING", url) == 1

    def remove(self, url: str) -> bool:
        """Follow a feed no longer, and forget which entries were seen; return False if it was not followed."""
        self._change("DELETE FROM feed_entries WHERE feed = ?", url)
        return self._change("DELETE FROM feeds WHERE url = ?", url) == 1

    def feeds(self) -> list[Feed]:
        """Return the feeds that are followed, in the order of their addresses."""
        rows = self._connection.execute(f"SELECT {_COLUMNS} FROM feeds ORDER BY url")
        return [_feed(row) for row in rows]

    def get(self, url: str) -> Feed | None:
        """Return one feed, or None if it is not followed."""
        row = self._connection.execute(f"SELECT {_COLUMNS} FROM feeds WHERE url = ?", (url,)).fetchone()
        return _feed(row) if row else None

    @contextmanager
    def reserve(self, url: str) -> Iterator[bool]:
        """Reserve a feed for one pull; yield False where another process is pulling it.

        The reservation of a process that dies ends with its connection. In a file, where there is none, this yields True.
        """
        with self._connection.claim({f"pull {url}": url}) as claimed:
            yield bool(claimed)

    def is_seen(self, url: str, entry_id: str, updated: datetime | None = None) -> bool:
        """Return whether an entry of a feed was marked, and has not changed since, according to the feed.

        A mark from the future was made while the clock was wrong, so nothing can be concluded from it.

        Args:
            url: The feed.
            entry_id: The entry's key.
            updated: When the feed says that the entry was changed last, in UTC, or None.
        """
        sql = "SELECT seen_at FROM feed_entries WHERE feed = ? AND entry_id = ?"
        row = self._connection.execute(sql, (url, entry_id)).fetchone()
        return row is not None and (updated is None or updated <= datetime.fromisoformat(row[0]) <= datetime.now(UTC))

    def mark(self, url: str, entry_id: str) -> None:
        """Record an entry whose article is committed, so that no later pull requests its page again."""
        # Another process may have removed the feed meanwhile.
        sql = """INSERT INTO feed_entries SELECT url, ?, ? FROM feeds WHERE url = ?
            ON CONFLICT (feed, entry_id) DO UPDATE SET seen_at = excluded.seen_at"""
        self._change(sql, entry_id, _now(), url)

    def list_old(self, url: str) -> set[str]:
        """Return the entries of a feed that were marked before the last so many, to be forgotten if it no longer lists them."""
        sql = "SELECT entry_id FROM feed_entries WHERE feed = ? ORDER BY seen_at DESC LIMIT ? OFFSET ?"
        return {str(row[0]) for row in self._connection.execute(sql, (url, ALL_ROWS, self._most_marks))}

    def forget(self, url: str, entry_ids: Collection[str]) -> None:
        """Forget that entries of a feed were seen: it would be fetched again if the feed listed one of them."""
        if entry_ids:
            sql = "DELETE FROM feed_entries WHERE feed = ? AND entry_id IN (SELECT value FROM json_each(?))"
            self._change(sql, url, json.dumps(list(entry_ids)))

    def record_pull(self, url: str, kind: str, title: str, etag: str, last_modified: str) -> None:
        """Note that a feed was read."""
        sql = """UPDATE feeds SET kind = ?, title = ?, etag = ?, last_modified = ?, last_pulled = ?, last_error = ''
            WHERE url = ?"""
        # To the millisecond, by which another process that pulls at the same time tells that this one has.
        self._change(sql, kind, title, etag, last_modified, _now("milliseconds"), url)

    def record_failure(self, url: str, reason: str) -> None:
        """Note why a feed could not be read."""
        self._change("UPDATE feeds SET last_error = ? WHERE url = ?", reason, url)

    def _change(self, sql: str, *values: str) -> int:
        try:
            return self._connection.execute(sql, values).rowcount
        except WRITE_ERRORS as error:
            raise ArchiveError(
                f"the feeds cannot be written ({error}); free some disk space or fix the permissions"
            ) from error


def _feed(row: Any) -> Feed:
    url, kind, title, etag, last_modified, last_pulled, last_error = row
    date = datetime.fromisoformat(last_pulled) if last_pulled else None
    return Feed(url, kind, title, etag, last_modified, date, last_error)


def _now(timespec: str = "seconds") -> str:
    return datetime.now(UTC).isoformat(timespec=timespec)
