"""What stands at an address, fetched from a real server on loopback."""

import json
from collections.abc import Iterator

import pytest

from corpus.article import Article
from corpus.ingestion.web_pages import read_pages
from corpus.readers import ReadOptions, Refusal
from corpus.settings import ArchiveSettings
from tests.corpus.web_server import Reply, Web

AT = "http://news.example"
RSS = b"<rss version='2.0'><channel><title>Post</title><item><title>Ferry</title></item></channel></rss>"
ATOM = b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>Post</title></feed>"
SITEMAP = b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'></urlset>"
JSON_FEED = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Post", "items": []}).encode()
STORY = b"<html><title>Ferry cancelled</title><p>No ferry leaves the harbour before Monday, the town says.</p></html>"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as running:
        yield running


def found(web: Web, *paths: str) -> list[Article | Refusal]:
    addresses = [AT + path for path in paths]
    return list(read_pages(addresses, ReadOptions(), ArchiveSettings(), web.fetcher()))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (RSS, "application/rss+xml"),
        (RSS, "text/html"),
        (RSS, ""),
        (ATOM, "application/atom+xml"),
        (SITEMAP, "text/xml"),
        (JSON_FEED, "application/feed+json"),
        (JSON_FEED, "application/json"),
    ],
)
def test_the_address_of_a_feed_is_answered_with_the_command_that_follows_it(
    web: Web, body: bytes, content_type: str
) -> None:
    web.routes["/rss"] = Reply(body, content_type)
    (refusal,) = found(web, "/rss")
    assert isinstance(refusal, Refusal)
    assert f"`python -m corpus feed add {AT}/rss`" in refusal.reason


def test_a_page_without_an_article_hints_at_the_feed_that_it_names(web: Web) -> None:
    link = b'<link rel="alternate" type="application/rss+xml" href="/all.rss">'
    web.routes["/"] = Reply(b"<html><head><title>Post</title>" + link + b"</head><body></body></html>")
    web.routes["/none"] = Reply(b"<html><head><title>Post</title></head><body></body></html>")
    named, unnamed = found(web, "/", "/none")
    assert isinstance(named, Refusal)
    assert isinstance(unnamed, Refusal)
    assert f"`python -m corpus feed add {AT}/all.rss`" in named.reason
    assert "feed" not in unnamed.reason


def test_pages_and_documents_are_read_and_what_fails_stops_no_other(web: Web) -> None:
    record = {"title": "Bridge opens", "body": "The bridge over the river opens on Monday."}
    web.routes["/story"] = Reply(STORY)
    web.routes["/export"] = Reply(json.dumps([record]).encode(), "application/json")
    page, gone, document = found(web, "/story", "/gone", "/export")
    assert isinstance(page, Article)
    assert (page.title, page.url) == ("Ferry cancelled", f"{AT}/story")
    assert isinstance(gone, Refusal)
    assert "404" in gone.reason
    assert isinstance(document, Article)
    assert document.title == "Bridge opens"
