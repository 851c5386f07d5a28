from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from corpus.archive.chunk_store import Embedded, Vectors
from corpus.article import Article, Chunk
from corpus.errors import IndexUnavailableError
from rag.index.dense import DenseIndex

ARTICLE = Article("a", "Title", "One. Two.", "Post", published_at=datetime(2024, 3, 4, 9, tzinfo=UTC), language="en")


def item(name: str, *vectors: tuple[float, float], **changed: object) -> Embedded:
    article = replace(ARTICLE, id=name, **changed)  # type: ignore[arg-type]
    chunks = tuple(Chunk(article, n, 0, 4) for n in range(len(vectors)))
    return Embedded(article, chunks, np.asarray(vectors, dtype=np.float32))


EAST, NORTH = np.asarray([[1, 0], [0, 1]], dtype=np.float32)


@pytest.fixture
def dense(tmp_path: Path) -> Iterator[DenseIndex]:
    index = DenseIndex(tmp_path / "dense")
    yield index
    index.close()


@pytest.fixture
def filled(dense: DenseIndex) -> DenseIndex:
    dense.apply(
        (),
        [
            item("post", (1, 0), (0.6, 0.8)),
            item("herald", (0.8, 0.6)),
            item("undated", (0, 1), published_at=None),
            item("wire", (-1, 0)),
            item("old", (0.28, 0.96)),
        ],
    )
    return dense


def nearest(index: DenseIndex, vector: Vectors, limit: int) -> list[tuple[str, float]]:
    (found,) = index.search(np.stack([vector]), limit)
    return found


def ids(found: list[tuple[str, float]]) -> list[str]:
    return [chunk_id.partition("@")[0] for chunk_id, _ in found]


def test_an_empty_index_finds_nothing(dense: DenseIndex) -> None:
    assert nearest(dense, EAST, 10) == []
    assert (dense.count(), dense.ids()) == (0, set())
    dense.touch()


def test_the_nearest_come_first_with_their_cosine(filled: DenseIndex) -> None:
    found = nearest(filled, EAST, 3)
    assert [chunk_id for chunk_id, _ in found] == ["post@1#0", "herald@1#0", "post@1#1"]
    assert [score for _, score in found] == pytest.approx([1, 0.8, 0.6], abs=1e-6)
    assert len(nearest(filled, EAST, 100)) == 6


def test_several_vectors_are_searched_for_at_once(filled: DenseIndex) -> None:
    assert filled.search(np.stack([NORTH, EAST, -EAST]), 4) == [nearest(filled, v, 4) for v in (NORTH, EAST, -EAST)]


def test_every_chunk_of_an_article_goes(filled: DenseIndex) -> None:
    filled.apply(["post", "unknown"], ())
    assert "post" not in ids(nearest(filled, EAST, 10))
    assert filled.count() == 4


def test_an_article_that_is_applied_again_is_there_once(filled: DenseIndex) -> None:
    for _ in range(2):
        filled.apply(["post"], [item("post", (0, -1), source="Other", version=2)])
    assert filled.ids() == {"post@2#0", "herald@1#0", "undated@1#0", "wire@1#0", "old@1#0"}


def test_what_was_applied_is_there_after_opening_again(tmp_path: Path) -> None:
    index = DenseIndex(tmp_path / "dense")
    index.apply((), [item("post", (1, 0), (0, 1))])
    index.close()
    again = DenseIndex(tmp_path / "dense")
    assert again.ids() == {"post@1#0", "post@1#1"}
    assert ids(nearest(again, NORTH, 1)) == ["post"]
    again.close()


def test_more_rows_than_chroma_takes_at_once(dense: DenseIndex) -> None:
    vectors = [(float(np.cos(n)), float(np.sin(n))) for n in range(6000)]
    dense.apply((), [item("long", *vectors)])
    assert dense.count() == 6000
    dense.apply(["long"], ())
    assert dense.count() == 0


def test_a_file_that_is_no_database_is_an_error_that_says_what_to_run(tmp_path: Path) -> None:
    folder = tmp_path / "dense"
    folder.mkdir()
    (folder / "chroma.sqlite3").write_bytes(b"nothing of the kind" * 1000)
    with pytest.raises(IndexUnavailableError, match=r"the dense index cannot be used .*python -m corpus rebuild"):
        DenseIndex(folder)
