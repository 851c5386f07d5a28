"""One process owns the indexes; if it is killed, the next one finds or makes them whole."""

import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from corpus.errors import IndexUnavailableError
from rag.index.owned_indexes import OwnedIndexes
from tests.child_processes import start_child
from tests.rag.index_checks import assert_whole, found, names, opened, opened_second
from tests.rag.owner import OwnerProcess, die_at
from tests.rag.wire_items import numbered
from tests.rag.word_embedder import SilentEmbedder, SilentWordEmbedder, WordEmbedder

KILLS = (
    "embedding",
    "lexical",
    "rebuilding",
    *(pytest.param(point, marks=pytest.mark.campaign) for point in ("opened", "embedded", "both", "applied")),
)


# One owner


def test_a_second_process_is_refused_and_told_who_owns_them(
    town_data: Path, owner: Callable[[Path], OwnerProcess], data: Path
) -> None:
    child = owner(data)
    with Archive(data / "archive.sqlite3") as archive:
        second = OwnedIndexes(archive, SilentEmbedder(), data / "index", "the second")
        second.folder.wait_s = 0
        with pytest.raises(
            IndexUnavailableError, match=f"the index is in use by the page of the test, process {child.pid};"
        ):
            second.open()
        assert second.folder.name_owner() == f"the page of the test, process {child.pid}"
        assert child.end() == 0
        assert second.folder.name_owner() == ""
    with opened(data, SilentEmbedder()) as indexes:
        assert_whole(indexes)


def test_an_owner_names_itself_and_keeps_what_it_owns(town_data: Path) -> None:
    with opened(town_data) as indexes, opened_second(town_data) as second:
        assert indexes.folder.name_owner() == indexes.folder.owner
        assert second.folder.name_owner() == indexes.folder.owner
        with pytest.raises(IndexUnavailableError, match="in use by the test, process"):
            second.open()
        assert found(indexes, "bridge7") == ["n007"]


def test_what_one_thread_opened_another_may_close(town_data: Path) -> None:
    with Archive(town_data / "archive.sqlite3") as archive, opened_second(town_data) as second:
        indexes = OwnedIndexes(archive, SilentWordEmbedder(), town_data / "index", "the first")
        indexes.open()
        closing = threading.Thread(target=indexes.close)
        closing.start()
        closing.join()
        assert second.folder.name_owner() == ""
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
    wanted = pytest.raises(IndexUnavailableError, match=r"the index cannot be written .*; free some disk space or fix")
    with wanted, opened(town_data):
        pass


# Killed owners


@pytest.mark.parametrize("point", KILLS)
def test_an_owner_killed_at_any_point_loses_and_doubles_nothing(town_data: Path, point: str) -> None:
    killed = start_child(die_at, town_data, point)
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
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
