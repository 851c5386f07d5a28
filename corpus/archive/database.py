"""The archive: one database that holds every article, its versions, chunks, vectors, and the log of changes.

It is the record; the indexes are derived from it. Any number of processes may read and write it at once.
"""

import json
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Literal

from corpus.archive import revisions, stories
from corpus.archive.condition import make_condition
from corpus.archive.edits import keep_edits, restore_source
from corpus.archive.engine import ALL_ROWS, Connection, Engine, Place, open_engine
from corpus.archive.lineage import read_identity, require_finished
from corpus.archive.rows import (
    COLUMNS,
    article_from_json,
    article_from_row,
    drop_chunks,
    from_row,
    row_values,
    text_digest,
    to_iso,
    update_row,
)
from corpus.archive.schema import offset_column
from corpus.archive.selection import EVERYTHING, Selection
from corpus.archive.versions import Arrival, Outcome, has_same_text, judge_arrival, name_identities
from corpus.article import Article

__all__ = ["Archive", "Outcome", "article_from_row"]

# The index on dates serves both, which it would not if `published_at IS NULL` were the first term.
_ORDERS = {"newest": "published_at DESC NULLS LAST, id", "oldest": "published_at ASC NULLS LAST, id"}


_FEW = 1_000  # Articles that are read at once.


class Archive:
    """Keep articles and tell what changed.

    Each thread gets its own connection; close the archive once, when it is no longer used.
    """

    def __init__(self, place: Place | Engine, write: bool = True) -> None:
        """Open the archive, making it if it is not there.

        Args:
            place: The path of a SQLite file, the address of a PostgreSQL database, or what opens either.
            write: Make the archive if it is not there, and write to it; else nothing is written.

        Raises:
            ArchiveError: The archive cannot be opened, or is none.
        """
        self.engine = open_engine(place) if isinstance(place, Place) else place
        self.again_s = 5.0  # After so many seconds a file that could not be written is opened again.
        self._write = write
        self._local = threading.local()
        self._connections: list[tuple[threading.Thread, Connection]] = []
        self._lock = threading.Lock()
        require_finished(self.connection, self.engine.name)

    @property
    def connection(self) -> Connection:
        """Return this thread's connection (autocommit; use `transaction` to write)."""
        found: Connection | None = getattr(self._local, "connection", None)
        if found is None or (found.read_only and time.monotonic() > self._local.opened + self.again_s):
            found = self._local.connection = self._connected(found)
            self._local.opened = time.monotonic()
        return found

    def _connected(self, held: Connection | None) -> Connection:
        """Return a new connection, or the one that is held where a new one could not write either."""
        found = self.engine.connect(self._write)
        if held is not None and found.read_only:
            found.close()
            return held
        with self._lock:
            self._drop_orphans()
            self._connections.append((threading.current_thread(), found))
        return found

    def _drop_orphans(self) -> None:
        """Close the connections of threads that have ended, or a busy server would run out of file handles."""
        for thread, connection in self._connections:
            if not thread.is_alive():
                connection.close()
        self._connections = [pair for pair in self._connections if pair[0].is_alive()]

    def close(self) -> None:
        """Close every connection, that of a thread which is using it as soon as it has finished.

        SQLite ends the process when a connection is closed under a statement that is running, so one of another thread
        is only let go: it closes with the last that refers to it.
        """
        with self._lock:
            for thread, connection in self._connections:
                if thread is threading.current_thread() or not thread.is_alive():
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
    def transaction(self, names: Sequence[str] = ()) -> Iterator[Connection]:
        """Write all or nothing; a commit is on the disk before this returns.

        Args:
            names: What the transaction is about, for databases with several writers (`engine.protocol.Connection`).

        Raises:
            ArchiveError: The disk is full or the archive cannot be written; nothing of the block was kept.
        """
        connection = self.connection
        with connection.transaction(names):
            yield connection

    @property
    def identity(self) -> str:
        """Return the random name that tells this archive from any other."""
        return read_identity(self.connection)

    # Articles

    def put(self, article: Article, *, live: bool = False, run: int = 0) -> Outcome:
        """Keep an article; its own transaction, durable when this returns.

        An article is the same one again if its id, or else its address, is known. If its text or particulars changed it
        becomes a new version, or part of the history where the outlet dates it before the current text. A text that the
        archive holds from the same outlet under another id adds nothing, nor does an earlier version's that is read
        again, unless it is `live`: fetched just now. What a later arrival lacks (the byline,
        say) stays as it was, and so do particulars that were edited here (`corpus.archive.article_editing`).

        Args:
            article: What arrives.
            live: It was fetched just now.
            run: What came together has the same number, such as the articles of one file, so that a large run does not
                make a small one wait to be embedded.

        Raises:
            ArchiveError: The archive cannot be written.
            InputError: The id belongs to another article.
        """
        expected = self.judge(article, live=live)
        if expected == "unchanged":
            return "unchanged"
        # A new article is written beside other new ones, and logged only when it is embedded.
        with self.transaction(name_identities(article) if expected == "added" else ()) as connection:
            arrival = judge_arrival(connection, article, live)
            if arrival.outcome == "added":
                self._insert(connection, arrival, run)
            elif arrival.outcome == "updated" and expected == "updated":
                self._renew(connection, arrival, run)
        if expected == "added" and arrival.outcome == "updated":  # Another process has just added it.
            return self.put(article, live=live, run=run)
        return arrival.outcome

    def judge(self, article: Article, *, live: bool = False) -> Outcome:
        """Return what `put` would do, and write nothing."""
        return judge_arrival(self.connection, article, live).outcome

    def get(self, article_id: str, version: int | None = None) -> Article | None:
        """Return the current text of an article as it was edited here, or an earlier version as the source wrote it."""
        row = self.connection.execute("SELECT * FROM articles WHERE id = ?", (article_id,)).fetchone()
        if row is None or version is None or version == row["version"]:
            return article_from_row(row) if row else None
        kept = self.connection.execute(
            "SELECT record FROM versions WHERE article_key = ? AND version = ?", (row["key"], version)
        ).fetchone()
        return article_from_json(kept["record"]) if kept else None

    def versions(self, article_id: str, edited: bool = True) -> list[Article]:
        """Return every text that the archive holds of an article, by number; the last one is current.

        Args:
            article_id: The article.
            edited: Give the current one as it was edited here; else as the source wrote it, like the earlier ones.
        """
        rows = self.connection.execute(
            "SELECT record FROM versions JOIN articles ON key = article_key WHERE id = ? ORDER BY versions.version",
            (article_id,),
        )
        earlier = [article_from_json(row["record"]) for row in rows]
        row = self.connection.execute("SELECT * FROM articles WHERE id = ?", (article_id,)).fetchone()
        if row is None:
            return earlier
        return [*earlier, article_from_row(row) if edited else restore_source(self.connection, row)]

    def articles(
        self,
        selection: Selection = EVERYTHING,
        order: Literal["newest", "oldest"] = "newest",
        limit: int = ALL_ROWS,
        offset: int = 0,
    ) -> Iterator[Article]:
        """Yield the selected articles, undated ones last."""
        where, wanted = make_condition(self.connection, selection)
        sql = f"SELECT * FROM articles WHERE {where} ORDER BY {_ORDERS[order]} LIMIT ? OFFSET ?"
        few = limit <= _FEW or selection.ids
        read = self.connection.execute if few else self.connection.iterate
        for row in read(sql, (*wanted, limit, offset)):
            yield article_from_row(row)

    def list_ids(self, selection: Selection) -> list[str]:
        """Return the ids of the selected articles."""
        where, wanted = make_condition(self.connection, selection)
        return [str(row["id"]) for row in self.connection.execute(f"SELECT id FROM articles WHERE {where}", wanted)]

    def count(self, selection: Selection = EVERYTHING) -> int:
        """Return how many articles are selected."""
        where, wanted = make_condition(self.connection, selection)
        return int(self.connection.execute(f"SELECT count(*) FROM articles WHERE {where}", wanted).fetchone()[0])

    def remove(self, selection: Selection) -> int:
        """Delete the selected articles with all their versions, and return how many there were."""
        where, wanted = make_condition(self.connection, selection)
        with self.transaction() as connection:
            rows = connection.execute(f"SELECT key, id, story FROM articles WHERE {where}", wanted).fetchall()
            connection.executemany("DELETE FROM articles WHERE key = ?", [(row["key"],) for row in rows])
            connection.executemany("INSERT INTO changes (article_id) VALUES (?)", [(row["id"],) for row in rows])
            stories.regroup(connection, {row["story"] for row in rows if row["story"] is not None})
        return len(rows)

    def newest(self, until: datetime) -> datetime | None:
        """Return when the newest article that is not later than an instant was published."""
        sql = (
            f"SELECT published_at, {offset_column(self.connection)} FROM articles WHERE published_at <= ? "
            "ORDER BY published_at DESC LIMIT 1"
        )
        found = self.connection.execute(sql, (to_iso(until),)).fetchone()
        return from_row(*found) if found else None

    def oldest(self) -> datetime | None:
        """Return when the oldest dated article was published."""
        found = self.connection.execute("SELECT min(published_at) FROM articles").fetchone()[0]
        return datetime.fromisoformat(found) if found else None

    def count_by(self, column: Literal["source", "language", "category", "feed", "author"]) -> dict[str, int]:
        """Return the values of a column with the number of articles that have them, the commonest first."""
        sql = f"SELECT {column}, count(*) FROM articles WHERE {column} != '' GROUP BY 1 ORDER BY 2 DESC, 1"
        return {str(value): int(count) for value, count in self.connection.execute(sql)}

    def days(self, selection: Selection = EVERYTHING) -> dict[str, int]:
        """Return how many of the selected articles were published on each day of their outlet, "2017-09-07".

        Undated ones are left out.
        """
        offset = offset_column(self.connection)
        where, wanted = make_condition(self.connection, selection)
        sql = (
            f"SELECT date(published_at, {offset} || ' minutes'), count(*) FROM articles WHERE {where} "
            "AND published_at IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        return {str(day): int(count) for day, count in self.connection.execute(sql, wanted)}

    def list_newest(self, selection: Selection, limit: int) -> list[tuple[str, int | None]]:
        """Return the id and the group of near duplicates of the newest dated articles of a selection.

        They are in order of time, the oldest first. Reading every row of a large archive would take half a minute.
        """
        where, wanted = make_condition(self.connection, selection)
        sql = (
            f"SELECT id, story FROM articles WHERE {where} AND published_at IS NOT NULL "
            "ORDER BY published_at DESC, id DESC LIMIT ?"
        )
        rows = self.connection.execute(sql, (*wanted, limit)).fetchall()
        return [(str(row["id"]), row["story"]) for row in reversed(rows)]

    # Near duplicates

    def copies(self, article_id: str) -> list[Article]:
        """Return the other articles of its group of near duplicates, oldest first."""
        sql = (
            f"SELECT * FROM articles WHERE story = (SELECT story FROM articles WHERE id = ?) AND id != ? "
            f"ORDER BY {_ORDERS['oldest']}"
        )
        return [article_from_row(row) for row in self.connection.execute(sql, (article_id, article_id))]

    def stories(self, article_ids: Iterable[str]) -> dict[str, int]:
        """Return the number of the group of near duplicates by id; an article that has no copies is left out."""
        sql = "SELECT id, story FROM articles WHERE story IS NOT NULL AND id IN (SELECT value FROM json_each(?))"
        rows = self.connection.execute(sql, (json.dumps(list(article_ids)),))
        return {row["id"]: int(row["story"]) for row in rows}

    def _insert(self, connection: Connection, arrival: Arrival, run: int) -> None:
        row = [*row_values(arrival.article), arrival.digest, text_digest(arrival.article), to_iso(datetime.now(UTC))]
        marks = ", ".join("?" * len(row))
        sql = f"INSERT INTO articles ({COLUMNS}, digest, text_digest, added_at) VALUES ({marks}) RETURNING key"
        key = int(connection.execute(sql, row).fetchone()[0])
        _note_run(connection, key, run)
        stories.group_with_copies(connection, key, arrival.article)

    def _renew(self, connection: Connection, arrival: Arrival, run: int) -> None:
        """Move the current text to the history and store the new one in its place, or a late one straight to the history.

        The history holds what the source wrote; in the text that is shown, edits outlast it.
        """
        row = connection.execute("SELECT * FROM articles WHERE key = ?", (arrival.key,)).fetchone()
        key, before, number = int(row["key"]), article_from_row(row), row["version"] + 1
        source = restore_source(connection, row)
        shelved, shelved_digest = (arrival.article, arrival.digest) if arrival.late else (source, row["digest"])
        record = json.dumps(shelved.to_record() | {"version": row["version"]})
        connection.execute(
            "INSERT INTO versions (article_key, version, digest, text_digest, record) VALUES (?, ?, ?, ?, ?)",
            (key, row["version"], shelved_digest, text_digest(shelved), record),
        )
        connection.execute("UPDATE articles SET version = ? WHERE key = ?", (number, key))
        revisions.note_text(connection, key, number, arrival.late)
        after = before if arrival.late else self._replace(connection, key, arrival, before)
        if has_same_text(after, before):  # The chunks stay, and get the new number.
            connection.execute("UPDATE indexed SET version = ? WHERE article_key = ?", (number, key))
        else:
            drop_chunks(connection, key)
            _note_run(connection, key, run)
        connection.execute("INSERT INTO changes (article_id) VALUES (?)", (before.id,))

    def _replace(self, connection: Connection, key: int, arrival: Arrival, before: Article) -> Article:
        """Write a new text into the row of an article, and return it as it is shown."""
        after = keep_edits(connection, key, arrival.article, before)
        update_row(connection, key, after)
        digests = (arrival.digest, text_digest(arrival.article), key)
        connection.execute("UPDATE articles SET digest = ?, text_digest = ? WHERE key = ?", digests)
        if after.body != before.body:
            stories.leave(connection, key)
            stories.group_with_copies(connection, key, after)
        return after


def _note_run(connection: Connection, key: int, run: int) -> None:
    sql = "INSERT INTO arrivals VALUES (?, ?) ON CONFLICT (article_key) DO UPDATE SET run = excluded.run"
    connection.execute(sql, (key, run))
