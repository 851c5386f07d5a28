"""Both dense indexes, Chroma's and the database's: what is written to the record is found by its vector, and nothing else."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from corpus.archive.chunk_store import ChunkStore, Embedded, Vectors
from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from corpus.article import Article, Chunk
from corpus.errors import IndexUnavailableError
from rag.index.dense import Dense, DenseIndex
from rag.index.pgvector_index import PgvectorIndex
from tests.rag.word_embedder import WordEmbedder

ARTICLE = Article("a", "Title", "One. Two.", "Post", published_at=datetime(2024, 3, 4, 9, tzinfo=UTC), language="en")


def item(name: str, *vectors: tuple[float, float], **changed: object) -> Embedded:
    article = replace(ARTICLE, id=name, body=f"One. Two. {name}.", **changed)  # type: ignore[arg-type]
    chunks = tuple(Chunk(article, n, 0, 4) for n in range(len(vectors)))
    return Embedded(article, chunks, np.asarray(vectors, dtype=np.float32))


EAST, NORTH = np.asarray([[1, 0], [0, 1]], dtype=np.float32)


class FlatEmbedder(WordEmbedder):
    """Give vectors of two numbers."""

    dimensions = 2


class Record:
    """Write to an archive; an index that does not follow it by itself is told of each change."""

    def __init__(self, archive: Archive, dense: Dense) -> None:
        self.archive = archive
        self.store = ChunkStore(archive, FlatEmbedder.profile)
        self.dense = dense

    def write(self, *items: Embedded) -> None:
        """Keep articles with these chunks and vectors, each under the version that it has then."""
        for one in items:
            self.archive.put(one.article, live=True)
            article = self.archive.get(one.article.id)
            assert article is not None
            chunks = tuple(replace(chunk, article=article) for chunk in one.chunks)
            kept = Embedded(article, chunks, one.vectors)
            assert self.store.store([kept]) == 1
            self.dense.apply([article.id], [kept])

    def remove(self, *names: str) -> None:
        """Remove articles."""
        self.archive.remove(Selection(ids=names))
        self.dense.apply(names, ())


Opener = Callable[[], Record]


@pytest.fixture(params=["chroma", "postgres"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Return what opens a record with its dense index, the same ones each time."""
    in_database = request.param == "postgres"
    place = request.getfixturevalue("postgres").make_vector_schema() if in_database else tmp_path / "archive.sqlite3"
    with ExitStack() as stack:

        def open_record() -> Record:
            archive = stack.enter_context(Archive(place))
            dense: Dense
            if in_database:
                dense = shared = PgvectorIndex(ChunkStore(archive, FlatEmbedder.profile), FlatEmbedder())
                shared.prepare()
            else:
                dense = DenseIndex(tmp_path / "dense")
            stack.callback(dense.close)
            return Record(archive, dense)

        yield open_record


@pytest.fixture
def record(reopen: Opener) -> Record:
    return reopen()


@pytest.fixture
def filled(record: Record) -> Record:
    record.write(
        item("post", (1, 0), (0.6, 0.8)),
        item("herald", (0.8, 0.6)),
        item("undated", (0, 1), published_at=None),
        item("wire", (-1, 0)),
        item("old", (0.28, 0.96)),
    )
    return record


def nearest(index: Dense, vector: Vectors, limit: int) -> list[tuple[str, float]]:
    (found,) = index.search(np.stack([vector]), limit)
    return found


def ids(found: list[tuple[str, float]]) -> list[str]:
    return [chunk_id.partition("@")[0] for chunk_id, _ in found]


def test_an_empty_index_finds_nothing(record: Record) -> None:
    assert nearest(record.dense, EAST, 10) == []
    assert (record.dense.count(), record.dense.ids()) == (0, set())


def test_the_nearest_come_first_with_their_cosine(filled: Record) -> None:
    found = nearest(filled.dense, EAST, 3)
    assert [chunk_id for chunk_id, _ in found] == ["post@1#0", "herald@1#0", "post@1#1"]
    assert [score for _, score in found] == pytest.approx([1, 0.8, 0.6], abs=1e-3)  # Half the precision in a database.
    assert len(nearest(filled.dense, EAST, 100)) == 6


def test_several_vectors_are_searched_for_at_once(filled: Record) -> None:
    dense = filled.dense
    assert dense.search(np.stack([NORTH, EAST, -EAST]), 4) == [nearest(dense, v, 4) for v in (NORTH, EAST, -EAST)]


def test_every_chunk_of_an_article_goes(filled: Record) -> None:
    filled.remove("post", "unknown")
    assert "post" not in ids(nearest(filled.dense, EAST, 10))
    assert filled.dense.count() == 4


def test_of_an_article_that_changed_only_the_new_text_is_found(filled: Record) -> None:
    for _ in range(2):
        filled.write(item("post", (0, -1), author="Jo Brand"))
    assert filled.dense.ids() == {"post@2#0", "herald@1#0", "undated@1#0", "wire@1#0", "old@1#0"}
    assert dict(nearest(filled.dense, -NORTH, 1)) == pytest.approx({"post@2#0": 1}, abs=1e-3)


def test_what_was_written_is_there_after_opening_again(reopen: Opener) -> None:
    first = reopen()
    first.write(item("post", (1, 0), (0, 1)))
    first.dense.close()
    again = reopen()
    assert again.dense.ids() == {"post@1#0", "post@1#1"}
    assert ids(nearest(again.dense, NORTH, 1)) == ["post"]


def test_more_rows_than_chroma_takes_at_once(tmp_path: Path) -> None:
    dense = DenseIndex(tmp_path / "dense")
    vectors = [(float(np.cos(n)), float(np.sin(n))) for n in range(6000)]
    dense.apply((), [item("long", *vectors)])
    assert dense.count() == 6000
    dense.apply(["long"], ())
    assert dense.count() == 0
    dense.touch()
    dense.close()


def test_a_file_that_is_no_database_is_an_error_that_says_what_to_run(tmp_path: Path) -> None:
    folder = tmp_path / "dense"
    folder.mkdir()
    (folder / "chroma.sqlite3").write_bytes(b"nothing of the kind" * 1000)
    with pytest.raises(IndexUnavailableError, match=r"the dense index cannot be used .*python -m corpus rebuild"):
        DenseIndex(folder)
