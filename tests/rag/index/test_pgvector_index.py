"""The dense index in the database: who makes it, what keeps it up, and how filters reach it."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from corpus.archive.chunk_store import ChunkStore, Embedded, Vectors
from corpus.archive.database import Archive
from corpus.archive.engine import Place
from corpus.archive.rows import COLUMNS, row_values
from corpus.archive.selection import Selection
from corpus.article import Article, Chunk
from corpus.errors import ArchiveError, IndexUnavailableError, SettingsError
from rag.index.embedder import Embedder
from rag.index.indexes import Indexes, open_indexes
from rag.index.owned_indexes import OwnedIndexes
from rag.index.pgvector_index import PgvectorIndex
from rag.index.pgvector_table import PgvectorTable
from rag.index.snapshots import restore_snapshot, write_snapshot
from tests.postgresql import PostgresServer
from tests.rag.index_checks import assert_whole, found, nearest
from tests.rag.wire_items import numbered
from tests.rag.word_embedder import DIMENSIONS, SilentWordEmbedder, WordEmbedder
from tests.waiting import PATIENCE_S, wait_until

LIMIT = 20


def random_vectors(count: int, seed: int) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def whole(article: Article, vector: Vectors) -> Embedded:
    return Embedded(article, (Chunk(article, 0, 0, 5),), vector[None])


def write(store: ChunkStore, articles: list[Article]) -> None:
    """Keep articles, each with one chunk and a vector of its own; whether one is a copy is not looked for."""
    rows = [[*row_values(a), a.id.encode(), a.id.encode(), "2024-01-01T00:00:00+00:00"] for a in articles]
    sql = f"INSERT INTO articles ({COLUMNS}, digest, text_digest, added_at) VALUES ({', '.join('?' * len(rows[0]))})"
    with store.archive.transaction() as connection:
        connection.executemany(sql, rows)
    vectors = random_vectors(len(articles), len(articles))
    store.store([whole(article, vector) for article, vector in zip(articles, vectors, strict=True)])


def open_store(place: Place) -> ChunkStore:
    return ChunkStore(Archive(place), WordEmbedder.profile)


@pytest.fixture
def store(postgres: PostgresServer) -> Iterator[ChunkStore]:
    opened = open_store(postgres.make_vector_schema())
    yield opened
    opened.archive.close()


@pytest.fixture
def index(store: ChunkStore) -> PgvectorIndex:
    return PgvectorIndex(store, WordEmbedder())


def assert_equal(index: PgvectorIndex, store: ChunkStore) -> None:
    """Compare every id and vector of the index with the record's."""
    assert index.ids() == set(store.ids())
    assert index.count() == store.count()
    for chunk_id, vector in store.vectors_of(Selection()).items():
        assert dict(index.search(vector[None], LIMIT)[0])[chunk_id] == pytest.approx(1, abs=1e-3)


# Who makes it


def test_what_the_record_holds_already_is_taken_in(index: PgvectorIndex, store: ChunkStore) -> None:
    write(store, [numbered(n) for n in range(30)])
    with pytest.raises(IndexUnavailableError, match="still being made"):
        index.require()
    seen: list[tuple[int, int]] = []
    index.prepare(lambda done, total: seen.append((done, total)))
    index.require()
    assert seen == [(30, 30)]
    assert_equal(index, store)
    index.prepare(lambda *_: pytest.fail("it was made once more"))


def test_numbers_of_every_size_are_read_as_they_were_written(index: PgvectorIndex, store: ChunkStore) -> None:
    index.prepare()
    numbers = [0.0, -0.0, 1.0, -1.0, 0.1, -0.3, 1e-3, 6e-5, 1e-30, -1e-42, 65504.0, -1234.5, *[0.5] * (DIMENSIONS - 12)]
    store.archive.put(numbered(1))
    store.store([whole(numbered(1), np.asarray(numbers, dtype=np.float32))])
    sql = "SELECT decode_vector(vector) FROM chunks"
    (decoded,) = store.archive.connection.execute(sql).fetchone()
    assert np.array_equal(np.asarray(decoded, dtype=np.float32)[:9], np.asarray(numbers, dtype=np.float32)[:9])
    assert decoded[9] == 0  # Too small for a number of full precision: it rounds to nothing in half of it anyway.
    assert decoded[10:12] == [65504.0, -1234.5]


def test_what_others_write_while_it_is_made_is_in_it(index: PgvectorIndex, store: ChunkStore) -> None:
    write(store, [numbered(n) for n in range(1200)])
    other = open_store(store.archive.engine.place)
    stop = threading.Event()

    def add_and_remove() -> None:
        n = 1200
        while not stop.is_set():
            write(other, [numbered(n)])
            other.archive.remove(Selection(ids=(numbered(n - 50).id, numbered(n - 1200).id)))
            n += 1

    writer = threading.Thread(target=add_and_remove, daemon=True)
    writer.start()
    wait_until(lambda: store.archive.get("n1200"))
    index.prepare()
    newest = other.last_change()
    wait_until(lambda: store.last_change() > newest)  # The writer goes on.
    stop.set()
    writer.join(PATIENCE_S)
    assert index.ids() == set(store.ids())
    other.archive.close()


def test_two_machines_that_begin_at_once_make_it_once(index: PgvectorIndex, store: ChunkStore) -> None:
    write(store, [numbered(n) for n in range(10)])
    other = open_store(store.archive.engine.place)
    started = threading.Barrier(2)
    made: list[int] = []

    def prepare(one: PgvectorIndex) -> None:
        started.wait(PATIENCE_S)
        one.prepare(lambda done, _: made.append(done))
        one.require()

    second = threading.Thread(target=prepare, args=(PgvectorIndex(other, WordEmbedder()),), daemon=True)
    second.start()
    prepare(index)
    second.join(PATIENCE_S)
    assert made in ([10], [10, 10])  # The second one may have come after the first had gone through all.
    assert_equal(index, store)
    other.archive.close()


def test_a_graph_that_a_killed_process_left_incomplete_is_made_again(index: PgvectorIndex, store: ChunkStore) -> None:
    write(store, [numbered(n) for n in range(10)])
    index.prepare()
    near = f"{PgvectorTable(store).name}_near"
    invalid = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = CAST(? AS regclass)"
    store.archive.connection.execute(invalid, (near,))
    with pytest.raises(IndexUnavailableError):
        index.require()
    index.prepare()
    index.require()
    assert_equal(index, store)


def test_two_embedders_have_an_index_each(index: PgvectorIndex, store: ChunkStore) -> None:
    class Flat(WordEmbedder):
        profile = "a'flat\\one?/%s"
        dimensions = 2

    index.prepare()
    write(store, [numbered(1)])
    flat_store = ChunkStore(store.archive, Flat.profile)
    flat = PgvectorIndex(flat_store, Flat())
    flat.prepare()
    flat_store.store([whole(numbered(1), np.asarray([1, 0], dtype=np.float32))])
    (found_flat,) = flat.search(np.asarray([[1, 0]], dtype=np.float32), 5)
    assert dict(found_flat) == pytest.approx({"n001@1#0": 1})
    assert_equal(index, store)
    store.archive.remove(Selection(ids=("n001",)))
    assert (flat.count(), index.count()) == (0, 0)


# What it needs


def test_a_database_without_the_extension_says_who_may_add_it(postgres: PostgresServer, tmp_path: Path) -> None:
    with Archive(postgres.make_database()) as archive:
        with pytest.raises(
            ArchiveError, match=r"the database test_.* a superuser of the server run CREATE EXTENSION vector"
        ):
            open_indexes(archive, WordEmbedder(), tmp_path, "the test", dense="postgres")
        archive.connection.execute("CREATE EXTENSION vector")
        archive.connection.execute("UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'")
        with pytest.raises(ArchiveError, match=r"pgvector 0\.7\.4 is too old; .* ALTER EXTENSION vector UPDATE"):
            PgvectorIndex(ChunkStore(archive, "p"), WordEmbedder()).prepare()


def test_an_archive_in_a_file_says_what_to_set(tmp_path: Path) -> None:
    with (
        Archive(tmp_path / "archive.sqlite3") as archive,
        pytest.raises(SettingsError, match=r"NEWSDESK_DENSE=postgres .* NEWSDESK_DATABASE"),
    ):
        open_indexes(archive, WordEmbedder(), tmp_path / "index", "the test", dense="postgres")


# Filters


@pytest.fixture(scope="module")
def crowd(postgres: PostgresServer) -> Iterator[tuple[PgvectorIndex, ChunkStore]]:
    """Index 620 articles, each tenth undated, 10 of an outlet of its own."""
    store = open_store(postgres.make_vector_schema())
    day = datetime(2020, 1, 1, tzinfo=UTC)
    write(
        store,
        [
            replace(
                numbered(n),
                source="Rare" if n % 62 == 0 else "Post",
                published_at=None if n % 10 == 9 else day + timedelta(days=n),
            )
            for n in range(620)
        ],
    )
    index = PgvectorIndex(store, WordEmbedder())
    index.prepare()
    # So few rows are quickest read through: as with many, the planner is to take the graph.
    store.archive.connection.execute("SET enable_seqscan = off")
    yield index, store
    store.archive.close()


@pytest.mark.parametrize(
    ("selection", "passing"),
    [
        (Selection(outlets=("Rare",)), 10),
        (Selection(outlets=("Post",)), 610),
        (Selection(since=datetime(2021, 6, 1, tzinfo=UTC)), 92),
        (Selection(outlets=("Post",), languages=("en",), until=datetime(2021, 1, 1, tzinfo=UTC)), 324),
        (Selection(outlets=("Nobody",)), 0),
    ],
)
def test_filters_leave_the_nearest_of_what_passes(
    crowd: tuple[PgvectorIndex, ChunkStore], selection: Selection, passing: int
) -> None:
    index, store = crowd
    held = store.vectors_of(selection)
    assert len(held) == passing
    asked = random_vectors(3, 99)
    for vector, got in zip(asked, index.search_among(asked, LIMIT, selection), strict=True):
        wanted = sorted(held, key=lambda chunk_id: -float(held[chunk_id] @ vector))[:LIMIT]
        assert len({chunk_id for chunk_id, _ in got} & set(wanted)) >= 0.9 * len(wanted)
        assert len(got) == len(wanted)


def test_the_graph_finds_the_nearest(crowd: tuple[PgvectorIndex, ChunkStore]) -> None:
    index, store = crowd
    held = store.vectors_of(Selection())
    asked = random_vectors(5, 5)
    for vector, got in zip(asked, index.search(asked, LIMIT), strict=True):
        wanted = sorted(held, key=lambda chunk_id: -float(held[chunk_id] @ vector))[:LIMIT]
        assert len({chunk_id for chunk_id, _ in got} & set(wanted)) >= 0.9 * LIMIT
        assert [score for _, score in got] == sorted((score for _, score in got), reverse=True)


# Beside the lexical index of each machine


@pytest.fixture
def opened(postgres: PostgresServer, tmp_path: Path) -> Iterator[list[Indexes]]:
    """Open the indexes of two machines and of a process beside the first one, over 30 articles in a database."""
    place = postgres.make_vector_schema()
    with ExitStack() as stack:
        archives = [stack.enter_context(Archive(place)) for _ in range(3)]
        for n in range(30):
            archives[0].put(numbered(n))
        assert OwnedIndexes(archives[0], WordEmbedder(), tmp_path / "one", "a worker").embed_pending() == 30
        found = []
        for archive, name, read_only in zip(archives, ("one", "two", "one"), (False, False, True), strict=True):
            indexes = open_machine(archive, tmp_path / name, read_only)
            stack.callback(indexes.close)
            found.append(indexes)
        yield found


def open_machine(archive: Archive, folder: Path, read_only: bool = False, embedder: Embedder | None = None) -> Indexes:
    return open_indexes(archive, embedder or SilentWordEmbedder(), folder, "the test", read_only, "postgres")


def test_every_machine_finds_the_same_and_keeps_the_words_only(opened: list[Indexes], tmp_path: Path) -> None:
    for indexes in opened:
        assert nearest(indexes, f"Council 7 | Town Crier | 8 March 2024 {numbered(7).body}") == "n007@1#0"
        assert found(indexes, "bridge7") == ["n007"]
        assert (indexes.dense.count(), indexes.lexical.count()) == (30, 30)
    assert [path.name for path in (tmp_path / "one" / "generation-1").iterdir()] == ["lexical"]


def test_every_machine_follows_what_one_of_them_changes(opened: list[Indexes]) -> None:
    archive = opened[1].store.archive
    archive.put(replace(numbered(7), author="Jo Brand"), live=True)
    archive.remove(Selection(ids=("n003",)))
    for indexes in opened:
        assert indexes.catch_up() == 2
        assert indexes.find_differences() == {}
        assert "n007@2#0" in indexes.dense.ids()
        assert found(indexes, "bridge3") == []


def test_what_was_lost_of_the_index_is_found_and_repaired(opened: list[Indexes], tmp_path: Path) -> None:
    for indexes in opened:
        indexes.close()
    archive = opened[0].store.archive
    archive.connection.execute(f"DELETE FROM {PgvectorTable(opened[0].store).name} WHERE article_key < 5")
    indexes = open_machine(archive, tmp_path / "one")
    assert indexes.dense.count() == 30
    assert indexes.find_differences() == {}
    indexes.close()


def test_a_machine_may_change_between_both_kinds_of_index(opened: list[Indexes], tmp_path: Path) -> None:
    for indexes in opened:
        indexes.close()
    archive = opened[0].store.archive
    for kind in ("chroma", "postgres", "chroma"):
        indexes = open_indexes(archive, SilentWordEmbedder(), tmp_path / "one", "the test", dense=kind)
        assert indexes.dense.count() == 30
        archive.put(replace(numbered(7), author=f"Author of {kind}"), live=True)
        indexes.catch_up()
        assert_whole(indexes)
        indexes.close()


def test_a_snapshot_holds_the_words_alone(opened: list[Indexes], tmp_path: Path) -> None:
    archive = opened[1].store.archive
    opened[1].close()
    owned = OwnedIndexes(archive, SilentWordEmbedder(), tmp_path / "two", "the test", "postgres")
    write_snapshot(owned, tmp_path / "snapshot")
    new = OwnedIndexes(archive, SilentWordEmbedder(), tmp_path / "new", "the test", "postgres")
    restore_snapshot(new, tmp_path / "snapshot")
    new.open()
    assert found(new, "bridge7") == ["n007"]
    assert new.find_differences() == {}
    new.close()
