"""Make an archive of any number of chunks, without embedding anything.

Articles are sentences of the starter corpus, drawn by a seed; their vectors are those of its chunks with noise. That is fit to
measure cost and says nothing about quality: words are spread more evenly than in news, so that more chunks hold each word of a
question, and vectors lie in as many heaps as the starter corpus has chunks.
"""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

import numpy as np

from benchmarks.starter import STARTER
from corpus.archive.chunk_store import ChunkStore, Embedded, Vectors
from corpus.archive.database import Archive
from corpus.archive.rows import COLUMNS, row_values
from corpus.article import Article, Chunk
from corpus.text.sentences import split_sentences
from rag.index.embedder import Embedder

OUTLETS = 200
FIRST_DAY = datetime(2010, 1, 1, tzinfo=UTC)
MINUTES = 8_000_000
"""Articles are of the 15 years after the first day."""

_CHUNKS = 4  # Chunks an article.
_SENTENCES = 6  # Sentences a chunk.
_BATCH = 500  # Articles a transaction.
_NOISE = 0.8  # Length of the noise against a vector of length 1.


Material = tuple[list[str], Vectors]
"""The sentences that articles are made of, and vectors near which theirs lie."""


def grow(store: ChunkStore, material: Material, size: int) -> int:
    """Add articles until an archive holds `size` chunks; return how many chunks were added."""
    have = store.count()
    texts, near = material
    made = _make_articles(have // _CHUNKS, size // _CHUNKS, texts)
    while batch := list(islice(made, _BATCH)):
        _insert(store.archive, batch)
        draw = np.random.default_rng(int(batch[0].id[1:]))  # The same vectors in each archive.
        store.store([_embed(article, near, draw) for article in batch])
    return max(0, size - have)


def read_material(embedder: Embedder) -> Material:
    """Return the sentences of the starter corpus, and vectors of some of them."""
    bodies = [json.loads(line)["body"] for line in STARTER.read_text("utf-8").splitlines()]
    texts = [body[a:b] for body in bodies for a, b in split_sentences(body)]
    return texts, embedder.embed(texts[::3])


def _make_articles(first: int, last: int, texts: Sequence[str]) -> Iterator[Article]:
    for n in range(first, last):
        drawn = random.Random(n)
        body = " ".join(drawn.choices(texts, k=_CHUNKS * _SENTENCES))
        date = FIRST_DAY + timedelta(minutes=drawn.randrange(MINUTES))
        outlet = f"Outlet {drawn.randrange(OUTLETS)}"
        yield Article(f"s{n:07d}", " ".join(body.split()[:9]), body, outlet, published_at=date, language="en")


def _insert(archive: Archive, batch: Sequence[Article]) -> None:
    """Write articles as they are: finding their near duplicates is no part of a search."""
    marks = ", ".join("?" * (len(row_values(batch[0])) + 3))
    rows = [[*row_values(a), a.id.encode(), a.id.encode(), "2024-01-01T00:00:00+00:00"] for a in batch]
    with archive.transaction() as connection:
        sql = f"INSERT INTO articles ({COLUMNS}, digest, text_digest, added_at) VALUES ({marks})"
        connection.executemany(sql, rows)


def _embed(article: Article, near: Vectors, draw: np.random.Generator) -> Embedded:
    step = len(article.body) // _CHUNKS + 1
    chunks = tuple(
        Chunk(article, i, i * step, min(len(article.body), (i + 1) * step))
        for i in range(_CHUNKS)
    )  # fmt: skip
    noise = draw.standard_normal((_CHUNKS, near.shape[1])).astype(np.float32)
    noise *= _NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
    vectors = near[draw.integers(0, len(near), _CHUNKS)] + noise
    return Embedded(article, chunks, (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32))
