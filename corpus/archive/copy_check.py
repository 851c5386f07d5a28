"""Compare a copy of an archive with the archive: the rows of each table are counted, and ten random searches made in both.

The searches go through the whole record, without an index and without an embedder: the words of a headline are looked for
in every article, and every kept vector is compared with the one of a chunk.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from heapq import nlargest

from corpus.archive.engine import Connection
from corpus.archive.engine.bulk import StoredTable
from corpus.archive.table_copy import Progress, TablePair, read_pages
from corpus.errors import ArchiveError

SEARCHES = 10
"""By words, and as many by vectors."""

_BEST = 10  # Articles or chunks of one search that are compared.
_ARTICLES = StoredTable("articles", ("key", "title", "body"), ("key",))
_CHUNKS = StoredTable("chunks", ("article_key", "profile", "ordinal", "vector"), ("article_key", "profile", "ordinal"))

Scored = tuple[float, tuple[object, ...]]
"""How well something fits a search, and what it is."""

Searching = Callable[[Connection], list[list[Scored]]]


def check_copy(pairs: Sequence[TablePair], progress: Progress | None = None) -> int:
    """Compare two databases; return how many searches were made in each.

    Args:
        pairs: Their tables.
        progress: Called after each comparison, for which the whole record is read.

    Raises:
        ArchiveError: They differ.
    """
    differing = [pair.table.name for pair in pairs if pair.count(pair.source) != pair.count(pair.target)]
    source, target = pairs[0].source, pairs[0].target
    made = 0
    for name, searching in (
        ("words", _choose_words(source.connection)),
        ("vectors", _choose_vectors(source.connection)),
    ):
        found = searching(source.connection)
        made += len(found)
        if found != searching(target.connection):
            differing.append(f"searches by {name}")
        if progress:
            progress("comparing", made, 2 * SEARCHES)
    if differing:
        raise ArchiveError(
            f"{target.name}: differs from {source.name} in {', '.join(differing)}; run the same command again, and if "
            "this comes back, empty the target and move anew"
        )
    return made


def _choose_keys(connection: Connection, table: str, column: str) -> Iterator[int]:
    """Yield the keys of random articles that have rows in a table."""
    low, high = connection.execute(f"SELECT min({column}), max({column}) FROM {table}").fetchone()
    for _ in range(SEARCHES if high else 0):
        sql = f"SELECT min({column}) FROM {table} WHERE {column} >= ?"
        yield int(connection.execute(sql, (low + secrets.randbelow(high - low + 1),)).fetchone()[0])


def _choose_words(connection: Connection) -> Searching:
    titles = [
        connection.execute("SELECT title FROM articles WHERE key = ?", (key,)).fetchone()[0].casefold().split()
        for key in _choose_keys(connection, "articles", "key")
    ]

    def search(among: Connection) -> list[list[Scored]]:
        best: list[list[Scored]] = [[] for _ in titles]
        for rows in read_pages(among, _ARTICLES):
            texts = [(key, f"{title}\n{body}".casefold()) for key, title, body in rows]
            for number, words in enumerate(titles):
                scored = [(sum(word in text for word in words), (key,)) for key, text in texts]
                best[number] = nlargest(_BEST, [*best[number], *scored])
        return best

    return search


def _choose_vectors(connection: Connection) -> Searching:
    import numpy as np  # Here, as commands that only read the archive need not wait for it.

    sql = "SELECT profile, vector FROM chunks WHERE article_key = ? ORDER BY profile, ordinal LIMIT 1"
    chosen = [connection.execute(sql, (key,)).fetchone() for key in _choose_keys(connection, "chunks", "article_key")]
    profile = chosen[0][0] if chosen else ""
    size = len(chosen[0][1]) if chosen else 0
    wanted = [bytes(row[1]) for row in chosen if row[0] == profile and len(row[1]) == size]

    def search(among: Connection) -> list[list[Scored]]:
        best: list[list[Scored]] = [[] for _ in wanted]
        if not wanted:
            return best
        queries = np.frombuffer(b"".join(wanted), dtype="<f4").reshape(len(wanted), -1)
        for rows in read_pages(among, _CHUNKS, "profile = ? AND length(vector) = ?", profile, size):
            vectors = np.frombuffer(b"".join(row[3] for row in rows), dtype="<f4").reshape(len(rows), -1)
            for number, cosines in enumerate(queries @ vectors.T):
                scored = [(float(cosine), (row[0], row[2])) for cosine, row in zip(cosines, rows, strict=True)]
                best[number] = nlargest(_BEST, [*best[number], *scored])
        return best

    return search
