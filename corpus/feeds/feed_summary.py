"""Pull feeds into an archive, and sum up what came from each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from corpus.archive.database import Archive
from corpus.article import Article
from corpus.errors import InputError
from corpus.feeds.feed_book import FeedBook
from corpus.feeds.feed_pull import Pulled, pull
from corpus.fetching.fetched_page import shorten_url
from corpus.fetching.fetcher import Fetcher
from corpus.readers import Refusal
from corpus.readers.feeds.feed_document import ENTRIES_AT_MOST


@dataclass(slots=True)
class FeedSummary:
    """Count what one pull of one feed gave.

    Attributes:
        url: The feed.
        added: New articles.
        updated: Articles that got a new version.
        unchanged: Articles that the archive held already.
        refused: Entries that gave none.
        error: Why the feed itself could not be read, or "".
        skipped: Why it was left to another process, or "".
    """

    url: str
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    error: str = ""
    skipped: str = ""

    def to_line(self) -> str:
        """Return the counts, or why there are none, in one line."""
        if self.error:
            return f"failed: {self.error}"
        if self.skipped:
            return f"{shorten_url(self.url)}: {self.skipped}"
        counts = f"{self.added} added, {self.updated} updated, {self.unchanged} unchanged, {self.refused} refused"
        return f"{shorten_url(self.url)}: {counts}"


def pull_feeds(
    archive: Archive,
    book: FeedBook,
    fetcher: Fetcher,
    urls: list[str],
    limit: int = ENTRIES_AT_MOST,
    refused: Callable[[Refusal], None] = lambda _: None,
    since: datetime | None = None,
) -> Iterator[FeedSummary]:
    """Pull some feeds into an archive and yield what each gave; a feed that fails does not stop the others.

    Processes that pull the same feeds share them: each leaves out what another one is pulling.

    Args:
        archive: Takes each article in its own transaction; then its entry is marked.
        book: The feeds.
        fetcher: Fetches feeds and pages.
        urls: Which feeds.
        limit: The most new entries of each.
        refused: Called with each entry that gave no article.
        since: Leave out feeds that another process has pulled after this instant.

    Raises:
        ArchiveError: The archive cannot be written; what was added before is safe, and the next pull continues from there.
    """
    for url in urls:
        summary = FeedSummary(url)
        with book.reserve(url) as reserved:
            summary.skipped = _find_other_pull(book, url, since) if reserved else "another process is pulling it"
            if not summary.skipped:
                _pull_one(archive, book, fetcher, summary, limit, refused)
        yield summary


def _find_other_pull(book: FeedBook, url: str, since: datetime | None) -> str:
    """Return that another process has pulled a feed after an instant, or ""."""
    feed = book.get(url)
    if since is None or feed is None or feed.last_pulled is None or feed.last_pulled <= since:
        return ""
    return "another process has just pulled it"


def _pull_one(
    archive: Archive,
    book: FeedBook,
    fetcher: Fetcher,
    summary: FeedSummary,
    limit: int,
    refused: Callable[[Refusal], None],
) -> None:
    try:
        for pulled in pull(summary.url, fetcher, book, limit):
            _take(archive, book, summary, pulled, refused)
    except InputError as error:
        summary.error = str(error)


def _take(
    archive: Archive, book: FeedBook, summary: FeedSummary, pulled: Pulled, refused: Callable[[Refusal], None]
) -> None:
    item = pulled.item
    if isinstance(item, Article):
        try:
            outcome = archive.put(item, live=True)
        except InputError as error:
            item = Refusal(item.url or item.id, str(error))
        else:
            setattr(summary, outcome, getattr(summary, outcome) + 1)
    if isinstance(item, Refusal):
        summary.refused += 1
        refused(item)
    if pulled.settled:
        book.mark(summary.url, pulled.entry_id)
