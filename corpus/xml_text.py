"""Look at the beginning of an XML text before a parser sees it."""

import re

from corpus.errors import InputError

_SKIPPED = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_DECLARATION = re.compile(r"^\s*<\?xml\b.*?\?>", re.DOTALL)


def root_of(text: str) -> str:
    """Return the local name of the root element in lower case, or "" if the text does not begin as XML does.

    Raises:
        InputError: A document type is declared, which could define entities; none is ever resolved. That of a web page
            is no danger, and gives "html".
    """
    place = 0
    while found := _SKIPPED.match(text, place):
        place = found.end()
    if re.match(r"<!\s*doctype\s+html\b", text[place : place + 100], re.IGNORECASE):
        return "html"
    if text.startswith("<!", place):
        raise InputError("it declares a document type (DOCTYPE), which no feed needs, so it is not read")
    root = _ROOT.match(text, place)
    return root[2].lower() if root else ""


def without_declaration(text: str) -> str:
    """Return the text without `<?xml ... ?>`, whose encoding is no longer true of decoded text."""
    return _DECLARATION.sub("", text, count=1).lstrip()
