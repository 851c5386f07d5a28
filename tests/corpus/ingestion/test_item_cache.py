"""What comes again as it came before is passed over, and only that."""

import json
from collections.abc import Iterator, Sequence
from copy import copy
from pathlib import Path
from typing import Any

import pytest

from corpus.archive.database import Archive
from corpus.archive.engine import Place
from corpus.archive.selection import Selection
from corpus.article import Article
from corpus.ingestion.ingest import IngestSummary, ingest
from corpus.ingestion.item_cache import ItemCache, digest_reading_rules
from corpus.ingestion.reader_pool import read_files
from corpus.readers import ReadOptions, Refusal, read

FERRY = {"id": "ferry", "title": "Ferry cancelled", "body": "The ferry is cancelled until Monday, the town says."}
BRIDGE = {"id": "bridge", "title": "Bridge opens", "body": "The bridge over the river opens on Monday, the town says."}
PAGE = "<html><title>Bridge opens</title><p>The bridge over the river opens on Monday, the mayor said.</p></html>"


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with Archive(place) as opened:
        yield opened


def written(folder: Path, *records: dict[str, Any]) -> Path:
    file = folder / "articles.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return file


def added(archive: Archive, files: Sequence[Path], rules: bytes = b"", jobs: int = 1, **options: Any) -> IngestSummary:
    with ItemCache(archive.engine.place, rules) as readings:
        return ingest(archive, read_files(files, ReadOptions(memory=readings, **options), jobs))


def known(archive: Archive, file: Path, rules: bytes = b"", **options: Any) -> list[bool]:
    """Return for each item whether it was passed over."""
    with ItemCache(archive.engine.place, rules) as readings:
        found = list(read([file], ReadOptions(memory=readings, **options)))
    return [isinstance(item, Refusal) and item.known for item in found]


def counts(summary: IngestSummary) -> tuple[int, int, int, int]:
    return summary.added, summary.updated, summary.unchanged, summary.lost


def test_an_article_that_comes_again_is_not_read_again(archive: Archive, tmp_path: Path) -> None:
    file = written(tmp_path, FERRY, BRIDGE)
    assert known(archive, file) == [False, False]
    assert counts(added(archive, [file])) == (2, 0, 0, 0)
    assert known(archive, file) == [True, True]
    assert counts(added(archive, [file])) == (0, 0, 2, 0)


def test_only_what_changed_is_read(archive: Archive, tmp_path: Path) -> None:
    added(archive, [written(tmp_path, FERRY, BRIDGE)])
    file = written(tmp_path, FERRY, BRIDGE | {"body": "The bridge over the river stays closed, the town says."})
    assert known(archive, file) == [True, False]
    assert counts(added(archive, [file])) == (0, 1, 1, 0)


def test_what_was_read_and_never_kept_is_read_again(archive: Archive, tmp_path: Path) -> None:
    file = written(tmp_path, FERRY)
    assert known(archive, file) == [False]
    assert known(archive, file) == [False]
    assert counts(added(archive, [file])) == (1, 0, 0, 0)


def test_a_removed_article_is_added_again_and_forgotten_meanwhile(archive: Archive, tmp_path: Path) -> None:
    file = written(tmp_path, FERRY, BRIDGE)
    added(archive, [file])
    archive.remove(Selection(ids=("ferry",)))
    rows = archive.connection.execute("SELECT DISTINCT article_id FROM readings").fetchall()
    assert [row[0] for row in rows] == ["bridge"]
    assert known(archive, file) == [False, True]
    assert counts(added(archive, [file])) == (1, 0, 1, 0)


def test_other_rules_of_reading_read_everything_again(archive: Archive, tmp_path: Path) -> None:
    file = written(tmp_path, FERRY)
    added(archive, [file], rules=b"old")
    assert known(archive, file, rules=b"old") == [True]
    assert known(archive, file) == [False]
    assert known(archive, file, rules=digest_reading_rules()) == [
        True
    ]  # Those of this package, which the last line noted.


def test_another_mapping_reads_everything_again(archive: Archive, tmp_path: Path) -> None:
    file = written(tmp_path, FERRY | {"lead": "No boat leaves the harbour before Monday morning."})
    added(archive, [file])
    assert known(archive, file, mapping={"body": "lead"}) == [False]
    assert counts(added(archive, [file], mapping={"body": "lead"})) == (0, 1, 0, 0)
    article = archive.get("ferry")
    assert article is not None
    assert article.body == "No boat leaves the harbour before Monday morning."


def test_an_earlier_version_that_comes_again_changes_nothing(archive: Archive, tmp_path: Path) -> None:
    later = BRIDGE | {"body": "The bridge over the river stays closed, the town says."}
    added(archive, [written(tmp_path, BRIDGE)])
    added(archive, [written(tmp_path, later)])
    file = written(tmp_path, BRIDGE, later)
    assert known(archive, file) == [True, True]
    assert counts(added(archive, [file])) == (0, 0, 2, 0)
    article = archive.get("bridge")
    assert article is not None
    assert (article.version, article.body) == (2, later["body"])


def test_a_text_under_a_second_id_is_read_each_time(archive: Archive, tmp_path: Path) -> None:
    file = written(tmp_path, FERRY, FERRY | {"id": "other"})
    assert counts(added(archive, [file])) == (1, 0, 1, 0)
    assert known(archive, file) == [True, False]


def test_a_warning_is_said_each_time(archive: Archive, tmp_path: Path) -> None:
    file = written(tmp_path, FERRY | {"source": "Тhe Post"})  # Its first letter is Cyrillic.
    assert [refusal.kept for refusal in added(archive, [file]).refused] == [True]
    assert [refusal.kept for refusal in added(archive, [file]).refused] == [True]


def test_a_date_in_the_future_is_looked_at_each_time(archive: Archive, tmp_path: Path) -> None:
    file = written(tmp_path, FERRY | {"published_at": "2300-01-01"}, BRIDGE | {"published_at": "03/04/2017"})
    added(archive, [file])
    assert known(archive, file) == [False, True]


def test_a_page_is_known_as_a_whole(archive: Archive, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE, "utf-8")
    assert counts(added(archive, [page])) == (1, 0, 0, 0)
    assert known(archive, page) == [True]
    page.write_text(PAGE.replace("Monday", "Friday"), "utf-8")
    assert known(archive, page) == [False]


def test_several_processes_remember_too(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number}.html").write_text(PAGE.replace("Monday", f"the {number}th"), "utf-8")
    assert counts(added(archive, [folder], jobs=2)) == (40, 0, 0, 0)
    assert known(archive, folder) == [True] * 40
    assert counts(added(archive, [folder], jobs=2)) == (0, 0, 40, 0)


def test_readings_go_to_another_process_without_their_connection(archive: Archive, tmp_path: Path) -> None:
    file = written(tmp_path, FERRY)
    added(archive, [file])
    with ItemCache(archive.engine.place) as readings:
        assert all(isinstance(item, Refusal) for item in read([file], ReadOptions(memory=readings)))
        other = copy(readings)  # As it goes to another process.
    with other:
        assert all(isinstance(item, Refusal) for item in read([file], ReadOptions(memory=other)))


def test_a_memory_that_cannot_be_opened_only_costs_time(tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"no database at all" * 100)
    with ItemCache(broken) as readings:
        assert all(isinstance(item, Article) for item in read([written(tmp_path, FERRY)], ReadOptions(memory=readings)))
