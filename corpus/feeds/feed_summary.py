"""Pull feeds into an archive, and sum up what came from each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

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
    """

    url: str
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    error: str = ""

    def to_line(self) -> str:
        """Return the counts, or the error, in one line."""
        if self.error:
            return f"failed: {self.error}"
        counts = f"{self.added} added, {self.updated} updated, {self.unchanged} unchanged, {self.refused} refused"
        return f"{shorten_url(self.url)}: {counts}"


def pull_feeds(
    archive: Archive,
    book: FeedBook,
    fetcher: Fetcher,
    urls: list[str],
    limit: int = ENTRIES_AT_MOST,
    refused: Callable[[Refusal], None] = lambda _: None,
) -> Iterator[FeedSummary]:
    """Pull some feeds into an archive and yield what each gave; a feed that fails does not stop the others.

    Args:
        archive: Takes each article in its own transaction; then its entry is marked.
        book: The feeds.
        fetcher: Fetches feeds and pages.
        urls: Which feeds.
        limit: The most new entries of each.
        refused: Called with each entry that gave no article.

    Raises:
        ArchiveError: The archive cannot be written; what was added before is safe, and the next pull continues from there.
    """
    for url in urls:
        summary = FeedSummary(url)
        try:
            for pulled in pull(url, fetcher, book, limit):
                _take(archive, book, summary, pulled, refused)
        except InputError as error:
            summary.error = str(error)
        yield summary


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
