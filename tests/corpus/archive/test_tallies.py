"""The counts that are asked for often are right, whoever writes at the same time, and `doctor` finds where they are not."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.archive.chunk_store import ChunkStore
from corpus.archive.database import Archive
from corpus.archive.engine import Place
from corpus.archive.health import examine
from corpus.archive.selection import Selection
from corpus.errors import ArchiveError
from tests.corpus.archive_items import numbered, store_all, whole
from tests.postgresql import PostgresServer

COUNTED = (
    "SELECT (SELECT count(*) FROM indexed JOIN articles ON key = article_key AND indexed.version = articles.version "
    "WHERE profile = 'test'), (SELECT count(*) FROM articles)"
)


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with Archive(place) as opened:
        yield opened


def count(archive: Archive) -> tuple[int, int]:
    """Return what is counted often, after a look at the rows themselves."""
    counts = archive.connection.count_indexed("test")
    assert counts == tuple(archive.connection.execute(COUNTED).fetchone())
    return counts


def test_counts_follow_what_is_added_embedded_changed_and_removed(archive: Archive) -> None:
    store = ChunkStore(archive, "test")
    assert count(archive) == (0, 0)
    for n in range(4):
        archive.put(numbered(n))
    assert count(archive) == (0, 4)
    store_all(archive)
    store.store([whole(numbered(1))])  # Once more.
    assert count(archive) == (4, 4)
    archive.put(replace(numbered(2), title="Another"), live=True)
    assert count(archive) == (3, 4)
    archive.remove(Selection(ids=(numbered(1).id, numbered(2).id)))
    assert count(archive) == (2, 2)
    assert store.progress() == (2, 2)


def test_progress_leaves_out_what_an_index_does_not_hold_yet(archive: Archive) -> None:
    store = ChunkStore(archive, "test")
    for n in range(4):
        archive.put(numbered(n))
    store_all(archive)
    assert [store.progress(applied)[0] for applied in (0, 3, 4)] == [0, 3, 4]


def test_what_lost_its_chunks_is_pending_whatever_took_them(archive: Archive) -> None:
    store = ChunkStore(archive, "test")
    for n in range(3):
        archive.put(numbered(n))
    store_all(archive)
    archive.put(replace(numbered(1), title="Another"), live=True)
    assert [article.id for article in next(store.articles_to_embed(9))] == [numbered(1).id]
    other = ChunkStore(archive, "other")
    assert len(next(other.articles_to_embed(9))) == 3


def test_counts_are_right_after_writers_at_once(postgres: PostgresServer) -> None:
    address = postgres.make_schema()

    def write(start: int) -> None:
        with Archive(address) as archive:
            for n in range(start, start + 60):
                archive.put(numbered(n))
            store_all(archive)
            archive.remove(Selection(ids=tuple(numbered(n).id for n in range(start, start + 5))))

    writers = [threading.Thread(target=write, args=(100 * n,)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with Archive(address) as archive:
        assert count(archive) == (220, 220)
        rows = archive.connection.execute("SELECT count(*) FROM tallies").fetchone()[0]
        assert rows <= 210  # They are added up now and then.


def test_doctor_finds_wrong_counts_and_upgrade_counts_anew(postgres: PostgresServer, tmp_path: Path) -> None:
    address = postgres.make_schema()
    with Archive(address) as archive:
        archive.put(numbered(1))
        archive.connection.execute("INSERT INTO tallies VALUES ('articles', 1)")
        found = next(check for check in examine(address, tmp_path) if check.name == "tallies")
        assert (found.state, found.remedy) == ("broken", "python -m corpus upgrade")
        archive.engine.upgrade()
        assert count(archive) == (0, 1)
        assert next(check for check in examine(address, tmp_path) if check.name == "tallies").state == "fine"


def test_who_connects_while_tables_are_made_finds_all_or_none(postgres: PostgresServer) -> None:
    found = set[str]()
    for _ in range(3):
        address = postgres.make_schema()
        maker = threading.Thread(target=lambda address=address: Archive(address).close())
        maker.start()
        while maker.is_alive():
            try:
                Archive(address, write=False).close()
            except ArchiveError as error:
                found.update(re.findall(r"of version (\d+)", str(error)))
        maker.join()
    assert found <= {"0"}
