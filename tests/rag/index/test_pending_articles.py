"""Articles without vectors: embedded batch by batch, by one process at a time, until somebody says stop."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from corpus.archive.chunk_store import ChunkStore
from corpus.archive.database import Archive
from rag.index.pending_articles import FIRST_BATCH, PendingArticles
from tests.rag.wire_items import numbered
from tests.rag.word_embedder import WordEmbedder

ARTICLES = 20


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ChunkStore]:
    with Archive(tmp_path / "archive.sqlite3") as archive:
        for n in range(ARTICLES):
            archive.put(numbered(n))
        yield ChunkStore(archive, WordEmbedder.profile)


@pytest.fixture
def pending(store: ChunkStore, tmp_path: Path) -> PendingArticles:
    return PendingArticles(store, WordEmbedder(), tmp_path / "index")


def test_each_is_embedded_once_and_the_first_batch_is_small(store: ChunkStore, pending: PendingArticles) -> None:
    told: list[tuple[int, int]] = []
    assert pending.embed(lambda done, total: told.append((done, total))) == ARTICLES
    assert (told[0], told[-1]) == ((FIRST_BATCH, ARTICLES), (ARTICLES, ARTICLES))
    assert store.progress() == (ARTICLES, ARTICLES)
    assert pending.embed() == 0


def test_what_is_done_stays_when_it_is_stopped(store: ChunkStore, pending: PendingArticles) -> None:
    stop = threading.Event()
    assert pending.embed(lambda *_: stop.set(), stop=stop) == FIRST_BATCH
    assert store.progress() == (FIRST_BATCH, ARTICLES)
    assert pending.embed() == ARTICLES - FIRST_BATCH


def test_beside_another_process_that_embeds_nothing_is_embedded(
    store: ChunkStore, pending: PendingArticles, tmp_path: Path
) -> None:
    (tmp_path / "index").mkdir()
    with FileLock(tmp_path / "index" / "embedding.lock"):
        assert pending.embed(wait=0.01) == 0
    assert store.progress() == (0, ARTICLES)
