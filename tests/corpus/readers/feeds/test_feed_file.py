"""Feeds that were saved as files: read as their entries."""

import json
from datetime import UTC, datetime

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
