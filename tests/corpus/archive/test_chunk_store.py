"""Chunks and vectors in the archive, and the log that the indexes follow."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from corpus.archive.chunk_store import ChunkStore, Embedded, Facets
from corpus.archive.database import Archive
from corpus.archive.engine import Place
from corpus.archive.selection import Selection
from corpus.article import Chunk
from tests.corpus.archive_items import HARBOUR, numbered, whole


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with Archive(place) as opened:
        for n in range(3):
            opened.put(numbered(n))
        yield opened


def test_newest_arrivals_are_pending_first_until_they_are_stored(archive: Archive) -> None:
    store = ChunkStore(archive, "p")
    assert [article.id for article in next(store.articles_to_embed(2))] == ["n00002", "n00001"]
    assert store.progress() == (0, 3)
    assert store.store([whole(article) for article in next(store.articles_to_embed(2))]) == 2
    assert [article.id for article in next(store.articles_to_embed(9))] == ["n00000"]
    assert store.progress() == (2, 3)
    assert ChunkStore(archive, "other").progress() == (0, 3)


def test_a_small_run_does_not_wait_for_a_large_one(place: Place) -> None:
    with Archive(place) as archive:
        store = ChunkStore(archive, "p")
        for n in range(20):
            archive.put(numbered(n), run=7)
        archive.put(HARBOUR)
        for n in range(20, 40):
            archive.put(numbered(n), run=7)
        batches = store.articles_to_embed(4)
        assert HARBOUR.id in {article.id for article in next(batches)}
        store.store([whole(HARBOUR)])
        archive.put(replace(HARBOUR, body="Another text, which comes while the others are embedded."))
        assert HARBOUR.id in {article.id for article in next(store.articles_to_embed(4))}
        for batch in store.articles_to_embed(4):
            store.store([whole(article) for article in batch])
        assert store.progress() == (41, 41)
        assert archive.connection.execute("SELECT count(*) FROM arrivals").fetchone()[0] == 0


def test_chunks_and_vectors_come_back_exactly(archive: Archive) -> None:
    store = ChunkStore(archive, "p")
    chunks = (Chunk(numbered(1), 0, 0, 8), Chunk(numbered(1), 1, 8, 20))
    vectors = np.array([[0.1, -1e-30], [3e38, 0]], dtype=np.float32)
    store.store([Embedded(numbered(1), chunks, vectors)])
    (found,) = store.read_embedded(["n00001", "n00002", "nobody"])
    assert found.article == numbered(1)
    assert found.chunks == chunks
    assert np.array_equal(found.vectors, vectors)
    assert store.chunks(["n00001"]) == {"n00001@1#0": chunks[0], "n00001@1#1": chunks[1]}
    assert (store.count(), sorted(store.ids())) == (2, ["n00001@1#0", "n00001@1#1"])
    key = store.facets(["n00001"])["n00001"].key
    (kept,) = store.vectors([(key, 2), (key, 1), (key + 99, 0)]).items()
    assert (kept[0], kept[1].tolist()) == (1, vectors[1].tolist())
    assert list(store.vectors_of(Selection(ids=("n00001", "n00002")))) == ["n00001@1#0", "n00001@1#1"]
    archive.put(replace(numbered(1), body="Another text, not cut yet."))
    assert store.vectors_of(Selection(ids=("n00001",))) == {}


def test_facets_are_those_of_the_newest_version(archive: Archive) -> None:
    archive.put(replace(HARBOUR, body="Another text."))
    archive.put(replace(HARBOUR, body="A third one, some words longer."))
    found = ChunkStore(archive, "p").facets(["harbour", "nobody"])
    facets = ("harbour", 2, HARBOUR.source, HARBOUR.published_at, HARBOUR.language, HARBOUR.feed, None)
    assert found == {"harbour": Facets(found["harbour"].key, *facets)}


def test_an_article_without_text_is_done_and_has_no_chunks(archive: Archive) -> None:
    store = ChunkStore(archive, "p")
    store.store([Embedded(numbered(0), (), np.zeros((0, 4), dtype=np.float32))])
    assert "n00000" not in {article.id for article in next(store.articles_to_embed(9))}
    assert store.read_embedded(["n00000"]) == []


def test_what_changed_or_went_since_it_was_read_is_passed_over(archive: Archive) -> None:
    store = ChunkStore(archive, "p")
    read = next(store.articles_to_embed(9))
    archive.put(replace(numbered(1), body="Another text."))
    archive.remove(Selection(ids=("n00002",)))
    assert store.store([whole(article) for article in read]) == 1
    assert list(store.ids()) == ["n00000@1#0"]


def test_the_log_names_each_changed_article_once(archive: Archive) -> None:
    store = ChunkStore(archive, "p")
    assert (store.last_change(), store.changes(0, 9)) == (0, (0, []))
    store.store([whole(article) for article in reversed(next(store.articles_to_embed(9)))])
    archive.put(replace(numbered(1), body="Another text."))
    assert store.changes(0, 9) == (4, ["n00000", "n00001", "n00002"])
    assert store.changes(2, 1) == (3, ["n00002"])
    assert store.changes(4, 9) == (4, [])
    assert store.last_change() == 4


def test_everything_comes_in_parts(archive: Archive) -> None:
    store = ChunkStore(archive, "p")
    archive.put(HARBOUR)
    store.store([whole(article) for article in next(store.articles_to_embed(9))])
    assert [[item.article.id for item in part] for part in store.iterate_all(size=3)] == [
        ["n00000", "n00001", "n00002"],
        ["harbour"],
    ]
