"""Whole archives between a file and a database: every row, an interruption anywhere, a source that others write to."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.archive.article_editing import edit_article
from corpus.archive.chunk_store import ChunkStore
from corpus.archive.collections import Collections
from corpus.archive.database import Archive
from corpus.archive.engine import Place, open_bulk, open_engine
from corpus.archive.engine.bulk import StoredTable, Values
from corpus.archive.move import Moved, list_tables, move_archive
from corpus.archive.selection import Selection
from corpus.archive.stores import STORES, open_stores
from corpus.archive.table_copy import read_pages
from corpus.cli.move_command import MORE_TABLES
from corpus.errors import ArchiveError, InputError
from corpus.feeds.feed_book import FeedBook
from corpus.ingestion.item_cache import ItemCache
from corpus.readers.refusal import ArticleDigest
from rag.follow import topic_book
from tests.corpus.archive_items import HARBOUR, at, numbered, store_all
from tests.postgresql import PostgresServer
from web.conversations import conversation_store

Places = tuple[Place, Place]
CARRIED = {name for file in STORES for name in list_tables(file, MORE_TABLES)}


@pytest.fixture(params=["to a database", "to a file"])
def places(request: pytest.FixtureRequest, tmp_path: Path, postgres: PostgresServer) -> Places:
    """Return a source and a target, one of each form."""
    folder, database = tmp_path / "data", postgres.make_schema()
    return (folder, database) if request.param == "to a database" else (database, folder)


def archive_of(place: Place) -> Place:
    """Return the archive's file, or the database."""
    return place / "archive.sqlite3" if isinstance(place, Path) else place


def fill(place: Place) -> None:
    """Make an archive with something in each table: versions, edits, copies, collections, feeds, two profiles, what is pending."""
    with Archive(archive_of(place)) as archive:
        for n in range(16):
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
    with ItemCache(archive_of(place), b"rules") as cache:
        cache.note(b"item", [ArticleDigest("harbour", b"digest")])
    for file, statements in KEPT_BY_THE_PAGE.items():
        with closing(open_stores(place)[file].connect()) as connection:
            for statement in statements:
                connection.execute(statement, (b"",) * statement.count("?"))


KEPT_BY_THE_PAGE = {
    "conversations.sqlite3": (
        "INSERT INTO conversations VALUES ('c1', 'ann', 'Port', '2024-01-09', 1, 0)",
        'INSERT INTO turns (key, conversation, question, alone, whole, model, stage, "text", error, note, asked_at, cost) '
        "VALUES (7, 'c1', 'Who pays', 0, 1, '', '', 'The port.', '', '', '2024-01-09', 0.25)",
        "INSERT INTO cited_articles VALUES ('d1', '{}')",
        "INSERT INTO evidence VALUES (7, 'd1')",
        "INSERT INTO under_way VALUES (7, 'a page', 1.5, 0)",
    ),
    "topics.sqlite3": (
        "INSERT INTO topics VALUES (3, 'ann', 'Port', 'null', '2024-01-09', 'an archive', 2)",
        "INSERT INTO findings VALUES (5, 3, 'harbour', 1, 'new', 1, '[]', '2024-01-09', 0)",
        "INSERT INTO followers VALUES ('ann', 'secret', 5, NULL)",
    ),
    "accounts.sqlite3": (
        "INSERT INTO accounts VALUES (1, 'ann', ?, ?, 'owner')",
        "INSERT INTO account_keys VALUES (1, 'ann', 'k1', ?, '2024-01-09')",
        "INSERT INTO sign_in_attempts VALUES ('name', 'ann', 2, 1.5)",
    ),
}


def carry(source: Place, target: Place, stop_after: int = 0, *, partial: bool = False) -> Moved:
    """Move, with a kill after so many batches: what a batch wrote is there, and the rest is not."""
    batches = 0

    def count(*_: object) -> None:
        nonlocal batches
        batches += 1
        if batches == stop_after:
            raise KeyboardInterrupt

    return move_archive(source, target, more=MORE_TABLES, partial=partial, progress=count)


def dump(place: Place) -> dict[str, list[Values]]:
    """Return every row of every table that is carried."""
    found: dict[str, list[Values]] = {}
    for engine in open_stores(place).values():
        with closing(open_bulk(engine)) as bulk:
            for one in bulk.describe_tables().values():
                if one.name in CARRIED:
                    found[one.name] = [row for page in read_pages(bulk.connection, one) for row in page]
    return found


def test_every_row_is_carried_and_nothing_is_embedded_again(places: Places) -> None:
    source, target = places
    fill(source)
    before = dump(source)
    moved = carry(source, target)
    assert (moved.current, moved.searches) == (True, 20)
    assert moved.rows == {name: len(rows) for name, rows in before.items()}
    assert all(moved.rows.values()), "the archive of this test has something in each table"
    assert dump(target) == dump(source) == before
    with Archive(archive_of(source)) as ours, Archive(archive_of(target)) as theirs:
        assert theirs.identity != ours.identity
        assert theirs.versions("harbour") == ours.versions("harbour")
        assert [one.id for one in theirs.copies("harbour")] == ["echo"]
        assert [article.id for some in ChunkStore(theirs, "second").articles_to_embed(9) for article in some] == [
            "n00040",
            "harbour",
        ]


@pytest.mark.parametrize("articles", [0, 1])
def test_an_archive_without_vectors_is_carried(places: Places, articles: int) -> None:
    source, target = places
    with Archive(archive_of(source)) as archive:
        for n in range(articles):
            archive.put(numbered(n))
    assert carry(source, target).searches == 10 * articles
    with Archive(archive_of(target)) as archive:
        assert archive.count() == articles


def test_what_is_added_later_is_numbered_after_what_was_carried(places: Places) -> None:
    source, target = places
    fill(source)
    carry(source, target)
    with Archive(archive_of(target)) as archive:
        store = ChunkStore(archive, "second")
        last = store.last_change()
        assert archive.put(numbered(50)) == "added"
        store_all(archive, "second")
        assert store.changes(last) == (last + 3, ["n00050", "n00040", "harbour"])
        newest = archive.connection.execute("SELECT id FROM articles ORDER BY key DESC LIMIT 1").fetchone()[0]
        assert newest == "n00050"


def test_nobody_else_may_read_the_files_of_a_copy(postgres: PostgresServer, tmp_path: Path) -> None:
    source, target = postgres.make_schema(), tmp_path / "backup"
    fill(source)
    rights: dict[str, str] = {}

    def look(*_: object) -> None:
        rights.update((file.name, oct(file.stat().st_mode & 0o777)) for file in target.iterdir())

    move_archive(source, target, more=MORE_TABLES, progress=look)  # With the logs, which are gone at the end.
    assert rights.keys() >= {*STORES, "accounts.sqlite3-wal", "archive.sqlite3-wal"}
    assert set(rights.values()) == {"0o600"}


@pytest.mark.parametrize("stop_after", [2, 12, 22])
def test_a_move_that_was_interrupted_is_continued_and_takes_what_changed_meanwhile(
    places: Places, stop_after: int
) -> None:
    source, target = places
    fill(source)
    with pytest.raises(KeyboardInterrupt):
        carry(source, target, stop_after)
    with pytest.raises(ArchiveError, match=r"not everything is there; run .* again to its end"):
        Archive(archive_of(target))
    with Archive(archive_of(source)) as archive:
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
    fill(source)
    late = iter([numbered(70)])

    def write(*_: object) -> None:
        for article in late:
            with Archive(archive_of(source)) as archive:
                archive.put(article)

    assert not move_archive(source, target, more=MORE_TABLES, progress=write).current
    with pytest.raises(ArchiveError, match="not everything is there"):
        Archive(archive_of(target))
    assert carry(source, target).current
    with Archive(archive_of(target)) as archive:
        assert archive.get("n00070") is not None


def test_a_backup_holds_what_was_there_when_it_began(places: Places) -> None:
    source, target = places
    fill(source)
    before = dump(source)

    def write(*_: object) -> None:
        with Archive(archive_of(source)) as archive:
            archive.put(replace(numbered(70), body=f"At {archive.count()}."))

    assert not move_archive(source, target, more=MORE_TABLES, partial=True, progress=write).current
    assert dump(target) == before


def test_a_backup_whose_connection_breaks_is_not_continued_on_another_one(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    source = postgres.make_schema()
    fill(source)

    def cut(*_: object) -> None:
        with closing(open_engine(source).connect()) as other:
            sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'"
            other.execute(sql)

    with pytest.raises(ArchiveError, match="does not answer"):
        move_archive(source, tmp_path / "backup", more=MORE_TABLES, partial=True, progress=cut)
    with pytest.raises(ArchiveError, match="not everything is there"):
        Archive(archive_of(tmp_path / "backup"))


def test_a_target_that_holds_something_is_refused(places: Places, tmp_path: Path) -> None:
    source, target = places
    fill(source)
    with Archive(archive_of(target)) as archive:
        archive.put(numbered(1))
    with pytest.raises(InputError, match=r"holds something already \(articles, arrivals, bands\)"):
        carry(source, target)
    other = tmp_path / "other"
    fill(other)
    third = tmp_path / "third"
    with pytest.raises(KeyboardInterrupt):
        carry(source, third, 2)
    with pytest.raises(InputError, match="a move of another archive to it is not finished"):
        carry(other, third)
    with pytest.raises(ArchiveError, match="not everything is there"):
        carry(third, tmp_path / "fourth")
    assert carry(source, third).current
    with pytest.raises(InputError, match="holds something already"):
        carry(source, third)


def test_a_difference_at_the_end_is_told(places: Places) -> None:
    source, target = places
    fill(source)

    def spoil(table: str, *_: object) -> None:
        if table == "changes":  # The last one.
            with closing(open_engine(archive_of(target)).connect()) as connection:
                connection.execute("UPDATE chunks SET vector = ? WHERE profile = 'first'", (b"\x00\x00\x80\x3f" * 4,))
                connection.execute("DELETE FROM collected")

    with pytest.raises(
        ArchiveError, match=r"differs from .* in collected, searches by vectors; run the same command again"
    ):
        move_archive(source, target, more=MORE_TABLES, progress=spoil)
    assert carry(source, target).current
    assert dump(target) == dump(source)


def test_what_passes_is_not_carried_and_a_page_finds_the_rest_where_it_looks(places: Places) -> None:
    source, target = places
    fill(source)
    carry(source, target)
    with closing(open_stores(target)["conversations.sqlite3"].connect()) as connection:
        assert connection.execute("SELECT count(*) FROM under_way").fetchone()[0] == 0
        sql = "INSERT INTO turns (conversation, question, alone, whole, model, stage, text, error, note, asked_at) VALUES ('c1', {}) RETURNING key"
        values = "'Why', 0, 1, '', '', '', '', '', '2024-01-10'"
        assert connection.execute(sql.format(values)).fetchone()[0] == 8
    assert {conversation_store.FILE, topic_book.FILE} < STORES.keys()


def test_both_forms_have_the_same_tables_with_the_same_columns_and_keys(places: Places) -> None:
    folder, database = sorted(places, key=lambda place: isinstance(place, str))
    fill(folder)
    with closing(open_bulk(open_engine(database))) as bulk:
        in_database = bulk.describe_tables()
    in_files: dict[str, StoredTable] = {}
    for engine in open_stores(folder).values():
        with closing(open_bulk(engine)) as bulk:
            in_files |= bulk.describe_tables()
    assert in_files == {name: in_database[name] for name in in_files}  # A database keeps some more by itself.
    assert all(table.key for table in in_files.values())
