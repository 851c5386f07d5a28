"""Chunks, their vectors, and the log of changes: the part of the archive that the indexes are derived from."""

import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.archive.condition import make_condition
from corpus.archive.database import Archive, article_from_row
from corpus.archive.engine import ALL_ROWS, Row
from corpus.archive.rows import from_row
from corpus.archive.schema import offset_column
from corpus.archive.selection import EVERYTHING, Selection
from corpus.archive.versions import has_same_text
from corpus.article import Article, Chunk

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Embedded:
    """Hold the chunks of one article with their vectors, shape (chunks, dimensions), float32, in the same order."""

    article: Article
    chunks: tuple[Chunk, ...]
    vectors: Vectors


class Facets(NamedTuple):
    """Hold what of an article a search filters, groups and orders by; not its text, which costs most to read.

    Attributes are those of `Article`; `key` is its number in the archive, `story` that of its group of near duplicates,
    or None.
    """

    key: int
    id: str
    version: int
    source: str
    published_at: datetime | None
    language: str
    feed: str
    story: int | None


class ChunkStore:
    """Keep chunks and vectors under one profile: the name of the embedder and the rule of chunking that made them."""

    def __init__(self, archive: Archive, profile: str) -> None:
        """Look at an archive through a profile."""
        self.archive = archive
        self.profile = profile
        self._counted: tuple[object, tuple[int, int]] = (None, (0, 0))

    def articles_to_embed(self, size: int | Callable[[], int]) -> Iterator[list[Article]]:
        """Yield articles whose newest text has no chunks under the profile yet, the newest arrivals of each run first.

        Small runs of adding come before large ones and in batches of their own, so that one article which is added
        beside a hundred thousand waits for the batch at hand only. The caller stores each batch before it takes the
        next one. What arrives or changes meanwhile is yielded too.

        Args:
            size: The most articles of a batch; what is called before each one where it varies.
        """
        before: list[tuple[int, int]] = []
        while (found := self._list_pending()) and found != before:
            before, queue = found, _FairQueue(found)
            while queue:
                queue.extend(self._pending("AND key > ?", queue.newest))
                keys = queue.pop(size if isinstance(size, int) else size())
                with self.archive.connection.claim({f"embed {self.profile} {key}": key for key in keys}) as claimed:
                    # Others embed too, so what was pending when the queue was made need not be any more.
                    some = "key IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"
                    wanted = [key for key, _ in self._pending(f"AND {some}", json.dumps(claimed))]
                    sql = f"SELECT * FROM articles WHERE {some} ORDER BY key DESC"
                    if rows := self.archive.connection.execute(sql, (json.dumps(wanted),)).fetchall():
                        yield [article_from_row(row) for row in rows]

    def _list_pending(self) -> list[tuple[int, int]]:
        """Return key and run of all such articles, the newest first.

        Those that arrived are listed; only where that is not all, as after a change of embedder, every article is looked at.
        """
        done, total = self.archive.connection.count_indexed(self.profile)
        listed = self._pending("AND key IN (SELECT article_key FROM arrivals)")
        return listed if len(listed) >= total - done else self._pending()

    def _pending(self, condition: str = "", *values: object) -> list[tuple[int, int]]:
        """Return key and run of such articles, the newest first; of all, they are read from an index, without the texts."""
        index = "" if condition else "INDEXED BY articles_facets"
        sql = (
            f"SELECT key, coalesce(run, 0) FROM articles {index} LEFT JOIN indexed ON indexed.article_key = key "
            "AND profile = ? AND indexed.version = articles.version LEFT JOIN arrivals ON arrivals.article_key = key "
            f"WHERE indexed.article_key IS NULL {condition} ORDER BY key DESC"
        )
        return [(int(key), int(run)) for key, run in self.archive.connection.execute(sql, (self.profile, *values))]

    def find_other_profile(self) -> str:
        """Return the profile of the archive's vectors where there are some and none under this profile, else ""."""
        found = self.archive.connection.execute("SELECT profile FROM indexed LIMIT 1").fetchone()
        if found is None or found[0] == self.profile:
            return ""
        own = self.archive.connection.execute("SELECT 1 FROM indexed WHERE profile = ? LIMIT 1", (self.profile,))
        return "" if own.fetchone() else str(found[0])

    def progress(self, applied: int | None = None) -> tuple[int, int]:
        """Return how many articles have chunks under the profile, and how many there are.

        Args:
            applied: The last change that an index holds: articles with a later change are left out.
        """
        last = self.last_change()
        newest = self.archive.connection.execute("SELECT max(key) FROM articles").fetchone()[0]
        state = (last, newest, last if applied is None else applied)
        if self._counted[0] != state:  # Every answer asks this, and counting goes through the whole archive.
            self._counted = state, self._count(state[2])
        return self._counted[1]

    def _count(self, applied: int) -> tuple[int, int]:
        done, total = self.archive.connection.count_indexed(self.profile)
        late = (
            "SELECT count(*) FROM (SELECT DISTINCT article_id FROM changes WHERE seq > ?) AS late "
            "CROSS JOIN articles ON id = late.article_id CROSS JOIN indexed ON article_key = key AND profile = ?"
        )
        missing = self.archive.connection.execute(late, (applied, self.profile)).fetchone()[0]
        return done - int(missing), total

    def store(self, batch: Sequence[Embedded]) -> int:
        """Keep chunks and vectors in one transaction and log them; return how many articles were stored.

        An article that was changed, edited or removed since it was read is skipped.
        """
        stored = 0
        with self.archive.transaction() as connection:
            for item in batch:
                row = connection.execute(
                    "SELECT * FROM articles WHERE id = ? AND version = ?", (item.article.id, item.article.version)
                ).fetchone()
                if row is None or not has_same_text(article_from_row(row), item.article):
                    continue
                key = row["key"]
                connection.execute("DELETE FROM chunks WHERE article_key = ? AND profile = ?", (key, self.profile))
                connection.executemany(
                    "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        (key, self.profile, chunk.ordinal, chunk.start, chunk.end, vector.astype("<f4").tobytes())
                        for chunk, vector in zip(item.chunks, item.vectors, strict=True)
                    ],
                )
                connection.execute(
                    "INSERT INTO indexed VALUES (?, ?, ?, ?) ON CONFLICT (article_key, profile) "
                    "DO UPDATE SET version = excluded.version, chunks = excluded.chunks",
                    (key, self.profile, item.article.version, len(item.chunks)),
                )
                connection.execute("DELETE FROM arrivals WHERE article_key = ?", (key,))
                connection.execute("INSERT INTO changes (article_id) VALUES (?)", (item.article.id,))
                stored += 1
        return stored

    def last_change(self) -> int:
        """Return the sequence number of the newest change, 0 when there is none."""
        return int(self.archive.connection.execute("SELECT coalesce(max(seq), 0) FROM changes").fetchone()[0])

    def changes(self, after: int, limit: int = ALL_ROWS) -> tuple[int, list[str]]:
        """Return the number of the last change read, and the ids of the articles changed after `after`, each once."""
        rows = self.archive.connection.execute(
            "SELECT seq, article_id FROM changes WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
        ).fetchall()
        return (rows[-1]["seq"] if rows else after), list(dict.fromkeys(row["article_id"] for row in rows))

    def count(self) -> int:
        """Return how many chunks there are under the profile."""
        sql = "SELECT count(*) FROM chunks WHERE profile = ?"
        return int(self.archive.connection.execute(sql, (self.profile,)).fetchone()[0])

    def ids(self) -> Iterator[str]:
        """Yield the id of every chunk under the profile."""
        sql = "SELECT id, version, ordinal FROM chunks JOIN articles ON key = article_key WHERE profile = ?"
        for row in self.archive.connection.iterate(sql, (self.profile,)):
            yield f"{row['id']}@{row['version']}#{row['ordinal']}"

    def iterate_all(self, size: int = 256, vectors: bool = True) -> Iterator[list[Embedded]]:
        """Yield all articles with their chunks and vectors (`read_embedded`), `size` articles at a time."""
        ids = [row["id"] for row in self.archive.connection.iterate("SELECT id FROM articles ORDER BY key")]
        for start in range(0, len(ids), size):
            yield self.read_embedded(ids[start : start + size], vectors)

    def read_embedded(self, article_ids: Iterable[str], vectors: bool = True) -> list[Embedded]:
        """Return chunks and vectors of the given articles; one without chunks is left out.

        Args:
            article_ids: The articles.
            vectors: Read the vectors; else they have no columns: what indexes words needs none, and they are most of what is sent.
        """
        found: list[Embedded] = []
        for some in _slices(list(article_ids)):
            rows = self._rows(some, "chunks.vector" if vectors else "NULL AS vector")
            for _, group in groupby(rows, key=lambda row: row["key"]):
                lines = list(group)
                article = article_from_row(lines[0])
                chunks = tuple(Chunk(article, line["ordinal"], line["start"], line["end"]) for line in lines)
                read = np.stack([np.frombuffer(line["vector"] or b"", dtype="<f4") for line in lines])
                found.append(Embedded(article, chunks, read))
        return found

    def facets(self, article_ids: Iterable[str], selection: Selection = EVERYTHING) -> dict[str, Facets]:
        """Return the facets of the newest version of those of the given articles that are selected."""
        condition, values = make_condition(self.archive.connection, selection)
        sql = (
            f"SELECT articles.key, articles.id, version, source, published_at, {offset_column(self.archive.connection)}, "
            "language, feed, story "
            "FROM json_each(?) AS wanted CROSS JOIN articles INDEXED BY articles_facets ON articles.id = wanted.value "
            f"WHERE {condition}"
        )
        found: dict[str, Facets] = {}
        for key, name, version, source, date, offset, language, feed, story in self.archive.connection.execute(
            sql, (json.dumps(list(article_ids)), *values)
        ):
            found[name] = Facets(key, name, version, source, from_row(date, offset), language, feed, story)
        return found

    def authors(self, article_ids: Iterable[str]) -> dict[str, str]:
        """Return the bylines of the given articles, as far as they have one."""
        sql = (
            "SELECT articles.id, author FROM json_each(?) AS wanted CROSS JOIN articles ON articles.id = wanted.value "
            "WHERE author != ''"
        )
        return dict(self.archive.connection.execute(sql, (json.dumps(list(article_ids)),)).fetchall())

    def vectors(self, places: Sequence[tuple[int, int]]) -> dict[int, Vectors]:
        """Return the vectors of chunks, by their number in `places`, from 0; those that are not there are left out.

        Args:
            places: The key of the article and the ordinal of each chunk.
        """
        sql = (
            "SELECT wanted.key, vector FROM json_each(?) AS wanted CROSS JOIN chunks "
            "ON article_key = CAST(wanted.value AS BIGINT) >> 24 AND profile = ? "
            f"AND ordinal = CAST(wanted.value AS BIGINT) & {0xFFFFFF}"
        )
        wanted = json.dumps([key << 24 | ordinal for key, ordinal in places])
        rows = self.archive.connection.execute(sql, (wanted, self.profile))
        return {number: np.frombuffer(vector, dtype="<f4") for number, vector in rows}

    def vectors_of(self, selection: Selection) -> dict[str, Vectors]:
        """Return the vectors of all chunks of the selected articles by chunk id."""
        condition, values = make_condition(self.archive.connection, selection)
        sql = (
            "SELECT id, articles.version, ordinal, vector FROM articles CROSS JOIN indexed ON article_key = key "
            "AND indexed.version = articles.version CROSS JOIN chunks USING (article_key, profile) "
            f"WHERE profile = ? AND {condition}"
        )
        rows = self.archive.connection.iterate(sql, (self.profile, *values))
        return {f"{name}@{version}#{n}": np.frombuffer(vector, dtype="<f4") for name, version, n, vector in rows}

    def chunks(self, article_ids: Iterable[str]) -> dict[str, Chunk]:
        """Return all chunks of the given articles by id, without their vectors."""
        sql = (
            'SELECT articles.*, CAST((SELECT json_group_array(json_array(ordinal, start, "end")) FROM chunks '
            "WHERE article_key = articles.key AND profile = ?) AS TEXT) AS cuts "
            "FROM json_each(?) AS wanted CROSS JOIN articles ON articles.id = wanted.value ORDER BY articles.key"
        )
        wanted = json.dumps(list(dict.fromkeys(article_ids)))
        found: dict[str, Chunk] = {}
        for row in self.archive.connection.execute(sql, (self.profile, wanted)):
            article = article_from_row(row)
            for ordinal, start, end in json.loads(row["cuts"] or "[]"):
                chunk = Chunk(article, ordinal, start, end)
                found[chunk.id] = chunk
        return found

    def _rows(self, article_ids: Sequence[str], vector: str) -> list[Row]:
        marks = ", ".join("?" * len(article_ids))
        sql = (
            f'SELECT articles.*, chunks.ordinal, chunks.start, chunks."end", {vector} '
            f"FROM articles JOIN chunks ON article_key = key WHERE profile = ? AND id IN ({marks}) "
            "ORDER BY key, ordinal"
        )
        return self.archive.connection.execute(sql, (self.profile, *article_ids)).fetchall()


class _FairQueue:
    """Hold keys of articles by the run that brought them; hand out small runs and large ones by turns."""

    def __init__(self, pending: Sequence[tuple[int, int]]) -> None:
        """Hold these pairs of key and run, the newest first."""
        self.newest = 0
        self._small_next = True
        self._runs: defaultdict[int, deque[int]] = defaultdict(deque)
        self.extend(pending)

    def __bool__(self) -> bool:
        """Return whether anything is left."""
        return any(self._runs.values())

    def extend(self, pending: Sequence[tuple[int, int]]) -> None:
        """Take in later arrivals, the newest first."""
        for key, run in reversed(pending):
            self._runs[run].appendleft(key)
            self.newest = max(self.newest, key)

    def pop(self, size: int) -> list[int]:
        """Return at most so many keys: those of the runs that fit whole, or one of each of the others in turn."""
        for run in [run for run, keys in self._runs.items() if not keys]:
            del self._runs[run]
        small = [keys for keys in self._runs.values() if len(keys) <= size]
        large = [keys for keys in self._runs.values() if len(keys) > size]
        chosen = small if small and (self._small_next or not large) else large
        self._small_next = chosen is large
        return _take_in_turn(chosen, size)


def _take_in_turn(queues: Sequence[deque[int]], size: int) -> list[int]:
    taken: list[int] = []
    while len(taken) < size and any(queues):
        for queue in queues:
            if queue and len(taken) < size:
                taken.append(queue.popleft())
    return taken


def _slices(ids: list[str], size: int = 500) -> Iterator[list[str]]:
    """Cut a list so that each part fits one SQL statement."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
