"""Every query of the archive finds its rows by an index; what goes through a whole table is named here, with its reason."""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest

from corpus.archive import health
from corpus.archive.article_editing import edit_article, undo_edits
from corpus.archive.chunk_store import ChunkStore
from corpus.archive.collections import Collections
from corpus.archive.condition import make_condition
from corpus.archive.database import Archive
from corpus.archive.edits import list_edits
from corpus.archive.engine import Connection, Place
from corpus.archive.health import take_stats
from corpus.archive.revisions import find_earlier, list_revisions
from corpus.archive.selection import Selection
from corpus.cli.index_process import forget_vectors, is_pending
from corpus.feeds.feed_book import Feed, FeedBook
from corpus.feeds.feed_silence import measure_feeds
from corpus.ingestion.item_cache import ItemCache
from corpus.readers.refusal import ArticleDigest
from tests.corpus.archive_items import HARBOUR, at, numbered, whole

ROOT = Path(__file__).parents[3]
URL = "https://post.example/1"
FEED = "https://post.example/rss"

FOUND = {
    "ids": Selection(ids=("n00001", "n00002")),
    "url": Selection(url=URL),
    "outlets": Selection(outlets=("Daily Number",)),
    "dates": Selection(since=at(1), until=at(2)),
    "undated": Selection(undated=True),
}
"""Selections that an index finds."""

FILTERED = {
    "feeds": Selection(feeds=(FEED,)),
    "languages": Selection(languages=("en",)),
    "words": Selection(words="number"),
    "authors": Selection(authors=("Jane Doe",)),
    "sections": Selection(sections=("Business",)),
    "everything": Selection(),
}
"""Selections that every article is looked at for: most have the language, no index holds words, a feed is a rare filter.

Bylines and sections are compared in an index, each writing once."""

WHOLE = {
    "Archive.count_by": "counts the outlets, languages, ... of all articles",
    "Archive.count everything": "counts all articles",
    "ChunkStore.count": "counts all chunks",
    "ChunkStore.iterate_all": "rebuilds the indexes",
    "ChunkStore.ids": "compares all chunks with the indexes",
    "ChunkStore.articles_to_embed": "once for any number of articles to embed, in an index",
    "ChunkStore.find_other_profile": "once when a worker starts, and reads one row where the archive is embedded",
    "ChunkStore.progress": "counts in an index, once a change",
    "measure_feeds": "where a question bears on feeds, in an index",
    "is_pending": "once a command, in an index",
    "forget_vectors": "empties the tables",
    "take_stats": "counts all articles",
    "examine": "checks all rows",
}
"""What goes through a whole table, and why; at most one of each statement, so never one table for each row of another."""

_TABLES = "articles|versions|bands|chunks|indexed|arrivals|changes|revisions|edits|readings|feed_entries|conversations|turns|evidence"


class Scan(NamedTuple):
    """Hold a step of a plan, its statement, and the number of the loops that it stands in."""

    step: str
    statement: str
    loops: int


class Recorder:
    """Hand everything to a connection, and note the statements with one set of their values.

    SQLite's own trace has the values written into the statements, with which SQLite may use other indexes.
    """

    def __init__(self, connection: Connection, statements: dict[str, Any]) -> None:
        self._connection = connection
        self._statements = statements

    def execute(self, sql: str, values: Any = ()) -> sqlite3.Cursor:
        self._statements[sql] = values
        return cast(sqlite3.Cursor, self._connection.execute(sql, values))

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> object:
        given = list(rows)
        self._statements.update((sql, row) for row in given[:1])
        return self._connection.executemany(sql, given)

    def query_each(self, sql: str, rows: Iterable[Sequence[object]]) -> Iterator[list[Any]]:
        return (self.execute(sql, values).fetchall() for values in rows)

    def iterate(self, sql: str, values: Any = ()) -> sqlite3.Cursor:
        return self.execute(sql, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class RecordedArchive(Archive):
    """Note what is asked."""

    def __init__(self, place: Place) -> None:
        self.statements: dict[str, Any] = {}
        super().__init__(place)

    @property
    def connection(self) -> Connection:
        return cast(Connection, Recorder(self.plain, self.statements))

    @property
    def plain(self) -> Connection:
        """Return the connection of which nothing is noted."""
        return super().connection

    def scans(self) -> list[Scan]:
        """Return the scans of tables in the plans of what was asked since the last time."""
        connection = cast(sqlite3.Connection, self.plain)
        found = [scan for sql, values in self.statements.items() for scan in scans(connection, sql, values)]
        self.statements.clear()
        return found


def scans(connection: Connection | sqlite3.Connection, sql: str, values: Any = ()) -> list[Scan]:
    """Return the steps of a plan that go through a table row by row, if only to make an index of it for the moment."""
    if not re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE)", sql):
        return []
    plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
    outer = {row[0]: row[1] for row in plan if str(row[3]).startswith("CORRELATED")}  # Done for each row outside.
    return [
        Scan(str(row[3]), " ".join(sql.split()), outer.get(row[1], row[1]))
        for row in plan
        if re.match(rf"SCAN ({_TABLES})\b|SEARCH .* AUTOMATIC ", str(row[3]))
    ]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[RecordedArchive]:
    opened = RecordedArchive(tmp_path / "archive.sqlite3")
    with opened:
        for n in range(6):
            opened.put(replace(numbered(n), url=f"https://post.example/{n}", feed=FEED))
        opened.put(HARBOUR)
        opened.put(replace(HARBOUR, id="copy", source="Another", url=""))
        opened.statements.clear()
        yield opened


def fill(store: ChunkStore) -> None:
    for batch in store.articles_to_embed(4):
        store.store([whole(article) for article in batch])


def calls_with(archive: Archive, store: ChunkStore, name: str, some: Selection) -> dict[str, Callable[[], object]]:
    return {
        f"Archive.articles {name}": lambda: [
            list(archive.articles(some, "newest", 5)),
            list(archive.articles(some, "oldest", 5)),
        ],
        f"Archive.count {name}": lambda: archive.count(some),
        f"Archive.list_ids {name}": lambda: archive.list_ids(some),
        f"Archive.list_newest {name}": lambda: archive.list_newest(some, 5),
        f"ChunkStore.vectors_of {name}": lambda: store.vectors_of(some),
    }


def calls(archive: Archive, folder: Path) -> dict[str, Callable[[], object]]:
    """Return a call of every method that asks the archive, by its name and, behind a blank, how it is called."""
    store, book, collections = ChunkStore(archive, "p"), FeedBook(archive.connection), Collections(archive)
    selections = FOUND | FILTERED
    own: dict[str, Callable[[], object]] = {
        "Archive.put new": lambda: archive.put(replace(numbered(20), url="https://post.example/20")),
        "Archive.put text": lambda: archive.put(replace(numbered(20), body="A text of other words.", updated_at=at(9))),
        "Archive.put late": lambda: archive.put(replace(numbered(20), body="An earlier text.", updated_at=at(2))),
        "Archive.put address": lambda: archive.put(replace(numbered(20), id="x", url="https://post.example/20")),
        "Archive.put twin": lambda: archive.put(replace(numbered(3), id="twin")),
        "Archive.put copy": lambda: archive.put(replace(HARBOUR, id="third", source="Third", url="")),
        "Archive.judge": lambda: archive.judge(numbered(21)),
        "Archive.get": lambda: (archive.get("n00001"), archive.get("n00020", 1)),
        "Archive.versions": lambda: archive.versions("n00020"),
        "Archive.newest": lambda: archive.newest(at(9)),
        "Archive.oldest": archive.oldest,
        "Archive.count_by": lambda: [archive.count_by(c) for c in ("source", "language", "category", "feed", "author")],
        "Archive.days": archive.days,
        "Archive.copies": lambda: archive.copies("harbour"),
        "Archive.stories": lambda: archive.stories(["harbour", "copy"]),
        "Archive.identity": lambda: archive.identity,
        "ChunkStore.articles_to_embed": lambda: fill(store),
        "ChunkStore.store": lambda: store.store([whole(numbered(1))]),
        "ChunkStore.find_other_profile": store.find_other_profile,
        "ChunkStore.progress": lambda: (store.progress(), store.progress(0)),
        "ChunkStore.last_change": store.last_change,
        "ChunkStore.changes": lambda: store.changes(0, 9),
        "ChunkStore.count": store.count,
        "ChunkStore.ids": lambda: list(store.ids()),
        "ChunkStore.iterate_all": lambda: list(store.iterate_all()),
        "ChunkStore.read_embedded": lambda: store.read_embedded(["n00001"]),
        "ChunkStore.facets": lambda: store.facets(["n00001"]),
        "ChunkStore.authors": lambda: store.authors(["n00001"]),
        "ChunkStore.vectors": lambda: store.vectors([(1, 0)]),
        "ChunkStore.chunks": lambda: store.chunks(["n00001"]),
        "FeedBook.add": lambda: book.add(FEED),
        "FeedBook.feeds": book.feeds,
        "FeedBook.get": lambda: book.get(FEED),
        "FeedBook.reserve": lambda: book.reserve(FEED).__enter__(),
        "FeedBook.mark": lambda: book.mark(FEED, "entry"),
        "FeedBook.is_seen": lambda: book.is_seen(FEED, "entry"),
        "FeedBook.list_old": lambda: book.list_old(FEED),
        "FeedBook.forget": lambda: book.forget(FEED, ["entry"]),
        "FeedBook.record_pull": lambda: book.record_pull(FEED, "rss", "Post", "", ""),
        "FeedBook.record_failure": lambda: book.record_failure(FEED, "gone"),
        "FeedBook.remove": lambda: book.remove(FEED),
        "Collections.create": lambda: collections.create("Picked"),
        "Collections.owns": lambda: collections.owns("Picked"),
        "Collections.add": lambda: collections.add("Picked", ["n00001"]),
        "Collections.list_picked": lambda: collections.list_picked("n00001"),
        "Collections.find": lambda: collections.find("Picked"),
        "Collections.list_all": collections.list_all,
        "Collections.remove": lambda: collections.remove("Picked", ["n00001"]),
        "Collections.delete": lambda: collections.delete("Picked"),
        "edit_article": lambda: edit_article(archive, "n00001", {"title": "Other", "source": "Other", "author": ""}),
        "list_edits": lambda: list_edits(archive.connection, "n00001"),
        "Archive.versions edited": lambda: archive.versions("n00001", edited=False),
        "Archive.put edited": lambda: archive.put(replace(numbered(1), body="A newer text.", updated_at=at(10))),
        "undo_edits": lambda: undo_edits(archive, "n00001"),
        "list_revisions": lambda: (list_revisions(archive), list_revisions(archive, at(1), at(2))),
        "measure_feeds": lambda: measure_feeds(archive, [Feed(FEED)]),
        "find_earlier": lambda: find_earlier(archive, ["n00020"], at(1)),
        "is_pending": lambda: is_pending(archive),
        "take_stats": lambda: take_stats(archive, folder),
        "examine": lambda: [list(examiner(archive)) for examiner in health._EXAMINERS],
    }
    for name, some in selections.items():
        own |= calls_with(archive, store, name, some)
    for name, some in selections.items():
        own[f"Archive.remove {name}"] = partial(archive.remove, some)
    own["forget_vectors"] = lambda: forget_vectors(archive)
    return own


def test_rows_are_found_by_an_index(archive: RecordedArchive, tmp_path: Path) -> None:
    for name, call in calls(archive, tmp_path).items():
        archive.statements.clear()
        call()
        found = archive.scans()
        method, _, way = name.partition(" ")
        if name in WHOLE or method in WHOLE or way in FILTERED:
            loops = [(scan.statement, scan.loops) for scan in found]
            assert len(loops) == len(set(loops)), f"{name} goes through one table for each row of another: {found}"
        else:
            assert found == [], f"{name} goes through a whole table"


def test_the_newest_articles_are_read_in_the_order_of_an_index(archive: RecordedArchive) -> None:
    list(archive.articles(limit=1))
    list(archive.articles(order="oldest", limit=1))
    assert {scan.step for scan in archive.scans()} == {"SCAN articles USING INDEX articles_date"}


def test_a_table_that_is_gone_through_is_noticed(archive: RecordedArchive) -> None:
    archive.connection.execute(
        "SELECT 1 FROM articles WHERE url = ?", (URL,)
    ).fetchone()  # The partial index is unusable.
    archive.connection.execute("SELECT 1 FROM articles JOIN chunks ON length(body) > start").fetchone()
    assert [(scan.step, scan.loops) for scan in archive.scans()] == [
        ("SCAN articles", 0),
        ("SCAN articles", 0),
        ("SCAN chunks", 0),
    ]


@pytest.mark.parametrize("asker", [Archive, ChunkStore, FeedBook, Collections])
def test_no_method_is_left_out(asker: type, archive: RecordedArchive, tmp_path: Path) -> None:
    public = {name for name in vars(asker) if not name.startswith("_")} - {"connection", "transaction", "close"}
    called = {name.partition(" ")[0] for name in calls(archive, tmp_path)}
    assert {f"{asker.__name__}.{name}" for name in public} <= called


def test_nothing_else_asks_the_archive() -> None:
    """Tell whoever writes SQL in another module to add it to `calls`, and whoever reads the archive in `rag` to need none."""
    asking = {
        str(file.relative_to(ROOT))
        for folder in ("corpus", "rag", "web", "eval")
        for file in (ROOT / folder).rglob("*.py")
        if re.search(r"\.execute(many|script)?\(", file.read_text("utf-8"))
    }
    corpus = {
        one.__module__
        for one in (Archive, ChunkStore, FeedBook, ItemCache, take_stats, is_pending, find_earlier, measure_feeds)
    } | {one.__module__ for one in (Collections, make_condition)}
    assert asking == {f"{name.replace('.', '/')}.py" for name in corpus} | {
        "corpus/archive/article_editing.py",
        "corpus/archive/edits.py",
        "corpus/archive/engine/page_tables.py",  # Looks at the columns of an old file.
        "corpus/archive/copy_check.py",
        "corpus/archive/engine/postgresql.py",
        "corpus/archive/engine/postgresql_bulk.py",
        "corpus/archive/engine/read_only.py",  # Reads the header alone.
        "corpus/archive/engine/sqlite.py",
        "corpus/archive/engine/sqlite_bulk.py",
        "corpus/archive/engine/tables.py",
        "corpus/archive/lineage.py",
        "corpus/archive/table_copy.py",
        "corpus/archive/rows.py",
        "corpus/archive/stories.py",
        "corpus/archive/versions.py",
        # Stores of their own.
        "rag/follow/topic_book.py",
        "rag/index/pgvector_index.py",  # Of PostgreSQL alone.
        "rag/index/pgvector_table.py",
        "web/accounts/account_table.py",
        "web/accounts/sign_in_attempts.py",
        "web/accounts/sign_in_sessions.py",
        "web/conversations/conversation_store.py",
        "web/conversations/running_turns.py",
        "web/conversations/turn_rows.py",
        "web/rate_limit.py",
    }


def test_what_was_read_before_is_looked_up(archive: RecordedArchive, tmp_path: Path) -> None:
    statements: list[str] = []
    with ItemCache(tmp_path / "archive.sqlite3", b"rules") as readings:
        cast(sqlite3.Connection, readings._connection).set_trace_callback(statements.append)
        readings.note(b"item", [ArticleDigest("n00001", b"digest")])
        readings.close()
        cast(sqlite3.Connection, readings._connection).set_trace_callback(statements.append)
        assert readings.recall(b"item") == 0
    asked = [sql for sql in statements if not sql.startswith("--")]
    assert len([sql for sql in asked if sql.startswith(("SELECT", "INSERT"))]) == 2
    assert [scan for sql in asked for scan in scans(archive.connection, sql)] == []
