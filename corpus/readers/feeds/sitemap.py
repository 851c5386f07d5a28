"""Read a sitemap (sitemaps.org 0.9, with or without Google's news elements) or an index of sitemaps."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from corpus.errors import InputError
from corpus.readers.feeds.feed_document import Entry, FeedDocument, build_feed, entry_id
from corpus.text.date_parsing import parse_instant

CHILDREN_AT_MOST = 20


def read_sitemap(text: str) -> FeedDocument:
    """Return the pages of a sitemap, or the sitemaps of an index, those changed last first.

    Raises:
        InputError: It is not well-formed XML, or declares a document type.
    """
    try:
        root = fromstring(text.encode("utf-8", "replace"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise InputError(f"it is not a well-formed sitemap ({type(error).__name__})") from error
    if _name(root) == "sitemapindex":
        found = [(_value(child, "lastmod"), _value(child, "loc")) for child in _children(root, "sitemap")]
        newest = sorted(found, key=lambda pair: _stamp(pair[0]), reverse=True)
        return FeedDocument("index", children=tuple(url for _, url in newest if url)[:CHILDREN_AT_MOST])
    entries = [entry for entry in map(_entry, _children(root, "url")) if entry.url]
    newest_first = sorted(entries, key=lambda entry: _stamp(entry.published or entry.updated), reverse=True)
    names = {entry.source for entry in entries if entry.source}
    return build_feed("sitemap", names.pop() if len(names) == 1 else "", newest_first)


def _entry(page: Element) -> Entry:
    url = _value(page, "loc")
    news = next(iter(_children(page, "news")), None)
    if news is None:
        return Entry(entry_id(url), url, updated=_value(page, "lastmod"))
    publication = next(iter(_children(news, "publication")), news)
    return Entry(
        id=entry_id(url),
        url=url,
        title=_value(news, "title"),
        source=_value(publication, "name"),
        published=_value(news, "publication_date"),
        updated=_value(page, "lastmod"),
        language=_value(publication, "language"),
    )


def _stamp(date: str) -> float:
    found = parse_instant(date)
    return found.timestamp() if found else float("-inf")


def _children(parent: Element, name: str) -> list[Element]:
    return [child for child in parent if _name(child) == name]


def _value(parent: Element, name: str) -> str:
    return next(("".join(child.itertext()).strip() for child in _children(parent, name)), "")


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
