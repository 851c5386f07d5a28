"""Chunk and embed the articles without vectors, which needs no ownership of the indexes."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from corpus.archive.chunk_store import ChunkStore, Embedded
from corpus.article import Article
from corpus.text.chunking import cut_chunks
from rag.index.embedder import Embedder
from rag.index.index_folder import convert_write_errors

Progress = Callable[[int, int], object]
"""Called with how many articles are done, and how many there are."""

FIRST_BATCH = 8
"""Articles of the first batch; each is one transaction, so a kill costs at most the embedding of one."""

_LARGEST_BATCH = 64
_SMALLEST_BATCH = 2
_BATCH_S = 1.0  # What arrives while a batch is embedded waits for it, so on a busy machine batches are small.


class PendingArticles:
    """Embed the articles of an archive that have no vectors yet; of the processes with one folder, one at a time does.

    Attributes:
        embedded: How many it has embedded so far.
    """

    def __init__(self, store: ChunkStore, embedder: Embedder, folder: Path) -> None:
        """Keep the vectors in `store`; the lock file is in `folder`, which need not exist yet."""
        self._store = store
        self._embedder = embedder
        self._folder = folder
        self._lock = FileLock(folder / "embedding.lock")
        self.embedded = 0

    def embed(self, progress: Progress | None = None, wait: float = 0, stop: threading.Event | None = None) -> int:
        """Embed every pending article; return how many there were.

        Args:
            progress: Called after each batch.
            wait: Seconds to wait for another process that embeds; after that, 0 is returned.
            stop: Once set, the current batch is the last.
        """
        done, (before, total) = 0, self._store.progress()
        if before == total:
            return 0
        size = _BatchSize()
        batches = self._store.articles_to_embed(lambda: size.articles)
        with contextlib.suppress(Timeout), convert_write_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            while not (stop and stop.is_set()) and (stored := self._embed_batch(batches, size, wait)) is not None:
                done += stored
                if progress:
                    progress(before + done, max(total, before + done))
        return done

    def _embed_batch(self, batches: Iterator[list[Article]], size: "_BatchSize", wait: float) -> int | None:
        """Embed the next batch and return how many articles it had, None where none was pending.

        The lock is released between batches, so that a process that only embeds can take over from one that also answers.
        """
        with self._lock.acquire(timeout=wait):
            articles = next(batches, None)
            if articles is None:
                return None
            with size.adapt(len(articles)):
                stored = self._store.store(self._cut_and_embed(articles))
            self.embedded += stored
            return stored

    def _cut_and_embed(self, articles: list[Article]) -> list[Embedded]:
        embedder = self._embedder
        cut = [tuple(cut_chunks(article, embedder.count, embedder.max_tokens)) for article in articles]
        vectors = embedder.embed([part.indexed_text for chunks in cut for part in chunks], urgent=False)
        ends = np.cumsum([len(chunks) for chunks in cut])
        return [
            Embedded(article, chunks, vectors[end - len(chunks) : end])
            for article, chunks, end in zip(articles, cut, ends, strict=True)
        ]


class _BatchSize:
    """Hold how many articles the next batch may have, so that it takes about `_BATCH_S`."""

    def __init__(self) -> None:
        """Begin with the size of the first batch."""
        self.articles = FIRST_BATCH

    @contextlib.contextmanager
    def adapt(self, articles: int) -> Iterator[None]:
        """Time a batch of so many articles, and size the next one by it, at most twice as large.

        A batch that is not full says nothing about a full one.
        """
        started = time.monotonic()
        yield
        if articles == self.articles:
            fitting = articles * _BATCH_S / max(time.monotonic() - started, 1e-3)
            self.articles = round(min(max(_SMALLEST_BATCH, fitting), 2 * articles, _LARGEST_BATCH))
