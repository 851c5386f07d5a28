"""The indexes follow the archive, and are made anew from it when they are damaged, foreign or cut off by a kill."""

import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.archive import Archive
from corpus.article import Chunk
from corpus.chunkstore import ChunkStore, Embedded
from corpus.errors import IndexUnavailableError
from corpus.indexing import forget_vectors
from corpus.selection import Selection
from rag.embedder import Embedder
from rag.indexes import Indexes
from rag.terms import query_terms
from tests.rag.conftest import OWNER
from tests.rag.wire_items import WIRES, numbered
from tests.rag.word_embedder import SilentEmbedder, SilentWordEmbedder, WordEmbedder

KILLS = (
    "embedding",
    "lexical",
    "rebuilding",
    *(pytest.param(point, marks=pytest.mark.campaign) for point in ("opened", "embedded", "both", "applied")),
)


@contextmanager
def opened(data: Path, embedder: Embedder | None = None, anew: bool = False) -> Iterator[Indexes]:
    with Archive(data / "archive.sqlite3") as archive:
        indexes = Indexes(archive, embedder or SilentWordEmbedder(), data / "index", "the test")
        indexes.open(anew)
        yield indexes
        indexes.close()


def found(indexes: Indexes, text: str) -> list[str]:
    """Return the ids of the articles whose words a text has."""
    hits = indexes.lexical.search(query_terms(text, ("en",)), 10)
    return [chunk_id.partition("@")[0] for chunk_id, _ in hits]


def nearest(indexes: Indexes, text: str) -> str:
    """Return the id of the chunk nearest to a text by the vectors of words."""
    return indexes.dense.search(WordEmbedder().embed_query(text), 1)[0][0]


def assert_whole(indexes: Indexes) -> None:
    """Compare every id of both indexes with the archive's, and each vector with the one that it keeps."""
    assert indexes.differences() == {}
    for item in indexes.store.embedded(article.id for article in indexes.store.archive.articles()):
        kept = indexes.dense.vectors([chunk.id for chunk in item.chunks])
        for chunk, vector in zip(item.chunks, item.vectors, strict=True):
            assert np.allclose(kept[chunk.id], vector, atol=1e-6)
    assert indexes.applied() == indexes.store.last_change()


def names(data: Path) -> set[str]:
    """Return the names of the generations, in use and aside."""
    return {path.name for path in (data / "index").iterdir() if path.is_dir()}


# Following


def test_an_empty_archive_has_empty_indexes(tmp_path: Path) -> None:
    with opened(tmp_path) as indexes:
        assert (indexes.embed_pending(), indexes.catch_up()) == (0, 0)
        assert (indexes.dense.count(), indexes.lexical.count()) == (0, 0)
        assert indexes.differences() == {}
        assert found(indexes, "anything") == []


def test_what_is_added_changed_and_removed_is_followed(town_data: Path) -> None:
    with opened(town_data, WordEmbedder()) as indexes:
        archive = indexes.store.archive
        archive.put(numbered(50))
        archive.put(replace(numbered(7), body="The ferry of town7 sank."), live=True)
        archive.remove(Selection(ids=("n003",)))
        assert indexes.embed_pending() == 2
        assert indexes.catch_up() == 3
        assert indexes.catch_up() == 0
        assert_whole(indexes)
        assert found(indexes, "bridge50") == ["n050"]
        assert found(indexes, "ferry") == ["n007"]
        assert found(indexes, "bridge7 bridge3") == []
        assert nearest(indexes, "Council 7 | Town Crier | 8 March 2024 The ferry of town7 sank.") == "n007@2#0"
        assert {"n007@1#0", "n003@1#0"}.isdisjoint(indexes.dense.ids() | indexes.lexical.ids())


def test_a_change_that_keeps_the_text_takes_its_vectors_along(town_data: Path) -> None:
    with opened(town_data) as indexes:
        assert indexes.store.archive.put(replace(numbered(7), author="Jo Brand"), live=True) == "updated"
        assert indexes.embed_pending() == 0
        assert indexes.catch_up() == 1
        assert_whole(indexes)
        assert "n007@2#0" in indexes.dense.ids()


def test_it_catches_up_with_what_was_written_while_nobody_had_it_open(town_data: Path) -> None:
    with Archive(town_data / "archive.sqlite3") as archive:
        archive.remove(Selection(ids=("n001", "n002")))
        archive.put(numbered(60))
        assert Indexes(archive, WordEmbedder(), town_data / "index", "another").embed_pending() == 1
    with opened(town_data) as indexes:
        assert_whole(indexes)
        assert found(indexes, "bridge60 bridge1") == ["n060"]
    assert names(town_data) == {"generation-1"}


def test_embedding_stops_after_the_batch_at_hand(tmp_path: Path) -> None:
    stop, seen = threading.Event(), []

    def progress(done: int, total: int) -> None:
        seen.append((done, total))
        stop.set()

    with opened(tmp_path, WordEmbedder()) as indexes:
        for n in range(40):
            indexes.store.archive.put(numbered(n))
        assert indexes.embed_pending(progress, stop=stop) == 32
        assert seen == [(32, 40)]
        assert indexes.embed_pending() == 8
        assert indexes.catch_up() == 40
        assert_whole(indexes)


def test_while_another_embeds_nothing_is_embedded(town_data: Path) -> None:
    with opened(town_data, WordEmbedder()) as indexes, opened_second(town_data) as second:
        indexes.store.archive.put(numbered(50))
        counts: list[int] = []
        indexes.embed_pending(lambda done, total: counts.append(second.embed_pending()))
        assert counts == [0]


@contextmanager
def opened_second(data: Path) -> Iterator[Indexes]:
    with Archive(data / "archive.sqlite3") as archive:
        yield Indexes(archive, SilentWordEmbedder(), data / "index", "the second")


def test_an_article_without_text_has_no_chunks_and_harms_none(town_data: Path) -> None:
    with opened(town_data, WordEmbedder()) as indexes:
        indexes.store.archive.put(replace(numbered(50), body=""))
        assert (indexes.embed_pending(), indexes.embed_pending()) == (1, 0)
        indexes.catch_up()
        assert_whole(indexes)
        assert indexes.dense.count() == 30


# Rebuilding


def test_a_rebuild_embeds_nothing(town_data: Path) -> None:
    with opened(town_data, anew=True) as indexes:
        assert_whole(indexes)
        assert indexes.dense.count() == 30
        assert found(indexes, "bridge7") == ["n007"]
    with opened(town_data, anew=True) as indexes:
        assert_whole(indexes)
    assert names(town_data) == {"generation-3"}


def test_a_rebuild_of_the_embedder_that_ships_embeds_nothing(data: Path) -> None:
    with opened(data, SilentEmbedder(), anew=True) as indexes:
        assert_whole(indexes)
        assert set(found(indexes, "herring")) == {"herring", "undated"}


def test_forgotten_vectors_leave_the_indexes_and_come_back(town_data: Path) -> None:
    with opened(town_data, WordEmbedder()) as indexes:
        forget_vectors(indexes.store.archive)
        indexes.catch_up()
        assert (indexes.dense.count(), indexes.lexical.count()) == (0, 0)
        assert indexes.embed_pending() == 30
        indexes.catch_up()
        assert_whole(indexes)


def test_an_archive_put_back_to_an_earlier_state_is_followed_from_there(town_data: Path, tmp_path: Path) -> None:
    backup = shutil.copy(town_data / "archive.sqlite3", tmp_path / "backup")
    with opened(town_data, WordEmbedder()) as indexes:
        indexes.store.archive.remove(Selection(ids=("n001",)))
        indexes.store.archive.put(numbered(50))
        indexes.embed_pending()
        indexes.catch_up()
    for path in town_data.glob("archive.sqlite3*"):
        path.unlink()
    shutil.copy(backup, town_data / "archive.sqlite3")
    with opened(town_data) as indexes:
        assert_whole(indexes)
        assert found(indexes, "bridge1 bridge50") == ["n001"]


def test_the_indexes_of_another_archive_are_made_anew(town_data: Path) -> None:
    for path in town_data.glob("archive.sqlite3*"):
        path.unlink()
    with opened(town_data, WordEmbedder()) as indexes:
        assert indexes.dense.count() == 0
        indexes.store.archive.put(numbered(5))
        indexes.embed_pending()
        indexes.catch_up()
        assert_whole(indexes)


def test_another_embedder_is_refused_and_the_way_out_said(town_data: Path, embedder: Embedder) -> None:
    with pytest.raises(IndexUnavailableError) as refused, opened(town_data, embedder):
        pass
    assert "made with the embedder words/1, but the settings name all-MiniLM-L6-v2/53aa5117/" in str(refused.value)
    assert "run `python -m corpus rebuild` to embed anew, or set NEWSDESK_EMBEDDER back" in str(refused.value)
    with opened(town_data) as indexes:  # Nothing was changed, and nothing is held.
        assert_whole(indexes)


def test_two_embedders_keep_their_vectors_side_by_side(data: Path) -> None:
    with opened(data, WordEmbedder(), anew=True) as indexes:
        indexes.embed_pending()
        indexes.catch_up()
        assert_whole(indexes)
    with opened(data, SilentEmbedder(), anew=True) as indexes:
        assert_whole(indexes)
        assert indexes.store.pending(10) == []


# One owner


def test_a_second_process_is_refused_and_told_who_owns_them(
    town_data: Path, owner: Callable[[Path], "subprocess.Popen[str]"], data: Path
) -> None:
    child = owner(data)
    with pytest.raises(IndexUnavailableError) as refused, opened(data, SilentEmbedder()):
        pass
    assert f"the index is in use by the page of the test, process {child.pid};" in str(refused.value)
    with Archive(data / "archive.sqlite3") as archive:
        second = Indexes(archive, SilentEmbedder(), data / "index", "the second")
        assert second.named_owner() == f"the page of the test, process {child.pid}"
        child.communicate()
        assert child.returncode == 0
        assert second.named_owner() == ""
    with opened(data, SilentEmbedder()) as indexes:
        assert_whole(indexes)


def test_an_owner_names_itself_and_keeps_what_it_owns(town_data: Path) -> None:
    with opened(town_data) as indexes, opened_second(town_data) as second:
        assert indexes.named_owner() == indexes.owner
        assert second.named_owner() == indexes.owner
        with pytest.raises(IndexUnavailableError, match="in use by the test, process"):
            second.open()
        assert found(indexes, "bridge7") == ["n007"]


def test_what_one_thread_opened_another_may_close(town_data: Path) -> None:
    with Archive(town_data / "archive.sqlite3") as archive, opened_second(town_data) as second:
        indexes = Indexes(archive, SilentWordEmbedder(), town_data / "index", "the first")
        indexes.open()
        closing = threading.Thread(target=indexes.close)
        closing.start()
        closing.join()
        assert second.named_owner() == ""
        second.open()
        assert_whole(second)
        second.close()


def test_closed_indexes_stay_closed(town_data: Path) -> None:
    with opened(town_data, WordEmbedder()) as indexes:
        indexes.close()
        indexes.close()
        indexes.store.archive.put(numbered(50))
        assert indexes.embed_pending() == 1
        assert indexes.catch_up() == 0
        with pytest.raises(ValueError, match="not open"):
            _ = indexes.dense
        with pytest.raises(ValueError, match="not open"):
            _ = indexes.lexical
        indexes.open()
        assert found(indexes, "bridge50") == ["n050"]


def test_a_folder_that_cannot_be_made_is_an_error_that_says_what_to_do(town_data: Path) -> None:
    shutil.rmtree(town_data / "index")
    (town_data / "index").write_text("in the way")
    with pytest.raises(IndexUnavailableError, match=r"the index cannot be written .*; free some disk space or mend"):
        with opened(town_data):
            pass


# Killed owners


@pytest.mark.parametrize("point", KILLS)
def test_an_owner_killed_at_any_point_loses_and_doubles_nothing(town_data: Path, point: str) -> None:
    killed = subprocess.run([sys.executable, str(OWNER), str(town_data), point], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with opened(town_data, WordEmbedder()) as indexes:
        assert_whole(indexes)
        indexes.embed_pending()
        indexes.catch_up()
        assert_whole(indexes)
        untouched = point in ("opened", "rebuilding")
        assert indexes.dense.count() == (30 if untouched else 39)
        assert set(found(indexes, "bridge45 ferries")) == (set() if untouched else {"n045", "n001"})
        assert found(indexes, "bridge2") == (["n002"] if untouched else [])
    with opened(town_data) as indexes:
        assert_whole(indexes)
    assert not [name for name in names(town_data) if not name.startswith("generation-")]


# Damage


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with 1,210 chunks: from 1,000 on Chroma writes its graph into files."""
    data = tmp_path_factory.mktemp("long")
    numbers = np.random.default_rng(3)
    with Archive(data / "archive.sqlite3") as archive:
        store = ChunkStore(archive, "words/1")
        for n in range(11):
            article = replace(numbered(n), body=" ".join(f"word{n}x{i}" for i in range(110)))
            archive.put(article)
            vectors = numbers.normal(size=(110, 32)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            chunks = tuple(Chunk(article, i, i * 5, i * 5 + 40) for i in range(110))
            assert store.store([Embedded(article, chunks, vectors)]) == 1
        indexes = Indexes(archive, SilentWordEmbedder(), data / "index", "the fixture")
        indexes.open()
        indexes.close()
    return data


def garbled(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes(b ^ 0xFF for b in content[middle : middle + 64]) + content[middle + 64 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[: len(content) // 2],
    "emptied": lambda content: b"",
    "garbled": garbled,
}

FILES = (
    "dense/chroma.sqlite3",
    "dense/*/data_level0.bin",
    "dense/*/header.bin",
    "dense/*/link_lists.bin",
    "dense/*/index_metadata.pickle",
    "lexical/meta.json",
    "lexical/*.store",
    "lexical/*.idx",
    "lexical/*.term",
    "lexical/*.fast",
)


def damaged(source: Path, folder: Path, pattern: str, change: Callable[[bytes], bytes] | None) -> Path:
    """Return a copy of a data folder in which a file of the index is changed, or is not there."""
    data = Path(shutil.copytree(source, folder / "data"))
    file = next((data / "index" / "generation-1").glob(pattern))
    if change:
        file.write_bytes(change(file.read_bytes()))
    else:
        file.unlink()
    return data


def as_after_a_kill(data: Path) -> None:
    """Note the state as an owner leaves it that was killed."""
    file = data / "index" / "state.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"seal": ""}))


def assert_mended(data: Path) -> None:
    with opened(data) as indexes:
        assert_whole(indexes)
        assert indexes.dense.count() == 1210
        assert found(indexes, "word3x7")[0] == "n003"
    assert names(data) == {"generation-2", "damaged-generation-1"}


@pytest.mark.parametrize("damage", [*DAMAGES, "deleted"])
@pytest.mark.parametrize("pattern", FILES)
def test_damage_is_found_and_mended_from_the_archive(long: Path, tmp_path: Path, pattern: str, damage: str) -> None:
    assert_mended(damaged(long, tmp_path, pattern, DAMAGES.get(damage)))


@pytest.mark.parametrize(
    ("pattern", "damage"),
    [
        ("dense/*/data_level0.bin", "garbled"),  # Chroma ends the process when it reads this.
        ("dense/*/index_metadata.pickle", "deleted"),
        pytest.param("dense/chroma.sqlite3", "cut", marks=pytest.mark.campaign),
        pytest.param("lexical/*.store", "garbled", marks=pytest.mark.campaign),  # tantivy panics.
    ],
)
def test_damage_beside_a_kill_is_found_by_a_child(long: Path, tmp_path: Path, pattern: str, damage: str) -> None:
    data = damaged(long, tmp_path, pattern, DAMAGES.get(damage))
    as_after_a_kill(data)
    assert_mended(data)


@pytest.mark.parametrize("gone", ["state.json", "generation-1", "generation-1/dense", "generation-1/lexical", "."])
def test_what_is_gone_is_made_anew(town_data: Path, gone: str) -> None:
    path = town_data / "index" / gone
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    with opened(town_data) as indexes:
        assert_whole(indexes)
        assert found(indexes, "bridge7") == ["n007"]


def test_a_state_that_cannot_be_read_is_made_anew(town_data: Path) -> None:
    (town_data / "index" / "state.json").write_bytes(b'{"generation": "x"')
    with opened(town_data) as indexes:
        assert_whole(indexes)
    assert names(town_data) == {"generation-2"}


def test_rows_that_one_index_lost_are_found_at_opening(town_data: Path) -> None:
    with opened(town_data) as indexes:
        indexes.dense.apply(["n004"], ())
        assert indexes.differences() == {"dense": ["n004@1#0"]}
    with opened(town_data) as indexes:
        assert_whole(indexes)
    assert names(town_data) == {"generation-2", "damaged-generation-1"}


def test_a_sound_index_is_opened_as_it_is(data: Path) -> None:
    for _ in range(2):
        with opened(data, SilentEmbedder()) as indexes:
            assert_whole(indexes)
            assert indexes.store.progress() == (14, 14)
            assert {article.id for article in WIRES} <= {i.partition("@")[0] for i in indexes.dense.ids()}
    assert names(data) == {"generation-1"}
