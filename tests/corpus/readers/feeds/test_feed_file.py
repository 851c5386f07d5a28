"""Feeds that were saved as files: read as their entries."""

import json
from datetime import UTC, datetime

import pytest

from corpus import Article
from corpus.readers import Refusal, read_bytes

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour Post</title>
<item><title>Ferry cancelled</title><link>https://post.example/ferry</link><pubDate>Mon, 06 May 2024 10:00:00 GMT</pubDate>
<description>&lt;p&gt;No ferry leaves before Monday.&lt;/p&gt;</description></item>
<item><title>Bridge opens</title><link>https://post.example/bridge</link></item></channel></rss>"""


def refusal(name: str, text: str) -> str:
    (found,) = read_bytes(name, text.encode())
    assert isinstance(found, Refusal), found
    return found.reason


def test_a_saved_feed_is_read_as_its_entries() -> None:
    article, bare = read_bytes("feed.xml", RSS.encode())
    assert isinstance(article, Article)
    assert (article.title, article.body) == ("Ferry cancelled", "No ferry leaves before Monday.")
    assert (article.source, article.url) == ("Harbour Post", "https://post.example/ferry")
    assert article.published_at == datetime(2024, 5, 6, 10, tzinfo=UTC)
    assert isinstance(bare, Refusal)
    assert bare.item == "feed.xml: entry 2"
    assert "python -m corpus feed add URL" in bare.reason


def test_a_saved_json_feed_is_read_as_its_entries() -> None:
    item = {"id": "1", "title": "Ferry cancelled", "content_text": "No ferry leaves before Monday."}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Harbour Post", "items": [item]}
    (article,) = read_bytes("feed.json", json.dumps(feed).encode())
    assert isinstance(article, Article)
    assert (article.title, article.source) == ("Ferry cancelled", "Harbour Post")


def test_what_holds_no_text_names_the_command_that_follows_it() -> None:
    sitemap = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://post.example/</loc></url></urlset>"
    assert "python -m corpus feed add URL" in refusal("sitemap.xml", sitemap)
    assert refusal("a.xml", '<!DOCTYPE rss [<!ENTITY a "b">]><rss/>').startswith("It cannot be read as a feed")


@pytest.mark.parametrize(
    "marked",
    [
        "<wp:status>pending</wp:status>",
        "<wp:status>inherit</wp:status><wp:post_type>attachment</wp:post_type>",
        "<wp:status>publish</wp:status><wp:post_type>nav_menu_item</wp:post_type>",
    ],
)
def test_what_an_export_has_not_published_is_refused(marked: str) -> None:
    item = "<item><title>{0}</title><description>The council voted on {0}.</description>{1}</item>"
    items = item.format("One", marked) + item.format(
        "Two", "<wp:status>publish</wp:status><wp:post_type>post</wp:post_type>"
    )
    data = f'<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel>{items}</channel></rss>'
    refused, read = read_bytes("export.xml", data.encode())
    assert isinstance(refused, Refusal)
    assert "was not published" in refused.reason
    assert isinstance(read, Article)
    assert read.title == "Two"


def test_a_draft_of_blogger_is_refused() -> None:
    entry = "<entry><title>One</title><content>The council voted.</content><app:control><app:draft>yes</app:draft></app:control></entry>"
    data = f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:app="http://purl.org/atom/app#"><title>x</title>{entry}</feed>'
    (refused,) = read_bytes("blog.atom", data.encode())
    assert isinstance(refused, Refusal)
    assert "was not published" in refused.reason
