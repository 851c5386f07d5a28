"""Articles at addresses: each page is fetched through the gate of `corpus.fetch` and read."""

from collections.abc import Iterable, Iterator

from corpus.article import Article
from corpus.errors import InputError
from corpus.fetch import Fetcher
from corpus.page import DOCUMENT, PAGE
from corpus.readers import ReadOptions, Refusal, read_bytes
from corpus.readers.html_page import article_from_html
from corpus.settings import ArchiveSettings


def read_pages(
    addresses: Iterable[str], options: ReadOptions, settings: ArchiveSettings
) -> Iterator[Article | Refusal]:
    """Yield what stands at each address: the article of a page, or the articles of a document (JSON, PDF, ...)."""
    with Fetcher(settings) as fetcher:
        for address in addresses:
            try:
                page = fetcher.get(address, accept=DOCUMENT)
            except InputError as error:
                yield Refusal(address, str(error))
                continue
            if page.content_type in PAGE.types or not page.content_type:
                yield article_from_html(page.body, page.final_url, options, page.charset or None)
            else:
                yield from read_bytes(page.final_url, page.body, options)
