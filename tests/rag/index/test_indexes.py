"""The indexes follow the archive and are made anew from it without embedding."""

import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from corpus.cli.index_process import forget_vectors
from corpus.errors import IndexUnavailableError
from rag.index.embedder import Embedder
from rag.index.indexes import Indexes
from tests.rag.index_checks import assert_whole, found, names, nearest, opened, opened_second
from tests.rag.wire_items import numbered
from tests.rag.word_embedder import SilentEmbedder, WordEmbedder

# Following


def test_an_empty_archive_has_empty_indexes(tmp_path: Path) -> None:
    with opened(tmp_path) as indexes:
        assert (indexes.embed_pending(), indexes.catch_up()) == (0, 0)
        assert (indexes.dense.count(), indexes.lexical.count()) == (0, 0)
        assert indexes.differences() == {}
        assert found(indexes, "anything") == []


def test_an_article_counts_as_found_once_the_indexes_hold_it(tmp_path: Path) -> None:
    with opened(tmp_path, WordEmbedder()) as indexes:
        indexes.store.archive.put(numbered(1))
        assert indexes.embed_pending() == 1
        assert (found(indexes, "bridge1"), indexes.progress()) == ([], (0, 1))
        indexes.catch_up()
        assert (found(indexes, "bridge1"), indexes.progress()) == (["n001"], (1, 1))


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


def test_between_two_batches_another_process_may_take_over(tmp_path: Path) -> None:
    taken = FileLock(tmp_path / "index" / "embedding.lock")

    def progress(*_: int) -> None:
        taken.acquire(timeout=0)

    with opened(tmp_path, WordEmbedder()) as indexes:
        for n in range(40):
            indexes.store.archive.put(numbered(n))
        assert indexes.embed_pending(progress) == 32
        assert taken.is_locked
        taken.release()
        assert indexes.embed_pending() == 8


def test_while_another_embeds_nothing_is_embedded(town_data: Path) -> None:
    with opened(town_data, WordEmbedder()) as indexes, opened_second(town_data) as second:
        indexes.store.archive.put(numbered(50))
        counts: list[int] = []
        indexes.embed_pending(lambda done, total: counts.append(second.embed_pending()))
        assert counts == [0]


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
        assert list(indexes.store.articles_to_embed(10)) == []
