"""Articles in and out, versions, late and repeated arrivals, removal, several writers."""

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from corpus.archive.edits import list_edits
from corpus.archive.engine import Place
from corpus.archive.selection import Selection
from corpus.article import Article, Chunk
from corpus.errors import ArchiveError, InputError
from corpus.text.days import is_within
from tests.corpus.archive_items import HARBOUR, at, numbered, store_all
from tests.disks import make_read_only, small_disk

CORRECTED = replace(HARBOUR, body=HARBOUR.body.replace("14 million", "41 million"), updated_at=at(9))
OTHER_TEXT = "A quite different report about a school that closes because its roof is not safe any more, says the town."


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with Archive(place) as opened:
        yield opened


def outcomes(archive: Archive, *articles: Article) -> list[str]:
    return [archive.put(article) for article in articles]


def test_an_article_comes_back_as_it_went_in(archive: Archive) -> None:
    assert archive.put(HARBOUR) == "added"
    assert archive.get("harbour") == HARBOUR
    assert archive.get("nobody") is None


def test_judging_writes_nothing(archive: Archive) -> None:
    assert archive.judge(HARBOUR) == "added"
    assert archive.count() == 0


def test_the_same_article_again_is_unchanged(archive: Archive) -> None:
    assert outcomes(archive, HARBOUR, HARBOUR, replace(HARBOUR, feed="https://post.example/rss")) == [
        "added",
        "unchanged",
        "unchanged",
    ]


def test_a_changed_text_becomes_a_version_and_the_earlier_one_stays_readable(archive: Archive) -> None:
    assert outcomes(archive, HARBOUR, CORRECTED) == ["added", "updated"]
    newest = archive.get("harbour")
    assert newest == replace(CORRECTED, version=2)
    assert archive.get("harbour", 1) == HARBOUR
    assert archive.get("harbour", 2) == newest
    assert archive.get("harbour", 3) is None
    assert [article.version for article in archive.versions("harbour")] == [1, 2]


def test_reading_both_versions_again_changes_nothing(archive: Archive) -> None:
    outcomes(archive, HARBOUR, CORRECTED)
    assert outcomes(archive, HARBOUR, CORRECTED, HARBOUR) == ["unchanged"] * 3
    assert archive.get("harbour") == replace(CORRECTED, version=2)


def test_the_same_address_under_another_id_is_the_same_article(archive: Archive) -> None:
    outcomes(archive, HARBOUR)
    assert archive.put(replace(CORRECTED, id="u-123")) == "updated"
    assert archive.count() == 1
    assert archive.get("u-123") is None
    assert archive.get("harbour") == replace(CORRECTED, version=2)


def test_the_address_of_an_outlet_is_not_that_of_an_article(archive: Archive) -> None:
    home = "https://post.example/"
    assert outcomes(archive, replace(numbered(1), url=home), replace(numbered(2), url=home)) == ["added", "added"]


def test_a_page_that_shows_another_article_each_day_holds_two(archive: Archive) -> None:
    page = "https://post.example/markets"
    first, second = replace(numbered(1), url=page), replace(numbered(2), url=page, published_at=at(9))
    assert outcomes(archive, first, second) == ["added", "added"]
    assert outcomes(archive, first, second) == ["unchanged", "unchanged"]


def test_an_earlier_text_that_arrives_late_joins_the_history(archive: Archive) -> None:
    assert outcomes(archive, CORRECTED, HARBOUR) == ["added", "updated"]
    assert archive.get("harbour") == replace(CORRECTED, version=2)
    assert archive.get("harbour", 1) == HARBOUR
    assert outcomes(archive, HARBOUR, CORRECTED) == ["unchanged", "unchanged"]


def test_a_late_text_does_not_cost_the_vectors(archive: Archive) -> None:
    archive.put(CORRECTED)
    store = store_all(archive)
    archive.put(HARBOUR)
    assert list(store.articles_to_embed(9)) == []
    assert list(store.ids()) == ["harbour@2#0"]


def test_another_byline_keeps_the_vectors_and_another_headline_does_not(archive: Archive) -> None:
    archive.put(HARBOUR)
    store = store_all(archive)
    assert archive.put(replace(HARBOUR, author="Jo Brandt")) == "updated"
    assert list(store.ids()) == ["harbour@2#0"]
    assert archive.put(replace(HARBOUR, author="Jo Brandt", title="Harbour will be dredged")) == "updated"
    assert list(store.ids()) == []
    assert [article.version for article in next(store.articles_to_embed(9))] == [3]


def test_what_a_second_arrival_leaves_out_is_kept(archive: Archive) -> None:
    archive.put(HARBOUR)
    bare = Article(id="harbour", title=HARBOUR.title, body=HARBOUR.body)
    assert archive.put(bare) == "unchanged"
    assert archive.put(replace(bare, body=CORRECTED.body)) == "updated"
    assert archive.get("harbour") == replace(HARBOUR, body=CORRECTED.body, version=2)
    assert outcomes(archive, HARBOUR, bare, replace(bare, body=CORRECTED.body)) == ["unchanged"] * 3


def test_a_later_stamp_alone_is_no_change(archive: Archive) -> None:
    assert outcomes(archive, HARBOUR, replace(HARBOUR, updated_at=at(20))) == ["added", "unchanged"]


def test_a_change_taken_back_counts_when_it_is_dated_or_seen_live(archive: Archive) -> None:
    outcomes(archive, HARBOUR, CORRECTED)
    assert archive.put(replace(HARBOUR, updated_at=at(10))) == "updated"
    back = archive.get("harbour")
    assert back is not None
    assert (back.version, back.body) == (3, HARBOUR.body)
    assert archive.put(CORRECTED, live=True) == "updated"
    assert archive.put(CORRECTED, live=True) == "unchanged"
    assert [article.body == HARBOUR.body for article in archive.versions("harbour")] == [True, False, True, False]


def test_the_outlets_own_text_under_another_id_adds_nothing(archive: Archive) -> None:
    twin = replace(HARBOUR, id="twin", url="https://post.example/harbour-2")
    assert outcomes(archive, HARBOUR, twin) == ["added", "unchanged"]
    archive.put(CORRECTED)
    assert archive.put(twin) == "unchanged"
    assert archive.put(replace(twin, source="Lowmoor Echo")) == "added"


def test_one_id_for_two_articles_is_refused(archive: Archive) -> None:
    archive.put(replace(HARBOUR, id="1"))
    with pytest.raises(InputError, match="the id '1' belongs to another article"):
        archive.put(Article(id="1", title="School closes", body=OTHER_TEXT, source="Lowmoor Echo"))
    kept = archive.get("1")
    assert kept is not None
    assert kept.title == "Harbour to be dredged"


def test_removal_takes_versions_and_chunks_and_is_logged(archive: Archive) -> None:
    outcomes(archive, HARBOUR, CORRECTED, numbered(1))
    store = store_all(archive)
    before = store.last_change()
    assert archive.remove(Selection(outlets=("Eastfield Post",))) == 1
    assert store.changes(before, 9)[1] == ["harbour"]
    assert list(store.ids()) == ["n00001@1#0"]
    for table in ("versions", "indexed", "bands"):
        left = archive.connection.execute(f"SELECT DISTINCT article_key FROM {table}").fetchall()
        assert len(left) == (0 if table == "versions" else 1)


def test_an_article_removed_and_added_again_starts_anew(archive: Archive) -> None:
    outcomes(archive, HARBOUR, CORRECTED)
    archive.remove(Selection(ids=("harbour",)))
    assert archive.put(HARBOUR) == "added"
    assert archive.versions("harbour") == [HARBOUR]


def test_more_ids_than_a_statement_takes_values(archive: Archive) -> None:
    archive.put(HARBOUR)
    assert archive.count(Selection(ids=(*(f"x{i}" for i in range(40_000)), "harbour"))) == 1


def test_a_failed_transaction_leaves_nothing(archive: Archive) -> None:
    def fail() -> None:
        with archive.transaction() as connection:
            connection.execute("INSERT INTO changes (article_id) VALUES ('x')")
            raise KeyError("x")

    with pytest.raises(KeyError):
        fail()
    assert archive.connection.execute("SELECT count(*) FROM changes").fetchone()[0] == 0
    assert archive.put(HARBOUR) == "added"


def test_a_file_that_is_no_archive_is_named(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    path.write_bytes(b"not a database, but long enough to look at" * 100)
    with pytest.raises(ArchiveError, match="cannot be opened"):
        Archive(path)


def test_an_archive_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    Archive(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(ArchiveError, match="schema 99"):
        Archive(path)


OLD = (
    "DROP INDEX articles_facets; DROP INDEX articles_date; ALTER TABLE articles DROP COLUMN published_offset;"
    "ALTER TABLE articles DROP COLUMN updated_offset; CREATE INDEX articles_date ON articles(published_at);"
    "CREATE INDEX articles_facets ON articles(id, version, source, published_at, language, feed, story); DROP TABLE edits;"
)
"""Makes an archive as it was before version 5."""


@pytest.mark.parametrize("version", [1, 2, 4])
def test_an_archive_that_cannot_be_upgraded_is_read_where_it_holds_what_is_needed(tmp_path: Path, version: int) -> None:
    with small_disk(tmp_path / "disk") as disk:
        path = disk / "archive.sqlite3"
        with Archive(path) as archive:
            assert outcomes(archive, HARBOUR, CORRECTED) == ["added", "updated"]
            store_all(archive)
        connection = sqlite3.connect(path)
        connection.executescript(f"{OLD} DROP INDEX articles_twin; PRAGMA user_version={version};")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        make_read_only(disk)
        if version == 1:
            with pytest.raises(ArchiveError, match="cannot be opened"):
                Archive(path)
            return
        with Archive(path) as archive:
            assert archive.versions("harbour") == [HARBOUR, replace(CORRECTED, version=2)]
            assert archive.versions("harbour", edited=False) == archive.versions("harbour")
            assert list_edits(archive.connection, "harbour") == []
            assert archive.judge(CORRECTED) == "unchanged"
            assert archive.judge(replace(HARBOUR, id="twin", url="")) == "unchanged"
            assert archive.count(Selection(outlets=("Eastfield Post",))) == 1
            assert archive.count(Selection(since=datetime(1900, 1, 1, tzinfo=UTC))) == 1
            assert len(archive.days()) == 1
            assert archive.newest(datetime(2100, 1, 1, tzinfo=UTC)) == CORRECTED.published_at
            store = store_all(archive)
            assert store.last_change() > 0
            assert store.facets(["harbour"])["harbour"].published_at == CORRECTED.published_at
            with pytest.raises(ArchiveError):
                archive.put(numbered(1))


def test_identity_stays_and_differs(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.sqlite3") as one, Archive(tmp_path / "b.sqlite3") as other:
        identity = one.identity
        assert len(identity) == 16
        assert identity != other.identity
    with Archive(tmp_path / "a.sqlite3") as again:
        assert again.identity == identity


def test_threads_that_end_leave_no_connection(archive: Archive) -> None:
    for _ in range(5):
        thread = threading.Thread(target=archive.count)
        thread.start()
        thread.join()
    archive_connections = archive._connections
    assert len(archive_connections) <= 2  # This thread's, and the last one's until the next opens.


def test_an_archive_can_be_closed_while_threads_read_it(archive: Archive, place: Place) -> None:
    long = [replace(numbered(n), body=numbered(n).body * 20) for n in range(100)]
    assert outcomes(archive, *long) == ["added"] * 100
    for _ in range(10):
        shared = Archive(place)
        begun, ended = threading.Semaphore(0), threading.Event()

        def read(shared: Archive = shared, begun: threading.Semaphore = begun, ended: threading.Event = ended) -> None:
            while not ended.is_set():
                assert len(list(shared.articles())) == 100
                begun.release()

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for _ in range(6):  # All of them are in the middle of reading by now, or have read.
            begun.acquire()
        shared.close()
        ended.set()
        for reader in readers:
            reader.join()
        shared.close()


def test_threads_that_put_the_same_articles_add_each_once(archive: Archive) -> None:
    found: list[str] = []

    def put_all() -> None:
        found.extend(archive.put(numbered(n)) for n in range(30))

    threads = [threading.Thread(target=put_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found.count("added"), found.count("unchanged")) == (30, 90)
    assert archive.count() == 30


def test_the_newest_date_is_that_of_no_later_article(archive: Archive) -> None:
    assert archive.newest(at(31)) is None
    for day in (8, 20):
        archive.put(replace(numbered(day), published_at=at(day)))
    archive.put(replace(numbered(1), published_at=None))
    assert [archive.newest(at(day)) for day in (7, 8, 19, 20, 31)] == [None, at(8), at(8), at(20), at(20)]


def test_articles_are_counted_by_the_day(archive: Archive) -> None:
    dates = (at(9), at(10), at(9, hour=23), None)
    outcomes(archive, *(replace(numbered(n), published_at=date) for n, date in enumerate(dates)))
    assert list(archive.days().items()) == [("2024-01-09", 2), ("2024-01-10", 1)]


PACIFIC = datetime(2023, 12, 31, 22, 30, tzinfo=timezone(timedelta(hours=-8)))


def test_the_day_of_an_article_is_that_of_its_outlet(archive: Archive) -> None:
    archive.put(replace(HARBOUR, published_at=PACIFIC, updated_at=PACIFIC + timedelta(hours=1)))
    found = archive.get("harbour")
    assert found is not None
    assert (str(found.published_at), str(found.updated_at)) == (
        "2023-12-31 22:30:00-08:00",
        "2023-12-31 23:30:00-08:00",
    )
    assert archive.days() == {"2023-12-31": 1}
    newest = archive.newest(datetime(2024, 3, 1, tzinfo=UTC))
    assert newest is not None
    assert newest.isoformat() == "2023-12-31T22:30:00-08:00"
    assert Chunk(found, 0, 0, 0).heading.endswith("31 December 2023")


@pytest.mark.parametrize(
    ("since", "until", "count"),
    [
        (datetime(2023, 12, 31, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC), 1),
        (datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC), 0),
        (datetime(2024, 1, 1, 6, 30, tzinfo=UTC), datetime(2024, 1, 1, 6, 31, tzinfo=UTC), 1),
        (datetime(2024, 1, 1, 6, 31, tzinfo=UTC), None, 0),
        (None, datetime(2024, 1, 1, tzinfo=UTC), 1),
    ],
)
def test_a_period_of_days_is_compared_with_the_day_of_the_outlet(
    archive: Archive, since: datetime | None, until: datetime | None, count: int
) -> None:
    archive.put(replace(HARBOUR, published_at=PACIFIC))
    assert archive.count(Selection(since=since, until=until)) == count
    assert is_within(PACIFIC, since, until) == bool(count)


def test_an_archive_of_version_4_is_upgraded_and_its_dates_stay(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    with Archive(path) as archive:
        archive.put(HARBOUR)
    connection = sqlite3.connect(path)
    connection.executescript(f"{OLD} PRAGMA user_version=4;")
    connection.close()
    with Archive(path) as archive:
        assert archive.get("harbour") == replace(HARBOUR, version=1)
        assert (
            archive.put(replace(HARBOUR, id="new", title="Other", body="Text.", url="", published_at=PACIFIC))
            == "added"
        )
        found = archive.get("new")
        assert found is not None
        assert str(found.published_at) == "2023-12-31 22:30:00-08:00"
