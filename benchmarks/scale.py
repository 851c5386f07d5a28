"""Measure what a search costs over many chunks: `python -m benchmarks.scale DATA CHUNKS [CHUNKS ...]`.

DATA is a folder for a made-up archive; it grows to each number of CHUNKS in turn and is measured there, so that a second
run with the same numbers only measures. Articles are sentences of the starter corpus, drawn by a seed; their vectors are
those of its chunks with noise, so no text is embedded. That is fit to measure cost and says nothing about quality: words
are spread more evenly than in news, so that more chunks hold each word of a question.
"""

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.starter import QUESTIONS, STARTER
from corpus.archive.chunk_store import ChunkStore, Embedded, Vectors
from corpus.archive.database import Archive
from corpus.archive.rows import COLUMNS, row_values
from corpus.article import Article, Chunk
from corpus.text.sentences import split_sentences
from rag import Assistant, Settings
from rag.index.embedder import Embedder

_CHUNKS = 4  # Chunks an article.
_SENTENCES = 6  # Sentences a chunk.
_BATCH = 500  # Articles a transaction.
_NOISE = 0.8  # Length of the noise against a vector of length 1.
_OUTLETS = 200


def main(data: Path, sizes: Sequence[int]) -> None:
    """Print one row of a table a size; times in milliseconds."""
    questions = [json.loads(line)["question"] for line in QUESTIONS.read_text("utf-8").splitlines()][::2][:100]
    settings = Settings(data_dir=data, llm="")
    print(
        "| chunks | embedding and a bare Chroma query, p50 | search, p50 | p95 | p50 against bare | p95 against p50 |"
    )
    print("|---|---|---|---|---|---|", flush=True)
    for size in sizes:
        grow(settings, size)
        with Assistant(settings) as assistant:
            assistant.indexes.catch_up()
            print(_row(assistant, questions), flush=True)


def grow(settings: Settings, size: int) -> None:
    """Add articles until the archive holds `size` chunks."""
    embedder = Embedder(settings.embedder)
    with Archive(settings.archive_path) as archive:
        store = ChunkStore(archive, embedder.profile)
        have = store.count()
        if have >= size:
            return
        texts, near = _material(embedder)
        made = _articles(have // _CHUNKS, size // _CHUNKS, texts)
        draw = np.random.default_rng(have)
        while batch := list(islice(made, _BATCH)):
            _insert(archive, batch)
            store.store([_embedded(article, near, draw) for article in batch])


def _row(assistant: Assistant, questions: Sequence[str]) -> str:
    """Measure both in turn, question by question, so that what else the machine does falls on both."""
    dense, embed = (
        assistant.indexes.dense,
        assistant.embedder.embed,
    )  # A question that `embed_query` knows costs nothing.
    for question in questions[:5]:
        assistant.search(question)
    bare, search = [], []
    for question in questions:
        bare.append(_timed(lambda text: dense.search(embed([text]), 10), question))
        search.append(_timed(assistant.search, question))
    base, p50, p95 = statistics.median(bare), statistics.median(search), statistics.quantiles(search, n=20)[-1]
    return f"| {dense.count():,} | {base:.1f} | {p50:.1f} | {p95:.1f} | {p50 / base:.2f} | {p95 / p50:.2f} |"


def _timed(call: Callable[[str], object], text: str) -> float:
    start = time.perf_counter()
    call(text)
    return 1000 * (time.perf_counter() - start)


def _material(embedder: Embedder) -> tuple[list[str], Vectors]:
    """Return the sentences of the starter corpus, and vectors of some of them."""
    bodies = [json.loads(line)["body"] for line in STARTER.read_text("utf-8").splitlines()]
    texts = [body[a:b] for body in bodies for a, b in split_sentences(body)]
    return texts, embedder.embed(texts[::3])


def _articles(first: int, last: int, texts: Sequence[str]) -> Iterator[Article]:
    for n in range(first, last):
        drawn = random.Random(n)
        body = " ".join(drawn.choices(texts, k=_CHUNKS * _SENTENCES))
        date = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(minutes=drawn.randrange(8_000_000))
        outlet = f"Outlet {drawn.randrange(_OUTLETS)}"
        yield Article(f"s{n:07d}", " ".join(body.split()[:9]), body, outlet, published_at=date, language="en")


def _insert(archive: Archive, batch: Sequence[Article]) -> None:
    """Write articles as they are: finding their near duplicates is no part of a search."""
    marks = ", ".join("?" * (len(row_values(batch[0])) + 3))
    rows = [[*row_values(a), a.id.encode(), a.id.encode(), "2024-01-01T00:00:00+00:00"] for a in batch]
    with archive.transaction() as connection:
        sql = f"INSERT INTO articles ({COLUMNS}, digest, text_digest, added_at) VALUES ({marks})"
        connection.executemany(sql, rows)


def _embedded(article: Article, near: Vectors, draw: np.random.Generator) -> Embedded:
    step = len(article.body) // _CHUNKS + 1
    chunks = tuple(
        Chunk(article, i, i * step, min(len(article.body), (i + 1) * step))
        for i in range(_CHUNKS)
    )  # fmt: skip
    noise = draw.standard_normal((_CHUNKS, near.shape[1])).astype(np.float32)
    noise *= _NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
    vectors = near[draw.integers(0, len(near), _CHUNKS)] + noise
    return Embedded(article, chunks, (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32))


if __name__ == "__main__":
    if len(sys.argv) < 3 or not all(argument.isdecimal() for argument in sys.argv[2:]):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sorted(map(int, sys.argv[2:])))
