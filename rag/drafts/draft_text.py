"""Read the text of a draft: plain text, Markdown, or a document that a reader of the archive knows."""

from io import BytesIO
from pathlib import Path, PurePath

from corpus.article import Article
from corpus.command_names import name_command
from corpus.errors import InputError
from corpus.readers import Limits, read_bytes
from corpus.readers.compression import DAMAGED
from corpus.readers.document import open_document
from corpus.readers.files import markdown_text
from corpus.text.characters import strip_invisible
from corpus.text.cleaning import clean_line, split_paragraphs
from corpus.text.html_text import html_to_text

LONGEST_DRAFT = 400_000
"""Characters of a draft: a book of two hundred pages."""

LONGEST_SENT = 20_000
"""Characters of a draft that a page or a program sends: some ten pages."""

MOST_SENT = 60
"""Claims that are checked of such a draft."""

_MARKDOWN = frozenset({".md", ".markdown"})
_TEXTS = frozenset({"", ".txt", ".text"})
_PACKED = b"PK\x03\x04"  # A DOCX file whatever its name.


def read_draft_file(path: Path) -> str:
    """Return the text of a file; see `read_draft_bytes`.

    Raises:
        InputError: The file cannot be read, or it is no draft.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the name") from error
    return read_draft_bytes(path.name, data)


def read_draft_bytes(name: str, data: bytes) -> str:
    """Return the text of a draft, headline first, its paragraphs separated by blank lines.

    Args:
        name: A file name, whose suffix tells the format; "" for plain text.
        data: Plain text, Markdown, DOCX, PDF or HTML.

    Raises:
        InputError: It cannot be read, or is empty, too long, or more than one document.
    """
    suffix = PurePath(name).suffix.lower()
    try:
        if suffix in _MARKDOWN:
            text = _read_markdown(_decode(name, data))
        elif suffix in _TEXTS and not data.startswith(_PACKED):
            text = _decode(name, data)
        else:
            text = _read_document(name, data)
        return clean_draft(text)
    except (InputError, *DAMAGED) as error:
        raise InputError(f"{name}: {error}" if name else str(error)) from error


def clean_draft(text: str) -> str:
    """Return the text of a draft without characters that nobody sees, its paragraphs separated by blank lines.

    Raises:
        InputError: It is empty then, or longer than 400,000 characters.
    """
    cleaned = "\n\n".join(split_paragraphs(strip_invisible(text)))
    if not cleaned:
        raise InputError("The draft is empty: give a text.")
    if len(cleaned) > LONGEST_DRAFT:
        raise InputError(
            f"The draft is too long: it has {len(cleaned):,} characters, and at most {LONGEST_DRAFT:,} are read. Split it."
        )
    return cleaned


def read_sent_draft(text: str) -> str:
    """Return the text of a draft that was sent over a network; see `clean_draft`.

    Raises:
        InputError: It is empty, or longer than 20,000 characters.
    """
    if len(text) > LONGEST_SENT:
        raise InputError(
            f"The draft is too long: it has {len(text):,} characters, and at most {LONGEST_SENT:,} are taken here. "
            f"Send a part, or use `{name_command('rag verify')} FILE`."
        )
    return clean_draft(text)


def _decode(name: str, data: bytes) -> str:
    limits = Limits()
    return open_document(name, BytesIO(data), limits).text(limits.page_bytes)


def _read_markdown(text: str) -> str:
    draft = markdown_text.build_draft(text.replace("\r\n", "\n"), {})
    # With a sign, by which the cutting into claims tells a short item of a list from a heading.
    body = draft.body.replace("<li>\n<p>", "<li><p>• ").replace("<li>", "<li>• ").replace("<li>• <p>•", "<li><p>•")
    return f"{clean_line(draft.title, len(draft.title))}\n\n{html_to_text(body)}"


def _read_document(name: str, data: bytes) -> str:
    """Return headline and text of a document; a headline that the text repeats is left out."""
    found = list(read_bytes(name, data))
    articles = [one for one in found if isinstance(one, Article)]
    if not articles:
        raise InputError("; ".join(one.reason for one in found if not isinstance(one, Article)))
    if len(articles) > 1:
        raise InputError("It holds more than one article: check one draft at a time.")
    title, body = articles[0].title, articles[0].body
    return body if body.startswith(title) else f"{title}\n\n{body}"
