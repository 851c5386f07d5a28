from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from corpus.article import Article, Chunk
from corpus.chunkstore import Embedded
from corpus.errors import IndexUnavailableError
from rag.dense import DenseIndex
from rag.model import Filters

ARTICLE = Article("a", "Title", "One. Two.", "Post", published_at=datetime(2024, 3, 4, 9, tzinfo=UTC), language="en")


def item(name: str, *vectors: tuple[float, float], **changed: object) -> Embedded:
    article = replace(ARTICLE, id=name, **changed)  # type: ignore[arg-type]
    chunks = tuple(Chunk(article, n, 0, 4) for n in range(len(vectors)))
    return Embedded(article, chunks, np.asarray(vectors, dtype=np.float32))


EAST, NORTH = np.asarray([1, 0], dtype=np.float32), np.asarray([0, 1], dtype=np.float32)


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
            item("herald", (0.8, 0.6), source="Herald", published_at=datetime(2024, 3, 6, tzinfo=UTC)),
            item("undated", (0, 1), source="", published_at=None, language=""),
            item("wire", (-1, 0), feed="https://wire.example/feed", language="fr", published_at=None),
            item("old", (0.28, 0.96), published_at=datetime(1961, 4, 12, 6, 7, 0, 500_000, tzinfo=UTC)),
        ],
    )
    return dense


def ids(found: list[tuple[str, float]]) -> list[str]:
    return [chunk_id.partition("@")[0] for chunk_id, _ in found]


def test_an_empty_index_finds_nothing(dense: DenseIndex) -> None:
    assert dense.search(EAST, 10) == []
    assert (dense.count(), dense.ids(), dense.vectors(["a@1#0"])) == (0, set(), {})
    dense.touch()


def test_the_nearest_come_first_with_their_cosine(filled: DenseIndex) -> None:
    found = filled.search(EAST, 3)
    assert [chunk_id for chunk_id, _ in found] == ["post@1#0", "herald@1#0", "post@1#1"]
    assert [score for _, score in found] == pytest.approx([1, 0.8, 0.6], abs=1e-6)
    assert len(filled.search(EAST, 100)) == 6


def test_vectors_are_given_back(filled: DenseIndex) -> None:
    found = filled.vectors(["post@1#1", "unknown@1#0", "wire@1#0"])
    assert {name: vector.tolist() for name, vector in found.items()} == {
        "post@1#1": pytest.approx([0.6, 0.8]),
        "wire@1#0": [-1, 0],
    }
    assert filled.vectors([]) == {}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(outlets=("Herald",)), {"herald"}),
        (Filters(outlets=("Herald", "")), {"herald", "undated"}),
        (Filters(outlets=("Nobody",)), set()),
        (Filters(languages=("fr",)), {"wire"}),
        (Filters(languages=("",)), {"undated"}),
        (Filters(feeds=("https://wire.example/feed",)), {"wire"}),
        (Filters(since=datetime(2024, 3, 4, 9, tzinfo=UTC)), {"post", "herald"}),
        (Filters(since=datetime(2024, 3, 4, 9, 0, 1, tzinfo=UTC)), {"herald"}),
        (Filters(until=datetime(2024, 3, 4, 9, tzinfo=UTC)), {"old"}),
        (Filters(until=datetime(2024, 3, 4, 9, 0, 1, tzinfo=UTC)), {"post", "old"}),
        (Filters(until=datetime(1961, 4, 12, 6, 7, 0, 600_000, tzinfo=UTC)), {"old"}),
        (Filters(since=datetime(2024, 3, 1, tzinfo=UTC), outlets=("Post",), languages=("en",)), {"post"}),
        (Filters(since=datetime(2024, 3, 6, tzinfo=UTC), until=datetime(2024, 3, 7, tzinfo=UTC)), {"herald"}),
    ],
)
def test_filters(filled: DenseIndex, filters: Filters, found: set[str]) -> None:
    assert set(ids(filled.search(NORTH, 10, filters))) == found


def test_a_rare_outlet_among_many_is_found_whole(dense: DenseIndex) -> None:
    numbers = np.random.default_rng(5)
    many = [
        item(f"n{n}", tuple(numbers.normal(size=2)), source="Rare" if n % 400 == 0 else "Post") for n in range(2400)
    ]
    dense.apply((), many)
    found = dense.search(EAST, 50, Filters(outlets=("Rare",)))
    assert sorted(ids(found)) == ["n0", "n1200", "n1600", "n2000", "n400", "n800"]


def test_every_chunk_of_an_article_goes(filled: DenseIndex) -> None:
    filled.apply(["post", "unknown"], ())
    assert "post" not in ids(filled.search(EAST, 10))
    assert filled.count() == 4


def test_an_article_that_is_applied_again_is_there_once(filled: DenseIndex) -> None:
    for _ in range(2):
        filled.apply(["post"], [item("post", (0, -1), source="Other", version=2)])
    assert filled.ids() == {"post@2#0", "herald@1#0", "undated@1#0", "wire@1#0", "old@1#0"}
    assert ids(filled.search(EAST, 10, Filters(outlets=("Other",)))) == ["post"]


def test_what_was_applied_is_there_after_opening_again(tmp_path: Path) -> None:
    index = DenseIndex(tmp_path / "dense")
    index.apply((), [item("post", (1, 0), (0, 1))])
    index.close()
    again = DenseIndex(tmp_path / "dense")
    assert again.ids() == {"post@1#0", "post@1#1"}
    assert ids(again.search(NORTH, 1)) == ["post"]
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


def test_dates_of_any_age_can_be_kept(dense: DenseIndex) -> None:
    first = datetime(1, 1, 1, tzinfo=UTC)
    dense.apply((), [item("first", (1, 0), published_at=first), item("undated", (1, 0), published_at=None)])
    assert ids(dense.search(EAST, 5, Filters(until=first + timedelta(days=1)))) == ["first"]
