"""A feed that was saved as a file: its entries, with the text that the feed itself holds of them."""

import textwrap
from collections.abc import Iterator

from corpus.article import Article
from corpus.errors import InputError
from corpus.readers.document import Document
from corpus.readers.draft import Draft, convert_drafts
from corpus.readers.feeds.feed_document import Entry, FeedDocument
from corpus.readers.feeds.feed_formats import parse_feed
from corpus.readers.refusal import ReadOptions, Refusal
from corpus.text import cleaning

_HEADLINE_LENGTH = 100


def read(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article of each entry.

    Raises:
        InputError: If it is not a readable feed, or is a sitemap, which contains no text.
    """
    try:
        feed = parse_feed(document.text(options.limits.page_bytes).lstrip("\ufeff \t\r\n"), "")
    except InputError as error:
        raise InputError(f"It cannot be read as a feed ({error}): fetch it again, or check the file.") from error
    if feed.kind in ("sitemap", "index"):
        raise InputError(f"It is a sitemap, which names pages and contains no text: {options.hints.origin}")
    for number, entry in enumerate(feed.entries, 1):
        item = f"{document.name}: entry {number}"
        if entry.text:
            yield from convert_drafts(item, draft_from_entry(entry, feed), options)
        else:
            yield Refusal(item, f"The feed names this entry without its text: {options.hints.origin}")
    if feed.dropped:
        yield Refusal(document.name, f"{feed.dropped:,} entries beyond the first {len(feed.entries):,} were left out.")


def draft_from_entry(entry: Entry, feed: FeedDocument) -> Draft:
    """Return the draft of an entry; without a headline, the beginning of its text is used."""
    return Draft(
        title=entry.title or _headline(entry.text),
        body=entry.text,
        source=entry.source or feed.title,
        url=entry.url,
        author=entry.author,
        published=entry.published,
        updated=entry.updated,
        language=entry.language,
        category=entry.category,
        status=entry.status,
        wire_id="" if entry.url else entry.id,
    )


def _headline(text: str) -> str:
    line = cleaning.clean_line(text, 2 * _HEADLINE_LENGTH)
    return textwrap.shorten(line, _HEADLINE_LENGTH, placeholder=" ...") or line[:_HEADLINE_LENGTH]
