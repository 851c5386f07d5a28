"""Whole archives between a file and a database: every row, an interruption anywhere, a source that others write to."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.archive.article_editing import edit_article
from corpus.archive.chunk_store import ChunkStore
from corpus.archive.collections import Collections
from corpus.archive.database import Archive
from corpus.archive.engine import Engine, Place, open_engine
from corpus.archive.engine.bulk import Values
from corpus.archive.move import Moved, move_archive
from corpus.archive.selection import Selection
from corpus.archive.table_copy import OWN, read_pages
from corpus.cli.move_command import MORE_TABLES
from corpus.errors import ArchiveError, InputError
from corpus.feeds.feed_book import FeedBook
from corpus.ingestion.item_cache import ItemCache
from corpus.readers.refusal import ArticleDigest
from tests.corpus.archive_items import HARBOUR, at, numbered, store_all
from tests.postgresql import PostgresServer

Places = tuple[Engine, Engine]


@pytest.fixture(params=["to a database", "to a file"])
def places(request: pytest.FixtureRequest, tmp_path: Path, postgres: PostgresServer) -> Places:
    """Return a source and a target, one of each form."""
    file, database = open_engine(tmp_path / "data" / "archive.sqlite3"), open_engine(postgres.make_schema())
    return (file, database) if request.param == "to a database" else (database, file)


def fill(place: Place) -> None:
    """Make an archive with something in each table: versions, edits, copies, collections, feeds, two profiles, what is pending."""
    with Archive(place) as archive:
        for n in range(30):
            archive.put(numbered(n), run=n % 2)
        archive.put(HARBOUR)
        later = replace(
            HARBOUR, body=HARBOUR.body + " It begins in April.", notice="Corrects the month.", updated_at=at(9)
        )
        archive.put(later)
        archive.put(
            replace(
                later, id="echo", title="Naïve “port” plans \N{SHIP}", source="Lowmoor Echo", url="", published_at=None
            )
        )
        store_all(archive, "first")
        store_all(archive, "second")
        edit_article(archive, "harbour", {"title": "Port is dredged", "author": ""}, "ann")
        archive.remove(Selection(ids=("n00007",)))
        archive.put(numbered(40))
        book = Collections(archive, "ann")
        book.create("Water", Selection(words="port"))
        book.create("Numbers")
        book.add("Numbers", ["n00001", "n00002"])
        feeds = FeedBook(archive.connection)
        feeds.add("https://post.example/rss")
        feeds.mark("https://post.example/rss", "one")
    with ItemCache(place, b"rules") as cache:
        cache.note(b"item", [ArticleDigest("harbour", b"digest")])


def carry(source: Engine, target: Engine, stop_after: int = 0, *, partial: bool = False) -> Moved:
    """Move, with a kill after so many batches: what a batch wrote is there, and the rest is not."""
    batches = 0

    def count(*_: object) -> None:
        nonlocal batches
        batches += 1
        if batches == stop_after:
            raise KeyboardInterrupt

    return move_archive(source, target, more=MORE_TABLES, partial=partial, progress=count)


def dump(engine: Engine) -> dict[str, list[Values]]:
    """Return every row of every table that is not the archive's own."""
    with closing(engine.open_bulk()) as bulk:
        tables = bulk.describe_tables().values()
        return {
            one.name: [row for page in read_pages(bulk.connection, one) for row in page]
            for one in tables
            if one.name not in OWN
        }


def test_every_row_is_carried_and_nothing_is_embedded_again(places: Places) -> None:
    source, target = places
    fill(source.place)
    before = dump(source)
    moved = carry(source, target)
    assert (moved.current, moved.searches) == (True, 20)
    assert moved.rows == {name: len(rows) for name, rows in before.items()}
    assert all(moved.rows.values()), "the archive of this test has something in each table"
    assert dump(target) == dump(source) == before
    with Archive(source) as ours, Archive(target) as theirs:
        assert theirs.identity != ours.identity
        assert theirs.versions("harbour") == ours.versions("harbour")
        assert [one.id for one in theirs.copies("harbour")] == ["echo"]
        assert [article.id for some in ChunkStore(theirs, "second").articles_to_embed(9) for article in some] == [
            "n00040",
            "harbour",
        ]


def test_what_is_added_later_is_numbered_after_what_was_carried(places: Places) -> None:
    source, target = places
    fill(source.place)
    carry(source, target)
    with Archive(target) as archive:
        store = ChunkStore(archive, "second")
        last = store.last_change()
        assert archive.put(numbered(50)) == "added"
        store_all(archive, "second")
        assert store.changes(last) == (last + 3, ["n00050", "n00040", "harbour"])
        newest = archive.connection.execute("SELECT id FROM articles ORDER BY key DESC LIMIT 1").fetchone()[0]
        assert newest == "n00050"


@pytest.mark.parametrize("stop_after", [2, 9, 15])
def test_a_move_that_was_interrupted_is_continued_and_takes_what_changed_meanwhile(
    places: Places, stop_after: int
) -> None:
    source, target = places
    fill(source.place)
    with pytest.raises(KeyboardInterrupt):
        carry(source, target, stop_after)
    with pytest.raises(ArchiveError, match=r"not everything is there; run .* again to its end"):
        Archive(target)
    with Archive(source) as archive:
        archive.remove(Selection(ids=("echo", "n00040", "n00001")))  # The highest number, which SQLite gives again.
        archive.put(replace(numbered(60), id="n00060"))
        archive.put(replace(numbered(3), body=numbered(3).body + " And more."))
        store_all(archive, "second")
        book = Collections(archive, "ann")
        book.delete("Water")
        book.create("Water")
        book.add("Water", ["harbour"])
    carry(source, target)
    assert dump(target) == dump(source)


def test_it_is_not_finished_while_others_write_to_the_source(places: Places) -> None:
    source, target = places
    fill(source.place)
    late = iter([numbered(70)])

    def write(*_: object) -> None:
        for article in late:
            with Archive(source.place) as archive:
                archive.put(article)

    assert not move_archive(source, target, more=MORE_TABLES, progress=write).current
    with pytest.raises(ArchiveError, match="not everything is there"):
        Archive(target)
    assert carry(source, target).current
    with Archive(target) as archive:
        assert archive.get("n00070") is not None


def test_a_backup_holds_what_was_there_when_it_began(places: Places) -> None:
    source, target = places
    fill(source.place)
    before = dump(source)

    def write(*_: object) -> None:
        with Archive(source.place) as archive:
            archive.put(replace(numbered(70), body=f"At {archive.count()}."))

    assert not move_archive(source, target, more=MORE_TABLES, partial=True, progress=write).current
    assert dump(target) == before


def test_a_target_that_holds_something_is_refused(places: Places, tmp_path: Path) -> None:
    source, target = places
    fill(source.place)
    with Archive(target) as archive:
        archive.put(numbered(1))
    with pytest.raises(InputError, match=r"holds something already \(articles, arrivals, bands\)"):
        carry(source, target)
    other = open_engine(tmp_path / "other.sqlite3")
    fill(other.place)
    third = open_engine(tmp_path / "third.sqlite3")
    with pytest.raises(KeyboardInterrupt):
        carry(source, third, 2)
    with pytest.raises(InputError, match="a move of another archive to it is not finished"):
        carry(other, third)
    with pytest.raises(ArchiveError, match="not everything is there"):
        carry(third, open_engine(tmp_path / "fourth.sqlite3"))
    assert carry(source, third).current
    with pytest.raises(InputError, match="holds something already"):
        carry(source, third)


def test_a_difference_at_the_end_is_told(places: Places) -> None:
    source, target = places
    fill(source.place)

    def spoil(table: str, *_: object) -> None:
        if table == "changes":  # The last one.
            with closing(target.connect()) as connection:
                connection.execute("UPDATE chunks SET vector = ? WHERE profile = 'first'", (b"\x00\x00\x80\x3f" * 4,))
                connection.execute("DELETE FROM collected")

    with pytest.raises(
        ArchiveError, match=r"differs from .* in collected, searches by vectors; run the same command again"
    ):
        move_archive(source, target, more=MORE_TABLES, progress=spoil)
    assert carry(source, target).current
    assert dump(target) == dump(source)


def test_both_forms_have_the_same_tables_with_the_same_columns_and_keys(places: Places) -> None:
    fill(places[0].place)
    fill(places[1].place)
    with closing(places[0].open_bulk()) as one, closing(places[1].open_bulk()) as other:
        assert one.describe_tables() == other.describe_tables()
        assert all(table.key for table in one.describe_tables().values())
