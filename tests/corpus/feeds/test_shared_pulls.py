"""Several processes that pull the same feeds share them, and fetch nothing twice."""

import multiprocessing
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

import pytest

from corpus.archive.database import Archive
from corpus.feeds.feed_book import Feed, FeedBook
from corpus.feeds.feed_summary import FeedSummary, pull_feeds
from corpus.feeds.pull_schedule import PullSchedule
from tests.corpus.web_server import Reply, Web
from tests.postgresql import PostgresServer
from tests.waiting import wait_until

FEEDS = [f"http://news.example/{n}/rss" for n in range(6)]
RSS = "<rss version='2.0'><channel><title>Post {0}</title><item><title>Budget {0}</title><link>/{0}/page</link></item></channel></rss>"
PAGE = (
    "<html><head><title>Budget {0}</title></head><body><article><h1>Budget {0}</h1><p>{1}</p></article></body></html>"
)
TEXT = "The council of town {0} approved the budget of the year after a debate of five hours on Monday. " * 5
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as running:
        for n in range(len(FEEDS)):
            running.routes[f"/{n}/rss"] = Reply(RSS.format(n).encode(), "application/rss+xml")
            running.routes[f"/{n}/page"] = Reply(PAGE.format(n, TEXT.format(n)).encode())
        yield running


@pytest.fixture
def address(postgres: PostgresServer) -> str:
    made = postgres.make_schema()
    with Archive(made) as archive:
        for url in FEEDS:
            FeedBook(archive.connection).add(url)
    return made


def test_two_that_pull_at_once_fetch_each_feed_and_each_page_once(web: Web, address: str) -> None:
    began = datetime.now(UTC)
    found: list[FeedSummary] = []
    together = threading.Barrier(2)

    def work() -> None:
        with Archive(address) as archive, web.fetcher() as fetcher:
            together.wait()
            found.extend(pull_feeds(archive, FeedBook(archive.connection), fetcher, FEEDS, since=began))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(Counter(web.paths()).values()) == {1}
    assert len(web.paths()) == 2 * len(FEEDS)
    assert (sum(one.added for one in found), sum(bool(one.skipped) for one in found)) == (len(FEEDS), len(FEEDS))


def test_a_feed_that_another_one_pulls_is_left_out_until_that_one_is_done(web: Web, address: str) -> None:
    with Archive(address) as archive, Archive(address) as other, web.fetcher() as fetcher:
        book = FeedBook(archive.connection)
        with FeedBook(other.connection).reserve(FEEDS[0]) as reserved:
            assert reserved
            first, second = pull_feeds(archive, book, fetcher, FEEDS[:2])
        assert first.to_line() == f"{FEEDS[0]}: another process is pulling it"
        assert (second.added, web.paths()) == (1, ["/1/rss", "/1/page"])
        assert next(pull_feeds(archive, book, fetcher, FEEDS[:1])).added == 1


def hold(address: str, told: Connection) -> None:
    with Archive(address) as archive, FeedBook(archive.connection).reserve(FEEDS[0]) as reserved:
        told.send(reserved)
        threading.Event().wait()


def test_the_reservation_of_a_process_that_dies_ends(web: Web, address: str) -> None:
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(target=hold, args=(address, there))
    child.start()
    assert here.recv()
    with Archive(address) as archive, web.fetcher() as fetcher:
        book = FeedBook(archive.connection)
        assert next(pull_feeds(archive, book, fetcher, FEEDS[:1])).skipped
        child.kill()
        child.join()
        wait_until(lambda: next(pull_feeds(archive, book, fetcher, FEEDS[:1])).added == 1)


def test_a_feed_is_due_where_nobody_has_pulled_it_within_the_interval() -> None:
    schedule = PullSchedule(900)
    minute = timedelta(minutes=1)
    feeds = [
        Feed("never"),
        Feed("by another process", last_pulled=NOW - 14 * minute),
        Feed("long ago", last_pulled=NOW - 15 * minute),
        Feed("by a clock that was wrong", last_pulled=NOW + minute),
    ]
    due = ["never", "long ago", "by a clock that was wrong"]
    assert schedule.choose_due(feeds, NOW) == (due, NOW - 15 * minute)
    schedule.note_failure("never", NOW)
    assert schedule.choose_due(feeds[:1], NOW + 14 * minute)[0] == []
    assert schedule.choose_due(feeds[:1], NOW + 15 * minute)[0] == ["never"]


def test_what_is_pulled_once_is_always_due() -> None:
    assert PullSchedule(None).choose_due([Feed("just now", last_pulled=NOW)], NOW) == (["just now"], NOW)
