"""A feed that stands still is told in the answers that it bears on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from corpus.article import Article
from corpus.feeds.feed_book import FeedBook
from rag.answer.feed_notes import note_silent_feeds
from rag.model import Filters
from rag.question.outlet_mentions import Outlets
from rag.question.query import parse_question

AP, DAILY, WEEKLY = "https://ap.example/rss", "https://daily.example/rss", "https://weekly.example/rss"
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
SILENT = "AP's feed brought nothing since 3 March 2026."


def put(archive: Archive, feed: str, outlet: str, last: datetime, gap: timedelta, count: int = 12) -> None:
    for n in range(count):
        date = last - n * gap
        archive.put(Article(f"{outlet}{n}", f"{outlet} {n}", f"Text {n}.", outlet, published_at=date, feed=feed))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Return an archive with a feed that stands still, one that does not, and one that comes once a week."""
    with Archive(tmp_path / "archive.sqlite3") as opened:
        put(opened, AP, "AP", datetime(2026, 3, 3, 8, tzinfo=UTC), timedelta(hours=5))
        put(opened, DAILY, "Daily", datetime(2026, 3, 20, 8, tzinfo=UTC), timedelta(hours=5))
        put(opened, WEEKLY, "Weekly", datetime(2026, 3, 9, 8, tzinfo=UTC), timedelta(days=7))
        book = FeedBook(opened.connection)
        for url in (AP, DAILY, WEEKLY):
            book.add(url)
            book.record_pull(url, "rss", "", "", "")
        opened.connection.execute("UPDATE feeds SET last_pulled = '2026-03-20T11:00:00+00:00'")
        yield opened


def notes(archive: Archive, question: str, filters: Filters | None = None, now: datetime = NOW) -> list[str]:
    outlets = Outlets(archive.count_by("source"))
    back = now != NOW
    query = parse_question(question, now=now, outlets=outlets, filters=filters, looking_back=back)
    return note_silent_feeds(archive, query, filters or query.filters, now)


@pytest.mark.parametrize(
    "question",
    [
        "What did AP report about the ferry?",
        "What is the latest on the ferry?",
        "What happened last week?",
        "Who won according to AP?",
    ],
)
def test_a_silent_feed_is_told_where_it_bears_on_the_question(archive: Archive, question: str) -> None:
    assert notes(archive, question) == [SILENT]


@pytest.mark.parametrize(
    "question", ["Who founded the ferry line?", "What did Daily report about the ferry?", "What happened in 2019?"]
)
def test_it_is_not_told_elsewhere(archive: Archive, question: str) -> None:
    assert notes(archive, question) == []


def test_filters_by_hand_name_an_outlet_or_a_time_too(archive: Archive) -> None:
    assert notes(archive, "Who won?", Filters(outlets=("AP",))) == [SILENT]
    assert notes(archive, "Who won?", Filters(outlets=("Weekly",))) == []
    assert notes(archive, "Who won?", Filters(since=datetime(2026, 3, 10, tzinfo=UTC))) == [SILENT]
    assert notes(archive, "Who won?", Filters(until=datetime(2019, 3, 10, tzinfo=UTC))) == []


def test_a_question_of_the_past_is_told_nothing_of_the_present(archive: Archive) -> None:
    assert notes(archive, "What is the latest on the ferry?", now=datetime(2026, 3, 2, tzinfo=UTC)) == []


def test_a_feed_that_fails_or_is_not_read_is_told_as_such(archive: Archive) -> None:
    book = FeedBook(archive.connection)
    book.record_failure(DAILY, "HTTP 500")
    archive.connection.execute("UPDATE feeds SET last_pulled = '2026-03-04T11:00:00+00:00' WHERE url = ?", (AP,))
    assert notes(archive, "What is the latest on the ferry?") == [
        "AP's feed was last read on 4 March 2026; the archive has nothing from it since 3 March 2026.",
        "Daily's feed could not be read at the last pull; the archive has nothing from it since 20 March 2026.",
    ]
    book.add("https://new.example/rss")  # It has no history.
    assert len(notes(archive, "What is the latest on the ferry?")) == 2


def test_an_archive_without_feeds_has_nothing_to_tell(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.sqlite3") as archive:
        assert notes(archive, "What is the latest on the ferry?") == []
