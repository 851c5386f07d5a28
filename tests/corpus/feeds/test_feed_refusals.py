"""What is no feed, or a hostile one, is refused; any bytes give a document or a refusal."""

import gzip
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import InputError
from corpus.readers.feeds.feed_document import FeedDocument
from corpus.readers.feeds.feed_formats import read_feed
from tests.corpus.readers.feeds.test_feed_formats import NEWS_SITEMAP, RSS, SMALL, URL

# What is refused

LAUGHS = (
    '<!DOCTYPE rss [<!ENTITY a "ha ha ha ha ha ha ha ha ha ha">'
    + "".join(f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><rss version='2.0'><channel><title>&i;</title><item><title>&i;</title></item></channel></rss>"
)


@pytest.mark.parametrize(
    "data",
    [
        LAUGHS.encode(),
        b"<?xml version='1.0'?>" + LAUGHS.encode(),
        b"<!-- <rss> --> <?pi <rss> ?>" + LAUGHS.encode(),
        b"<!-- -- -->" + LAUGHS.encode(),
        LAUGHS.encode("utf-16"),
        LAUGHS.encode("utf-16-le"),
        LAUGHS.encode("utf-32"),
        LAUGHS.replace("rss [", "urlset [").replace("rss", "urlset").encode(),
        LAUGHS.replace("DOCTYPE rss", "DOCTYPE html").encode(),
        b"+ADw-!DOCTYPE rss [+ADw-!ENTITY a +ACI-x+ACI-+AD4-]+AD4-<rss version='2.0'/>",
        b"<?xml version='1.0' encoding='utf-7'?>+ADw-!DOCTYPE rss+AD4-<rss version='2.0'/>",
        gzip.compress(LAUGHS.encode()),
    ],
)
def test_a_feed_that_declares_entities_is_refused_before_it_is_parsed(data: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(InputError):
            read_feed(data, URL)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_document_type_that_names_a_file_is_dropped_and_nothing_is_opened() -> None:
    data = (
        b"<!DOCTYPE rss SYSTEM 'file:///etc/passwd' [<!ELEMENT rss ANY>]><rss version='2.0'><channel><item><title>&x;"
        b"</title><description>One.</description></item></channel></rss>"
    )
    (entry,) = read_feed(data, URL).entries
    assert (entry.title, entry.text) == ("&x;", "One.")


def test_the_reason_of_that_is_said() -> None:
    with pytest.raises(InputError, match=r"^https://news.example/feeds/all: it declares a document type \(DOCTYPE\)"):
        read_feed(LAUGHS.encode(), URL)


def test_a_gzip_bomb_is_cut() -> None:
    with pytest.raises(InputError, match="larger than 5,000,000 bytes"):
        read_feed(gzip.compress(bytes(50_000_000), 1), URL)


def test_nothing_of_the_file_system_is_opened() -> None:
    for data in (b"/etc/passwd", b"file:///etc/passwd", b"http://127.0.0.1/"):
        with pytest.raises(InputError, match="it is no feed"):
            read_feed(data, URL)


def test_a_web_page_names_its_feeds() -> None:
    page = b"""<!DOCTYPE html><html><head><link rel="stylesheet" href="a.css">
    <link rel=alternate type="application/rss+xml" title="All" href="/rss?a=1&amp;b=2">
    <LINK href='https://x.example/atom' type='application/atom+xml' rel='alternate'></head></html>"""
    with pytest.raises(InputError, match="a web page, not a feed") as caught:
        read_feed(page, "https://news.example/")
    assert str(caught.value) == (
        "https://news.example/: it is a web page, not a feed; it names https://news.example/rss?a=1&b=2,"
        " https://x.example/atom: add that"
    )
    with pytest.raises(InputError, match="names no feed"):
        read_feed(b"<html><body>Hello</body></html>", URL)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"\x00\x00",
        b"<",
        b"<!--",
        b"<!",
        b"{",
        b"[]",
        b'{"items": 3}',
        b"<opml/>",
        b"<urlset>",
        b"\x1f\x8b",
        b'{"items":' + b"[" * 100_000,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
    ],
)
def test_what_is_no_feed_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"^https://news\.example/feeds/all: "):
        read_feed(data, URL)


def test_what_breaks_the_parser_is_a_refusal() -> None:
    data = RSS.replace("/modules/content/", "/mod\xa0ules/content/").encode()  # feedparser splits names at blanks
    with pytest.raises(InputError, match=r"cannot be read as a feed \(ValueError\)"):
        read_feed(data, URL)


CHANNEL = b"<rss version='2.0'><channel>"
SHAPES = {
    "open elements": CHANNEL + b"<a>" * 1_600_000,
    "nested elements": CHANNEL + b"<a>" * 600_000 + b"</a>" * 600_000 + b"</channel></rss>",
    "empty items": CHANNEL + b"<item/>" * 600_000 + b"</channel></rss>",
    "open items": CHANNEL + b"<item>" * 800_000,
    "angle brackets": CHANNEL + b"<" * 4_900_000,
    "ampersands": CHANNEL + b"<title>" + b"&a" * 2_400_000,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_that_would_take_minutes_is_refused(shape: str) -> None:
    with pytest.raises(InputError, match=r"than any feed|not well formed"):
        read_feed(SHAPES[shape], URL)


# Any bytes


def _read(data: bytes) -> FeedDocument | None:
    try:
        return read_feed(data, URL)
    except InputError:
        return None


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=300), st.integers(0, 400), st.sampled_from([RSS.encode(), NEWS_SITEMAP, SMALL.encode("utf-16")])
)
def test_any_bytes_give_a_document_or_a_refusal(noise: bytes, place: int, valid: bytes) -> None:
    for data in (noise, valid[:place] + noise + valid[place:], valid[:place] + noise):
        document = _read(data)
        assert document is None or all(isinstance(entry.id, str) for entry in document.entries)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)
_FIELDS = ["id", "url", "title", "content_html", "summary", "authors", "author", "tags", "date_published", "language"]


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(_FIELDS), _JSON), st.dictionaries(st.sampled_from(_FIELDS), _JSON))
def test_any_json_gives_a_document(item: dict[str, Any], feed: dict[str, Any]) -> None:
    document = read_feed(json.dumps(feed | {"items": [item, 3]}).encode(), URL)
    assert len(document.entries) == 1


def test_a_feed_whose_author_is_one_endless_word_is_refused() -> None:
    def feed(author: str) -> bytes:
        item = (
            f"<item><title>Tram opens</title><link>https://a.example/1</link><dc:creator>{author}</dc:creator></item>"
        )
        return (
            f"<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>{item}</channel></rss>".encode()
        )

    many = "Ann Lee, " * 500
    assert read_feed(feed(many), URL).entries[0].author.startswith("Ann Lee, Ann Lee")
    for author in ("a" * 1001, "Ann " + "a" * 1001 + " Lee", "a" * 900 + "\n" + "a" * 1001, "a&#97;" * 501):
        with pytest.raises(InputError, match="names an author in a word of more than 1,000 characters"):
            read_feed(feed(author), URL)
