"""The dense index in the database: pgvector searches the record's own vectors, for every machine."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

from corpus.archive.chunk_store import ChunkStore, Embedded, Vectors
from corpus.archive.condition import make_condition
from corpus.archive.engine import ALL_ROWS, Connection
from corpus.archive.selection import Selection
from corpus.errors import IndexUnavailableError, SettingsError
from rag.index.embedder import Embedder
from rag.index.pending_articles import Progress
from rag.index.pgvector_table import PgvectorTable
from rag.settings import DenseKind

BREADTH = 200
"""Candidates that a search of the graph keeps, `ef_search`: .99 of the exact first hundred are found (docs/scale.md)."""

# A scan goes through the nearest chunks until enough of them pass: of N chunks of which P pass, through limit * N / P. Each
# takes ten times as long as one that is compared by itself (docs/scale.md), so up to P = sqrt(10 * limit * N) all are compared.
_SCAN_COST = 10
_CHUNKS_AN_ARTICLE = 4
_SPARE = 4  # A scan may go through so many times what it should need: what passes may lie far from the question.
_LEAST_SCAN = 20_000  # Chunks; pgvector's default.
_MEMORY = 16  # A scan may use so many times the server's `work_mem`.


class PgvectorIndex:
    """Find chunks whose vectors lie near the question's, by cosine; the database keeps the index up by itself."""

    def __init__(self, store: ChunkStore, embedder: Embedder) -> None:
        """Search the vectors of a store; `prepare` makes the index where there is none."""
        self._store = store
        self._embedder = embedder
        self._table = PgvectorTable(store)

    def prepare(self, progress: Progress | None = None, repair: bool = False) -> None:
        """Make the index if no machine has, which takes long for a large archive (`PgvectorTable.prepare`)."""
        if repair or not self._table.is_indexed():
            self._table.prepare(self._embedder.dimensions, progress, repair)

    def require(self) -> None:
        """Raise `IndexUnavailableError` while the index is not made."""
        if not self._table.is_indexed():
            raise IndexUnavailableError(
                f"{self._store.archive.engine.name}: the index of the vectors is still being made; try again when that is done"
            )

    def apply(self, gone: Sequence[str], batch: Sequence[Embedded]) -> None:
        """Do nothing: what writes the chunks writes the index."""

    def search(self, vectors: Vectors, limit: int) -> list[list[tuple[str, float]]]:
        """Return for each vector up to `limit` (chunk id, cosine), best first; `vectors` has a row for each."""
        connection = self._store.archive.connection
        _widen_scan(connection, _LEAST_SCAN)
        near = f"SELECT article_key, ordinal, {self._distance} FROM {self._table.name} ORDER BY distance LIMIT {limit}"
        return self._query(connection, f"({near}) AS near JOIN articles ON key = article_key", (), vectors)

    def search_among(self, vectors: Vectors, limit: int, selection: Selection) -> list[list[tuple[str, float]]]:
        """Return the same of the chunks of selected articles alone.

        Where few articles pass, each of their chunks is compared; else the nearest chunks are gone through until enough of
        them pass.
        """
        connection = self._store.archive.connection
        condition, values = make_condition(connection, selection)
        total = self._estimate_chunks(connection)
        few = math.isqrt(_SCAN_COST * limit * total)
        most = max(limit, few // _CHUNKS_AN_ARTICLE)
        keys = self._list_keys(connection, condition, values, most + 1)
        if len(keys) > most:
            _widen_scan(connection, max(_LEAST_SCAN, _SPARE * limit * total // few))
            found = self._scan(connection, condition, values, vectors, limit)
            if all(len(some) == limit for some in found):
                return found
            keys = self._list_keys(connection, condition, values)
        return self._compare(connection, keys, vectors, limit)

    def count(self) -> int:
        """Return how many chunks the index holds."""
        return int(self._store.archive.connection.execute(f"SELECT count(*) FROM {self._table.name}").fetchone()[0])

    def ids(self) -> set[str]:
        """Return the id of every chunk in the index."""
        sql = f"SELECT id, version, ordinal FROM {self._table.name} JOIN articles ON key = article_key"
        return {_name_chunk(*row) for row in self._store.archive.connection.iterate(sql)}

    def close(self) -> None:
        """Do nothing: the connections are the archive's."""

    @property
    def _distance(self) -> str:
        schema = self._table.schema
        return f"embedding OPERATOR({schema}.<=>) CAST(? AS {schema}.halfvec) AS distance"

    def _estimate_chunks(self, connection: Connection) -> int:
        sql = "SELECT CAST(greatest(reltuples, 0) AS bigint) FROM pg_class WHERE oid = CAST(? AS regclass)"
        return int(connection.execute(sql, (self._table.name,)).fetchone()[0])

    def _list_keys(
        self, connection: Connection, condition: str, values: Sequence[object], limit: int = ALL_ROWS
    ) -> list[int]:
        sql = f"SELECT key FROM articles WHERE {condition} LIMIT {limit}"
        return [int(row[0]) for row in connection.execute(sql, values)]

    def _scan(
        self, connection: Connection, condition: str, values: Sequence[object], vectors: Vectors, limit: int
    ) -> list[list[tuple[str, float]]]:
        # Each article is looked at by itself: the planner, which cannot tell how many pass, may not begin with the articles.
        passing = f"SELECT id, version FROM articles WHERE key = article_key AND {condition} OFFSET 0"
        near = (
            f"SELECT id, version, ordinal, {self._distance} FROM {self._table.name} JOIN LATERAL ({passing}) AS passing ON TRUE "
            f"ORDER BY distance LIMIT {limit}"
        )
        return self._query(connection, f"({near}) AS near", values, vectors)

    def _compare(
        self, connection: Connection, keys: list[int], vectors: Vectors, limit: int
    ) -> list[list[tuple[str, float]]]:
        # Computed before it is sorted by, so that the planner cannot go through the graph after all.
        near = (
            f"SELECT id, version, ordinal, {self._distance} FROM {self._table.name} JOIN articles ON key = article_key "
            "WHERE article_key = ANY (CAST(? AS bigint[])) OFFSET 0"
        )
        return self._query(connection, f"({near}) AS near", (keys,), vectors, f"LIMIT {limit}")

    def _query(
        self, connection: Connection, source: str, values: Sequence[object], vectors: Vectors, limit: str = ""
    ) -> list[list[tuple[str, float]]]:
        """Return chunk ids and cosines of a query for each vector, best first; a scan yields them in nearly that order."""
        sql = f"SELECT id, version, ordinal, distance FROM {source} ORDER BY distance {limit}"
        texts = [json.dumps(vector.tolist()) for vector in vectors]
        found = connection.query_each(sql, [(text, *values) for text in texts])
        return [[(_name_chunk(*row[:3]), 1.0 - float(row[3])) for row in map(tuple, rows)] for rows in found]


def choose_shared(kind: DenseKind, store: ChunkStore, embedder: Embedder) -> PgvectorIndex | None:
    """Return the index that all machines share, or None where each has one of its own.

    Raises:
        SettingsError: It is to be in the database, and the archive is in none.
    """
    if kind == "chroma":
        return None
    if isinstance(store.archive.engine.place, Path):
        raise SettingsError(
            "NEWSDESK_DENSE=postgres searches vectors in the database, but the archive is a file; name the database in "
            "NEWSDESK_DATABASE, or leave NEWSDESK_DENSE out"
        )
    return PgvectorIndex(store, embedder)


def _widen_scan(connection: Connection, chunks: int) -> None:
    """Let searches of this connection go through so many chunks, in the order of the graph.

    Set before each search, since a connection that broke is opened again without what was set.
    """
    settings = {
        "hnsw.ef_search": BREADTH,
        "hnsw.iterative_scan": "relaxed_order",
        "hnsw.max_scan_tuples": chunks,
        "hnsw.scan_mem_multiplier": _MEMORY,
    }
    calls = ", ".join("set_config(?, ?, false)" for _ in settings)
    connection.execute(f"SELECT {calls}", [str(part) for pair in settings.items() for part in pair])


def _name_chunk(article_id: str, version: int, ordinal: int) -> str:
    return f"{article_id}@{version}#{ordinal}"
