"""What holds of the indexes whether they are owned or only read: they follow the archive."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from corpus.archive.article_editing import edit_article, undo_edits
from corpus.archive.database import Archive
from corpus.archive.engine import Place
from corpus.archive.move import move_archive
from corpus.archive.selection import Selection
from corpus.cli.index_process import forget_vectors
from corpus.errors import IndexUnavailableError
from rag.index.embedder import Embedder
from rag.index.indexes import Indexes, open_indexes
from rag.index.owned_indexes import OwnedIndexes
from rag.index.pending_articles import FIRST_BATCH
from rag.index.read_only_indexes import ReadOnlyIndexes
from rag.model import Filters
from rag.text.terms import list_query_terms
from tests.rag.index_checks import assert_whole, found, names, nearest, opened_second
from tests.rag.wire_items import numbered
from tests.rag.word_embedder import SilentWordEmbedder, WordEmbedder

Opener = Callable[[Path, Embedder], AbstractContextManager[Indexes]]


@pytest.fixture(params=["owned", "read_only", "in_a_database"])
def opened(request: pytest.FixtureRequest) -> Opener:
    """Return what opens the indexes of a data folder: owned, read-only, and owned with the archive in a database."""
    kind = ReadOnlyIndexes if request.param == "read_only" else OwnedIndexes
    databases: dict[Path, Place] = {}

    def find_place(data: Path) -> Place:
        if request.param != "in_a_database":
            return data / "archive.sqlite3"
        if data not in databases:
            databases[data] = request.getfixturevalue("postgres").make_schema()
            if (data / "archive.sqlite3").exists():
                move_archive(data, databases[data])
        return databases[data]

    @contextmanager
    def open_and_close(data: Path, embedder: Embedder) -> Iterator[Indexes]:
        with Archive(find_place(data)) as archive:
            indexes = open_indexes(archive, embedder, data / "index", "the test", read_only=kind is ReadOnlyIndexes)
            assert isinstance(indexes, kind)
            yield indexes
            indexes.close()

    return open_and_close


def test_an_empty_archive_has_empty_indexes(opened: Opener, tmp_path: Path) -> None:
    with opened(tmp_path, SilentWordEmbedder()) as indexes:
        assert (indexes.embed_pending(), indexes.catch_up()) == (0, 0)
        assert (indexes.dense.count(), indexes.lexical.count()) == (0, 0)
        assert indexes.find_differences() == {}
        assert found(indexes, "anything") == []


def test_an_article_counts_as_found_once_the_indexes_hold_it(opened: Opener, tmp_path: Path) -> None:
    with opened(tmp_path, WordEmbedder()) as indexes:
        indexes.store.archive.put(numbered(1))
        assert indexes.embed_pending() == 1
        assert (found(indexes, "bridge1"), indexes.progress()) == ([], (0, 1))
        indexes.catch_up()
        assert (found(indexes, "bridge1"), indexes.progress()) == (["n001"], (1, 1))


def test_what_is_added_changed_and_removed_is_followed(opened: Opener, town_data: Path) -> None:
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


def test_particulars_that_are_corrected_are_followed_and_so_is_their_undoing(opened: Opener, town_data: Path) -> None:
    with opened(town_data, WordEmbedder()) as indexes:
        archive, body = indexes.store.archive, numbered(7).body
        edit_article(archive, "n007", {"title": "Zeppelin 7", "source": "Town Echo", "published_at": "2020-03-01"})
        assert indexes.embed_pending() == 1
        indexes.catch_up()
        assert_whole(indexes)
        assert found(indexes, "zeppelin") == ["n007"]
        assert nearest(indexes, f"Zeppelin 7 | Town Echo | 1 March 2020 {body}") == "n007@1#0"
        narrowed = Filters(until=datetime(2021, 1, 1, tzinfo=UTC), outlets=("Town Echo",))
        wanted = list_query_terms("bridge7", ("en",))
        assert [chunk_id for chunk_id, _ in indexes.lexical.search(wanted, 9, narrowed)] == ["n007@1#0"]
        undo_edits(archive, "n007")
        assert indexes.embed_pending() == 1
        indexes.catch_up()
        assert_whole(indexes)
        assert found(indexes, "zeppelin") == []
        assert nearest(indexes, f"Council 7 | Town Crier | 8 March 2024 {body}") == "n007@1#0"


def test_a_change_that_keeps_the_text_takes_its_vectors_along(opened: Opener, town_data: Path) -> None:
    with opened(town_data, SilentWordEmbedder()) as indexes:
        assert indexes.store.archive.put(replace(numbered(7), author="Jo Brand"), live=True) == "updated"
        assert indexes.embed_pending() == 0
        assert indexes.catch_up() == 1
        assert_whole(indexes)
        assert "n007@2#0" in indexes.dense.ids()


def test_it_catches_up_with_what_was_written_while_nobody_had_it_open(opened: Opener, town_data: Path) -> None:
    with Archive(town_data / "archive.sqlite3") as archive:
        archive.remove(Selection(ids=("n001", "n002")))
        archive.put(numbered(60))
        assert OwnedIndexes(archive, WordEmbedder(), town_data / "index", "another").embed_pending() == 1
    with opened(town_data, SilentWordEmbedder()) as indexes:
        assert_whole(indexes)
        assert found(indexes, "bridge60 bridge1") == ["n060"]
    assert names(town_data) == {"generation-1"}


def test_embedding_stops_after_the_batch_at_hand(opened: Opener, tmp_path: Path) -> None:
    stop, seen = threading.Event(), []

    def progress(done: int, total: int) -> None:
        seen.append((done, total))
        stop.set()

    with opened(tmp_path, WordEmbedder()) as indexes:
        for n in range(40):
            indexes.store.archive.put(numbered(n))
        assert indexes.embed_pending(progress, stop=stop) == FIRST_BATCH
        assert seen == [(FIRST_BATCH, 40)]
        assert indexes.embed_pending() == 40 - FIRST_BATCH
        assert indexes.catch_up() == 40
        assert_whole(indexes)


def test_between_two_batches_another_process_may_take_over(opened: Opener, tmp_path: Path) -> None:
    taken = FileLock(tmp_path / "index" / "embedding.lock")

    def progress(*_: int) -> None:
        taken.acquire(timeout=0)

    with opened(tmp_path, WordEmbedder()) as indexes:
        for n in range(40):
            indexes.store.archive.put(numbered(n))
        assert indexes.embed_pending(progress) == FIRST_BATCH
        assert taken.is_locked
        taken.release()
        assert indexes.embed_pending() == 40 - FIRST_BATCH


def test_while_another_embeds_nothing_is_embedded(opened: Opener, town_data: Path) -> None:
    with opened(town_data, WordEmbedder()) as indexes, opened_second(town_data) as second:
        indexes.store.archive.put(numbered(50))
        counts: list[int] = []
        indexes.embed_pending(lambda done, total: counts.append(second.embed_pending()))
        assert counts == [0]


def test_an_article_without_text_has_no_chunks_and_harms_none(opened: Opener, town_data: Path) -> None:
    with opened(town_data, WordEmbedder()) as indexes:
        indexes.store.archive.put(replace(numbered(50), body=""))
        assert (indexes.embed_pending(), indexes.embed_pending()) == (1, 0)
        indexes.catch_up()
        assert_whole(indexes)
        assert indexes.dense.count() == 30


def test_forgotten_vectors_leave_the_indexes_and_come_back(opened: Opener, town_data: Path) -> None:
    with opened(town_data, WordEmbedder()) as indexes:
        forget_vectors(indexes.store.archive)
        indexes.catch_up()
        assert (indexes.dense.count(), indexes.lexical.count()) == (0, 0)
        assert indexes.embed_pending() == 30
        indexes.catch_up()
        assert_whole(indexes)


def test_another_embedder_is_refused_and_the_way_out_said(opened: Opener, town_data: Path, embedder: Embedder) -> None:
    with pytest.raises(IndexUnavailableError) as refused, opened(town_data, embedder):
        pass
    assert "made with the embedder words/1, but the settings name all-MiniLM-L6-v2/53aa5117/" in str(refused.value)
    assert "run `python -m corpus rebuild` to embed anew, or set NEWSDESK_EMBEDDER back" in str(refused.value)
    with opened(town_data, SilentWordEmbedder()) as indexes:  # Nothing was changed, and nothing is held.
        assert_whole(indexes)


def test_closed_indexes_find_nothing_and_follow_nothing(opened: Opener, town_data: Path) -> None:
    with opened(town_data, SilentWordEmbedder()) as indexes:
        indexes.close()
        assert (indexes.catch_up(), indexes.progress()) == (0, (0, 30))
        for search in (lambda: indexes.dense, lambda: indexes.lexical, indexes.find_differences):
            with pytest.raises(ValueError, match="the indexes are not open"):
                search()
