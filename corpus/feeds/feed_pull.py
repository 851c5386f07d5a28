"""Pull a feed: read it, fetch the page of each new entry, and hand on articles.

What a page lacks (date, byline, outlet) is filled in from its entry. If the page is unavailable, the feed's own text is used.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from typing import NamedTuple

from corpus.article import Article
from corpus.errors import InputError
from corpus.feeds.feed_book import Feed, FeedBook
from corpus.fetching.fetched_page import FEED, FetchedPage, FetchError
from corpus.fetching.fetcher import Fetcher
from corpus.readers import ReadOptions, Refusal
from corpus.readers.draft import Draft, build_article
from corpus.readers.feeds.feed_document import ENTRIES_AT_MOST, Entry, FeedDocument
from corpus.readers.feeds.feed_file import draft_from_entry
from corpus.readers.feeds.feed_formats import read_feed
from corpus.readers.pages.html_page import article_from_html
from corpus.text import cleaning
from corpus.text.date_parsing import parse_instant
from corpus.text.urls import host

_TOO_BUSY = (429, 503)


class Pulled(NamedTuple):
    """Hold what an entry gave.

    Attributes:
        entry_id: What to mark in the book once the article is committed.
        item: The article, or why there is none; a `kept` refusal is a warning.
        settled: False if the page may be available later: then do not mark the entry, and the next pull tries again.
    """

    entry_id: str
    item: Article | Refusal
    settled: bool


def pull(url: str, fetcher: Fetcher, book: FeedBook, limit: int = ENTRIES_AT_MOST) -> Iterator[Pulled]:
    """Yield what the entries of a feed give that the book does not hold yet, in the feed's order.

    The caller commits each article and then marks its entry. The server's ETag is noted after the last one, and only if
    every entry of the feed is marked by then: a pull that was cut short is taken up by the next.

    Args:
        url: The feed's address; it need not be in the book.
        fetcher: Fetches the feed and the pages.
        book: Records which entries were seen.
        limit: The most entries to take.

    Raises:
        InputError: The feed itself cannot be fetched or read; the reason is also in the book.
    """
    feed = book.get(url) or Feed(url)
    try:
        page = fetcher.get(url, feed.etag, feed.last_modified, FEED)
        document = FeedDocument(feed.kind, feed.title) if page.status == 304 else _read(page)
    except InputError as error:
        book.record_failure(url, str(error))
        raise
    whole = yield from _Pull(url, document, fetcher, book).entries(limit)
    etag, last_modified = (page.etag or feed.etag, page.last_modified or feed.last_modified) if whole else ("", "")
    book.record_pull(url, document.kind, cleaning.clean_line(document.title), etag, last_modified)


def _read(page: FetchedPage) -> FeedDocument:
    return read_feed(page.body, page.final_url, page.charset)


@dataclass(frozen=True, slots=True)
class _Pull:
    """Hold one pull of one feed."""

    url: str
    document: FeedDocument
    fetcher: Fetcher
    book: FeedBook

    def entries(self, limit: int) -> Generator[Pulled, None, bool]:
        """Yield what the new entries give; return whether every entry of the feed is marked in the end."""
        complete, taken = not self.document.children, 0
        busy: set[str] = set()
        unlisted = self.book.list_old(self.url)
        for document in self._documents():
            if isinstance(document, Refusal):
                unlisted.clear()  # Nobody knows what it lists.
                yield Pulled("", document, settled=False)
                continue
            unlisted = _keep_unlisted(unlisted, document)
            for entry in _keep_new(document, self.url, self.book):
                if taken == limit:
                    return False
                if host(entry.url) in busy:
                    complete = False
                    continue
                taken += 1
                yield self._outcome(document, entry, busy)
                complete = complete and self.book.is_seen(self.url, entry.id)
        self.book.forget(self.url, unlisted)
        return complete

    def _documents(self) -> Iterator[FeedDocument | Refusal]:
        yield self.document
        for child in self.document.children:
            try:
                yield _read(self.fetcher.get(child, accept=FEED))
            except InputError as error:
                yield Refusal(f"{self.url}: {child}", str(error))

    def _outcome(self, document: FeedDocument, entry: Entry, busy: set[str]) -> Pulled:
        own, details = _build_from_entry(entry, document)
        page: Article | Refusal | None = None
        reason, settled = "its entry has neither an address nor a text", True
        if entry.url:
            try:
                page = _read_page(self.fetcher.get(entry.url), entry)
            except FetchError as error:
                reason, settled = str(error), not error.passing
                own = None if error.hostile else own
                if error.status in _TOO_BUSY:
                    busy.add(host(entry.url))
        if isinstance(page, Refusal):
            reason = page.reason
            page = None
        best = _fill_from_entry(page, own, details) if page else own
        item = replace(best, feed=self.url) if best else Refusal(f"{self.url}: {entry.url or entry.id}", reason)
        return Pulled(entry.id, item, settled)


def _keep_unlisted(entry_ids: set[str], document: FeedDocument) -> set[str]:
    """Return those of some entries that a document does not list; one without any, as after a 304, tells nothing."""
    if not document.entries and not document.children:
        return set()
    return entry_ids - {entry.id for entry in document.entries}


def _keep_new(document: FeedDocument, url: str, book: FeedBook) -> Iterator[Entry]:
    """Yield the entries that the book does not hold, or that changed since it does."""
    stamps = [entry.updated for entry in document.entries]
    # One timestamp for all entries is the time at which the feed was generated, not the time of a change.
    believed = len(set(stamps)) > 1 or len(stamps) == 1
    now = datetime.now(UTC)
    for entry in document.entries:
        updated = parse_instant(entry.updated) if believed else None
        if not book.is_seen(url, entry.id, updated if updated and updated <= now else None):
            yield entry


def _read_page(page: FetchedPage, entry: Entry) -> Article | Refusal:
    encoding = page.charset or None
    found = article_from_html(page.body, page.final_url, encoding=encoding)
    if isinstance(found, Refusal) and entry.title:
        # A page without a headline of its own is given the entry's.
        title = f"<title>{escape(cleaning.clean_line(entry.title))}</title>".encode("ascii", "xmlcharrefreplace")
        found = article_from_html(title + page.body, page.final_url, encoding=encoding)
    return found


def _build_from_entry(entry: Entry, document: FeedDocument) -> tuple[Article | None, Article | None]:
    """Return the article that the feed itself tells, if it tells a text, and one for its particulars only."""
    draft = draft_from_entry(entry, document)
    own = _make_article(draft)
    return own, own or _make_article(replace(draft, title="-", body="-"))


def _make_article(draft: Draft) -> Article | None:
    try:
        return build_article(draft, ReadOptions())
    except InputError:
        return None


def _fill_from_entry(page: Article, own: Article | None, details: Article | None) -> Article:
    """Return the page's article, with what it lacks; the feed's text wins where it is longer (a page behind a wall)."""
    text = own if own and len(own.body) > len(page.body) else page
    if details is None:
        return page
    return replace(
        page,
        body=text.body,
        notice=text.notice,
        language=text.language,
        source=page.source or details.source,
        author=page.author or details.author,
        published_at=page.published_at or details.published_at,
        updated_at=page.updated_at or details.updated_at,
        category=page.category or details.category,
    )
