"""WARC and WARC.gz, as web archives and CC-News have them: streamed, one page at a time."""

from collections.abc import Iterator
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from corpus.article import Article
from corpus.errors import InputError
from corpus.readers.document import Document
from corpus.readers.folder import display_path
from corpus.readers.pages import html_page
from corpus.readers.refusal import ReadOptions, Refusal

_PAGES = ("text/html", "application/xhtml+xml")


def read(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article of each page that was answered with 200; other records are skipped.

    Raises:
        InputError: If the archive is damaged; the pages before that have been yielded.
    """
    try:
        for record in ArchiveIterator(document.stream):
            if record.rec_type == "response" and _is_page(record):
                yield from _page(document.name, record, options)
    except (ArchiveLoadFailed, EOFError, ValueError, AttributeError) as error:
        # An AttributeError is what the library raises at a record without an address.
        detail = " ".join(str(error).split())[:120]
        raise InputError(f"It is damaged ({detail}): everything before that was read; fetch it again.") from error


def _is_page(record: Any) -> bool:
    headers = record.http_headers
    return bool(headers) and headers.get_statuscode() == "200" and _kind(record).partition(";")[0].strip() in _PAGES


def _kind(record: Any) -> str:
    return str(record.http_headers.get_header("Content-Type") or "").lower()


def _page(name: str, record: Any, options: ReadOptions) -> Iterator[Article | Refusal]:
    url = str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ")
    item = f"{name}: {display_path(url)}"
    try:
        html = record.content_stream().read(options.limits.page_bytes + 1)
    except Exception as error:  # The payload is as the server sent it: any compression, any damage.
        yield Refusal(item, f"The page cannot be unpacked ({type(error).__name__}): fetch it again.")
        return
    charset = _kind(record).partition("charset=")[2].strip("\"' ;")
    yield from html_page.read_page(item, html, url, options, charset)
