"""Pulling feeds from a real server into a real book: pages, fallbacks, what is seen, what is tried again."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.archive.engine import open_engine
from corpus.article import Article
from corpus.errors import InputError
from corpus.feeds.feed_book import FeedBook
from corpus.feeds.feed_pull import Pulled, pull
from corpus.fetching.fetcher import Fetcher
from corpus.readers import Refusal
from tests.corpus.web_server import PATIENT, Reply, Web, dripping

FEED = "http://news.example/rss"
SENTENCE = "The council approved the harbour budget on Monday after a debate of five hours."
BODY = "\n".join(f"<p>{SENTENCE} It was item {number} of the agenda.</p>" for number in range(6))


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as running:
        yield running


@pytest.fixture
def book(tmp_path: Path) -> Iterator[FeedBook]:
    connection = open_engine(tmp_path / "archive.sqlite3").connect()
    made = FeedBook(connection)
    made.add(FEED)
    yield made
    connection.close()


def _rss(*items: str, title: str = "Harbour Post") -> bytes:
    rows = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0'><channel><title>{title}</title>{rows}</channel></rss>".encode()


def _item(path: str, text: str = "", date: str = "Mon, 23 Nov 2026 10:00:00 GMT") -> str:
    about = f"<description>{text}</description>" if text else ""
    return f"<title>Entry {path}</title><link>{path}</link><guid>{path}</guid><pubDate>{date}</pubDate>{about}"


def _page(title: str = "Harbour budget approved", head: str = "", body: str = BODY) -> Reply:
    story = f"<article><h1>{title}</h1>{body}</article>"
    return Reply(f"<html lang=en><head><title>{title}</title>{head}</head><body>{story}</body></html>".encode())


def _pull(web: Web, book: FeedBook, fetcher: Fetcher | None = None, limit: int = 1_000) -> list[Pulled]:
    """Pull and mark, as the command does once an article is committed."""
    found = []
    for pulled in pull(FEED, fetcher or web.fetcher(), book, limit):
        found.append(pulled)
        if pulled.settled:
            book.mark(FEED, pulled.entry_id)
    return found


def _article(pulled: Pulled) -> Article:
    assert isinstance(pulled.item, Article), pulled.item
    return pulled.item


def _refusal(pulled: Pulled) -> Refusal:
    assert isinstance(pulled.item, Refusal), pulled.item
    return pulled.item


def test_the_page_of_an_entry_is_read_and_filled_from_the_entry(web: Web, book: FeedBook) -> None:
    about = "<author>desk@news.example (Ann Lee)</author><category>Politics</category>"
    web.routes["/rss"] = Reply(_rss(_item("/a", "Short.") + about))
    web.routes["/a"] = _page()
    (pulled,) = _pull(web, book)
    article = _article(pulled)
    assert (pulled.entry_id, pulled.settled) == ("/a", True)
    assert article.title == "Harbour budget approved"
    assert article.body.count(SENTENCE) == 6
    assert article.url == "http://news.example/a"
    assert article.published_at == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert (article.author, article.category, article.feed) == ("Ann Lee", "Politics", FEED)


def test_what_the_page_states_wins(web: Web, book: FeedBook) -> None:
    head = """<meta property="article:published_time" content="2026-11-22T08:00:00Z">
    <meta name="author" content="Bo Ek">
    <meta property="og:site_name" content="The Post">"""
    web.routes["/rss"] = Reply(_rss(_item("/a")))
    web.routes["/a"] = _page(head=head)
    article = _article(_pull(web, book)[0])
    assert article.published_at == datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert (article.author, article.source) == ("Bo Ek", "The Post")


def test_entries_seen_before_cost_no_request(web: Web, book: FeedBook) -> None:
    web.routes["/rss"] = Reply(_rss(_item("/a"), _item("/b")))
    web.routes["/a"] = web.routes["/b"] = _page()
    assert [pulled.entry_id for pulled in _pull(web, book)] == ["/a", "/b"]
    web.requests.clear()
    web.routes["/rss"] = Reply(_rss(_item("/c"), _item("/a"), _item("/b")))
    web.routes["/c"] = _page()
    assert [pulled.entry_id for pulled in _pull(web, book)] == ["/c"]
    assert web.paths() == ["/rss", "/c"]


def test_an_unchanged_feed_is_not_sent_again(web: Web, book: FeedBook) -> None:
    tags = {"ETag": '"v1"', "Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT"}
    web.routes["/rss"] = Reply(_rss(_item("/a")), headers=tags)
    web.routes["/a"] = _page()
    _pull(web, book)
    web.routes["/rss"] = Reply(status=304)
    assert _pull(web, book) == []
    assert web.requests[-1].headers["if-none-match"] == '"v1"'
    assert web.requests[-1].headers["if-modified-since"] == "Mon, 23 Nov 2026 10:00:00 GMT"
    feed = book.get(FEED)
    assert feed is not None
    assert (feed.kind, feed.title, feed.etag) == ("rss", "Harbour Post", '"v1"')


def test_a_pull_that_was_cut_short_is_taken_up(web: Web, book: FeedBook) -> None:
    web.routes["/rss"] = Reply(_rss(_item("/a"), _item("/b"), _item("/c")), headers={"ETag": '"v1"'})
    web.routes["/a"] = web.routes["/b"] = web.routes["/c"] = _page()
    assert [pulled.entry_id for pulled in _pull(web, book, limit=1)] == ["/a"]
    for pulled in pull(FEED, web.fetcher(), book):
        assert pulled.entry_id == "/b"
        break  # killed before the mark
    assert [pulled.entry_id for pulled in _pull(web, book)] == ["/b", "/c"]
    assert "if-none-match" not in web.requests[-3].headers
    assert _pull(web, book) == []
    assert web.requests[-1].headers["if-none-match"] == '"v1"'


def test_old_entries_are_forgotten_once_the_feed_lists_them_no_longer(web: Web, tmp_path: Path) -> None:
    long_ago = "Mon, 22 Jan 2024 10:00:00 GMT"
    connection = open_engine(tmp_path / "few.sqlite3").connect()
    book = FeedBook(connection, most_marks=2)
    book.add(FEED)
    for day, name in enumerate("abcde", 1):
        book.mark(FEED, f"/{name}")
        made = f"2025-11-0{day}T10:00:00+00:00"
        connection.execute("UPDATE feed_entries SET seen_at = ? WHERE entry_id = ?", (made, f"/{name}"))

    def remembered() -> str:
        return "".join(name for name in "abcdef" if book.is_seen(FEED, f"/{name}"))

    web.routes["/rss"] = Reply(status=304)
    assert _pull(web, book) == []
    assert remembered() == "abcde"  # Nobody was told what the feed lists.
    web.requests.clear()
    web.routes["/rss"] = Reply(_rss(_item("/f", date=long_ago), _item("/a", date=long_ago)))
    web.routes["/f"] = _page()
    assert [pulled.entry_id for pulled in _pull(web, book)] == ["/f"]
    assert remembered() == "adef"
    assert _pull(web, book) == []
    assert remembered() == "aef"
    assert web.paths() == ["/rss", "/f", "/rss"]
    connection.close()


def test_nothing_is_forgotten_where_a_part_of_the_feed_was_not_read(web: Web, tmp_path: Path) -> None:
    space = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
    places = "".join(f"<sitemap><loc>http://news.example/{n}.xml</loc></sitemap>" for n in (1, 2))
    web.routes["/rss"] = Reply(f"<sitemapindex {space}>{places}</sitemapindex>".encode())
    web.routes["/1.xml"] = Reply(f"<urlset {space}><url><loc>http://news.example/a</loc></url></urlset>".encode())
    web.routes["/2.xml"] = Reply(status=500)
    connection = open_engine(tmp_path / "few.sqlite3").connect()
    book = FeedBook(connection, most_marks=0)
    book.add(FEED)
    for name in "ab":
        book.mark(FEED, f"http://news.example/{name}")
    assert len(_pull(web, book)) == 1
    assert book.is_seen(FEED, "http://news.example/b")
    web.routes["/2.xml"] = web.routes["/1.xml"]
    assert _pull(web, book) == []
    assert book.is_seen(FEED, "http://news.example/a")
    assert not book.is_seen(FEED, "http://news.example/b")
    connection.close()


@pytest.mark.parametrize("status", [403, 404, 410])
def test_the_feeds_own_text_is_the_fallback(web: Web, book: FeedBook, status: int) -> None:
    web.routes["/rss"] = Reply(_rss(_item("/a", "&lt;p&gt;The ferry is &lt;b&gt;cancelled&lt;/b&gt;.&lt;/p&gt;")))
    web.routes["/a"] = Reply(b"gone", status=status)
    (pulled,) = _pull(web, book)
    article = _article(pulled)
    assert (article.title, article.body, article.source) == ("Entry /a", "The ferry is cancelled.", "Harbour Post")
    assert (article.url, article.feed, pulled.settled) == ("http://news.example/a", FEED, True)
    assert article.published_at == datetime(2026, 11, 23, 10, tzinfo=UTC)


def test_a_page_that_may_come_later_is_tried_again(web: Web, book: FeedBook) -> None:
    web.routes["/rss"] = Reply(_rss(_item("/a", "The ferry is cancelled.")), headers={"ETag": '"v1"'})
    web.routes["/a"] = Reply(b"", status=500)
    (pulled,) = _pull(web, book)
    assert (_article(pulled).body, pulled.settled) == ("The ferry is cancelled.", False)
    web.routes["/a"] = _page()
    (pulled,) = _pull(web, book)
    assert (SENTENCE in _article(pulled).body, pulled.settled) == (True, True)


def test_a_slow_page_and_a_wrong_type_fall_back_too(web: Web, book: FeedBook) -> None:
    web.routes["/rss"] = Reply(_rss(_item("/slow", "First text."), _item("/pdf", "Second text.")))
    web.routes["/slow"] = dripping(web, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", b"x")
    web.routes["/pdf"] = Reply(b"%PDF-1.4", content_type="application/pdf")
    slow, pdf = _pull(web, book, web.fetcher(limits=replace(PATIENT, total_s=2.0)))
    assert (_article(slow).body, slow.settled) == ("First text.", False)
    assert (_article(pdf).body, pdf.settled) == ("Second text.", True)


def test_a_longer_text_in_the_feed_wins_over_a_page_behind_a_wall(web: Web, book: FeedBook) -> None:
    whole = BODY.replace("<", "&lt;").replace(">", "&gt;")
    web.routes["/rss"] = Reply(_rss(_item("/a", whole)))
    web.routes["/a"] = _page(body="<p>Subscribe now to read on about the harbour budget.</p>")
    assert _article(_pull(web, book)[0]).body.count(SENTENCE) == 6


def test_an_entry_without_page_and_text_is_refused(web: Web, book: FeedBook) -> None:
    web.routes["/rss"] = Reply(_rss(_item("/gone"), "<title>Nothing</title><guid>7</guid>"))
    gone, nothing = _pull(web, book)
    assert _refusal(gone) == Refusal(
        "http://news.example/rss: http://news.example/gone",
        "http://news.example/gone: the server answered 404 Not Found",
    )
    assert _refusal(nothing).reason == "its entry has neither an address nor a text"


def test_a_feed_without_links_gives_its_own_text(web: Web, book: FeedBook) -> None:
    web.routes["/rss"] = Reply(_rss("<guid>7</guid><description>The ferry is cancelled today.</description>"))
    article = _article(_pull(web, book)[0])
    assert (article.title, article.body) == ("The ferry is cancelled today.", "The ferry is cancelled today.")
    assert article.url == ""
    assert web.paths() == ["/rss"]


HOSTILE = [
    "http://10.0.0.1/a",
    "http://127.0.0.1:8080/",
    "file:///etc/passwd",
    "http://u:p@news.example/",
    "http://[::1]/",
]


def test_hostile_links_in_a_feed_are_refused_without_a_request(web: Web, book: FeedBook) -> None:
    web.routes["/rss"] = Reply(_rss(*(_item(link, "Some text.") for link in HOSTILE)))
    found = _pull(web, book)
    assert [isinstance(pulled.item, Refusal) and pulled.settled for pulled in found] == [True] * len(HOSTILE)
    assert web.paths() == ["/rss"]
    assert len(web.dialled) == 1


def test_a_busy_host_is_left_alone_for_this_round(web: Web, book: FeedBook) -> None:
    other = "http://other.example/c"
    web.routes["/rss"] = Reply(_rss(_item("/a"), _item("/b"), _item(other)), headers={"ETag": '"v1"'})
    web.routes["/a"] = Reply(status=429, headers={"Retry-After": "60"})
    web.routes["/b"] = web.routes["/c"] = _page()
    first, second = _pull(web, book)
    assert ("429 Too Many Requests" in _refusal(first).reason, first.settled) == (True, False)
    assert second.entry_id == other
    assert web.paths() == ["/rss", "/a", "/c"]
    web.routes["/a"] = _page()
    assert [pulled.entry_id for pulled in _pull(web, book)] == ["/a", "/b"]


def test_robots_txt_holds_for_pages_and_the_feeds_text_stands_in(web: Web, book: FeedBook) -> None:
    web.routes["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /a\n", content_type="text/plain")
    web.routes["/rss"] = Reply(_rss(_item("/a", "The ferry is cancelled.")))
    web.routes["/a"] = _page()
    assert _article(_pull(web, book, web.fetcher(robots=True))[0]).body == "The ferry is cancelled."
    assert web.paths() == ["/robots.txt", "/rss"]


def test_an_entry_that_the_feed_changed_is_fetched_again(web: Web, book: FeedBook) -> None:
    def atom(*stamps: str) -> Reply:
        entries = "".join(
            f"<entry><id>{n}</id><title>T</title><link href='/{n}'/><updated>{stamp}</updated></entry>"
            for n, stamp in enumerate(stamps)
        )
        return Reply(f"<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title>{entries}</feed>".encode())

    web.routes["/0"] = web.routes["/1"] = _page()
    old = "2020-01-01T00:00:00Z"
    web.routes["/rss"] = atom(old, "2020-01-02T00:00:00Z")
    assert len(_pull(web, book)) == 2
    book._connection.execute("UPDATE feed_entries SET seen_at = '2021-01-01T00:00:00+00:00'")
    web.routes["/rss"] = atom(old, "2022-01-01T00:00:00Z")
    assert [pulled.entry_id for pulled in _pull(web, book)] == ["1"]
    assert _pull(web, book) == []


def test_a_sitemap_index_is_followed(web: Web, book: FeedBook) -> None:
    space = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
    index = f"<sitemapindex {space}><sitemap><loc>http://news.example/1.xml</loc></sitemap>"
    index += "<sitemap><loc>http://127.0.0.1/2.xml</loc></sitemap></sitemapindex>"
    web.routes["/rss"] = Reply(index.encode(), headers={"ETag": '"v1"'})
    web.routes["/1.xml"] = Reply(f"<urlset {space}><url><loc>http://news.example/a</loc></url></urlset>".encode())
    web.routes["/a"] = _page()
    first, second = _pull(web, book)
    assert _article(first).url == "http://news.example/a"
    assert "not on the public internet" in _refusal(second).reason
    _pull(web, book)
    assert "if-none-match" not in web.requests[-2].headers


def test_a_feed_that_cannot_be_read_is_noted(web: Web, book: FeedBook) -> None:
    web.routes["/rss"] = Reply(b"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>")
    with pytest.raises(InputError, match="document type"):
        _pull(web, book)
    feed = book.get(FEED)
    assert feed is not None
    assert feed.last_error.startswith("http://news.example/rss: it declares a document type")


def test_a_page_without_a_headline_is_given_the_entrys(web: Web, book: FeedBook) -> None:
    web.routes["/rss"] = Reply(_rss(_item("/a")))
    web.routes["/a"] = Reply(f"<html><body>{BODY}</body></html>".encode())
    article = _article(_pull(web, book)[0])
    assert article.title == "Entry /a"
    assert article.body.count(SENTENCE) == 6


UNREADABLE = ("http://xn--/", "http://xn--a/", "//xn--a", "http://[::1", "http://a:b/", "http://☃/")


@pytest.mark.parametrize("kind", ["rss", "atom", "json", "sitemap"])
def test_a_link_that_cannot_be_read_is_refused_and_the_rest_of_the_feed_goes_on(
    web: Web, book: FeedBook, kind: str
) -> None:
    links = [*UNREADABLE, "http://news.example/last"]
    feeds = {
        "rss": "<rss version='2.0'><channel>{}</channel></rss>",
        "atom": "<feed xmlns='http://www.w3.org/2005/Atom'>{}</feed>",
        "sitemap": "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{}</urlset>",
    }
    entries = {
        "rss": "<item><title>One</title><link>{}</link></item>",
        "atom": "<entry><title>One</title><link rel='alternate' href='{}'/></entry>",
        "sitemap": "<url><loc>{}</loc></url>",
    }
    if kind == "json":
        text = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"url": link} for link in links]})
    else:
        text = feeds[kind].format("".join(entries[kind].format(link) for link in links))
    web.routes |= {"/rss": Reply(text.encode(), content_type="application/xml"), "/last": _page()}
    found = _pull(web, book)
    assert len(found) == len(links)
    assert all("address" in (reason := _refusal(pulled).reason) or "host" in reason for pulled in found[:-1])
    assert _article(found[-1]).url == "http://news.example/last"
    assert _pull(web, book) == []  # Each is settled, and none is asked for again.


@pytest.mark.parametrize("link", UNREADABLE)
def test_a_canonical_address_that_cannot_be_read_leaves_the_one_that_was_fetched(
    web: Web, book: FeedBook, link: str
) -> None:
    web.routes |= {"/rss": Reply(_rss(_item("/a"))), "/a": _page(head=f"<link rel=canonical href='{link}'>")}
    assert _article(_pull(web, book)[0]).url == "http://news.example/a"


@pytest.mark.parametrize("child", UNREADABLE)
def test_a_sitemap_of_an_index_that_cannot_be_read_stops_no_other(web: Web, book: FeedBook, child: str) -> None:
    index = (
        "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
        f"<sitemap><loc>{child}</loc></sitemap><sitemap><loc>http://news.example/good</loc></sitemap></sitemapindex>"
    )
    good = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>http://news.example/a</loc></url></urlset>"
    web.routes |= {"/rss": Reply(index.encode()), "/good": Reply(good.encode()), "/a": _page()}
    found = _pull(web, book)
    assert [isinstance(pulled.item, Refusal) for pulled in found] == [True, False]
