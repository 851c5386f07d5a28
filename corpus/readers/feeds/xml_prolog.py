"""Look at the beginning of an XML text before a parser sees it."""

import re
from xml.parsers import expat

from corpus.errors import InputError

_DEPTH_AT_MOST = 100
_ELEMENTS_AT_MOST = 60_000  # feedparser takes about 0.15 ms for one
_ILL_FORMED_AT_MOST = 500_000
# feedparser looks for an address in these, in a time that grows with the square of the longest word.
_PEOPLE = frozenset("author creator contributor managingeditor webmaster publisher owner name email".split())
_NAME_AT_MOST = 1000
_SPACE = re.compile(r"[\ufeff\s]*+")
_SKIPPED = (("<?", "?>"), ("<!--", "-->"))
_SUBSET_END = re.compile(r"\]\s{0,20}>")
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")


def after_prolog(text: str) -> str:
    """Return a text from its first element or document type on, without the white space and comments before it."""
    place = _skip_space(text, 0)
    while skipped := next((pair for pair in _SKIPPED if text.startswith(pair[0], place)), None):
        opening, closing = skipped
        end = text.find(closing, place + len(opening))
        if end < 0:
            break
        place = _skip_space(text, end + len(closing))
    return text[place:]


def _skip_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def find_root(text: str) -> str:
    """Return the local name of the root element in lower case, or "" if the text does not begin as XML does.

    Raises:
        InputError: A document type defines entities, of which none is ever resolved. That of a web page gives "html".
    """
    start = after_prolog(text)
    if re.match(r"<!\s*doctype\s+html\b", start[:100], re.IGNORECASE):
        return "html"
    root = _ROOT.match(drop_doctype(text))
    return root[2].lower() if root else ""


def drop_doctype(text: str) -> str:
    """Return a text from its root element on, without a document type, as RSS 0.91 asks for one.

    Raises:
        InputError: It defines entities, or does not end.
    """
    start = after_prolog(text)
    if not start.startswith("<!"):
        return start
    end, opening = start.find(">"), start.find("[")
    if 0 <= opening < end:
        closing = _SUBSET_END.search(start, opening)
        if closing is None or "<!ENTITY" in start[opening : closing.start()].upper():
            raise InputError(
                "it declares a document type (DOCTYPE) with entities, which no feed needs, so it is not read"
            )
        end = closing.end() - 1
    if end < 0:
        raise InputError("it declares a document type (DOCTYPE) that does not end, so it is not read")
    return after_prolog(start[end + 1 :])


def drop_declaration(text: str) -> str:
    """Return the text without `<?xml ... ?>`, whose encoding is no longer true of decoded text."""
    text = text.lstrip("\ufeff \t\r\n")
    _, end, rest = text.partition("?>") if text.startswith("<?xml") else (text, "", "")
    return rest.lstrip() if end else text


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
    parser.CharacterDataHandler = shape.text
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
        self._word = ""  # The last word read of a person's name; the next piece may continue it.
        self._person = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._person = name.rpartition(":")[2].lower() in _PEOPLE
        self._word = ""
        self._depth += 1
        self._elements += 1
        if self._depth > _DEPTH_AT_MOST or self._elements > _ELEMENTS_AT_MOST:
            raise InputError("it has more elements, or more of them inside one another, than any feed")

    def end(self, _name: str) -> None:
        self._depth -= 1
        self._person = False

    def text(self, text: str) -> None:
        if not self._person:
            return
        words = (self._word + text).split() or [""]
        self._word = "" if text[-1:].isspace() else words[-1]
        if max(map(len, words)) > _NAME_AT_MOST:
            raise InputError(f"it names an author in a word of more than {_NAME_AT_MOST:,} characters")
