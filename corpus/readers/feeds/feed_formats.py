"""Tell which kind of feed some bytes are, by their content, and read it."""

import re
from html import unescape

from corpus.errors import InputError
from corpus.fetching.content_coding import CodingError, gunzip
from corpus.fetching.fetched_page import FEED, shorten_url
from corpus.readers.encoding import decode_text
from corpus.readers.feeds.feed_document import FeedDocument
from corpus.readers.feeds.json_feed import read_json_feed
from corpus.readers.feeds.sitemap import read_sitemap
from corpus.readers.feeds.syndication import read_syndication
from corpus.readers.feeds.xml_prolog import drop_doctype, find_root
from corpus.text.html_source import drop_unreadable
from corpus.text.urls import join_url

_LINK = re.compile(r"<link\b[^<>]{0,1000}>", re.IGNORECASE)
_FEED_TYPE = re.compile(r"type\s*=\s*[\"']?application/(?:rss\+xml|atom\+xml|feed\+json)", re.IGNORECASE)
_TARGET = re.compile(r"\bhref\s*=\s*(?:\"([^\"]+)\"|'([^']+)'|([^\s>]+))", re.IGNORECASE)
_NAMED_AT_MOST = 3


def read_feed(data: bytes, url: str, charset: str = "") -> FeedDocument:
    """Return the RSS, Atom or JSON feed, sitemap or index of sitemaps that the bytes are.

    Args:
        data: The body, or a gzip file of it, as sitemaps come.
        url: Where it was found: what relative addresses begin at.
        charset: As the server declared it.

    Raises:
        InputError: It is none of these; the message names the URL, the reason and, for a web page, its feeds.
    """
    try:
        if data.startswith(b"\x1f\x8b"):
            data = gunzip(data, FEED.max_bytes)
        return parse_feed(decode_text(data, charset).lstrip("\ufeff \t\r\n"), url)
    except (InputError, CodingError) as error:
        raise InputError(f"{shorten_url(url)}: {error}") from error


def parse_feed(text: str, url: str) -> FeedDocument:
    """Return the feed that a text is; its relative addresses begin at `url`.

    Raises:
        InputError: It is none; the message does not name it.
    """
    if text.startswith("{"):
        return read_json_feed(text, url)
    root = find_root(text)
    if root in ("urlset", "sitemapindex"):
        return read_sitemap(drop_unreadable(drop_doctype(text)))
    if root in ("rss", "feed", "rdf"):
        return read_syndication(drop_unreadable(drop_doctype(text)), url)
    if root == "html":
        raise InputError(_page_reason(text, url))
    raise InputError("it is no feed: give the address of an RSS, Atom or JSON feed or of a news sitemap")


def find_feed_links(text: str, url: str) -> list[str]:
    """Return the addresses of the first feeds that a web page names (`<link rel="alternate">`), each once."""
    links = (link for link in _LINK.findall(text[:500_000]) if _FEED_TYPE.search(link))
    targets = [match for match in map(_TARGET.search, links) if match]
    found = (join_url(url, unescape(match[1] or match[2] or match[3])) for match in targets)
    return [shorten_url(name) for name in dict.fromkeys(filter(None, found))][:_NAMED_AT_MOST]


def _page_reason(text: str, url: str) -> str:
    found = find_feed_links(text, url)
    if not found:
        return "it is a web page and names no feed: add it as a page, or look for the address of the site's feed"
    return f"it is a web page, not a feed; it names {', '.join(found)}: add that"
