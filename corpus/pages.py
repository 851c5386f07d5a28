"""Read what stands at a URL: a page, or a file in any format that the readers know."""

import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from corpus.article import Article
from corpus.errors import InputError
from corpus.feed_formats import read_feed
from corpus.fetch import Fetcher
from corpus.page import DOCUMENT, PAGE, Page
from corpus.readers import Refusal, article_from_html, read_bytes


def read_url(url: str, fetcher: Fetcher) -> Iterator[Article | Refusal]:
    """Yield the articles at a URL: one for a page, all of them for a file such as JSONL or PDF.

    A URL that cannot be fetched gives one refusal with the reason.
    """
    try:
        page = fetcher.get(url, accept=DOCUMENT)
    except InputError as error:
        yield Refusal(url, str(error))
        return
    if _is_page(page):
        yield article_from_html(page.body, page.final_url, encoding=page.charset or None)
    elif _is_feed(page):
        yield Refusal(url, f"it is a feed; python -m corpus feed add {shlex.quote(url)} follows it")
    else:
        yield from _addressed(read_bytes(_name(page), page.body), page.final_url)


def _addressed(items: Iterator[Article | Refusal], url: str) -> Iterator[Article | Refusal]:
    """Give the address to an article that came alone; of many, none may claim it."""
    first = next(items, None)
    second = next(items, None)
    if isinstance(first, Article) and second is None and not first.url:
        first = replace(first, url=url)
    yield from (item for item in (first, second) if item is not None)
    yield from items


def _is_feed(page: Page) -> bool:
    try:
        read_feed(page.body, page.final_url, page.charset)
    except InputError:
        return False
    return True


def _is_page(page: Page) -> bool:
    return page.content_type in PAGE.types or (not page.content_type and page.body.lstrip()[:1] == b"<")


def _name(page: Page) -> str:
    """Return a file name for the readers, which look at its suffix when the content does not tell."""
    return PurePosixPath(unquote(urlsplit(page.final_url).path)).name or "document"
