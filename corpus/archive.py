"""The archive: one SQLite file that holds every article, its versions, chunks, vectors, and the log of changes.

It is the record; the indexes are derived from it. Any number of processes may read and write it at once.
"""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from corpus.article import Article
from corpus.errors import ArchiveError
from corpus.schema import connect
from corpus.selection import EVERYTHING, Selection

Outcome = Literal["added", "updated", "unchanged"]

_FIELDS = tuple(f.name for f in fields(Article))
_COLUMNS = ", ".join(_FIELDS)
_ORDERS = {"newest": "published_at IS NULL, published_at DESC, id", "oldest": "published_at IS NULL, published_at, id"}


class Archive:
    """Keep articles and tell what changed.

    Each thread gets its own connection; close the archive once, when nobody uses it any more.
    """

    def __init__(self, path: Path) -> None:
        """Open the archive, making it if it is not there.

        Raises:
            ArchiveError: The file cannot be opened or is no archive.
        """
        self.path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self.connection.execute("SELECT 1")

    @property
    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection (autocommit; use `transaction` to write)."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = connect(self.path)
            self._local.connection = found
            with self._lock:
                self._connections.append(found)
        return found

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
            self._local = threading.local()

    def __enter__(self) -> "Archive":
        """Return the archive itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the archive."""
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all or nothing; a commit is on the disk before this returns.

        Raises:
            ArchiveError: The disk is full or the file cannot be written; nothing of the block was kept.
        """
        connection = self.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            _roll_back(connection)
            raise ArchiveError(
                f"{self.path}: cannot be written ({error}); free some disk space or wait for the other writer"
            ) from error
        except BaseException:
            _roll_back(connection)
            raise

    @property
    def identity(self) -> str:
        """Return the random name that tells this archive from any other."""
        return str(self.connection.execute("SELECT value FROM meta WHERE name = 'archive'").fetchone()[0])

    # Articles

    def put(self, article: Article) -> Outcome:
        """Keep an article; its own transaction, durable when this returns.

        An article is the same one again if its id, or else its address, is known. If its text or particulars changed it
        becomes a new version, unless the outlet dates it before the one at hand, or the text is an earlier version's.
        A text that the archive holds from the same outlet under another id adds nothing.
        """
        if self._known(article) is not None:
            return "unchanged"
        with self.transaction() as connection:
            if self._known(article) is not None:
                return "unchanged"
            row = self._same(article)
            if row is None:
                self._insert(connection, article)
                outcome: Outcome = "added"
            else:
                outcome = self._update(connection, row, article)
        return outcome

    def get(self, article_id: str, version: int | None = None) -> Article | None:
        """Return an article, as it is now or as an earlier version had it."""
        row = self.connection.execute(f"SELECT key, {_COLUMNS} FROM articles WHERE id = ?", (article_id,)).fetchone()
        if row is None or version is None or version == row["version"]:
            return article_from_row(row) if row else None
        kept = self.connection.execute(
            "SELECT record FROM versions WHERE article_key = ? AND version = ?", (row["key"], version)
        ).fetchone()
        return _from_json(kept["record"]) if kept else None

    def versions(self, article_id: str) -> list[Article]:
        """Return every text that the archive holds of an article, oldest first."""
        rows = self.connection.execute(
            "SELECT record FROM versions JOIN articles ON key = article_key WHERE id = ? ORDER BY versions.version",
            (article_id,),
        )
        current = self.get(article_id)
        return [_from_json(row["record"]) for row in rows] + ([current] if current else [])

    def articles(
        self,
        selection: Selection = EVERYTHING,
        order: Literal["newest", "oldest"] = "newest",
        limit: int = -1,
        offset: int = 0,
    ) -> Iterator[Article]:
        """Yield the selected articles, undated ones last."""
        where, values = selection.where()
        sql = f"SELECT {_COLUMNS} FROM articles WHERE {where} ORDER BY {_ORDERS[order]} LIMIT ? OFFSET ?"
        for row in self.connection.execute(sql, (*values, limit, offset)):
            yield article_from_row(row)

    def count(self, selection: Selection = EVERYTHING) -> int:
        """Return how many articles are selected."""
        where, values = selection.where()
        return int(self.connection.execute(f"SELECT count(*) FROM articles WHERE {where}", values).fetchone()[0])

    def remove(self, selection: Selection) -> int:
        """Delete the selected articles with all their versions, and return how many there were."""
        where, values = selection.where()
        with self.transaction() as connection:
            ids = [row["id"] for row in connection.execute(f"SELECT id FROM articles WHERE {where}", values)]
            connection.executemany("DELETE FROM articles WHERE id = ?", [(i,) for i in ids])
            connection.executemany("INSERT INTO changes (article_id) VALUES (?)", [(i,) for i in ids])
        return len(ids)

    def stories(self, article_ids: Sequence[str]) -> dict[str, int]:
        """Return the number of the group of near duplicates for those of the given articles that are in one."""
        marks = ", ".join("?" * len(article_ids))
        sql = f"SELECT id, story FROM articles WHERE story IS NOT NULL AND id IN ({marks})"
        return {row["id"]: row["story"] for row in self.connection.execute(sql, list(article_ids))}

    def _known(self, article: Article) -> str | None:
        """Return the id under which exactly this article stands already, now or as an earlier version."""
        row = self._same(article)
        if row is None:
            twin = self.connection.execute(
                "SELECT id FROM articles WHERE text_digest = ? AND source = ?", (_text_digest(article), article.source)
            ).fetchone()
            return str(twin["id"]) if twin else None
        digest = _digest(replace(article, id=row["id"]))
        if row["digest"] == digest:
            return str(row["id"])
        if article.updated_at and _iso(article.updated_at) > (row["updated_at"] or ""):
            return None
        earlier = self.connection.execute(
            "SELECT 1 FROM versions WHERE article_key = ? AND digest = ?", (row["key"], digest)
        ).fetchone()
        return str(row["id"]) if earlier else None

    def _same(self, article: Article) -> Any:
        sql = "SELECT key, id, version, digest, published_at, updated_at FROM articles WHERE "
        row = self.connection.execute(sql + "id = ?", (article.id,)).fetchone()
        if row is None and article.url:
            row = self.connection.execute(sql + "url = ?", (article.url,)).fetchone()
        return row

    def _insert(self, connection: sqlite3.Connection, article: Article) -> None:
        values = [
            *_values(replace(article, version=1)),
            _digest(article),
            _text_digest(article),
            _iso(datetime.now(UTC)),
        ]
        marks = ", ".join("?" * len(values))
        connection.execute(f"INSERT INTO articles ({_COLUMNS}, digest, text_digest, added_at) VALUES ({marks})", values)

    def _update(self, connection: sqlite3.Connection, row: Any, article: Article) -> Outcome:
        key, current = row["key"], self.get(row["id"])
        if current is None:
            raise ValueError(f"no article {row['id']!r}")
        article = replace(article, id=current.id, version=current.version + 1)
        if (
            "" < _stamp(article) < _stamp(current)
        ):  # An earlier text that arrives late is kept as history: the two change places.
            article, current = replace(current, version=article.version), replace(article, version=current.version)
        connection.execute(
            "INSERT INTO versions (article_key, version, digest, record) VALUES (?, ?, ?, ?)",
            (key, current.version, _digest(current), json.dumps(current.to_record())),
        )
        sets = ", ".join(f"{name} = ?" for name in _FIELDS)
        values = (*_values(article), _digest(article), _text_digest(article), key)
        connection.execute(f"UPDATE articles SET {sets}, digest = ?, text_digest = ? WHERE key = ?", values)
        connection.execute("DELETE FROM chunks WHERE article_key = ?", (key,))
        connection.execute("DELETE FROM indexed WHERE article_key = ?", (key,))
        connection.execute("INSERT INTO changes (article_id) VALUES (?)", (current.id,))
        return "updated"


def article_from_row(row: sqlite3.Row) -> Article:
    """Make an article of a row that holds its columns."""
    values = {name: row[name] for name in _FIELDS}
    for name in ("published_at", "updated_at"):
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return Article(**values)


def _from_json(record: str) -> Article:
    values = json.loads(record)
    for name in ("published_at", "updated_at"):
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return Article(**values)


def _values(article: Article) -> list[Any]:
    return [_iso(value) if isinstance(value := getattr(article, name), datetime) else value for name in _FIELDS]


def _iso(date: datetime) -> str:
    """Write an instant so that the order of the texts is the order in time."""
    return date.astimezone(UTC).isoformat(timespec="seconds")


def _stamp(article: Article) -> str:
    date = article.updated_at or article.published_at
    return _iso(date) if date else ""


def _digest(article: Article) -> bytes:
    """Hash what the outlet says of an article; not which version it is here, nor the feed that brought it."""
    record = [value for name, value in zip(_FIELDS, _values(article), strict=True) if name not in {"version", "feed"}]
    return hashlib.sha256(json.dumps(record).encode()).digest()[:16]


def _text_digest(article: Article) -> bytes:
    return hashlib.sha256(f"{article.title}\n{article.body}".encode()).digest()[:16]


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")
