"""A digest as an Atom feed (RFC 4287)."""

from datetime import UTC, datetime
from uuid import NAMESPACE_OID, uuid5

from lxml import etree

from corpus.text.characters import one_line
from corpus.text.urls import parse_url
from rag.follow.digest import Digest, DigestEntry
from rag.follow.digest_export import describe_origin, render_entry
from rag.follow.topic_book import Topic

MEDIA_TYPE = "application/atom+xml"
_NAMESPACE = "http://www.w3.org/2005/Atom"


def render_atom(digest: Digest, address: str = "", page: str = "") -> str:
    """Return a digest as a feed, the last found first.

    Args:
        digest: What it holds.
        address: Where the feed itself is read, or "".
        page: The address of the page that it belongs to, or "".
    """
    feed = etree.Element(f"{{{_NAMESPACE}}}feed", nsmap={None: _NAMESPACE})  # type: ignore[dict-item]
    topics = [*(one.topic for one in digest.news), *digest.quiet]
    entries = [(one.topic, entry) for one in digest.news for entry in one.entries]
    entries.sort(key=lambda pair: -pair[1].finding.key)
    users = sorted({topic.user for topic in topics})
    _add(feed, "id", _make_id("feed", topics[0].archive if topics else "", *users))
    _add(feed, "title", "Newsdesk: the topics that you follow")
    _add(feed, "updated", _write_time(_last_moment(digest, topics)))
    _add(_add(feed, "author"), "name", "Newsdesk")
    if address:
        _add(feed, "link", rel="self", type=MEDIA_TYPE, href=address)
    if page:
        _add(feed, "link", rel="alternate", type="text/html", href=page)
    for topic, entry in entries:
        _add_entry(feed, topic, entry)
    return etree.tostring(feed, encoding="unicode", pretty_print=True)


def _add_entry(feed: etree._Element, topic: Topic, entry: DigestEntry) -> None:
    article, one = entry.article, entry.finding
    found = _add(feed, "entry")
    _add(found, "id", _make_id("entry", topic.archive, str(topic.id), article.id, str(article.version)))
    title = article.title or describe_origin(entry)
    _add(found, "title", f"Changed: {title}" if one.kind == "changed" else title)
    _add(found, "updated", _write_time(one.found_at or topic.made_at))
    if article.published_at:
        _add(found, "published", _write_time(article.published_at))
    _add(_add(found, "author"), "name", one_line(article.author or article.source) or "Unknown")
    _add(found, "category", term=topic.text)
    if url := parse_url(article.url):
        _add(found, "link", rel="alternate", href=url)
    _add(found, "content", render_entry(entry), type="html")


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}", {k: _clean(v) for k, v in attributes.items()})
    if text:
        element.text = _clean(text)
    return element


def _clean(text: str) -> str:
    """Return a text without the characters that XML has no place for."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )


def _make_id(*parts: str) -> str:
    """Return a permanent name that tells nothing of what it is made from."""
    return uuid5(NAMESPACE_OID, "\n".join(("newsdesk", *parts))).urn


def _last_moment(digest: Digest, topics: list[Topic]) -> datetime:
    found = [entry.finding.found_at for one in digest.news for entry in one.entries if entry.finding.found_at]
    return max(found, default=max((topic.made_at for topic in topics), default=digest.made_at))


def _write_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
