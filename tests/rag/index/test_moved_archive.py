"""An archive that was moved goes on with the indexes of the one that it was copied from, as far as both have one log."""

from contextlib import closing
from pathlib import Path

from corpus.archive.database import Archive
from corpus.archive.engine import Place
from corpus.archive.move import move_archive
from rag.index.owned_indexes import OwnedIndexes
from rag.index.read_only_indexes import ReadOnlyIndexes
from tests.postgresql import PostgresServer
from tests.rag.index_checks import assert_whole, found, names, opened
from tests.rag.wire_items import numbered
from tests.rag.word_embedder import SilentWordEmbedder, WordEmbedder


def move(data: Path, to: Place) -> None:
    assert move_archive(data, to).current


def test_the_indexes_of_the_source_serve_and_nothing_is_made_anew(town_data: Path, postgres: PostgresServer) -> None:
    place = postgres.make_schema()
    move(town_data, place)
    before = names(town_data)
    with Archive(place) as archive:
        archive.put(numbered(50))
        with closing(OwnedIndexes(archive, WordEmbedder(), town_data / "index", "the test")) as indexes:
            indexes.open()
            indexes.embed_pending()
            indexes.catch_up()
            assert_whole(indexes)
            assert found(indexes, "bridge7 bridge50") == ["n007", "n050"]
        state = indexes.folder.generations.state()
        assert state is not None
        assert state.archive == archive.identity
    assert names(town_data) == before


def test_they_do_not_where_the_source_has_gone_on(town_data: Path, postgres: PostgresServer, tmp_path: Path) -> None:
    place = postgres.make_schema()
    move(town_data, place)
    move_archive(place, tmp_path / "back")
    with opened(town_data, WordEmbedder()) as indexes:
        indexes.store.archive.put(numbered(50))
        indexes.embed_pending()
        indexes.catch_up()
    for other in (place, tmp_path / "back" / "archive.sqlite3"):
        with Archive(other) as archive:  # As many changes as the source has now, others though.
            archive.put(numbered(51))
            with closing(OwnedIndexes(archive, WordEmbedder(), town_data / "index", "the test")) as indexes:
                indexes.embed_pending()
                indexes.open()
                assert_whole(indexes)
                assert found(indexes, "bridge50 bridge51") == ["n051"]


def test_a_reader_takes_them_too_and_those_of_an_archive_moved_twice(town_data: Path, tmp_path: Path) -> None:
    move(town_data, tmp_path / "second")
    move(tmp_path / "second", tmp_path / "third")
    before = names(town_data)
    with Archive(tmp_path / "third" / "archive.sqlite3") as archive:
        reading = ReadOnlyIndexes(archive, SilentWordEmbedder(), town_data / "index", "the test")
        reading.open()
        assert reading.progress() == (30, 30)
        assert found(reading, "bridge7") == ["n007"]
        reading.close()
    assert names(town_data) == before
