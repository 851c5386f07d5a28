"""How the tests of the indexes open them, and look whether they hold what the archive holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from rag.index.embedder import Embedder
from rag.index.indexes import Indexes
from rag.index.owned_indexes import OwnedIndexes
from rag.text.terms import list_query_terms
from tests.rag.word_embedder import SilentWordEmbedder, WordEmbedder


@contextmanager
def opened(data: Path, embedder: Embedder | None = None, rebuild: bool = False) -> Iterator[OwnedIndexes]:
    """Open the indexes of a data folder; by default nothing may be embedded."""
    with Archive(data / "archive.sqlite3") as archive:
        indexes = OwnedIndexes(archive, embedder or SilentWordEmbedder(), data / "index", "the test")
        indexes.open(rebuild)
        yield indexes
        indexes.close()


def found(indexes: Indexes, text: str) -> list[str]:
    """Return the ids of the articles whose words a text has."""
    hits = indexes.lexical.search(list_query_terms(text, ("en",)), 10)
    return [chunk_id.partition("@")[0] for chunk_id, _ in hits]


def nearest(indexes: Indexes, text: str) -> str:
    """Return the id of the chunk nearest to a text by the vectors of words."""
    return indexes.dense.search(WordEmbedder().embed([text]), 1)[0][0][0]


def assert_whole(indexes: Indexes) -> None:
    """Compare every id of both indexes with the archive's, and look for each vector that it keeps where it must be."""
    assert indexes.find_differences() == {}
    for item in indexes.store.read_embedded(article.id for article in indexes.store.archive.articles()):
        for chunk, found in zip(item.chunks, indexes.dense.search(item.vectors, 20), strict=True):
            assert dict(found)[chunk.id] == pytest.approx(1, abs=1e-5)
    assert indexes.folder.applied() == indexes.store.last_change()


def names(data: Path) -> set[str]:
    """Return the names of the generations, in use and aside."""
    return {path.name for path in (data / "index").iterdir() if path.is_dir()}


@contextmanager
def opened_second(data: Path) -> Iterator[OwnedIndexes]:
    """Describe the indexes of a data folder as a second process would that waits for no owner."""
    with Archive(data / "archive.sqlite3") as archive:
        indexes = OwnedIndexes(archive, SilentWordEmbedder(), data / "index", "the second")
        indexes.folder.wait_s = 0
        yield indexes
