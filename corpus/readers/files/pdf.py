"""PDF: its text, page by page; the headline is its title if that is one, else its first line."""

import io
import re
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, cast

import pypdf
from pypdf.generic import DictionaryObject, PdfObject, StreamObject

from corpus.article import Article
from corpus.errors import InputError
from corpus.readers.document import Document
from corpus.readers.draft import Draft, convert_drafts
from corpus.readers.refusal import ReadOptions, Refusal
from corpus.text.cleaning import clean_line, split_paragraphs

_SECONDS = 60
_PAGE_SHARE = 5  # A page that has a fifth of all that is parsed of a PDF is a map or a plan.
_MAP_BYTES = (
    4  # Bytes of a font's character map, which is read again for each page, that cost as much as one byte of content.
)
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
        text, left_out = _extract_text(reader, options)
        given = clean_line((reader.metadata and reader.metadata.title) or "", 300)
    except InputError:
        raise
    except Exception as error:  # The parser raises whatever the damage leads to.
        raise InputError(f"It is not a whole PDF ({type(error).__name__}): fetch it again.") from error
    slow = f"Pages that hold too much to draw were not read ({_numbers(left_out)}): add their text as a separate file."
    if not text.strip():
        raise InputError(
            slow if left_out else "It contains no text, only pictures: run it through text recognition first."
        )
    yield from convert_drafts(document.name, _build_draft(given, text), options)
    if left_out:
        yield Refusal(document.name, slow, kept=True)


def _extract_text(reader: pypdf.PdfReader, options: ReadOptions) -> tuple[str, list[int]]:
    """Return the text, and the numbers of the pages that were left out because reading them would take too long."""
    room, left, until = options.limits.article_bytes, options.limits.parsed_bytes, time.monotonic() + _SECONDS
    pages: list[str] = []
    out: list[int] = []
    costs: dict[int, int] = {}
    for number, page in enumerate(islice(reader.pages, options.limits.pages), 1):
        cost = _cost(page, page.get_contents(), costs) if left > 0 else 0
        left -= cost
        if left <= 0 or cost > options.limits.parsed_bytes // _PAGE_SHARE:
            out.append(number)
            continue
        pages.append(page.extract_text())
        # A little more than is kept, so that the cut is noticed and reported.
        room -= len(pages[-1])
        if room < -10_000:
            break
        if time.monotonic() > until:
            raise InputError(f"Its pages take more than {_SECONDS} seconds: store its text instead.")
    return "\n".join(pages), out


def _cost(part: DictionaryObject, content: StreamObject | None, known: dict[int, int]) -> int:
    """Return how many bytes are parsed for the text of a page or of a form that it draws, forms within forms included."""
    if id(part) in known:
        return known[id(part)]
    known[id(part)] = 0  # A form that draws itself is drawn once.
    data = content.get_data() if content is not None else b""
    resources: Mapping[str, Any] = _entries({"": part.get("/Resources")}).get("", {})
    maps = [font.get("/ToUnicode") for font in _entries(resources.get("/Font")).values()]
    fonts = sum(len(found.get_object().get_data()) for found in maps if found is not None) // _MAP_BYTES
    forms = [form for form in _entries(resources.get("/XObject")).values() if form.get("/Subtype") == "/Form"]
    drawn = max((_cost(form, cast(StreamObject, form), known) for form in forms), default=0)
    known[id(part)] = len(data) + fonts + data.count(b"Do") * drawn
    return known[id(part)]


def _entries(found: Any) -> dict[str, DictionaryObject]:
    """Return the dictionaries in a dictionary of a PDF by name; what is none is left out."""
    entries = found.get_object() if isinstance(found, PdfObject) else found
    each = {name: entries[name] for name in entries} if isinstance(entries, dict) else {}
    each = {name: one.get_object() if isinstance(one, PdfObject) else one for name, one in each.items()}
    return {name: one for name, one in each.items() if isinstance(one, DictionaryObject)}


def _numbers(pages: list[int]) -> str:
    """Write page numbers, the first few and the last."""
    return ", ".join(map(str, pages)) if len(pages) <= 3 else f"{pages[0]}, {pages[1]} ... {pages[-1]}"


def _build_draft(given: str, text: str) -> Draft:
    """Use the title when it is a plausible headline; one that the text begins with is not repeated in the body."""
    first, _, rest = text.strip().partition("\n")
    if not given or _NO_TITLE.fullmatch(given):
        return Draft(title=first, body="\n\n".join(split_paragraphs(rest)))
    repeated = clean_line(first, 300).casefold() == given.casefold()
    return Draft(title=given, body="\n\n".join(split_paragraphs(rest if repeated else text)))
