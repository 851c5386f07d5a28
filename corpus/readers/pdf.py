"""PDF: its text, page by page; the headline is its title if that is one, else its first line."""

import io
import re
import time
from collections.abc import Iterator
from itertools import islice

import pypdf

from corpus.article import Article
from corpus.clean import line, paragraphs
from corpus.errors import InputError
from corpus.readers.document import Document
from corpus.readers.draft import Draft, outcomes
from corpus.readers.outcome import ReadOptions, Refusal

_SECONDS = 60
# What programs write there by themselves: file names, "Microsoft Word - x", "untitled".
_NO_TITLE = re.compile(
    r"(?:microsoft word|untitled|unbenannt|sans titre|document\d*|layout \d|print)\b.*"
    r"|.*\.(?:docx?|indd|qxd|pdf|pages|odt|tmp)|[\W\d_]*|\S{25,}",
    re.IGNORECASE,
)


def read(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article of a PDF; one that holds only pictures of pages is refused.

    Raises:
        InputError: If it is damaged or locked.
    """
    data = document.read(options.limits.document_bytes)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError("It is locked with a password: store it without one.")
        text = _text(reader, options)
        given = line((reader.metadata and reader.metadata.title) or "", 300)
    except InputError:
        raise
    except Exception as error:  # The parser raises whatever the damage leads to.
        raise InputError(f"It is not a whole PDF ({type(error).__name__}): fetch it again.") from error
    if not text.strip():
        raise InputError("It holds no text, only pictures: run it through text recognition first.")
    yield from outcomes(document.name, _draft(given, text), options)


def _text(reader: pypdf.PdfReader, options: ReadOptions) -> str:
    limit, until = options.limits.article_bytes, time.monotonic() + _SECONDS
    pages: list[str] = []
    for page in islice(reader.pages, options.limits.pages):
        pages.append(page.extract_text())
        # A little more than is kept, so that the cut is noticed and said.
        limit -= len(pages[-1])
        if limit < -10_000:
            break
        if time.monotonic() > until:
            raise InputError(f"Its pages take more than {_SECONDS} seconds: store its text instead.")
    return "\n".join(pages)


def _draft(given: str, text: str) -> Draft:
    """Use the title when it is a plausible headline; one that the text begins with is not repeated in the body."""
    first, _, rest = text.strip().partition("\n")
    if not given or _NO_TITLE.fullmatch(given):
        return Draft(title=first, body="\n\n".join(paragraphs(rest)))
    repeated = line(first, 300).casefold() == given.casefold()
    return Draft(title=given, body="\n\n".join(paragraphs(rest if repeated else text)))
