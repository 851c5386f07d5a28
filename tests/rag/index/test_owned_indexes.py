"""The owner makes the indexes anew from the archive, without embedding."""

import shutil
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from corpus.archive.lineage import begin_copy
from corpus.archive.selection import Selection
from corpus.errors import ArchiveError
from rag.index.read_only_indexes import ReadOnlyIndexes
from tests.rag.index_checks import assert_whole, found, names, opened
from tests.rag.wire_items import numbered
from tests.rag.word_embedder import SilentEmbedder, WordEmbedder


def test_a_rebuild_embeds_nothing(town_data: Path) -> None:
    with opened(town_data, rebuild=True) as indexes:
        assert_whole(indexes)
        assert indexes.dense.count() == 30
        assert found(indexes, "bridge7") == ["n007"]
    with opened(town_data, rebuild=True) as indexes:
        assert_whole(indexes)
    assert names(town_data) == {"generation-3"}


def test_a_rebuild_of_the_embedder_that_ships_embeds_nothing(data: Path) -> None:
    with opened(data, SilentEmbedder(), rebuild=True) as indexes:
        assert_whole(indexes)
        assert set(found(indexes, "herring")) == {"herring", "undated"}


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


def lose(archive: Archive, article_id: str, last: int) -> None:
    """Take an article and the end of the log away, as a failover does that lost commits; numbers go on behind them."""
    with archive.transaction() as connection:
        connection.execute("DELETE FROM articles WHERE id = ?", (article_id,))
        connection.execute("DELETE FROM changes WHERE seq > ?", (last,))


def test_who_runs_while_the_archive_loses_changes_begins_anew(town_data: Path) -> None:
    with opened(town_data, WordEmbedder()) as indexes:
        reading = ReadOnlyIndexes(indexes.store.archive, WordEmbedder(), town_data / "index", "the reader")
        last = indexes.store.last_change()
        indexes.store.archive.put(numbered(50))
        indexes.embed_pending()
        indexes.catch_up()
        reading.open()
        assert found(reading, "bridge50") == ["n050"]
        lose(indexes.store.archive, "n050", last)
        indexes.store.archive.put(numbered(51))
        indexes.embed_pending()
        with indexes.store.archive.transaction() as connection:
            begin_copy(connection, "another")
        for each in (indexes, reading):
            with pytest.raises(ArchiveError, match="not everything is there"):
                each.catch_up()
        indexes.store.archive.connection.execute("DELETE FROM meta WHERE name = 'copied from'")
        for each in (indexes, reading):
            each.catch_up()
            assert_whole(each)
            assert found(each, "bridge50 bridge51") == ["n051"]
        reading.close()


def test_the_indexes_of_another_archive_are_made_anew(town_data: Path) -> None:
    for path in town_data.glob("archive.sqlite3*"):
        path.unlink()
    with opened(town_data, WordEmbedder()) as indexes:
        assert indexes.dense.count() == 0
        indexes.store.archive.put(numbered(5))
        indexes.embed_pending()
        indexes.catch_up()
        assert_whole(indexes)


def test_two_embedders_keep_their_vectors_side_by_side(data: Path) -> None:
    with opened(data, WordEmbedder(), rebuild=True) as indexes:
        indexes.embed_pending()
        indexes.catch_up()
        assert_whole(indexes)
    with opened(data, SilentEmbedder(), rebuild=True) as indexes:
        assert_whole(indexes)
        assert list(indexes.store.articles_to_embed(10)) == []
