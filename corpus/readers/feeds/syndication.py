"""Read RSS (0.9 to 2.0, and 1.0 in RDF) and Atom with feedparser."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import feedparser

from corpus.errors import InputError
from corpus.readers.feeds.feed_document import Entry, FeedDocument, build_feed, entry_id
from corpus.readers.feeds.xml_prolog import check_shape
from corpus.text.urls import join_url

_MAIL = re.compile(r"(?<![^\s@()<>])[^\s@()<>]++@[^\s@()<>]+")
_AS_UTF_8 = {"content-type": "application/xml; charset=utf-8"}


def read_syndication(text: str, url: str) -> FeedDocument:
    """Return the feed; one that is not quite well formed is read as far as it can be.

    Args:
        text: XML without a document type (see `corpus.readers.feeds.xml_prolog`) and without an XML declaration.
        url: Where it was found: what relative addresses begin at.

    Raises:
        InputError: It is neither RSS nor Atom, or of a shape that no feed has.
    """
    check_shape(text)
    # feedparser opens a string that looks like a path or a URL: it only ever gets a stream. It is not to sanitise
    # either, because that would show what a style hid; cleaning the text drops both.
    stream = BytesIO(text.encode("utf-8", "replace"))
    try:
        parsed = feedparser.parse(stream, response_headers=_AS_UTF_8, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # It raises what its handlers happen to, a ValueError on an odd namespace for one.
        raise InputError(f"it cannot be read as a feed ({type(error).__name__})") from error
    version = parsed.get("version") or ""
    if not version.startswith(("rss", "atom")):
        raise InputError("it is XML, but neither RSS nor Atom nor a sitemap")
    kind = "atom" if version.startswith("atom") else "rss"
    feed = parsed["feed"]
    language = _text(feed, "language")
    return build_feed(kind, _text(feed, "title"), [_entry(item, url, language) for item in parsed["entries"]])


def _entry(item: dict[str, Any], base: str, language: str) -> Entry:
    url = _address(item, base)
    text = max(_texts(item), key=len, default="")
    return Entry(
        id=entry_id(_text(item, "id"), url, text, _text(item, "title")),
        url=url,
        title=_text(item, "title"),
        text=text,
        source=_text(item.get("source") or {}, "title"),
        author=_authors(item),
        # Only `updated` is mandatory in Atom, and is then the date (RFC 4287, 4.1.2); it is `dc:date` in RSS.
        published=_text(item, "published") or _parse_updated(item),
        updated=_parse_updated(item),
        language=next((str(part["language"]) for part in item.get("content", []) if part.get("language")), language),
        category=next((str(name) for tag in item.get("tags", []) if (name := tag.get("label") or tag.get("term"))), ""),
        status=_read_status(item),
    )


def _read_status(item: dict[str, Any]) -> str:
    """Return the status of a post in an export of WordPress, or of Blogger (RFC 5023, 13.1.1)."""
    kind = _text(item, "wp_post_type")
    if kind and kind not in ("post", "page"):  # A menu, a picture, a revision.
        return "inherit"
    drafted = "draft" if _text(item, "app_draft").lower() == "yes" or _text(item, "draft").lower() == "yes" else ""
    return _text(item, "wp_status") or drafted


def _address(item: dict[str, Any], base: str) -> str:
    links = [link for link in item.get("links", []) if link.get("rel") == "alternate" and link.get("href")]
    best = next((link for link in links if "html" in (link.get("type") or "html")), None)
    found = _text(item, "feedburner_origlink") or (str(best["href"]) if best else "")
    if not found:
        # A GUID is an address only if it looks like one: many feeds leave `isPermaLink` out and count.
        guid = _text(item, "id") if item.get("guidislink") else ""
        return guid if guid.startswith(("http://", "https://")) else ""
    return join_url(base, found.strip())


def _texts(item: dict[str, Any]) -> Iterator[str]:
    yield _text(item, "summary")
    for part in item.get("content", []):
        yield str(part.get("value") or "").strip()


def _authors(item: dict[str, Any]) -> str:
    people, raw = item.get("authors", []), _text(item, "author")
    if len(people) <= 1 and "@" in raw:
        # RSS writes `desk@news.example (Ann Lee)`, which feedparser takes apart at the wrong place for long domains.
        return " ".join(_MAIL.sub("", raw).split()).strip(" ()<>,")
    names = [str(author.get("name") or "").strip() for author in people]
    return ", ".join(dict.fromkeys(name for name in names if name)) or raw


def _parse_updated(item: dict[str, Any]) -> str:
    # `get` would fall back to the date of publication, with a warning.
    return str(dict.get(item, "updated") or "").strip()


def _text(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    return value.strip() if isinstance(value, str) else ""
