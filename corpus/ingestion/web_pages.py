"""Articles at addresses: each page is fetched through the gate of `corpus.fetching.fetcher` and read."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from corpus.article import Article
from corpus.errors import InputError
from corpus.fetching.fetched_page import DOCUMENT, PAGE, FetchedPage, shorten_url
from corpus.fetching.fetcher import Fetcher
from corpus.readers import ReadOptions, Refusal, encoding, read_bytes
from corpus.readers.document import HEAD
from corpus.readers.feeds.feed_formats import find_feed_links
from corpus.readers.formats import is_feed
from corpus.readers.pages.html_page import article_from_html
from corpus.settings import ArchiveSettings


def read_pages(
    addresses: Iterable[str], options: ReadOptions, settings: ArchiveSettings, fetcher: Fetcher | None = None
) -> Iterator[Article | Refusal]:
    """Yield what is at each address: the article of a page, or the articles of a document (JSON, PDF, ...).

    Args:
        addresses: Of http(s).
        options: How to read.
        settings: How to fetch.
        fetcher: What fetches; one of the settings, unless given.
    """
    with fetcher or Fetcher(settings) as opened:
        for address in addresses:
            try:
                page = opened.get(address, accept=DOCUMENT)
            except InputError as error:
                yield Refusal(address, str(error))
                continue
            yield from _read_articles(address, page, options)


def _read_articles(address: str, page: FetchedPage, options: ReadOptions) -> Iterator[Article | Refusal]:
    text = encoding.decode_text(page.body[:HEAD], page.charset)
    if is_feed(text):
        yield Refusal(address, f"It is a feed or sitemap: {options.hints.describe_feed(shorten_url(address))}")
    elif page.content_type in PAGE.types or not page.content_type:
        found = article_from_html(page.body, page.final_url, options, page.charset or None)
        feeds = find_feed_links(text, page.final_url) if isinstance(found, Refusal) else []
        hint = f" The page names a feed: {options.hints.describe_feed(feeds[0])}" if feeds else ""
        yield replace(found, reason=found.reason + hint) if isinstance(found, Refusal) else found
    else:
        yield from read_bytes(page.final_url, page.body, options)
