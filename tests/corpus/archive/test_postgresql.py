"""What an archive in PostgreSQL does beyond a file: several writers, the order of its log, a server that goes away."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from corpus.archive.chunk_store import ChunkStore
from corpus.archive.database import Archive
from corpus.archive.engine import open_bulk, open_engine
from corpus.archive.selection import Selection
from corpus.article import Article
from corpus.errors import ArchiveError, InputError
from tests.corpus.archive.test_queries import FILTERED, WHOLE, RecordedArchive, calls
from tests.corpus.archive_items import HARBOUR, numbered, store_all, whole
from tests.postgresql import PostgresServer
from tests.waiting import PATIENCE_S, wait_until

pytest.importorskip("psycopg", reason="needs the client of PostgreSQL")
from corpus.archive.engine.postgresql import PostgresConnection, PostgresEngine, translate
from corpus.archive.engine.postgresql_schema import MIGRATIONS

NEWEST = max(MIGRATIONS)
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture
def address(postgres: PostgresServer) -> str:
    return postgres.make_schema()


@pytest.fixture
def archive(address: str) -> Iterator[Archive]:
    with Archive(address) as opened:
        yield opened


def count_waiting(archive: Archive) -> int:
    return int(archive.connection.execute(WAITING).fetchone()[0])


class Writer(threading.Thread):
    """Do something in a thread of its own, which the archive gives a connection of its own."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(target=work, daemon=True)
        self.start()

    def finish(self) -> None:
        self.join(PATIENCE_S)
        assert not self.is_alive()


def test_a_follower_passes_over_no_change_that_is_committed_late(archive: Archive) -> None:
    store = ChunkStore(archive, "test")
    for n in (1, 2):
        archive.put(numbered(n))
    begun, commit = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with archive.transaction() as connection:
            connection.execute("INSERT INTO changes (article_id) VALUES ('n00001')")
            begun.set()
            assert commit.wait(PATIENCE_S)

    first = Writer(write_slowly)
    assert begun.wait(PATIENCE_S)
    second = Writer(lambda: store.store([whole(numbered(2))]))
    wait_until(lambda: count_waiting(archive) == 1)
    assert store.changes(0) == (0, [])  # Its number is not taken before the earlier one is committed.
    commit.set()
    first.finish()
    second.finish()
    assert store.changes(0)[1] == ["n00001", "n00002"]


def test_new_articles_do_not_wait_for_each_other(archive: Archive) -> None:
    begun, commit = threading.Event(), threading.Event()

    def add_slowly() -> None:
        with archive.transaction(["id n00001"]):
            begun.set()
            assert commit.wait(PATIENCE_S)

    slow = Writer(add_slowly)
    assert begun.wait(PATIENCE_S)
    assert archive.put(numbered(2)) == "added"
    again = Writer(lambda: archive.put(numbered(1)))
    wait_until(lambda: count_waiting(archive) == 1)
    assert archive.get("n00001") is None
    commit.set()
    slow.finish()
    again.finish()
    assert archive.count() == 2


def test_copies_that_arrive_at_once_are_one_story(archive: Archive) -> None:
    outlets = [f"Outlet {n}" for n in range(6)]
    together = threading.Barrier(len(outlets))

    def add(outlet: str) -> None:
        together.wait(PATIENCE_S)
        archive.put(replace(HARBOUR, id=outlet, url="", source=outlet))

    for writer in [Writer(partial(add, outlet)) for outlet in outlets]:
        writer.finish()
    assert sorted(article.id for article in archive.copies(outlets[0])) == outlets[1:]


def test_one_article_that_arrives_several_times_at_once_is_one(archive: Archive) -> None:
    ids = ["one", "one", "two", "three"]
    together = threading.Barrier(len(ids))
    outcomes: list[str] = []

    def add(name: str) -> None:
        together.wait(PATIENCE_S)
        outcomes.append(archive.put(replace(HARBOUR, id=name)))

    for writer in [Writer(partial(add, name)) for name in ids]:
        writer.finish()
    assert (archive.count(), sorted(outcomes)) == (1, ["added", "unchanged", "unchanged", "unchanged"])


def test_workers_share_the_articles_and_what_a_dead_one_had_is_taken_up(address: str) -> None:
    with ExitStack() as stack:
        one, other = (stack.enter_context(Archive(address)) for _ in range(2))
        for n in range(10):
            one.put(numbered(n))
        first, second = (ChunkStore(archive, "test") for archive in (one, other))
        batches = first.articles_to_embed(4)
        held = {article.id for article in next(batches)}
        rest = second.articles_to_embed(4)
        taken: list[Article] = []
        for batch in rest:
            taken += batch
            second.store([whole(article) for article in batch])
        assert len(held) == 4
        assert {article.id for article in taken} == {numbered(n).id for n in range(10)} - held
        cast(PostgresConnection, one.connection).raw.close()  # As when its process dies.
        assert {article.id for batch in second.articles_to_embed(4) for article in batch} == held


def test_the_database_may_go_away_and_come_back(postgres: PostgresServer, archive: Archive) -> None:
    archive.put(HARBOUR)
    postgres.stop()
    try:
        for work in (lambda: archive.get("harbour"), lambda: archive.put(numbered(1)), lambda: store_all(archive)):
            with pytest.raises(ArchiveError, match=r"does not answer .*start it, or correct NEWSDESK_DATABASE"):
                work()
    finally:
        postgres.start()
    assert archive.get("harbour") == HARBOUR
    assert archive.put(numbered(1)) == "added"
    assert store_all(archive).count() == 2


def test_a_connection_that_breaks_in_a_transaction_keeps_nothing_of_it(archive: Archive) -> None:
    connection = cast(PostgresConnection, archive.connection)

    def write() -> None:
        with archive.transaction():
            connection.execute("INSERT INTO changes (article_id) VALUES ('x')")
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(ArchiveError, match="does not answer"):
        write()
    assert ChunkStore(archive, "test").last_change() == 0


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (("127.0.0.1:{port}", "127.0.0.1:1"), "does not answer"),
        (("/postgres", "/nothing"), "does not answer"),
        (("?options", "?no-such-option"), "is no address of a database"),
    ],
)
def test_no_message_holds_the_password(postgres: PostgresServer, changed: tuple[str, str], says: str) -> None:
    address = postgres.address(password="s3cret-word")
    old, new = (one.format(port=postgres.port) for one in changed)
    with pytest.raises(ArchiveError, match=says) as raised:
        Archive(address.replace(old, new))
    shown: BaseException | None = raised.value
    assert "s3cret-word" not in f"{shown!r}"
    assert raised.value.__suppress_context__ or raised.value.__cause__ is None


def test_what_cannot_be_stored_is_refused_by_itself(archive: Archive) -> None:
    with pytest.raises(InputError, match="cannot be stored"):
        archive.put(replace(HARBOUR, title="A zero \0 byte"))
    assert archive.put(replace(HARBOUR, url=f"https://post.example/{'long' * 5_000}")) == "added"


def test_an_empty_database_becomes_an_archive_for_whoever_comes_first(address: str) -> None:
    assert not open_engine(address).exists()
    names: list[str] = []

    def open_one() -> None:
        with Archive(address) as opened:
            names.append(opened.identity)

    for writer in [Writer(open_one) for _ in range(4)]:
        writer.finish()
    assert len(names) == 4
    assert len(set(names)) == 1
    assert open_engine(address).exists()


def test_tables_of_an_older_version_wait_for_the_command_and_newer_ones_are_left_alone(address: str) -> None:
    Archive(address).close()
    newer = PostgresEngine(
        address, migrations=dict(MIGRATIONS) | {8: "ALTER TABLE feeds ADD COLUMN note text", 9: "DROP TABLE readings"}
    )
    with pytest.raises(ArchiveError, match=rf"of version {NEWEST}, and this Newsdesk needs 9; .* corpus upgrade"):
        newer.connect()
    assert newer.upgrade() == (NEWEST, 9)
    assert newer.upgrade() == (9, 9)
    with Archive(newer) as opened:
        assert opened.connection.execute("SELECT count(note) FROM feeds").fetchone()[0] == 0
    with pytest.raises(ArchiveError, match=rf"made by a newer Newsdesk \(schema 9, this one knows {NEWEST}\)"):
        Archive(address)
    with pytest.raises(ArchiveError, match="made by a newer Newsdesk"):
        open_engine(address).upgrade()


def test_a_migration_that_fails_leaves_the_version_before(address: str) -> None:
    Archive(address).close()
    failing = PostgresEngine(address, migrations=dict(MIGRATIONS) | {9: "CREATE TABLE half (a int); SELECT 1 / 0"})
    with pytest.raises(InputError):
        failing.upgrade()
    with Archive(address) as opened:
        assert opened.connection.execute("SELECT to_regclass('half')").fetchone()[0] is None


def test_a_dry_run_writes_nothing(address: str) -> None:
    Archive(address).close()
    with Archive(address, write=False) as archive, pytest.raises(ArchiveError, match="may not be written"):
        archive.put(HARBOUR)


def test_more_articles_than_are_fetched_at_once_are_read_while_others_are_looked_up(archive: Archive) -> None:
    with archive.transaction() as connection:
        connection.execute(
            "INSERT INTO articles (id, version, title, body, source, url, author, language, category, notice, feed, digest, "
            "text_digest, added_at) SELECT 'a' || n, 1, 't', 'b', '', '', '', '', '', '', '', '', '', '' "
            "FROM generate_series(1, 1200) AS n"
        )
    assert sum(archive.get(article.id) is not None for article in archive.articles()) == 1200
    assert archive.count(Selection(words="T")) == 1200


class PlannedArchive(RecordedArchive):
    """Note what is asked, and look at how PostgreSQL would go about it."""

    def list_scans(self) -> list[str]:
        """Return the steps of the plans that go through a table where an index would do."""
        raw = cast(PostgresConnection, self.plain).raw
        found = []
        for sql, values in self.statements.items():
            if sql.split()[0] in {"SELECT", "INSERT", "UPDATE", "DELETE"}:
                plan = raw.execute(f"EXPLAIN {translate(sql)}", cast(tuple[object], values))
                found += [f"{step[0]} of {sql}" for step in plan if "Seq Scan on" in step[0]]
        self.statements.clear()
        return found


def test_rows_are_found_by_an_index(address: str, tmp_path: Path) -> None:
    archive = PlannedArchive(address)
    with archive:
        for n in range(6):
            archive.put(replace(numbered(n), url=f"https://post.example/{n}", feed="https://post.example/rss"))
        # A few rows are quicker to go through; this says whether an index could find them.
        archive.connection.execute("SET enable_seqscan = off")
        for name, call in calls(archive, tmp_path).items():
            archive.statements.clear()
            call()
            method, _, way = name.partition(" ")
            if not (name in WHOLE or method in WHOLE or way in FILTERED):
                assert archive.list_scans() == [], f"{name} goes through a whole table"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://news:S3cret@2024!@db.internal/news",
        "postgresql://news:ab/cdS3cret@db.internal/news",
        "postgresql://news:ab:S3cret@db.internal:port/news",
        "no address",
    ],
)
def test_an_address_whose_password_is_not_escaped_is_refused_without_showing_it(address: str) -> None:
    with pytest.raises(ArchiveError, match="%40") as refused:
        open_engine(address)
    assert "S3cret" not in str(refused.value)
    assert "2024" not in str(refused.value)


def test_the_clock_is_the_server_s_also_after_it_was_set(postgres: PostgresServer, address: str) -> None:
    schema = address.rpartition("%3D")[2]
    function = f"FUNCTION {schema}.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS"
    postgres.execute(f"CREATE {function} 'SELECT pg_catalog.clock_timestamp()'")
    connection = PostgresConnection(PostgresEngine(f"{address},pg_catalog"))
    before = connection.read_clock()
    postgres.execute(f"CREATE OR REPLACE {function} $$SELECT pg_catalog.clock_timestamp() - interval '1 hour'$$")
    assert before - 3601 < connection.read_clock() < before - 3600 + PATIENCE_S
    connection.close()


def test_a_process_that_stands_still_in_a_transaction_is_put_out_of_it(archive: Archive, address: str) -> None:
    connection = cast(PostgresConnection, archive.connection)
    assert [row[0] for row in connection.execute("SHOW idle_in_transaction_session_timeout")] == ["1min"]

    def stand_still() -> None:
        with Archive(address) as other, archive.transaction():
            ((backend,),) = connection.execute("SELECT pg_backend_pid()")
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 1")
            alive = "SELECT count(*) FROM pg_stat_activity WHERE pid = ?"
            wait_until(lambda: other.connection.execute(alive, (backend,)).fetchone()[0] == 0)
            assert other.put(numbered(1)) == "added"
            connection.execute("INSERT INTO changes (article_id) VALUES ('x')")

    with pytest.raises(ArchiveError, match=r"refused .*idle|does not answer"):
        stand_still()
    assert archive.put(numbered(2)) == "added"


def test_who_copies_an_archive_may_take_his_time_between_two_reads(archive: Archive) -> None:
    with closing(open_bulk(archive.engine)) as bulk, bulk.snapshot():
        assert [row[0] for row in bulk.connection.execute("SHOW idle_in_transaction_session_timeout")] == ["0"]
