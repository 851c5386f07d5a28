"""DOCX: paragraphs and tables in their order; the headline is the title if it has one, else its first line."""

import io
import zipfile
from collections.abc import Iterator

import docx
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from corpus.article import Article
from corpus.errors import InputError
from corpus.readers.document import Document
from corpus.readers.draft import Draft, convert_drafts
from corpus.readers.refusal import ReadOptions, Refusal


def read(document: Document, options: ReadOptions) -> Iterator[Article | Refusal]:
    """Yield the article of a DOCX file.

    Raises:
        InputError: If it is damaged, no DOCX, or unpacks to more than `document_bytes`.
    """
    data = io.BytesIO(document.read(options.limits.document_bytes))
    try:
        with zipfile.ZipFile(data) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > options.limits.document_bytes:
            raise InputError(f"It unpacks to {size:,} bytes: store its text instead.")
        opened = docx.Document(data)
        blocks = [text for block in opened.iter_inner_content() for text in _iterate_texts(block)]
        title = opened.core_properties.title
    except InputError:
        raise
    except Exception as error:  # The parser raises whatever the damage leads to.
        raise InputError(f"It is not a whole DOCX file ({type(error).__name__}): save it again.") from error
    if not blocks:
        raise InputError("It contains no text: there is nothing to read.")
    yield from convert_drafts(document.name, _build_draft(title, blocks), options)


def _build_draft(title: str, blocks: list[str]) -> Draft:
    # Programs fill in the title "Word Document" themselves.
    if not title.strip() or title == "Word Document" or title.strip() == blocks[0].strip():
        title, blocks = blocks[0], blocks[1:]
    return Draft(title=title, body="\n\n".join(blocks))


def _iterate_texts(block: Paragraph | Table) -> Iterator[str]:
    if isinstance(block, Paragraph):
        text = "".join(_run(part) for part in block.iter_inner_content())
        if text.strip():
            yield text
        return
    for row in block.rows:
        cells = dict.fromkeys(cell.text.strip() for cell in row.cells)
        if any(cells):
            yield " ".join(filter(None, cells))


def _run(part: object) -> str:
    """Return the text of a run or link, but not of hidden runs."""
    runs = [part] if isinstance(part, Run) else getattr(part, "runs", [])
    return "".join(run.text for run in runs if not run.font.hidden)
