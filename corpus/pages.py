"""Articles at addresses: each page is fetched through the gate of `corpus.fetch` and read."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack

from corpus.article import Article
from corpus.errors import InputError
from corpus.fetch import Fetcher
from corpus.page import DOCUMENT, PAGE
from corpus.readers import ReadOptions, Refusal, article_from_html, read_bytes
from corpus.settings import ArchiveSettings


def is_address(source: str) -> bool:
    """Tell an address from a path."""
    return source.lower().startswith(("http://", "https://"))


def read_pages(
    addresses: Iterable[str], options: ReadOptions, settings: ArchiveSettings, fetcher: Fetcher | None = None
) -> Iterator[Article | Refusal]:
    """Yield what stands at each address: the article of a page, or the articles of a document (JSON, PDF, ...).

    Args:
        addresses: Where to look.
        options: How to read what is there.
        settings: What a fetcher is made from.
        fetcher: One that is there already; it is not closed.
    """
    with ExitStack() as stack:
        chosen = fetcher or stack.enter_context(Fetcher(settings))
        for address in addresses:
            try:
                page = chosen.get(address, accept=DOCUMENT)
            except InputError as error:
                yield Refusal(address, str(error))
                continue
            if page.content_type in PAGE.types or not page.content_type:
                yield article_from_html(page.body, page.final_url, options, page.charset or None)
            else:
                yield from read_bytes(page.final_url, page.body, options)
