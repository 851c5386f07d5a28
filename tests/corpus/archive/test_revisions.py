"""When the texts of an article came, and which of them changed words."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from corpus.archive.engine import Place
from corpus.archive.revisions import find_earlier, list_revisions
from tests.corpus.archive_items import HARBOUR, at, numbered

CORRECTED = replace(
    HARBOUR,
    body=HARBOUR.body.replace("14 million", "41 million"),
    notice="Corrects the cost to 41 million crowns.",
    updated_at=at(9),
)


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with Archive(place) as opened:
        yield opened


def test_texts_that_changed_words_are_listed_with_those_that_say_so_first(archive: Archive) -> None:
    began = datetime.now(UTC) - timedelta(seconds=1)
    archive.put(HARBOUR)
    archive.put(numbered(1))
    archive.put(numbered(2))
    assert archive.put(CORRECTED) == "updated"
    assert archive.put(replace(numbered(1), body="Other words, and no notice.", updated_at=at(9))) == "updated"
    assert archive.put(replace(numbered(2), title="Number: 2!", updated_at=at(9))) == "updated"  # No word differs.
    found = list_revisions(archive, began)
    assert [(one.after.id, one.after.version, one.new_notice) for one in found] == [
        ("harbour", 2, CORRECTED.notice),
        ("n00001", 2, ""),
    ]
    assert found[0].before == HARBOUR
    assert found[0].at is not None
    assert found[0].at >= began
    assert list_revisions(archive, datetime.now(UTC) + timedelta(hours=1)) == []


def test_a_text_that_comes_late_is_no_revision_and_moves_the_number_of_the_newest(archive: Archive) -> None:
    archive.put(HARBOUR)
    archive.put(replace(CORRECTED, updated_at=at(20)))
    assert archive.put(replace(HARBOUR, body="A text in between.", updated_at=at(12))) == "updated"
    assert [(one.after.version, one.after.notice) for one in list_revisions(archive)] == [(3, CORRECTED.notice)]


def test_articles_whose_newest_text_came_before_a_moment(archive: Archive) -> None:
    archive.put(HARBOUR)
    archive.put(numbered(1))
    ids = ["harbour", "n00001", "nowhere"]
    assert find_earlier(archive, ids, datetime.now(UTC) - timedelta(hours=1)) == set()
    assert find_earlier(archive, ids, datetime.now(UTC) + timedelta(hours=1)) == {"harbour", "n00001"}
    archive.connection.execute("UPDATE articles SET added_at = '2020-01-01T00:00:00+00:00'")
    archive.put(CORRECTED)
    assert find_earlier(archive, ids, datetime.now(UTC) - timedelta(hours=1)) == {"n00001"}


def test_an_archive_of_version_5_takes_the_dates_of_the_outlet(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    with Archive(path) as archive:
        archive.put(HARBOUR)
        archive.put(CORRECTED)
    connection = sqlite3.connect(path)
    connection.executescript("DROP TABLE revisions; PRAGMA user_version=5;")
    connection.close()
    with Archive(path) as archive:
        (found,) = list_revisions(archive)
        assert (found.after.version, found.at) == (2, at(9))
