"""Feeds of every kind, as their specifications have them and as they come; every expected entry is written out."""

import gzip
import json

import pytest

from corpus.readers.feeds.feed_document import Entry, FeedDocument
from corpus.readers.feeds.feed_formats import read_feed

URL = "https://news.example/feeds/all"

RSS = """<?xml version="1.0" encoding="utf-8"?>
<?xml-stylesheet type="text/xsl" href="/style.xsl"?>
<!-- made by hand -->
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>The Harbour Post</title><link>https://news.example/</link><language>en-gb</language>
<item>
  <title>Council approves &lt;b&gt;budget&lt;/b&gt;</title>
  <link>/2026/budget</link>
  <guid isPermaLink="false">post-17</guid>
  <dc:creator>Ann Lee</dc:creator>
  <pubDate>Mon, 23 Nov 2026 10:00:00 +0100</pubDate>
  <category>Politics</category>
  <source url="https://wire.example/rss">Wire</source>
  <description>Short.</description>
  <content:encoded><![CDATA[<!DOCTYPE html><p style="display:none">hidden</p><p>The council approved it.</p>]]>
  </content:encoded>
</item>
<item><title>Ferry cancelled</title><guid>https://news.example/2026/ferry</guid></item>
<item><description>Only a sentence.</description><guid>42</guid></item>
</channel></rss>"""


def test_rss_is_read() -> None:
    document = read_feed(RSS.encode(), URL)
    assert document == FeedDocument(
        kind="rss",
        title="The Harbour Post",
        entries=(
            Entry(
                id="post-17",
                url="https://news.example/2026/budget",
                title="Council approves <b>budget</b>",
                text='<!DOCTYPE html><p style="display:none">hidden</p><p>The council approved it.</p>',
                source="Wire",
                author="Ann Lee",
                published="Mon, 23 Nov 2026 10:00:00 +0100",
                language="en-gb",
                category="Politics",
            ),
            Entry(
                id="https://news.example/2026/ferry",
                url="https://news.example/2026/ferry",
                title="Ferry cancelled",
                language="en-gb",
            ),
            Entry(id="42", text="Only a sentence.", language="en-gb"),
        ),
    )


def test_atom_is_read() -> None:
    document = read_feed(
        b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://news.example/de/">
        <title>Hafenpost</title>
        <entry><id>tag:news.example,2026:1</id><title type="html">Haushalt &amp;amp; Hafen</title>
          <link rel="self" href="1.atom"/><link rel="alternate" type="text/html" href="haushalt"/>
          <published>2026-11-23T09:00:00Z</published><updated>2026-11-24T09:00:00Z</updated>
          <author><name>Ann Lee</name></author><author><name>Bo Ek</name></author>
          <summary>Kurz.</summary>
          <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Der Rat.</p></div></content>
        </entry>
        <entry><id>urn:uuid:2</id><title>Ohne Adresse</title><updated>2026-11-24T08:00:00Z</updated></entry></feed>""",
        URL,
    )
    first, second = document.entries
    assert (document.kind, document.title) == ("atom", "Hafenpost")
    assert (first.id, first.url) == ("tag:news.example,2026:1", "https://news.example/de/haushalt")
    assert (first.published, first.updated) == ("2026-11-23T09:00:00Z", "2026-11-24T09:00:00Z")
    assert (first.author, first.language) == ("Ann Lee, Bo Ek", "de")
    assert "<p>Der Rat.</p>" in first.text
    assert (second.id, second.url) == ("urn:uuid:2", "")
    assert (second.published, second.updated) == ("2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z")


def test_rdf_is_read() -> None:
    document = read_feed(
        b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>Old</title></channel>
        <item rdf:about="https://news.example/1"><title>One</title><link>https://news.example/1</link>
        <dc:date>2026-11-23</dc:date></item></rdf:RDF>""",
        URL,
    )
    assert (document.kind, document.title, len(document.entries)) == ("rss", "Old", 1)
    assert (document.entries[0].url, document.entries[0].published) == ("https://news.example/1", "2026-11-23")


def test_json_feed_is_read() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Harbour Post",
        "language": "en",
        "authors": [{"name": "Desk"}],
        "items": [
            {
                "id": 7,
                "url": "/7",
                "title": "Budget",
                "content_html": "<p>The council approved the budget.</p>",
                "summary": "Short.",
                "date_published": "2026-11-23T10:00:00Z",
                "date_modified": "2026-11-23T11:00:00Z",
                "authors": [{"name": "Ann Lee"}, {"url": "x"}],
                "tags": ["Politics", 3],
            },
            {"external_url": "https://else.example/a", "content_text": "Plain.", "author": {"name": "Bo"}},
            "no item",
        ],
    }
    assert read_feed(json.dumps(feed).encode(), URL) == FeedDocument(
        kind="json",
        title="Harbour Post",
        entries=(
            Entry(
                id="7",
                url="https://news.example/7",
                title="Budget",
                text="<p>The council approved the budget.</p>",
                author="Ann Lee",
                published="2026-11-23T10:00:00Z",
                updated="2026-11-23T11:00:00Z",
                language="en",
                category="Politics",
            ),
            Entry(id="https://else.example/a", url="https://else.example/a", text="Plain.", author="Bo", language="en"),
        ),
    )


NEWS_SITEMAP = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc> https://news.example/old </loc><news:news><news:publication><news:name>Harbour Post</news:name>
<news:language>en</news:language></news:publication><news:publication_date>2026-11-22</news:publication_date>
<news:title>Old &amp; gone</news:title></news:news></url>
<url><loc>https://news.example/new</loc><lastmod>2026-11-24T09:00:00Z</lastmod><news:news><news:publication>
<news:name>Harbour Post</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2026-11-24T08:00:00+00:00</news:publication_date><news:title>New</news:title></news:news></url>
<url><lastmod>2026-11-24</lastmod></url></urlset>"""


@pytest.mark.parametrize("data", [NEWS_SITEMAP, gzip.compress(NEWS_SITEMAP)], ids=["plain", "gzip"])
def test_a_news_sitemap_is_read_newest_first(data: bytes) -> None:
    assert read_feed(data, URL) == FeedDocument(
        kind="sitemap",
        title="Harbour Post",
        entries=(
            Entry(
                id="https://news.example/new",
                url="https://news.example/new",
                title="New",
                source="Harbour Post",
                published="2026-11-24T08:00:00+00:00",
                updated="2026-11-24T09:00:00Z",
                language="en",
            ),
            Entry(
                id="https://news.example/old",
                url="https://news.example/old",
                title="Old & gone",
                source="Harbour Post",
                published="2026-11-22",
                language="en",
            ),
        ),
    )


def test_an_index_names_its_twenty_newest_sitemaps() -> None:
    rows = "".join(
        f"<sitemap><loc>https://news.example/{day}.xml</loc><lastmod>2026-10-{day:02}</lastmod></sitemap>"
        for day in range(1, 26)
    )
    xml = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>'
    document = read_feed(xml.encode(), URL)
    assert document.kind == "index"
    assert document.children == tuple(f"https://news.example/{day}.xml" for day in range(25, 5, -1))


def test_a_thousand_entries_are_taken_and_each_key_once() -> None:
    items = "".join(f"<item><title>{n}</title><guid>g{n}</guid></item>" for n in (0, *range(1_005)))
    document = read_feed(f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), URL)
    assert [entry.id for entry in document.entries] == [f"g{n}" for n in range(1_000)]
    assert document.dropped == 5


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("desk@news.example (Ann Lee)", "Ann Lee"),
        ("Ann Lee &lt;a@news.example&gt;", "Ann Lee"),
        ("a@news.example", ""),
        ("Ann Lee", "Ann Lee"),
    ],
)
def test_an_address_is_no_byline(author: str, name: str) -> None:
    item = f"<item><title>T</title><author>{author}</author></item>"
    assert read_feed(f"<rss version='2.0'><channel>{item}</channel></rss>".encode(), URL).entries[0].author == name


# Encodings and ill-formed feeds

SMALL = (
    "<rss version='2.0'><channel><title>Zażółć</title><item><title>Straße</title><guid>1</guid></item></channel></rss>"
)


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (SMALL.encode(), ""),
        (b"\xef\xbb\xbf" + SMALL.encode(), "utf-8"),
        (SMALL.encode("utf-16"), ""),
        (b'<?xml version="1.0" encoding="iso-8859-2"?>' + SMALL.encode("iso-8859-2"), ""),
        (SMALL.encode("iso-8859-2"), "iso-8859-2"),
        (f"<?xml version='1.0' encoding='utf-16'?>{SMALL}".encode(), "utf-8"),
        (b"\n\n  " + SMALL.encode(), ""),
    ],
    ids=["utf-8", "mark", "utf-16", "declared", "by the server", "declared wrongly", "blank lines first"],
)
def test_a_feed_is_read_in_its_encoding(data: bytes, charset: str) -> None:
    document = read_feed(data, URL, charset)
    assert (document.title, document.entries[0].title) == ("Zażółć", "Straße")


def test_an_ill_formed_feed_is_read_as_far_as_it_goes() -> None:
    data = (
        b"<rss version='2.0'><channel><title>A & B</title><item><title>One</title><guid>1</guid></item><item><title>Tw"
    )
    document = read_feed(data, URL)
    assert document.entries[0] == Entry(id="1", title="One")
