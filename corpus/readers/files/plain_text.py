"""Plain text: the first line is the headline, the rest the body; a text file does not tell its date."""

from collections.abc import Iterator

from corpus.article import Article
from corpus.readers.document import Document
from corpus.readers.draft import Draft, convert_drafts
from corpus.readers.encoding import decode_text
from corpus.readers.refusal import ReadOptions, Refusal
from corpus.text.cleaning import TITLE_LENGTH


def read(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article of a text file."""
    # One byte more than is kept, so that a cut is noticed and reported.
    text = decode_text(document.stream.read(options.limits.page_bytes + 1))
    yield from convert_drafts(document.name, build_draft(text), options)


def build_draft(text: str) -> Draft:
    """Return the draft of a text; a first line too long for a headline is kept in the body as well."""
    title, _, body = text.lstrip("\ufeff \t\r\n").replace("\r\n", "\n").replace("\r", "\n").partition("\n")
    if len(title) > TITLE_LENGTH:
        end = title.rfind(" ", TITLE_LENGTH // 2, TITLE_LENGTH)
        return Draft(title=title[: end if end > 0 else TITLE_LENGTH], body=text)
    return Draft(title=title, body=body)
