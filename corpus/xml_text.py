"""Look at the beginning of an XML text before a parser sees it."""

import re
from xml.parsers import expat

from corpus.errors import InputError

_DEPTH_AT_MOST = 100
_ELEMENTS_AT_MOST = 60_000  # feedparser takes about 0.15 ms for one
_ILL_FORMED_AT_MOST = 500_000
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


def check_shape(text: str) -> None:
    """Refuse what a lenient parser of feeds would take minutes for: its time grows with the square of the nesting.

    Args:
        text: XML without a document type.

    Raises:
        InputError: It is nested deeper than any feed, has too many elements, or is both large and not well formed.
    """
    shape = _Shape()
    parser = expat.ParserCreate(encoding="utf-8")
    parser.StartElementHandler = shape.start
    parser.EndElementHandler = shape.end
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        if len(text) > _ILL_FORMED_AT_MOST:
            raise InputError(f"it is larger than {_ILL_FORMED_AT_MOST:,} characters and not well formed") from error


class _Shape:
    """Count elements and depth while a parser goes through them."""

    def __init__(self) -> None:
        self._depth = 0
        self._elements = 0

    def start(self, _name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > _DEPTH_AT_MOST or self._elements > _ELEMENTS_AT_MOST:
            raise InputError("it has more elements, or more of them inside one another, than any feed")

    def end(self, _name: str) -> None:
        self._depth -= 1
