import numpy as np
import pytest

from corpus import Article, Chunk
from corpus.archive.chunk_store import Embedded, Vectors
from rag.index.vector_table import VectorTable


def item(name: str, *rows: list[float]) -> Embedded:
    article = Article(name, "A headline", "body", language="en")
    chunks = tuple(Chunk(article, ordinal, 0, 4) for ordinal in range(len(rows)))
    return Embedded(article, chunks, np.array(rows, dtype=np.float32))


def ask(*rows: list[float]) -> Vectors:
    return np.array(rows, dtype=np.float32)


def test_the_nearest_chunks_come_first() -> None:
    one, other = item("a", [1.0, 0.0], [0.6, 0.8]), item("b", [0.0, 1.0])
    table = VectorTable({})
    table.apply([], [one, other])
    (found, back) = table.search(ask([1.0, 0.0], [0.0, 1.0]), 2)
    assert [chunk_id for chunk_id, _ in found] == [one.chunks[0].id, one.chunks[1].id]
    assert [cosine for _, cosine in found] == pytest.approx([1.0, 0.6])
    assert [chunk_id for chunk_id, _ in back] == [other.chunks[0].id, one.chunks[1].id]


def test_an_article_that_changed_is_replaced() -> None:
    table = VectorTable({})
    table.apply([], [item("a", [1.0, 0.0], [0.6, 0.8]), item("b", [0.0, 1.0])])
    changed = item("a", [0.8, 0.6])
    table.apply(["a"], [changed])
    assert table.count() == 2
    assert changed.chunks[0].id in table.ids()
    table.apply(["a", "b"], [])
    assert table.ids() == set()


def test_an_empty_table_finds_nothing() -> None:
    table = VectorTable({})
    assert table.search(ask([1.0, 0.0]), 5) == [[]]
    table.apply([], [item("a", [1.0, 0.0])])
    table.close()
    assert (table.count(), table.search(ask([1.0, 0.0]), 5)) == (0, [[]])
