"""The book of feeds, in a real archive."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from corpus.archive.engine import Place, open_engine
from corpus.feeds.feed_book import Feed, FeedBook

ONE, TWO = "https://one.example/rss", "https://two.example/rss"


@pytest.fixture
def book(place: Place) -> Iterator[FeedBook]:
    connection = open_engine(place).connect()
    yield FeedBook(connection)
    connection.close()


def test_feeds_are_added_once_listed_and_removed(book: FeedBook) -> None:
    assert [book.add(TWO), book.add(ONE), book.add(ONE)] == [True, True, False]
    assert book.feeds() == [Feed(ONE), Feed(TWO)]
    assert [book.remove(ONE), book.remove(ONE)] == [True, False]
    assert book.feeds() == [Feed(TWO)]
    assert book.get(ONE) is None


def test_entries_are_marked_for_their_feed_only(book: FeedBook) -> None:
    book.add(ONE)
    book.mark(ONE, "a")
    assert [book.is_seen(ONE, "a"), book.is_seen(ONE, "b"), book.is_seen(TWO, "a")] == [True, False, False]
    book.remove(ONE)
    book.mark(ONE, "b")  # As a pull does that goes on while another process removes its feed.
    assert [book.is_seen(ONE, "a"), book.is_seen(ONE, "b")] == [False, False]


def test_an_entry_that_changed_after_its_mark_counts_as_new(book: FeedBook) -> None:
    book.add(ONE)
    book.mark(ONE, "a")
    now = datetime.now(UTC)
    assert book.is_seen(ONE, "a", now - timedelta(hours=1))
    assert not book.is_seen(ONE, "a", now + timedelta(hours=1))


def test_a_pull_and_a_failure_are_noted_and_last(book: FeedBook, place: Place) -> None:
    book.add(ONE)
    book.record_failure(ONE, "it was down")
    assert book.get(ONE) == Feed(ONE, last_error="it was down")
    book.record_pull(ONE, "rss", "One", '"v1"', "Mon, 23 Nov 2026 10:00:00 GMT")
    connection = open_engine(place).connect()
    found = FeedBook(connection).get(ONE)
    connection.close()
    assert found is not None
    assert (found.kind, found.title, found.etag, found.last_error) == ("rss", "One", '"v1"', "")
    assert found.last_modified == "Mon, 23 Nov 2026 10:00:00 GMT"
    assert found.last_pulled is not None
    assert timedelta(0) <= datetime.now(UTC) - found.last_pulled < timedelta(minutes=1)
